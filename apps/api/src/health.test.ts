import { mkdir } from 'node:fs/promises';
import { type Server, createServer } from 'node:http';
import path from 'node:path';
import type { Health } from '@linewatch/contract';
import { statusSocket } from '@linewatch/service';
import { afterEach, expect, test } from 'vitest';
import { type Running, memoryEstate, startApi } from './testing/api.ts';
import { ask } from './testing/raw.ts';

let running: Running | undefined;
const components: Server[] = [];
afterEach(async () => {
  await running?.stop();
  for (const server of components.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A component's status socket; without an answer it hangs. */
async function component(name: string, answers?: Readonly<Record<string, string>>): Promise<void> {
  const socket = statusSocket(path.join(running!.directory, 'run'), name);
  await mkdir(path.dirname(socket), { recursive: true });
  const server = createServer((request, response) => {
    if (answers) response.end(answers[request.url!]);
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  components.push(server);
}

async function ready(): Promise<{ status: number; health: Health }> {
  const { status, text } = await ask(running!.url, '/health/ready');
  return { status, health: JSON.parse(text) as Health };
}

test('it is ready when every engine and component says so', async () => {
  running = await startApi({ components: ['collector', 'api'] });
  await component('collector', { '/health/ready': '{"ready":true,"detail":"listens on 2055"}' });
  const { status, health } = await ready();
  expect(status).toBe(200);
  expect(health.ready).toBe(true);
  expect(Object.keys(health.parts)).toEqual(['queue', 'clickhouse', 'postgres', 'api', 'collector']);
  expect(health.parts.collector).toEqual({ ready: true, detail: 'listens on 2055' });
  expect(health.parts.api!.detail).toContain(running.url);
});

test('it is not ready, and says which part is not, while it lives on', async () => {
  running = await startApi({
    components: ['collector', 'writer', 'watcher'],
    estate: memoryEstate(null).estate,
    store: { health: () => Promise.reject(new Error('refused')) },
  });
  await component('collector', { '/health/ready': '{"ready":false,"detail":"queue is full"}' });
  await component('writer');
  const { status, health } = await ready();
  expect(status).toBe(503);
  expect(Object.entries(health.parts).flatMap(([name, part]) => (part.ready ? [] : [name]))).toEqual([
    'clickhouse',
    'postgres',
    'api',
    'collector',
    'writer',
    'watcher',
  ]);
  expect(health.parts.clickhouse).toEqual({ ready: false, detail: 'refused' });
  expect(health.parts.collector!.detail).toBe('queue is full');
  expect((await ask(running.url, '/health/live')).status).toBe(200);
});

test('/metrics has those of every component that answers, and says which do not', async () => {
  running = await startApi({ components: ['collector', 'writer', 'watcher'] });
  const text =
    '# HELP linewatch_collector_x_total X.\n# TYPE linewatch_collector_x_total counter\nlinewatch_collector_x_total 7\n';
  await component('collector', { '/metrics': text });
  await component('writer');
  const { headers, text: metrics } = await ask(running.url, '/metrics');
  expect(headers['content-type']).toContain('version=0.0.4');
  const lines = metrics.split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'linewatch_component_up{component="api"} 1',
      'linewatch_component_up{component="collector"} 1',
      'linewatch_component_up{component="writer"} 0',
      'linewatch_component_up{component="watcher"} 0',
      'linewatch_collector_x_total{component="collector"} 7',
      'linewatch_api_stream_viewers{component="api"} 0',
    ]),
  );
});
