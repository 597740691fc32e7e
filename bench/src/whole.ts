/** The whole system, as `linewatch up` starts it, in a directory of its own and on ports of its own. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { command } from './collector/ours.ts';
import {
  type Child,
  commandLine,
  cpuSeconds,
  makeDirectory,
  privateBytes,
  processTree,
  removeDirectory,
  start,
  waitFor,
} from './processes.ts';

export interface Whole {
  readonly child: Child;
  readonly netflowPort: number;
  readonly baseUrl: string;
  /** Runs a query on its ClickHouse: one row of numbers. */
  query(sql: string): Promise<number[]>;
  /** CPU seconds so far, by part. */
  cpu(): Map<string, number>;
  /** Memory of their own, octets, by part. */
  memory(): Map<string, number>;
  stop(): Promise<void>;
}

export interface WholeOptions {
  /** Further arguments of `linewatch up`. */
  readonly args?: readonly string[];
  /** Further lines of the configuration. */
  readonly config?: readonly string[];
  readonly startMs?: number;
  /** The broker that is its queue: its CPU and memory count as a part. */
  readonly broker?: { readonly address: string; readonly pid: number };
}

const netflowPort = 29_155;
const ipfixPort = 29_156;
const httpPort = 29_180;

/** Which part a process is, from its command line. */
export function partOf(line: string): string {
  const component = /main\.ts (collector|writer|api|demo|up)\b/.exec(line)?.[1];
  if (component) return component === 'up' ? 'supervisor' : component;
  if (/clickhouse/i.test(line)) return 'clickhouse';
  if (/postgres/i.test(line)) return 'postgres';
  return 'other';
}

function byPart(pid: number, value: (stat: ReturnType<typeof processTree>[number]) => number): Map<string, number> {
  const out = new Map<string, number>();
  for (const stat of processTree(pid)) {
    const part = partOf(commandLine(stat.pid));
    out.set(part, (out.get(part) ?? 0) + value(stat));
  }
  return out;
}

export async function startWhole({
  args = [],
  config = [],
  startMs = 120_000,
  broker,
}: WholeOptions = {}): Promise<Whole> {
  const directory = await makeDirectory('whole');
  const data = path.join(directory, 'data');
  const file = path.join(directory, 'linewatch.yaml');
  const lines = [
    'log: { level: warn }',
    'collector:',
    '  address: 127.0.0.1',
    `  listen: { netflow: ${netflowPort}, ipfix: ${ipfixPort}, sflow: 0, traps: 0, trapsFallback: 0 }`,
    'api:',
    '  host: 127.0.0.1',
    `  port: ${httpPort}`,
    '  limits: { requestsPerSecond: 0, viewers: 20000, connections: 40000 }',
    ...(broker ? [`kafka: { brokers: "${broker.address}" }`] : []),
    ...config,
    '',
  ];
  await writeFile(file, lines.join('\n'));
  const withBroker = (parts: Map<string, number>, value: (pid: number) => number): Map<string, number> =>
    broker ? parts.set('broker', value(broker.pid)) : parts;
  let child: Child | undefined;
  const cleanUp = async (): Promise<void> => {
    await child?.stop();
    await removeDirectory(directory);
  };
  try {
    const running = await start(process.execPath, [command, 'up', '--config', file, '--data', data, ...args], {
      cwd: directory,
      env: { ...process.env, KAFKA_BROKERS: '' },
    });
    child = running;
    await waitFor('linewatch up', () => running.output().includes('Dashboard:'), startMs, running);
    const effective = JSON.parse(await readFile(path.join(data, 'run', 'effective.json'), 'utf8')) as {
      readonly clickhouse: { readonly url: string; readonly database: string };
    };
    const url = new URL(effective.clickhouse.url);
    const headers = { authorization: `Basic ${Buffer.from(`${url.username}:${url.password}`).toString('base64')}` };
    const target = `${url.protocol}//${url.host}/?database=${effective.clickhouse.database}&max_execution_time=120`;
    return {
      child: running,
      netflowPort,
      baseUrl: `http://127.0.0.1:${httpPort}`,
      async query(sql) {
        const response = await fetch(target, { method: 'POST', headers, body: `${sql} FORMAT TSV` });
        const text = await response.text();
        if (!response.ok) throw new Error(`ClickHouse answered ${response.status}: ${text.slice(0, 500)}`);
        return (text.split('\n')[0] ?? '').split('\t').map(Number);
      },
      cpu: () =>
        withBroker(
          byPart(running.pid, (stat) => stat.cpuSeconds),
          cpuSeconds,
        ),
      memory: () =>
        withBroker(
          byPart(running.pid, ({ pid }) => privateBytes(pid)),
          privateBytes,
        ),
      stop: cleanUp,
    };
  } catch (error) {
    await cleanUp();
    throw error;
  }
}
