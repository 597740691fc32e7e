/** What a month's figures are made from, asked of the real server: 5-minute means by circuit, and what probes and paths measured. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClickHouseEngine, startClickHouse } from '../../apps/linewatch/src/engines/clickhouse.ts';
import { freePort } from '../../apps/linewatch/src/engines/engine.ts';
import { createSumColumns, labelKey, nativeBlock, parseAddress, sumColumns } from '../../packages/record/src/index.ts';
import { createLogger } from '../../packages/service/src/index.ts';
import { percentile } from '../../packages/sla/src/index.ts';
import {
  type FiveMinuteMeans,
  type Store,
  createStore,
  fiveMinuteMeans,
  insertSamples,
  insertSums,
  measured,
  migrate,
  monthRange,
  openEndS,
  originColumns,
  percentile95,
  publishEstateMap,
  trafficSeries,
} from '../../packages/store/src/index.ts';

const trust = 11;
const stranger = 12;
const collector = 22;
const hub = parseAddress('10.9.0.1');
const { fromS, toS } = monthRange('2026-03');

let directory = '';
let server: ClickHouseEngine;
let store: Store;

interface Sum {
  readonly timeS: number;
  readonly octets: number;
  readonly interface?: number;
  readonly side?: 0 | 1;
  /** ms that a counter tells of; without it, a flow. */
  readonly countedMs?: number;
}
let blocks = 0;
async function addSums(sums: readonly Sum[], of = trust): Promise<void> {
  const columns = createSumColumns(sums.length);
  const a = columns.arrays;
  sums.forEach((sum, i) => {
    a.time_s[i] = sum.timeS;
    a.width_s[i] = 1;
    columns.bytes[2]!.set(hub, i * 16);
    a.interface[i] = sum.interface ?? 1;
    a.side[i] = sum.side ?? 0;
    a.basis[i] = sum.countedMs === undefined ? 0 : 2;
    a.sampling_rate[i] = 1;
    a.octets[2 * i] = sum.octets;
    a.packets[2 * i] = 1;
    a.flows[i] = sum.countedMs ?? 1;
  });
  const offset = ++blocks;
  const origin = { trust: of, collector, queuePartition: 0, queueOffset: offset };
  const batch = {
    schemaVersion: 1,
    trust: 't',
    collector: 'c',
    epoch: 1,
    sequence: 0,
    rows: sums.length,
    columns: columns.bytes,
  };
  await insertSums(store, nativeBlock(sumColumns, [batch], originColumns([origin])), `sums:${offset}`);
}

const circuitRow = (circuit: number, index: number, validFromS = 0, of = trust) => ({
  trust: of,
  collector,
  exporter: hub,
  interface: index,
  validFromS,
  validToS: openEndS,
  circuit,
  academy: 7,
  downloadSide: 0 as const,
  committedInBps: 0,
  committedOutBps: 0,
});

async function means(circuits: readonly number[], from = fromS, to = toS): Promise<FiveMinuteMeans[]> {
  const all: FiveMinuteMeans[] = [];
  for await (const each of fiveMinuteMeans(store, trust, circuits, from, to)) all.push(each);
  return all;
}

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'linewatch-months-'));
  server = await startClickHouse({
    directory: path.join(directory, 'ch'),
    port: await freePort(),
    user: 'linewatch',
    password: 'secret',
    memoryBytes: 2e9,
  });
  store = createStore({ ...server, password: server.password, logger: createLogger('test', 'silent') });
  await migrate(store, { rawDays: 10_000, rollupMonths: 400, hourYears: 40 });
  await publishEstateMap(store, {
    circuits: [
      circuitRow(101, 1),
      circuitRow(102, 2, fromS + 900),
      circuitRow(103, 3),
      circuitRow(201, 1, 0, stranger),
    ],
    academyNames: [],
    circuitNames: [],
  });
});
afterAll(async () => {
  await store.close();
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

test('steps have both ways in bit/s, whether counters alone made them, and tell silence from nothing carried', async () => {
  await addSums([
    { timeS: fromS, octets: 6000, countedMs: 300_000 },
    { timeS: fromS, octets: 3000, side: 1, countedMs: 300_000 },
    { timeS: fromS + 300, octets: 1500 },
    // A counter that tells of a part only, and a flow that says more.
    { timeS: fromS + 600, octets: 300, countedMs: 30_000 },
    { timeS: fromS + 600, octets: 900 },
    // Only a neighbour is heard: this one carried nothing.
    { timeS: fromS + 1200, octets: 750, interface: 2 },
    { timeS: toS - 300, octets: 375, side: 1 },
    // Of the months beside it.
    { timeS: fromS - 300, octets: 9000 },
    { timeS: toS, octets: 9000 },
  ]);
  await addSums([{ timeS: fromS + 900, octets: 99_000 }], stranger);
  const [first, second] = await means([101, 102]);
  expect(first).toMatchObject({ circuit: 101, startMs: fromS * 1000 });
  expect(first!.inBps).toHaveLength(743 * 12);
  expect([...first!.inBps.subarray(0, 6)]).toEqual([160, 40, 24, Number.NaN, 0, Number.NaN]);
  expect([...first!.outBps.subarray(0, 6)]).toEqual([80, 0, 0, Number.NaN, 0, Number.NaN]);
  expect([...first!.counted.subarray(0, 6)]).toEqual([1, 0, 0, 0, 0, 0]);
  expect([first!.inBps.at(-1), first!.outBps.at(-1)]).toEqual([0, 10]);
  // Not a circuit of ours before it was mapped: nobody was asked about it.
  expect([...second!.inBps.subarray(0, 6)]).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN, 20, Number.NaN]);
});

