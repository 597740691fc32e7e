/**
 * `path`: the whole system under generated v9, from UDP to rows and roll-ups in ClickHouse. Sender, engines and all
 * processes share the machine. Every record sent has to be stored once: counted, and added up over unique values.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { describeMachine } from './machine.ts';
import { readOptions } from './options.ts';
import { startSink, whyNoSink } from './collector/sink.ts';
import { short, table } from './report.ts';
import { type Trial, searchHighest, sentRate } from './search.ts';
import { type Sent, buildSender, send } from './sender.ts';
import { type Whole, startWhole } from './whole.ts';

/** IPv4-mapped text of a record's ordinal, which it carries as its next hop. */
export const ordinalAddress = (ordinal: number): string =>
  `::ffff:${[24, 16, 8, 0].map((shift) => (ordinal >>> shift) & 255).join('.')}`;

/** Rows, their octets, and doubled rows in a sample of one in sixteen. */
interface Stored {
  readonly rows: number;
  readonly octets: number;
  readonly doubled: number;
}

/** After this long without a new row, what is missing is lost, ms. */
const settleMs = 4000;

async function stored(whole: Whole, from: number, to: number): Promise<Stored> {
  const where = `next_hop >= toIPv6('${ordinalAddress(from)}') AND next_hop < toIPv6('${ordinalAddress(to)}')`;
  const sampled = `cityHash64(next_hop) % 16 = 0`;
  const [rows = 0, octets = 0, doubled = 0] = await whole.query(
    `SELECT count(), sum(octets), countIf(${sampled}) - uniqExactIf(next_hop, ${sampled}) FROM flows WHERE ${where}`,
  );
  return { rows, octets, doubled };
}

const countRows = async (whole: Whole): Promise<number> => (await whole.query('SELECT count() FROM flows'))[0] ?? 0;

/** Waits until all rows are there, or no more come. Returns how long it took after the last datagram, s. */
async function catchUp(whole: Whole, expected: number, timeoutMs: number): Promise<number> {
  const began = Date.now();
  let rows = await countRows(whole);
  let changed = Date.now();
  while (rows < expected && Date.now() - changed < settleMs && Date.now() - began < timeoutMs) {
    await sleep(200);
    const now = await countRows(whole);
    if (now !== rows) changed = Date.now();
    rows = now;
  }
  return (Date.now() - began) / 1000;
}

interface PathTrial extends Trial {
  /** From the last datagram sent to the last row stored, s. */
  readonly lagSeconds: number;
  readonly doubled: number;
  readonly octetsMatch: boolean;
  readonly cpu: ReadonlyMap<string, number>;
}

interface Run {
  readonly whole: Whole;
  readonly exporters: number;
  ordinal: number;
  rows: number;
  octets: number;
}

async function trial(run: Run, rate: number, seconds: number): Promise<PathTrial> {
  const { whole } = run;
  const before = whole.cpu();
  const sent: Sent = await send({
    port: whole.netflowPort,
    rate,
    seconds,
    exporters: run.exporters,
    ordinal: run.ordinal,
  });
  const lagSeconds = await catchUp(whole, run.rows + sent.records, 60_000 + seconds * 1000);
  const after = whole.cpu();
  const from = run.ordinal;
  run.ordinal = sent.nextOrdinal;
  const found = await stored(whole, from, sent.nextOrdinal);
  run.rows = await countRows(whole);
  run.octets += found.octets;
  const cpu = new Map([...after].map(([part, value]) => [part, value - (before.get(part) ?? 0)]));
  return {
    rate,
    sent: sent.records,
    received: found.rows,
    seconds: sent.seconds,
    cpuSeconds: [...cpu.values()].reduce((sum, value) => sum + value, 0),
    lagSeconds,
    doubled: found.doubled,
    octetsMatch: found.rows !== sent.records || found.octets === sent.octets,
    cpu,
  };
}

const line = (t: PathTrial): string =>
  `  ${short(sentRate(t)).padStart(8)} flows/s for ${t.seconds.toFixed(0)} s: ${t.sent - t.received} of ${t.sent} missing, ` +
  `${t.doubled} doubled${t.octetsMatch ? '' : ', OCTETS DIFFER'}, last row ${t.lagSeconds.toFixed(1)} s after the last datagram`;

/** What roll-ups hold beyond what raw rows hold: all to be 0. Services by the hour are made only when an hour is over. */
async function rollups(whole: Whole): Promise<readonly (readonly [string, number])[]> {
  const ours = "exporter < toIPv6('127.0.1.0')";
  const [octets = 0, rows = 0] = await whole.query(`SELECT sum(octets), count() FROM flows WHERE ${ours}`);
  const out: [string, number][] = [];
  for (const name of ['interface_1m', 'interface_5m', 'interface_1h'])
    for (const side of [0, 1]) {
      const [sum = 0] = await whole.query(`SELECT sum(octets) FROM ${name} WHERE ${ours} AND side = ${side}`);
      out.push([`${name}, side ${side === 0 ? 'in' : 'out'}: octets`, sum - octets]);
    }
  const [counted = 0] = await whole.query('SELECT sum(rows) FROM flow_hours');
  out.push(['flow_hours: flows', counted - rows]);
  return out;
}

