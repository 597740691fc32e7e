/** `api`: the HTTP API over a demo's data, driven by k6; then live streams held open from Node. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findProgram } from './collector/programs.ts';
import { describeMachine } from './machine.ts';
import { readOptions } from './options.ts';
import { percentile, short, table } from './report.ts';
import { holdStreams } from './streams.ts';
import { type Whole, startWhole } from './whole.ts';

const run = promisify(execFile);
const script = path.resolve(import.meta.dirname, '..', 'k6', 'api.js');

interface K6Summary {
  readonly requests: number;
  readonly perSecond: number;
  readonly failed: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

async function k6(program: string, urls: readonly string[], clients: number, seconds: number): Promise<K6Summary> {
  const env = { ...process.env, URLS: JSON.stringify(urls), CLIENTS: String(clients), SECONDS: String(seconds) };
  const args = ['run', '--quiet', '--no-usage-report', '--address', '127.0.0.1:0', script];
  const { stdout } = await run(program, args, { env, timeout: (seconds + 60) * 1000, maxBuffer: 16 * 2 ** 20 });
  return JSON.parse(stdout.slice(stdout.indexOf('{'))) as K6Summary;
}

/** Waits until the writer has stored what the demo's history put on the queue. */
async function waitStored(whole: Whole): Promise<void> {
  const sum = async (): Promise<number> =>
    (await whole.query('SELECT count() FROM interface_1h WHERE time < now() - 7200'))[0] ?? 0;
  let before = -1;
  for (let quiet = 0, tries = 0; quiet < 3 && tries < 900; tries++) {
    const now = await sum();
    quiet = now === before ? quiet + 1 : 0;
    before = now;
    await sleep(1000);
  }
}

const day = 86_400_000;

/** What people look at: the last day most, then the week and the month, in turn. */
function trafficUrls(baseUrl: string, ids: readonly string[], days: number): string[] {
  const now = Date.now();
  const ranges = [day / 24, day, 7 * day, 30 * day].filter((range) => range <= Math.max(1, days) * day);
  return ids.flatMap((id) =>
    ranges.map((range) => `${baseUrl}/api/v1/academies/${id}/traffic?from=${now - range}&to=${now}`),
  );
}

const difference = (after: Map<string, number>, before: Map<string, number>, part: string): number =>
  (after.get(part) ?? 0) - (before.get(part) ?? 0);

async function endpoints(whole: Whole, clients: number, seconds: number, days: number): Promise<void> {
  const program = await findProgram('k6');
  if (!program) {
    console.log('k6: not on this machine, HTTP skipped (go install go.k6.io/k6@latest)\n');
    return;
  }
  const list = (await (await fetch(`${whole.baseUrl}/api/v1/academies`)).json()) as { academies: { id: string }[] };
  const ids = list.academies.map(({ id }) => id);
  const kinds = {
    overview: [`${whole.baseUrl}/api/v1/academies`],
    academy: ids.map((id) => `${whole.baseUrl}/api/v1/academies/${id}`),
    traffic: trafficUrls(whole.baseUrl, ids, days),
  };
  const rows: string[][] = [];
  for (const [name, urls] of Object.entries(kinds)) {
    const before = whole.cpu();
    const result = await k6(program, urls, clients, seconds);
    const after = whole.cpu();
    const ms = (value: number): string => value.toFixed(1);
    rows.push([
      name,
      short(result.perSecond),
      ms(result.p50Ms),
      ms(result.p95Ms),
      ms(result.p99Ms),
      String(result.failed),
      ((difference(after, before, 'api') / result.requests) * 1000).toFixed(2),
      ((difference(after, before, 'clickhouse') / result.requests) * 1000).toFixed(2),
    ]);
  }
  console.log(`${ids.length} academies, ${days} days, ${clients} clients, ${seconds} s each\n`);
  console.log(
    table(
      ['endpoint', 'requests/s', 'p50 ms', 'p95 ms', 'p99 ms', 'failed', 'API CPU ms each', 'ClickHouse CPU ms each'],
      rows,
    ),
  );
  console.log('');
}

async function streams(whole: Whole, counts: readonly number[], seconds: number): Promise<void> {
  const rows: string[][] = [];
  for (const count of counts) {
    let before = new Map<string, number>();
    const onOpen = (): void => {
      before = whole.cpu();
    };
    const report = await holdStreams({ url: `${whole.baseUrl}/api/v1/stream`, count, seconds, onOpen });
    const after = whole.cpu();
    const memory = whole.memory();
    const delay = (share: number): string => percentile(report.delaysMs, share).toFixed(0);
    rows.push([
      `${report.open} of ${count}`,
      short(report.events / seconds),
      short(report.octets / seconds),
      delay(0.5),
      delay(0.95),
      delay(0.99),
      String(report.ended),
      (difference(after, before, 'api') / seconds).toFixed(3),
      String(Math.round((memory.get('api') ?? 0) / 2 ** 20)),
    ]);
    await sleep(2000);
  }
  console.log(
    table(
      ['streams open', 'events/s', 'octets/s', 'delay p50 ms', 'p95', 'p99', 'ended', 'API cores', 'API MiB'],
      rows,
    ),
  );
}

export async function apiBench(args: readonly string[]): Promise<void> {
  const options = readOptions(args, { academies: 40, days: 30, clients: 10, seconds: 15, streams: 1000 });
  console.log(`${describeMachine()}; k6, the streams' driver and the system share the cores\n`);
  const demo = ['--demo', '--academies', String(options.academies), '--history', String(options.days)];
  const whole = await startWhole({ args: demo, startMs: 900_000 });
  try {
    await waitStored(whole);
    await endpoints(whole, options.clients, options.seconds, options.days);
    // One stream first: what it costs to have viewers at all.
    await streams(whole, [1, Math.ceil(options.streams / 10), options.streams], options.seconds);
  } finally {
    await whole.stop();
  }
}