test('they are what the traffic of the same steps shows, and give the same percentile', async () => {
  const octetsAt = (i: number): number => (i % 7 === 0 ? 0 : 300 + ((i * 7919) % 5003) * 75);
  const sums = Array.from({ length: 2000 }, (_, i) => i)
    .filter((i) => i % 10 !== 3)
    .flatMap((i): Sum[] => [
      { timeS: fromS + i * 300, octets: octetsAt(i), interface: 3, countedMs: 300_000 },
      { timeS: fromS + i * 300, octets: octetsAt(i + 31), interface: 3, side: 1, countedMs: 300_000 },
    ]);
  await addSums(sums);
  const [samples] = await means([103], fromS, fromS + 600_000);
  const range = { fromS, toS: fromS + 600_000, stepS: 300 };
  const shown = await trafficSeries(store, { trust, circuit: 103 }, range);
  expect([...samples!.inBps].map((bps) => (Number.isNaN(bps) ? null : bps))).toEqual(shown.inBps);
  expect([...samples!.outBps].map((bps) => (Number.isNaN(bps) ? null : bps))).toEqual(shown.outBps);
  const { inBps, outBps } = await percentile95(store, { trust, circuit: 103 }, fromS, fromS + 600_000);
  const figures = percentile({ terms: {}, samples: samples!, committedBps: null });
  expect(figures).toMatchObject({ inBps, outBps, billedBps: Math.max(inBps!, outBps!) });
});

test('a circuit without data, or of another trust, has no means; a range that is none is refused', async () => {
  for (const { inBps, outBps, counted } of await means([999, 201], fromS, fromS + 3000)) {
    expect([...inBps, ...outBps].every((bps) => Number.isNaN(bps))).toBe(true);
    expect([...counted]).toEqual(Array(10).fill(0));
  }
  for (const [from, to] of [
    [fromS + 1, toS],
    [fromS, fromS],
    [fromS, fromS + 300 * 20_001],
    [Number.NaN, toS],
  ] as const)
    await expect(means([101], from, to)).rejects.toMatchObject({ code: 'input_invalid' });
});

test('they are read circuit by circuit, as they are asked for', async () => {
  let queries = 0;
  const counting: Store = {
    ...store,
    query: (sql, params, options) => {
      queries++;
      return store.query(sql, params, options);
    },
  };
  const circuits = Array.from({ length: 500 }, (_, i) => i + 1);
  const reader = fiveMinuteMeans(counting, trust, circuits, fromS, toS);
  await reader.next();
  await reader.next();
  await reader.return();
  expect(queries).toBe(4);
});

test('probes and paths are means by minute of one source; a failure and its reason belong to the target', async () => {
  const atMs = fromS * 1000;
  const none = new Uint8Array(16);
  const sample = (seconds: number, metric: string, value: number, text: string, exporter: Uint8Array = none) => ({
    timeMs: atMs + seconds * 1000,
    exporter,
    interface: metric.startsWith('probe.') ? labelKey(text.split(' ')[0]!) : 3,
    metric,
    value,
    text,
  });
  const url = 'icmp://10.1.0.1';
  const samples = [
    sample(0, 'probe.rtt.ms', 10, url),
    // From before a probe's samples bore the key of its target.
    { ...sample(30, 'probe.rtt.ms', 20, url), interface: 0 },
    sample(30, 'probe.jitter.ms', 3, url),
    sample(61, 'probe.loss.percent', 100, `${url} timeout`),
    sample(0, 'probe.rtt.ms', 99, `${url}0`),
    { ...sample(0, 'probe.rtt.ms', 99, `${url}0`), interface: labelKey(url) },
    sample(0, 'path.rtt.ms', 42, 'fortigate.health:WAN1', hub),
    sample(0, 'path.loss.percent', 2, 'fortigate.health:WAN1', hub),
  ];
  const origin = { trust, collector, queuePartition: 0, queueOffset: 1 };
  await insertSamples(store, [{ origin, samples }], 'measured-1');
  const strange = { origin: { ...origin, trust: stranger }, samples: [sample(0, 'probe.rtt.ms', 500, url)] };
  await insertSamples(store, [strange], 'measured-2');
  const found = await measured(
    store,
    trust,
    [
      { kind: 'probe', collector, exporter: '::', name: url },
      { kind: 'path', collector, exporter: '10.9.0.1', name: 'wan1' },
    ],
    atMs,
    atMs + 120_000,
  );
  expect(found).toEqual([
    {
      kind: 'path',
      collector,
      exporter: '10.9.0.1',
      name: 'fortigate.health:WAN1',
      timesS: [fromS],
      rttMs: [42],
      jitterMs: [Number.NaN],
      lossPercent: [2],
    },
    {
      kind: 'probe',
      collector,
      exporter: '::',
      name: url,
      timesS: [fromS, fromS + 60],
      rttMs: [15, Number.NaN],
      jitterMs: [3, Number.NaN],
      lossPercent: [Number.NaN, 100],
    },
  ]);
});

test('one question is of the sources of a circuit, not of a whole trust', async () => {
  const asked = Array.from(
    { length: 201 },
    () => ({ kind: 'probe', collector, exporter: '::', name: 'icmp://a' }) as const,
  );
  await expect(measured(store, trust, asked, 0, 1)).rejects.toMatchObject({ code: 'input_invalid' });
});
