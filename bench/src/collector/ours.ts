/** Our collector, with each queue. */
import { mkdir, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import path from 'node:path';
import { decodeFlowBatch, topics } from '@linewatch/record';
import { start, waitFor } from '../processes.ts';
import { queuedRows } from '../queue.ts';
import { run, udpBound } from './programs.ts';
import { type Sink, countRows } from './sink.ts';
import type { RunningSystem, System } from './systems.ts';

const repository = path.resolve(import.meta.dirname, '..', '..', '..');
export const command = path.join(repository, 'apps', 'linewatch', 'bin', 'linewatch.js');

/** Only what this bench needs, and nothing beyond loopback. */
export const collectorConfig = (data: string, port: number, kafka?: { address: string; prefix: string }): string =>
  [
    `data: ${JSON.stringify(data)}`,
    'log: { level: warn }',
    // Nothing is removed: the trial's end counts what is there.
    'queue: { flows: { quotaBytes: 34359738368, retainHours: 1000 } }',
    ...(kafka ? [`kafka: { brokers: "${kafka.address}", prefix: "${kafka.prefix}" }`] : []),
    'collector:',
    '  address: 127.0.0.1',
    `  listen: { netflow: ${port}, ipfix: 0, sflow: 0, traps: 0, trapsFallback: 0 }`,
    '',
  ].join('\n');

const version = async (): Promise<string> =>
  (await run('git', ['-C', repository, 'rev-parse', '--short', 'HEAD']).catch(() => ({ stdout: '?' }))).stdout.trim();

/** It takes datagrams before it has reached its queue: a trial begins when it has both. */
const isReady = (data: string): Promise<boolean> =>
  new Promise((resolve) => {
    const where = { socketPath: path.join(data, 'run', 'collector.sock'), path: '/health/ready', timeout: 1000 };
    const request = get(where, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy()).on('error', () => resolve(false));
  });

async function startCollector(
  directory: string,
  port: number,
  core: number,
  count: (data: string) => Promise<number>,
  kafka?: { address: string; prefix: string },
): Promise<RunningSystem> {
  const data = path.join(directory, 'data');
  const config = path.join(directory, 'linewatch.yaml');
  await mkdir(data, { recursive: true });
  await writeFile(config, collectorConfig(data, port, kafka));
  const env = { ...process.env, KAFKA_BROKERS: '' };
  const child = await start(process.execPath, [command, 'collector', '--config', config], {
    core,
    cwd: directory,
    env,
  });
  await waitFor('linewatch collector', async () => (await udpBound(port)) && (await isReady(data)), 30_000, child);
  return {
    child,
    async finish() {
      await child.stop();
      return count(data);
    },
  };
}

export const linewatch: System = {
  name: 'linewatch',
  does: 'decodes, sums interfaces, writes to the durable queue (flushed to disk)',
  firstRate: 240_000,
  install: 'part of this repository',
  version,
  start: (directory, port, core) =>
    startCollector(directory, port, core, (data) => queuedRows(path.join(data, 'queue'))),
};

export const linewatchKafka: System = {
  name: 'linewatch-kafka',
  does: 'the same, to Apache Kafka (acks=all, idempotent, zstd)',
  firstRate: 120_000,
  install: linewatch.install,
  needsSink: true,
  version,
  start(directory, port, core, sink: Sink) {
    const prefix = `${path.basename(directory)}.`;
    const rows = (): Promise<number> =>
      countRows(sink.address, prefix + topics.flows, (value) => decodeFlowBatch(value).rows);
    return startCollector(directory, port, core, rows, { address: sink.address, prefix });
  },
};
