import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { clockOf, holdStreams, splitEvents } from './streams.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

test('events are split at blank lines, and the unfinished one is kept', () => {
  expect(splitEvents('id: 1\ndata: {}\n\n: heartbeat\n\ndata: {"no')).toEqual({
    events: ['id: 1\ndata: {}', ': heartbeat'],
    rest: 'data: {"no',
  });
});

test("an event tells the server's clock, a heartbeat does not", () => {
  expect(clockOf('event: update\ndata: {"nowMs":1795000000123,"academies":[]}')).toBe(1_795_000_000_123);
  expect(clockOf(': heartbeat')).toBeUndefined();
});

test('every stream is held and its events are counted; refused ones are told', async () => {
  let count = 0;
  server = createServer((_request, response) => {
    if (++count > 5) {
      response.writeHead(503).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const write = (): boolean => response.write(`data: {"nowMs":${Date.now()}}\n\n`);
    write();
    const timer = setInterval(write, 20);
    response.on('close', () => clearInterval(timer));
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const report = await holdStreams({ url, count: 8, seconds: 0.3 });
  expect(report).toMatchObject({ asked: 8, open: 5, ended: 3 });
  expect(report.events).toBeGreaterThan(5);
  expect(report.delaysMs).toHaveLength(report.events);
});
