import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Metrics } from '@linewatch/service';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Scope } from '../access/principal.ts';
import { createApiMetrics } from '../metrics.ts';
import { type StreamReader, openStream } from '../testing/sse.ts';
import { Broadcast } from './broadcast.ts';
import { FrameRing } from './frames.ts';
import { noLine } from '../watch/lines.ts';
import { type AcademyFigures, streamCells } from './view.ts';

/** Enough for an event to fill a good part of the kernel's buffers. */
const academies = 3000;

let nowMs = 1_800_000_000_000;
let counter = 0;
let broadcast: Broadcast;
let metrics: Metrics;
let server: Server;
let url: string;
const readers: StreamReader[] = [];

const figures = (): AcademyFigures[] =>
  Array.from({ length: academies }, (_, i) => ({
    id: `academy-${i}`,
    inBps: counter,
    outBps: i,
    state: 'reporting' as const,
    lastSeenMs: nowMs,
    cellsIn: new Float64Array(streamCells).fill(counter),
    cellsOut: new Float64Array(streamCells),
    line: noLine,
  }));

const broadcastOf = (source: () => AcademyFigures[]): Broadcast =>
  new Broadcast({
    source: () => ({ version: 1, academies: source() }),
    viewers: 10,
    viewerBufferBytes: 65_536,
    metrics: createApiMetrics(metrics),
    clock: () => nowMs,
    onError: (error) => {
      throw error;
    },
  });

/** `?of=a,b`: of these academies only. */
function scopeIn(address: string): Scope {
  const of = new URL(address, 'http://localhost').searchParams.get('of');
  return of === null ? 'all' : new Set(of.split(','));
}

beforeEach(async () => {
  metrics = new Metrics('api');
  broadcast = broadcastOf(figures);
  broadcast.tick();
  server = createServer((request, response) =>
    broadcast.add(
      response,
      { 'content-type': 'text/event-stream' },
      String(request.headers['last-event-id'] ?? ''),
      scopeIn(request.url!),
    ),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  for (const reader of readers.splice(0)) reader.close();
  server.closeAllConnections();
  server.close();
});

async function view(): Promise<StreamReader> {
  const reader = await openStream(url);
  readers.push(reader);
  await patiently(() => expect(reader.events.at(-1)?.event).toBe('snapshot'));
  return reader;
}

async function tick(laterMs = 500): Promise<void> {
  counter++;
  nowMs += laterMs;
  broadcast.tick();
  await new Promise(setImmediate);
}

/** The machine may be busy. */
const patiently = (check: () => unknown): Promise<unknown> => vi.waitFor(check, { timeout: 15_000, interval: 20 });

const skipped = async (): Promise<number> => {
  const value = await metrics.registry.getSingleMetric('linewatch_api_stream_skipped_total')!.get();
  return value.values[0]?.value ?? 0;
};

test('a viewer that comes while nothing changes is told the time that it is', async () => {
  metrics = new Metrics('api');
  broadcast = broadcastOf(() => []);
  broadcast.tick();
  await tick();
  await tick(120_000);
  const { events } = await view();
  expect(events[0]!.data).toMatchObject({ nowMs, academies: [] });
});

test('a viewer that does not read skips updates while others get them, then is caught up with a snapshot', async () => {
  const slow = await view();
  const quick = await view();
  slow.pause();
  for (let i = 0; (await skipped()) < 3; i++) {
    expect(i).toBeLessThan(100);
    await tick();
    const at = counter;
    await patiently(() => expect(quick.events.at(-1)!.data.academies[0]!.inBps).toBe(at));
  }
  slow.resume();
  const missed = slow.events.length;
  await patiently(async () => {
    await tick(0);
    expect(slow.events.slice(missed).some(({ event }) => event === 'snapshot')).toBe(true);
  });
  const at = counter;
  await patiently(async () => {
    await tick(0);
    expect(slow.events.at(-1)!.data.academies[0]!.inBps).toBeGreaterThan(at);
  });
  const restart = slow.events.slice(missed).find(({ event }) => event === 'snapshot')!;
  expect(restart.data.academies).toHaveLength(academies);
  expect(quick.events.filter(({ event }) => event === 'snapshot')).toHaveLength(1);
});

test('a viewer that never reads again is cut off', async () => {
  const slow = await view();
  slow.pause();
  while ((await skipped()) === 0) await tick();
  nowMs += 60_001;
  await tick();
  expect(broadcast.size).toBe(0);
  expect(await metrics.text()).toContain('stream_viewers_ended_total{reason="stalled"} 1');
});

test('nothing is sent when nothing changed', async () => {
  const reader = await view();
  broadcast.tick();
  counter++;
  broadcast.tick();
  await patiently(() => expect(reader.events).toHaveLength(2));
});

test('a viewer of some academies is told of those only, and resumes among them only', async () => {
  const scoped = (ids: readonly string[]): string => `?of=${ids.join(',')}`;
  const opened = async (query: string, lastEventId?: string): Promise<StreamReader> => {
    const reader = await openStream(`${url}/${query}#`, lastEventId);
    readers.push(reader);
    return reader;
  };
  const some = await opened(scoped(['academy-1', 'academy-3', 'none']));
  const same = await opened(scoped(['none', 'academy-3', 'academy-1']));
  const other = await opened(scoped(['academy-2']));
  await patiently(() => expect([some, same, other].every(({ events }) => events.length === 1)).toBe(true));
  await tick();
  await patiently(() => expect([some, same, other].every(({ events }) => events.length === 2)).toBe(true));
  const ids = (reader: StreamReader): string[][] => reader.events.map(({ data }) => data.academies.map(({ id }) => id));
  expect(ids(some)).toEqual([
    ['academy-1', 'academy-3'],
    ['academy-1', 'academy-3'],
  ]);
  expect(same.events).toEqual(some.events);
  expect(ids(other)).toEqual([['academy-2'], ['academy-2']]);

  some.close();
  same.close();
  await patiently(() => expect(broadcast.size).toBe(1));
  await tick();
  const back = await opened(scoped(['academy-1', 'academy-3', 'none']), some.events[1]!.id);
  await patiently(() => expect(back.events.map(({ event }) => event)).toEqual(['update']));
  // Another scope's event, and that of a channel that was forgotten, are not known.
  const moved = await opened(scoped(['academy-2']), some.events[1]!.id);
  await patiently(() => expect(moved.events.map(({ event }) => event)).toEqual(['snapshot']));
  back.close();
  await patiently(() => expect(broadcast.size).toBe(2));
  await tick(120_001);
  const late = await opened(scoped(['academy-1', 'academy-3', 'none']), some.events[1]!.id);
  await patiently(() => expect(late.events[0]?.event).toBe('snapshot'));
  expect(ids(late)[0]).toEqual(['academy-1', 'academy-3']);
});

test('the ring resumes over what it holds and over nothing else', () => {
  const ring = new FrameRing(1000);
  for (let i = 0; i < 300; i++) ring.add('update', `${i}`);
  const id = (number: number): string => `rs-${number}`;
  expect(ring.latestId).toBe(id(300));
  expect(ring.since(id(300))).toEqual([]);
  expect(ring.since(id(298))!.map(String)).toEqual([
    'id: rs-299\nevent: update\ndata: 298\n\n',
    'id: rs-300\nevent: update\ndata: 299\n\n',
  ]);
  expect(ring.since(id(60))).toHaveLength(240);
  for (const unknown of [id(59), id(301), 'rt-299', '', undefined])
    expect(ring.since(unknown), unknown).toBeUndefined();
});