/** Longest that merges may take to settle, ms. */
const mergeMs = 180_000;

/** What a flow takes on disk once merges have nothing left to do. */
async function storedBytes(whole: Whole): Promise<string> {
  const until = Date.now() + mergeMs;
  for (let quiet = 0; quiet < 5 && Date.now() < until;) {
    quiet = (await whole.query('SELECT count() FROM system.merges'))[0] === 0 ? quiet + 1 : 0;
    await sleep(1000);
  }
  const size = (where: string): string =>
    `(SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND database = currentDatabase() ${where})`;
  const [rows = 0, flows = 0, all = 0] = await whole.query(
    `SELECT (SELECT count() FROM flows), ${size("AND table = 'flows'")}, ${size('')}`,
  );
  return `stored: ${rows} flows, ${(flows / rows).toFixed(1)} octets a flow on disk, ${(all / rows).toFixed(1)} with all roll-ups`;
}

export async function pathBench(args: readonly string[]): Promise<void> {
  const options = readOptions(args, {
    first: 100_000,
    most: 1_000_000,
    seconds: 10,
    sustain: 60,
    exporters: 8,
    lag: 10,
    queue: 'lmdb',
  });
  if (options.queue !== 'lmdb' && options.queue !== 'kafka') throw new RangeError('--queue is lmdb or kafka');
  const noSink = options.queue === 'kafka' ? await whyNoSink() : undefined;
  if (noSink) throw new Error(noSink);
  await buildSender();
  console.log(
    `${describeMachine()}; ${options.exporters} exporters; queue ${options.queue}; sender and system share the cores\n`,
  );
  const sink = options.queue === 'kafka' ? await startSink() : undefined;
  let whole: Whole | undefined;
  try {
    const started = await startWhole(sink ? { broker: sink } : {});
    whole = started;
    const run: Run = { whole: started, exporters: options.exporters, ordinal: 1, rows: 0, octets: 0 };
    // A system that falls behind is not sustaining the rate, whatever it has stored in the end.
    const attempt = async (rate: number, seconds: number): Promise<PathTrial> => {
      const t = await trial(run, rate, seconds);
      console.log(line(t));
      const good = t.lagSeconds <= options.lag && t.doubled === 0 && t.octetsMatch;
      return good ? t : { ...t, received: t.received === t.sent ? 0 : t.received };
    };
    await trial(run, 48_000, 5);
    const { best } = await searchHighest((rate) => attempt(rate, options.seconds), {
      first: options.first,
      factor: 1.4,
      most: options.most,
      refinements: 2,
    });
    let sustained: PathTrial | undefined;
    // What merges cost is seen only over time: the short trials' rate is seldom the one that lasts.
    for (let rate = best ? sentRate(best) : 0, tries = 0; rate > 0 && !sustained && tries < 6; tries++) {
      rate *= 0.85;
      const t = await attempt(rate, options.sustain);
      if (t.received === t.sent) sustained = t;
    }
    console.log('');
    if (!sustained) {
      console.log('no rate was sustained without loss');
      return;
    }
    console.log(
      `sustained ${short(sentRate(sustained))} flows/s for ${sustained.seconds.toFixed(0)} s, nothing lost, nothing doubled\n`,
    );
    const memory = started.memory();
    console.log(
      table(
        ['part', 'CPU s', 'cores', 'flows / CPU-s', 'own MiB'],
        [...sustained.cpu, ['all', sustained.cpuSeconds] as const].map(([part, used]) => [
          part,
          used.toFixed(1),
          (used / sustained.seconds).toFixed(2),
          short(sustained.received / used),
          part === 'all' ? '' : String(Math.round((memory.get(part) ?? 0) / 2 ** 20)),
        ]),
      ),
    );
    console.log('');
    // Sums are published after their flows: they get as long as flows do.
    let differences = await rollups(started);
    for (const until = Date.now() + options.lag * 1000; Date.now() < until && differences.some(([, d]) => d !== 0);) {
      await sleep(500);
      differences = await rollups(started);
    }
    console.log(
      table(
        ['roll-up', 'more than raw rows'],
        differences.map(([name, difference]) => [name, String(difference)]),
      ),
    );
    console.log(`\n${await storedBytes(started)}`);
  } finally {
    await whole?.stop();
    await sink?.stop();
  }
}
