/** The store against the real server: schema, inserts that add nothing twice, and every query. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ClickHouseEngine, startClickHouse } from '../../apps/linewatch/src/engines/clickhouse.ts';
import { freePort } from '../../apps/linewatch/src/engines/engine.ts';
import {
  type ColumnBatch,
  createFlowColumns,
  createSumColumns,
  ElementColumnBuilder,
  flowColumns,
  nativeBlock,
  parseAddress,
  sumColumns,
} from '../../packages/record/src/index.ts';
import { createLogger } from '../../packages/service/src/index.ts';
import {
  type CircuitMapRow,
  type Origin,
  type Retention,
  type Store,
  type StoreError,
  createStore,
  defaultRetention,
  insertEvents,
  insertFlows,
  insertSamples,
  insertSums,
  lastHour,
  lastSeen,
  migrate,
  monthOf,
  monthPercentiles,
  monthRange,
  namesOf,
  openEndS,
  originColumns,
  percentile95,
  publishEstateMap,
  refreshPercentiles,
  resolveInterfaces,
  rollUpTraffic,
  storedRows,
  trafficSeries,
  unmappedInterfaces,
} from '../../packages/store/src/index.ts';

const logger = createLogger('test', 'silent');
const trust = 11;
const collector = 22;
const hubAddress = '10.9.0.1';
const hub = parseAddress(hubAddress);

let directory = '';
let port = 0;
let server: ClickHouseEngine;
let store: Store;
const opened: Store[] = [];

const start = (): Promise<ClickHouseEngine> =>
  startClickHouse({
    directory: path.join(directory, 'ch'),
    port,
    user: 'linewatch',
    password: "it's a \\ secret",
    memoryBytes: 2e9,
  });

function open(database: string, password = server.password): Store {
  const one = createStore({ url: server.url, user: server.user, password, database, logger });
  opened.push(one);
  return one;
}

let databases = 0;
/** Long enough for the fixed dates below. */
const kept: Retention = { rawDays: 10_000, rollupMonths: 400, hourYears: 40 };
async function fresh(): Promise<Store> {
  const one = open(`test_${++databases}`);
  await migrate(one, kept);
  return one;
}

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'linewatch-store-'));
  port = await freePort();
  server = await start();
});
afterAll(async () => {
  for (const one of opened) await one.close();
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

const batch = (rows: number, columns: ColumnBatch['columns']): ColumnBatch => ({
  schemaVersion: 1,
  trust: 't',
  collector: 'c',
  epoch: 1,
  sequence: 0,
  rows,
  columns,
});
const origin = (queueOffset: number, queuePartition = 0): Origin => ({ trust, collector, queuePartition, queueOffset });

interface Sum {
  readonly timeS: number;
  readonly octets: number;
  readonly interface?: number;
  readonly side?: 0 | 1;
  readonly basis?: 0 | 1 | 2;
  readonly flows?: number;
  readonly rate?: number;
  readonly exporter?: Uint8Array;
}
function sumBlock(sums: readonly Sum[], offset = 0): Uint8Array[] {
  const columns = createSumColumns(Math.max(1, sums.length));
  const a = columns.arrays;
  sums.forEach((sum, i) => {
    a.time_s[i] = sum.timeS;
    a.width_s[i] = 1;
    columns.bytes[2]!.set(sum.exporter ?? hub, i * 16);
    a.interface[i] = sum.interface ?? 1;
    a.side[i] = sum.side ?? 0;
    a.basis[i] = sum.basis ?? 0;
    a.sampling_rate[i] = sum.rate ?? 1;
    a.octets[2 * i] = sum.octets % 2 ** 32;
    a.octets[2 * i + 1] = Math.floor(sum.octets / 2 ** 32);
    a.packets[2 * i] = 1;
    a.flows[i] = sum.flows ?? 1;
  });
  return nativeBlock(sumColumns, [batch(sums.length, columns.bytes)], originColumns([origin(offset)]));
}
let tokens = 0;
const addSums = (sums: readonly Sum[]): Promise<void> => insertSums(store, sumBlock(sums, ++tokens), `sums:${tokens}`);

interface Flow {
  readonly receivedMs: number;
  readonly src: string;
  readonly dst: string;
  readonly srcPort?: number;
  readonly dstPort?: number;
  readonly octets?: number;
  readonly srcAs?: number;
  readonly dstAs?: number;
  readonly counter?: number;
}
const columnAt = Object.fromEntries(flowColumns.map(({ name }, i) => [name, i])) as Record<string, number>;
function flowBatch(flows: readonly Flow[]): ColumnBatch {
  const columns = createFlowColumns(Math.max(1, flows.length));
  const a = columns.arrays;
  const put = (array: Uint32Array, i: number, value: number): void => {
    array[2 * i] = value % 2 ** 32;
    array[2 * i + 1] = Math.floor(value / 2 ** 32);
  };
  flows.forEach((flow, i) => {
    put(a.received_ms, i, flow.receivedMs);
    put(a.end_ms, i, flow.receivedMs - 1000);
    columns.bytes[columnAt.exporter!]!.set(hub, i * 16);
    columns.bytes[columnAt.src_addr!]!.set(parseAddress(flow.src), i * 16);
    columns.bytes[columnAt.dst_addr!]!.set(parseAddress(flow.dst), i * 16);
    a.sampling_rate[i] = 1;
    a.protocol[i] = 6;
    a.src_port[i] = flow.srcPort ?? 443;
    a.dst_port[i] = flow.dstPort ?? 50_000;
    a.src_as[i] = flow.srcAs ?? 0;
    a.dst_as[i] = flow.dstAs ?? 0;
    a.counter[i] = flow.counter ?? 0;
    put(a.octets, i, flow.octets ?? 100);
    put(a.packets, i, 1);
  });
  // As decoded from a message: a column that is zero throughout is not there.
  return batch(
    flows.length,
    columns.bytes.map((bytes) => (bytes.some((byte) => byte !== 0) ? bytes : undefined)),
  );
}
const flowBlock = (flows: readonly Flow[], offset = 0, partition = 0): Uint8Array[] =>
  nativeBlock(flowColumns, [flowBatch(flows)], originColumns([origin(offset, partition)]));

const number = async (sql: string, from = store): Promise<number> =>
  Number((await from.query<{ n: string | number }>(`SELECT ${sql}`))[0]!.n);
const totals = async (from = store): Promise<Record<string, number>> => ({
  flows: await number('count() AS n FROM flows', from),
  hours: await number('sum(rows) AS n FROM flow_hours', from),
  minutes: await number('sum(octets) AS n FROM interface_1m', from),
  fives: await number('sum(octets) AS n FROM interface_5m', from),
  sums: await number('sum(octets) AS n FROM interface_1h', from),
  ledger: await number('sum(rows) AS n FROM sums_stored', from),
});

const circuitRow = (row: Partial<CircuitMapRow> = {}): CircuitMapRow => ({
  trust,
  collector,
  exporter: hub,
  interface: 1,
  validFromS: 0,
  validToS: openEndS,
  circuit: 101,
  academy: 7,
  downloadSide: 0,
  committedInBps: 0,
  committedOutBps: 0,
  ...row,
});
const publish = (...circuits: CircuitMapRow[]): Promise<unknown> =>
  publishEstateMap(store, { circuits, academyNames: [], circuitNames: [] });

describe('schema', () => {
  test('tables have the columns of the record, with their types', async () => {
    store = await fresh();
    const own = ['trust UInt32', 'collector UInt32', 'queue_partition UInt32', 'queue_offset UInt64'];
    for (const [table, columns] of [
      ['flows', flowColumns],
      ['interface_sums', sumColumns],
    ] as const) {
      const rows = await store.query<{ name: string; type: string }>(
        'SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = {table:String} ORDER BY position',
        { table },
      );
      const expected = [...own, ...columns.map(({ name, clickhouse }) => `${name} ${clickhouse}`)];
      if (table === 'flows') expected.push('elements Map(String, String)');
      expect(rows.map(({ name, type }) => `${name} ${type}`)).toEqual(expected);
    }
  });

  test('every table that is inserted into, or fed by a view, remembers tokens', async () => {
    const rows = await store.query<{ name: string; engine_full: string }>(
      "SELECT name, engine_full FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'",
    );
    const without = rows.filter(({ engine_full }) => !engine_full.includes('non_replicated_deduplication_window'));
    // Made again from what is stored, or only ever written by one statement that may be repeated.
    expect(without.map(({ name }) => name).sort()).toEqual([
      'percentile_month',
      'schema_migrations',
      'traffic_1h',
      'traffic_hours',
    ]);
  });

  test('migrating again, and from several processes at once, is harmless', async () => {
    expect((await migrate(store)).applied).toEqual([]);
    const one = open('test_race');
    const two = open('test_race');
    const results = await Promise.all([migrate(one), migrate(two), migrate(one)]);
    expect(results.filter(({ applied }) => applied.length > 0)).toHaveLength(1);
    expect(
      await number("count() AS n FROM system.tables WHERE database = currentDatabase() AND name = 'schema_lock'", one),
    ).toBe(0);
  });

  test('a schema of a later version is refused, and nothing is changed', async () => {
    const one = await fresh();
    await one.command("INSERT INTO schema_migrations (number, name) VALUES (9999, 'later')");
    await expect(migrate(one)).rejects.toMatchObject({ code: 'schema_newer' });
  });

  test('retention is applied, and changed', async () => {
    const ttl = async (table = 'flows'): Promise<string> =>
      (
        await store.query<{ engine_full: string }>(
          `SELECT engine_full FROM system.tables WHERE database = currentDatabase() AND name = '${table}'`,
        )
      )[0]!.engine_full;
    await migrate(store);
    expect(await ttl()).toContain('toIntervalDay(14)');
    for (const names of ['interface_names', 'element_names'])
      expect(await ttl(names)).toContain('TTL toDateTime(last_seen) + toIntervalMonth(13) SETTINGS');
    await migrate(store, { ...defaultRetention, rawDays: 3 });
    expect(await ttl()).toContain('toIntervalDay(3)');
  });
});

describe('errors', () => {
  test('each has the code to act on', async () => {
    store = await fresh();
    await expect(open('test_1', 'wrong').query('SELECT 1')).rejects.toMatchObject({ code: 'access_denied' });
    await expect(store.query('SELECT * FROM no_such_table')).rejects.toMatchObject({ code: 'schema_missing' });
    await expect(store.query('SELEC 1')).rejects.toMatchObject({ code: 'store_rejected' });
    await expect(
      store.query('SELECT sleepEachRow(0.2) FROM numbers(30) SETTINGS max_block_size = 1', {}, { maxSeconds: 1 }),
    ).rejects.toMatchObject({ code: 'query_timeout' });
    await expect(store.insertBlock('flows', [Buffer.from('not a block')], 'bad')).rejects.toMatchObject({
      name: 'StoreError',
    });
    await expect(store.insertBlock('flows; DROP', [], 'x')).rejects.toMatchObject({ code: 'input_invalid' });
    expect(await number('count() AS n FROM flows')).toBe(0);
  });
});

describe('inserts', () => {
  beforeEach(async () => {
    store = await fresh();
  });
  const at = Date.UTC(2026, 4, 11, 10);

  test('columns that a batch leaves out are zero', async () => {
    await insertFlows(store, flowBlock([{ receivedMs: at, src: '1.1.1.1', dst: '10.0.0.5' }], 5, 3), 'a');
    const [row] = await store.query<Record<string, unknown>>(
      'SELECT toUnixTimestamp64Milli(received_ms)::Float64 AS at, src_addr, next_hop, vlan, queue_offset, queue_partition, trust FROM (SELECT *, src_vlan AS vlan FROM flows)',
    );
    expect(row).toEqual({
      at,
      src_addr: '::ffff:1.1.1.1',
      next_hop: '::',
      vlan: 0,
      queue_offset: '5',
      queue_partition: 3,
      trust,
    });
  });

  test('elements kept by name are a map of their row, in batches with and without them', async () => {
    const user = new ElementColumnBuilder();
    user.add(1, 'cisco:userName', 'ann');
    user.add(1, 'samplerName', 'é');
    const host = new ElementColumnBuilder();
    host.add(0, 'httpRequestHost', 'x'.repeat(300));
    const flow = (second: number): Flow => ({ receivedMs: at - 86_400_000 + second, src: '9.9.9.9', dst: '10.0.0.5' });
    const batches = [
      { ...flowBatch([flow(0), flow(1)]), elements: user.take(2) },
      flowBatch([flow(2)]),
      { ...flowBatch([flow(3)]), elements: host.take(1) },
    ];
    const origins = originColumns([origin(0, 0), origin(1, 0), origin(2, 0)]);
    await insertFlows(store, nativeBlock(flowColumns, batches, origins), 'elements');
    const rows = await store.query<{ elements: unknown }>(
      "SELECT elements FROM flows WHERE src_addr = toIPv6('9.9.9.9') ORDER BY received_ms",
    );
    expect(rows.map(({ elements }) => elements)).toEqual([
      {},
      { 'cisco:userName': 'ann', samplerName: 'é' },
      {},
      { httpRequestHost: 'x'.repeat(300) },
    ]);
  });

  test('a token sent again adds nothing: over two days, in the roll-ups, after a restart', async () => {
    const flows = flowBlock([
      { receivedMs: at, src: '1.1.1.1', dst: '10.0.0.5' },
      { receivedMs: at + 86_400_000, src: '1.1.1.1', dst: '10.0.0.5' },
    ]);
    const sums = sumBlock([
      { timeS: at / 1000, octets: 10 },
      { timeS: at / 1000 + 40 * 86_400, octets: 20 },
    ]);
    const once = { flows: 2, hours: 2, minutes: 30, fives: 30, sums: 30, ledger: 2 };
    for (let i = 0; i < 3; i++) {
      await insertFlows(store, flows, 'one');
      await insertSums(store, sums, 'one');
    }
    expect(await totals()).toEqual(once);
    server.child.kill('SIGKILL');
    await server.exited;
    server = await start();
    await insertFlows(store, flows, 'one');
    await insertSums(store, sums, 'one');
    expect(await totals()).toEqual(once);
    await insertFlows(store, flows, 'two');
    expect((await totals()).flows).toBe(4);
  });

  test('an insert that failed half-way is completed by its retry, and doubles nothing', async () => {
    for (const missing of ['interface_1m', 'interface_5m', 'interface_1h', 'sums_stored', 'flow_hours']) {
      const before = await totals();
      await store.command(`RENAME TABLE ${missing} TO away`);
      const flows = flowBlock([{ receivedMs: at, src: '1.1.1.1', dst: '10.0.0.5' }]);
      const sums = sumBlock([{ timeS: at / 1000, octets: 10 }]);
      const results = await Promise.allSettled([insertFlows(store, flows, missing), insertSums(store, sums, missing)]);
      expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(1);
      await store.command(`RENAME TABLE away TO ${missing}`);
      await insertFlows(store, flows, missing);
      await insertSums(store, sums, missing);
      const after = await totals();
      expect(Object.fromEntries(Object.entries(after).map(([key, value]) => [key, value - before[key]!]))).toEqual({
        flows: 1,
        hours: 1,
        minutes: 10,
        fives: 10,
        sums: 10,
        ledger: 1,
      });
    }
  });

  test('an insert larger than the usual block size is one block still', async () => {
    const rows = 1_200_000;
    const one = flowBatch([{ receivedMs: at, src: '1.1.1.1', dst: '10.0.0.5' }]);
    const chunks = nativeBlock(flowColumns, [{ ...one, rows }], originColumns([origin(1)]));
    for (let i = 0; i < 2; i++) await insertFlows(store, chunks, 'large');
    expect(await number('count() AS n FROM flows')).toBe(rows);
    expect(await number('sum(rows) AS n FROM flow_hours')).toBe(rows);
    expect(
      await number(
        "max(level) + count() AS n FROM system.parts WHERE database = currentDatabase() AND table = 'flows' AND active",
      ),
    ).toBe(1);
  });

  test('kill -9 of the server during inserts: every range is stored once', async () => {
    const rounds = 5;
    const ranges = 60;
    const rowsEach = 2000;
    const flows = Array.from({ length: rowsEach }, (_, i) => ({
      receivedMs: at + (i % 2) * 86_400_000,
      src: '1.1.1.1',
      dst: '10.0.0.5',
    }));
    const sums = Array.from({ length: 200 }, (_, i) => ({
      timeS: at / 1000 + i * 30,
      octets: 10,
      interface: 1 + (i % 20),
    }));
    let retries = 0;
    const untilDone = async (insert: () => Promise<void>): Promise<void> => {
      for (;;) {
        try {
          await insert();
          return;
        } catch (error) {
          expect((error as StoreError).code).toBe('store_unavailable');
          retries++;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
    };
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < ranges) {
        const range = next++;
        const token = `range:${range}`;
        await untilDone(() => insertFlows(store, flowBlock(flows, range), token));
        await untilDone(() => insertSums(store, sumBlock(sums, range), token));
      }
    };
    const done = Promise.all([worker(), worker(), worker()]);
    for (let round = 0; round < rounds && next < ranges; round++) {
      const from = next;
      while (next < Math.min(ranges, from + 8)) await new Promise((resolve) => setTimeout(resolve, 3 + round));
      server.child.kill('SIGKILL');
      await server.exited;
      server = await start();
    }
    await done;
    expect(retries).toBeGreaterThan(0);
    const octets = ranges * 200 * 10;
    expect(await totals()).toEqual({
      flows: ranges * rowsEach,
      hours: ranges * rowsEach,
      minutes: octets,
      fives: octets,
      sums: octets,
      ledger: ranges * 200,
    });
    const range = { partition: 0, firstOffset: 10, lastOffset: 10 };
    expect(await storedRows(store, 'flows', { ...range, fromMs: at, toMs: at + 86_400_000 })).toEqual([
      { offset: 10, part: 20260511, rows: rowsEach / 2 },
      { offset: 10, part: 20260512, rows: rowsEach / 2 },
    ]);
    expect(await storedRows(store, 'flows', { ...range, fromMs: at, toMs: at + 1000 })).toHaveLength(1);
    const lately = { fromMs: Date.now() - 3_600_000, toMs: Date.now() + 3_600_000 };
    expect(await storedRows(store, 'sums', { ...range, ...lately })).toEqual([{ offset: 10, part: 0, rows: 200 }]);
  });

  test('samples and events are stored as they were, and known by their place', async () => {
    const sample = {
      timeMs: at + 123,
      exporter: hub,
      interface: 4,
      metric: 'collector.heartbeats.count',
      value: 1.5,
      text: 'é ☎\0',
    };
    const event = { timeMs: at, exporter: hub, interface: 0, kind: 'exporter.heard', detail: '{"a":1}' };
    for (let i = 0; i < 2; i++) {
      await insertSamples(
        store,
        [
          { origin: origin(8, 2), samples: [sample] },
          { origin: origin(9, 2), samples: [] },
        ],
        's',
      );
      await insertEvents(store, [{ origin: origin(9, 2), events: [event, event] }], 's');
    }
    await insertSamples(store, [], 'nothing');
    const [row] = await store.query(
      'SELECT toUnixTimestamp64Milli(time)::Float64 AS at, metric, value, text, interface FROM samples',
    );
    expect(row).toEqual({ at: at + 123, metric: sample.metric, value: 1.5, text: sample.text, interface: 4 });
    const range = { partition: 2, firstOffset: 8, lastOffset: 9, fromMs: at, toMs: at + 123 };
    expect(await storedRows(store, 'samples', range)).toEqual([{ offset: 8, part: 202605, rows: 1 }]);
    expect(await storedRows(store, 'events', range)).toEqual([{ offset: 9, part: 202605, rows: 2 }]);
    expect(await storedRows(store, 'events', { ...range, partition: 3 })).toEqual([]);
    // Offsets of another log: other times.
    expect(await storedRows(store, 'events', { ...range, fromMs: at + 1, toMs: at + 2 })).toEqual([]);
    expect(await storedRows(store, 'flows', range)).toEqual([]);
  });
});

describe('names of numbers', () => {
  const at = Date.UTC(2026, 4, 11, 10);
  const named = (metric: string, value: number, text: string, agoS = 0, exporter = hub) => ({
    timeMs: at - agoS * 1000,
    exporter,
    interface: 0,
    metric,
    value,
    text,
  });

  test('are those that the exporter told last, with when it did', async () => {
    store = await fresh();
    const samples = [
      named('application.name', 0x0d_00_01_bb, 'ssl', 3600),
      named('application.name', 0x0d_00_01_bb, 'secure-http', 60),
      named('application.name', 0x0d_00_01_bb, 'secure-http'),
      named('application.name', 0x03_00_00_50, 'http'),
      named('vrf.name', 7, 'GUEST'),
      named('vrf.name', 7, 'other', 0, parseAddress('2001:db8::7')),
      named('vlan.name', 0, 'default'),
      // Of no use, or no name of a number.
      named('vrf.name', 8, ''),
      named('vrf.name', -1, 'negative'),
      named('vrf.name', Infinity, 'endless'),
      named('vrf.name', 2 ** 64, 'too large'),
      named('vrf.name', Number.NaN, 'none'),
      named('interface.name', 9, 'Gi0/9'),
    ];
    for (let i = 0; i < 2; i++) await insertSamples(store, [{ origin: origin(4), samples }], 'named');
    const scope = { trust, collector, exporter: hub };
    const atS = at / 1000;
    expect(await namesOf(store, { ...scope, kind: 'application' })).toEqual([
      { id: 0x03_00_00_50n, name: 'http', firstS: atS, lastS: atS },
      { id: 0x0d_00_01_bbn, name: 'secure-http', firstS: atS - 60, lastS: atS },
    ]);
    expect(await namesOf(store, { ...scope, kind: 'vrf' })).toEqual([
      { id: 7n, name: 'GUEST', firstS: atS, lastS: atS },
    ]);
    expect(await namesOf(store, { ...scope, kind: 'vlan' })).toMatchObject([{ id: 0n, name: 'default' }]);
    const other = { ...scope, exporter: parseAddress('2001:db8::7') };
    expect(await namesOf(store, { ...other, kind: 'vrf' })).toMatchObject([{ name: 'other' }]);
    expect(await namesOf(store, { ...scope, collector: 99, kind: 'vrf' })).toEqual([]);
  });

  test('are found by their number as a float, where that is all that is known of it', async () => {
    const large = 0x14_00_00_26_35_00_00_01n; // RFC 6759: engine 20, enterprise 9781
    await insertSamples(
      store,
      [{ origin: origin(5), samples: [named('application.name', Number(large), 'large')] }],
      'large',
    );
    const [found] = (await namesOf(store, { trust, collector, exporter: hub, kind: 'application' })).slice(-1);
    expect(found!.name).toBe('large');
    expect(Number(found!.id)).toBe(Number(large));
  });
});

describe('hourly traffic', () => {
  const hour = Date.UTC(2026, 4, 11, 10);
  const now = hour + 2 * 3_600_000;
  const made = (): Promise<Record<string, unknown>[]> =>
    store.query(
      `SELECT to_local, service_port, remote_as, toString(local_network) AS network, octets::Float64 AS octets, flows::Float64 AS flows
       FROM traffic_1h FINAL ORDER BY octets DESC`,
    );

  test('names service, remote AS and local network, and no host', async () => {
    store = await fresh();
    const flows: Flow[] = [
      { receivedMs: hour, src: '8.8.8.8', dst: '10.1.2.3', srcAs: 15_169, octets: 1000 },
      { receivedMs: hour + 5, src: '8.8.4.4', dst: '10.1.2.99', srcAs: 15_169, octets: 1000 },
      {
        receivedMs: hour,
        src: 'fd00:1:2:3:4:5:6:7',
        dst: '2001:db8::1',
        srcPort: 50_000,
        dstPort: 443,
        dstAs: 64_500,
        octets: 500,
      },
      {
        receivedMs: hour,
        src: '172.16.5.5',
        dst: '192.168.9.9',
        srcPort: 40_000,
        dstPort: 50_000,
        srcAs: 1,
        dstAs: 2,
        octets: 300,
      },
      { receivedMs: hour, src: '5.5.5.5', dst: '6.6.6.6', srcAs: 55, dstAs: 66, octets: 200 },
      // A running total, and a dropped packet: neither was carried.
      { receivedMs: hour, src: '10.1.2.3', dst: '8.8.8.8', octets: 1e6, counter: 1 },
      { receivedMs: hour, src: '10.1.2.3', dst: '8.8.8.8', octets: 1e6, counter: 3 },
    ];
    await insertFlows(store, flowBlock(flows), 'a');
    expect((await rollUpTraffic(store, hour + 3_600_000 + 60_000)).made).toEqual([]);
    expect((await rollUpTraffic(store, now)).made).toEqual([hour / 1000]);
    expect((await rollUpTraffic(store, now)).made).toEqual([]);
    expect(await made()).toEqual([
      { to_local: 1, service_port: 443, remote_as: 15_169, network: '::ffff:10.1.2.0', octets: 2000, flows: 2 },
      { to_local: 0, service_port: 443, remote_as: 64_500, network: 'fd00:1:2:3::', octets: 500, flows: 1 },
      { to_local: 0, service_port: 0, remote_as: 0, network: '::ffff:172.16.5.0', octets: 300, flows: 1 },
      { to_local: 0, service_port: 443, remote_as: 66, network: '::', octets: 200, flows: 1 },
    ]);
  });

  test('flows that come late have their hour made again, once', async () => {
    await insertFlows(
      store,
      flowBlock([{ receivedMs: hour + 9, src: '8.8.8.8', dst: '10.1.2.3', srcAs: 15_169, octets: 7 }]),
      'late',
    );
    expect((await rollUpTraffic(store, now)).made).toEqual([hour / 1000]);
    expect((await made())[0]).toMatchObject({ octets: 2007, flows: 3 });
    expect(await made()).toHaveLength(4);
  });

  test('is made even when raw flows are kept for one day', async () => {
    const other = await fresh();
    const flow: Flow = { receivedMs: hour, src: '8.8.8.8', dst: '10.1.2.3' };
    await insertFlows(other, flowBlock([flow]), 'a');
    expect((await rollUpTraffic(other, hour + 26 * 3_600_000, { rawDays: 1 })).made).toEqual([]);
    expect((await rollUpTraffic(other, now, { rawDays: 1 })).made).toEqual([hour / 1000]);
  });

  test('stops at once when its signal has aborted', async () => {
    await expect(rollUpTraffic(store, now, { signal: AbortSignal.abort() })).rejects.toThrow();
  });
});

describe("the estate's map", () => {
  const at = Math.floor(Date.UTC(2026, 4, 11, 10) / 1000);
  const hourOf = { fromS: at, toS: at + 3600, stepS: 3600 };
  const shown = async (circuit: number): Promise<number | null> =>
    (await trafficSeries(store, { trust, circuit }, hourOf)).inBps[0]!;

  test('a mapping made after the data came shows that data', async () => {
    store = await fresh();
    await addSums([{ timeS: at, octets: 4500 }]);
    expect(await shown(101)).toBeNull();
    await publish(circuitRow());
    expect(await shown(101)).toBe(10);
  });

  test('publishing the same again changes nothing; an empty map is a map', async () => {
    const map = {
      circuits: [circuitRow(), circuitRow({ interface: 2 })],
      academyNames: [{ id: 7, name: "St Mary's \\ é" }],
      circuitNames: [],
    };
    expect(await publishEstateMap(store, map)).toMatchObject({ changed: true });
    expect(await publishEstateMap(store, { ...map, circuits: map.circuits.toReversed() })).toMatchObject({
      changed: false,
    });
    expect(await store.query("SELECT dictGet('academy_name', 'name', 7::UInt32) AS name")).toEqual([
      { name: "St Mary's \\ é" },
    ]);
    await publish();
    expect(await shown(101)).toBeNull();
    await publish(circuitRow());
    expect(await shown(101)).toBe(10);
    expect(await number('uniq(version) AS n FROM circuit_map')).toBeLessThanOrEqual(2);
  });

  test('an interface belongs to a circuit only while it does', async () => {
    await publish(circuitRow({ validToS: at }), circuitRow({ circuit: 102, validFromS: at }));
    await addSums([{ timeS: at - 60, octets: 450 }]);
    expect(await shown(101)).toBeNull();
    expect(await shown(102)).toBe(10);
    const before = await trafficSeries(store, { trust, circuit: 101 }, { fromS: at - 3600, toS: at, stepS: 3600 });
    expect(before.inBps).toEqual([1]);
  });

  test('rows that cannot be are refused before anything is written', async () => {
    const versions = await number('max(version) AS n FROM circuit_map');
    await expect(publish(circuitRow({ circuit: 0 }))).rejects.toMatchObject({ code: 'input_invalid' });
    await expect(publish(circuitRow({ validFromS: 9, validToS: 9 }))).rejects.toMatchObject({ code: 'input_invalid' });
    await expect(publish(circuitRow({ exporter: new Uint8Array(4) }))).rejects.toMatchObject({ code: 'input_invalid' });
    await expect(publish(circuitRow({ interface: -1 }))).rejects.toMatchObject({ code: 'input_invalid' });
    expect(await number('max(version) AS n FROM circuit_map')).toBe(versions);
  });

  test('another password, after a restart, reaches the dictionaries', async () => {
    await publish(circuitRow());
    const changed = {
      directory: path.join(directory, 'ch'),
      port,
      user: 'linewatch',
      password: 'another',
      memoryBytes: 2e9,
    };
    await server.stop();
    server = await startClickHouse(changed);
    const { database } = store;
    store = open(database);
    await migrate(store, kept);
    expect(await shown(101)).toBe(10);
    await server.stop();
    server = await start();
    store = open(database);
    await migrate(store, kept);
    expect(await shown(101)).toBe(10);
  });
});

describe('traffic', () => {
  const at = Math.floor(Date.UTC(2026, 4, 11, 10) / 1000);
  const other = parseAddress('10.9.0.2');

  beforeAll(async () => {
    store = await fresh();
    await publish(
      circuitRow(),
      circuitRow({ exporter: other, interface: 5, circuit: 102, downloadSide: 1 }),
      circuitRow({ exporter: other, interface: 6, circuit: 103, academy: 8 }),
    );
  });

  test('octets count times the sampling rate, download by the side that the estate names', async () => {
    await addSums([
      { timeS: at, octets: 600, rate: 1 },
      { timeS: at + 30, octets: 15, rate: 100 },
      { timeS: at, octets: 300, side: 1 },
      { timeS: at + 120, octets: 900, exporter: other, interface: 5, side: 1 },
    ]);
    const first = await trafficSeries(store, { trust, circuit: 101 }, { fromS: at, toS: at + 180, stepS: 60 });
    expect(first).toEqual({ startS: at, stepS: 60, inBps: [280, null, null], outBps: [40, null, null] });
    const second = await trafficSeries(store, { trust, circuit: 102 }, { fromS: at, toS: at + 180, stepS: 60 });
    expect(second).toMatchObject({ inBps: [null, null, 120], outBps: [null, null, 0] });
  });

  test("an academy is its circuits' sum", async () => {
    const academy = await trafficSeries(store, { trust, academy: 7 }, { fromS: at, toS: at + 180, stepS: 60 });
    expect(academy).toMatchObject({ inBps: [280, null, 120], outBps: [40, null, 0] });
  });

  test('an exporter that is heard and tells nothing of an interface says 0; one that is not heard, nothing', async () => {
    const idle = await trafficSeries(store, { trust, circuit: 103 }, { fromS: at, toS: at + 180, stepS: 60 });
    expect(idle).toMatchObject({ inBps: [null, null, 0], outBps: [null, null, 0] });
  });

  test('what was observed at the interface counts alone; what was inferred, where nothing was observed', async () => {
    const later = at + 7200;
    await addSums([
      { timeS: later, octets: 600 },
      { timeS: later, octets: 570, basis: 1 },
      { timeS: later + 3600, octets: 570, basis: 1 },
    ]);
    const range = { fromS: later, toS: later + 7200, stepS: 3600 };
    const { inBps } = await trafficSeries(store, { trust, circuit: 101 }, range);
    expect(inBps.map((bps) => (bps! * 3600) / 8)).toEqual([600, 570]);
  });

  test('every roll-up tells the same octets', async () => {
    const fromS = Math.floor(at / 21_600) * 21_600;
    for (const stepS of [60, 300, 900, 3600, 21_600]) {
      const { inBps } = await trafficSeries(store, { trust, circuit: 101 }, { fromS, toS: fromS + 43_200, stepS });
      const octets = inBps.reduce<number>((sum, bps) => sum + ((bps ?? 0) * stepS) / 8, 0);
      expect([stepS, Math.round(octets)]).toEqual([stepS, 2100 + 600 + 570]);
    }
  });

  test('the mean of a step that is not over is over what has passed of it', async () => {
    const { inBps } = await trafficSeries(store, { trust, circuit: 101 }, { fromS: at, toS: at + 900, stepS: 3600 });
    expect(inBps).toEqual([(2100 * 8) / 900]);
  });

  test('the last hour of all at once is what each shows by itself', async () => {
    const now = at + 240;
    const { startS, circuits, academies } = await lastHour(store, trust, now * 1000 + 500);
    expect(startS).toBe(now - 3600);
    const range = { fromS: startS, toS: now, stepS: 60 };
    for (const { id, inBps, outBps } of circuits)
      expect({ id, ...(await trafficSeries(store, { trust, circuit: id }, range)) }).toMatchObject({ inBps, outBps });
    for (const { id, inBps, outBps } of academies)
      expect({ id, ...(await trafficSeries(store, { trust, academy: id }, range)) }).toMatchObject({ inBps, outBps });
    expect(circuits.map(({ id }) => id).sort()).toEqual([101, 102, 103]);
    expect(academies.map(({ id }) => id).sort()).toEqual([7, 8]);
  });

  test('last seen is found near and far back', async () => {
    const near = await lastSeen(store, trust, (at + 10_860) * 1000);
    expect(near.sort((a, b) => a.circuit - b.circuit)).toEqual([
      { circuit: 101, academy: 7, lastSeenS: at + 10_860 },
      { circuit: 102, academy: 7, lastSeenS: at + 180 },
    ]);
    const far = await lastSeen(store, trust, (at + 90 * 86_400) * 1000);
    expect(far.map(({ lastSeenS }) => lastSeenS).sort()).toEqual([at + 3600, at + 14_400]);
  });

  test('interfaces that no circuit names are listed, busiest first, by their names', async () => {
    const timeS = at + 30 * 86_400;
    await addSums([
      { timeS, octets: 500, interface: 40 },
      { timeS, octets: 9000, interface: 41, rate: 2 },
      { timeS, octets: 100, interface: 1 },
    ]);
    const name = {
      timeMs: timeS * 1000,
      exporter: hub,
      interface: 40,
      metric: 'interface.name',
      value: 0,
      text: 'Gi0/40',
    };
    await insertSamples(store, [{ origin: origin(1), samples: [name] }], 'names-40');
    const found = await unmappedInterfaces(store, trust, (timeS + 60) * 1000);
    const common = { trust, collector, exporter: hubAddress, lastSeenS: timeS + 60, outOctets: 0, outBps: 0 };
    expect(found).toEqual([
      { ...common, interface: 41, name: '', inOctets: 18_000, inBps: 2400 },
      { ...common, interface: 40, name: 'Gi0/40', inOctets: 500, inBps: 500 / 7.5 },
    ]);
    expect(await unmappedInterfaces(store, trust, (timeS + 60) * 1000, 1)).toHaveLength(1);
    await addSums([{ timeS: timeS + 7200, octets: 1, exporter: parseAddress('2001:db8::ffff:1') }]);
    expect((await unmappedInterfaces(store, trust, (timeS + 7260) * 1000))[0]!.exporter).toBe('2001:db8::ffff:1');
  });

  test('names are resolved to the indexes that bore them', async () => {
    const named = (timeS: number, index: number, text: string) => ({
      timeMs: timeS * 1000,
      exporter: other,
      interface: index,
      metric: 'interface.alias',
      value: 0,
      text,
    });
    await insertSamples(
      store,
      [{ origin: origin(2), samples: [named(at, 5, 'uplink'), named(at + 60, 5, 'uplink')] }],
      'n1',
    );
    await insertSamples(store, [{ origin: origin(3), samples: [named(at + 900, 9, 'uplink')] }], 'n2');
    const uplinks = (await resolveInterfaces(store, trust)).filter(({ name }) => name === 'uplink');
    expect(uplinks.map((each) => [each.interface, each.validFromS, each.validToS, each.kind])).toEqual([
      [5, 0, at + 900, 'alias'],
      [9, at + 900, openEndS, 'alias'],
    ]);
  });
});

describe('95th percentile', () => {
  const { fromS } = monthRange('2026-03');
  const now = fromS + 20 * 86_400;
  /** Octets of each 5-minute step: pseudo-random, with steps of nothing. */
  const octetsAt = (i: number): number => (i % 7 === 0 ? 0 : 300 + ((i * 7919) % 5003) * 75);

  /** Nearest rank: the smallest sample that at least 95 % of them do not exceed. */
  const nearestRank = (samples: readonly number[]): number =>
    samples.toSorted((a, b) => a - b)[Math.ceil((95 * samples.length) / 100) - 1]!;

  test('is of counters alone where they tell of whole steps, and says so', async () => {
    store = await fresh();
    await publish(circuitRow());
    const counted = (timeS: number, octets: number, seconds: number): Sum => ({
      timeS,
      octets,
      basis: 2,
      flows: seconds * 1000,
    });
    // Whole: the counter, though flows (sampled) say more. A part of it: the greater of the two.
    await addSums([counted(fromS, 6000, 300), { timeS: fromS, octets: 90, rate: 100 }]);
    await addSums([counted(fromS + 300, 3000, 300)]);
    expect(await percentile95(store, { trust, circuit: 101 }, fromS, fromS + 600)).toMatchObject({
      inBps: 160,
      samples: 2,
      counted: 2,
    });
    await addSums([counted(fromS + 600, 300, 30), { timeS: fromS + 600, octets: 7500, basis: 1 }]);
    await addSums([counted(fromS + 900, 9000, 200), { timeS: fromS + 900, octets: 60 }]);
    expect(await percentile95(store, { trust, circuit: 101 }, fromS, fromS + 1200)).toMatchObject({
      inBps: 240,
      peakInBps: 240,
      samples: 4,
      counted: 2,
    });
    const series = await trafficSeries(store, { trust, circuit: 101 }, { fromS, toS: fromS + 1200, stepS: 300 });
    expect(series.inBps).toEqual([160, 80, 200, 240]);
    await refreshPercentiles(store, '2026-03', (fromS + 1200) * 1000);
    const [month] = await monthPercentiles(store, trust, '2026-03', '2026-03');
    expect(month).toMatchObject({ inP95Bps: 240, inPeakBps: 240, samples: 4 });
  });

  test('is of flows where a counter stands still and they say what passed', async () => {
    store = await fresh();
    await publish(circuitRow());
    const still = (timeS: number): Sum => ({ timeS, octets: 0, basis: 2, flows: 300_000 });
    await addSums([still(fromS), { timeS: fromS, octets: 90, rate: 100 }, still(fromS + 300)]);
    const toS = fromS + 600;
    expect(await percentile95(store, { trust, circuit: 101 }, fromS, toS)).toMatchObject({
      inBps: 240,
      samples: 2,
      counted: 1,
    });
    const series = await trafficSeries(store, { trust, circuit: 101 }, { fromS, toS, stepS: 300 });
    expect(series.inBps).toEqual([240, 0]);
    await refreshPercentiles(store, '2026-03', toS * 1000);
    expect(await monthPercentiles(store, trust, '2026-03', '2026-03')).toMatchObject([{ inP95Bps: 240, samples: 2 }]);
  });

  test('is the nearest rank over the steps in which the exporter was heard', async () => {
    store = await fresh();
    await publish(circuitRow());
    const sums: Sum[] = [];
    const samples: number[] = [];
    for (let i = 0; i < 1000; i++) {
      const timeS = fromS + i * 300;
      if (i % 10 === 3) continue; // not heard
      samples.push((octetsAt(i) * 8) / 300);
      if (octetsAt(i) > 0) sums.push({ timeS, octets: octetsAt(i) });
      sums.push({ timeS, octets: 1, interface: 2 });
    }
    await addSums(sums);
    const toS = fromS + 300_000;
    expect(await percentile95(store, { trust, circuit: 101 }, fromS, toS)).toEqual({
      inBps: nearestRank(samples),
      outBps: 0,
      peakInBps: Math.max(...samples),
      peakOutBps: 0,
      samples: 900,
      counted: 0,
      gaps: 100,
    });
    for (const steps of [1, 2, 3, 19, 20, 21, 60]) {
      const heard = Array.from({ length: steps }, (_, i) => i).filter((i) => i % 10 !== 3);
      const { inBps } = await percentile95(store, { trust, academy: 7 }, fromS, fromS + steps * 300);
      expect([steps, inBps]).toEqual([steps, nearestRank(heard.map((i) => (octetsAt(i) * 8) / 300))]);
    }
    const none = await percentile95(store, { trust, circuit: 999 }, fromS, toS);
    expect(none).toMatchObject({ inBps: null, samples: 0, gaps: 1000 });
  });

  test("the month's table says the same as its range, and is made again as data comes", async () => {
    const month = monthOf(now * 1000);
    expect(month).toBe('2026-03');
    for (let round = 0; round < 2; round++) {
      await refreshPercentiles(store, month, now * 1000);
      const range = await percentile95(store, { trust, circuit: 101 }, fromS, now);
      expect(await monthPercentiles(store, trust, month, month)).toEqual([
        {
          month,
          circuit: 101,
          inP95Bps: Math.round(range.inBps!),
          outP95Bps: Math.round(range.outBps!),
          inPeakBps: Math.round(range.peakInBps!),
          outPeakBps: Math.round(range.peakOutBps!),
          samples: range.samples,
          gaps: range.gaps,
        },
      ]);
      await addSums(
        Array.from({ length: 500 }, (_, i) => ({
          timeS: fromS + 400_000 + i * 300,
          octets: 5e6 + i,
          side: (i & 1) as 0 | 1,
        })),
      );
      await addSums([{ timeS: fromS + 400_000, octets: 9e6, basis: 1 }]);
    }
  });

  test('the month ends with its last step in Europe/London', async () => {
    const { toS } = monthRange('2026-03');
    await addSums([
      { timeS: toS - 1, octets: 1e9 },
      { timeS: toS, octets: 8e9 },
    ]);
    await refreshPercentiles(store, '2026-03', (toS + 86_400) * 1000);
    await refreshPercentiles(store, '2026-04', (toS + 86_400) * 1000);
    const [march, april] = await monthPercentiles(store, trust, '2026-03', '2026-04');
    expect(march).toMatchObject({ month: '2026-03', inPeakBps: Math.round((1e9 * 8) / 300) });
    expect(march!.samples + march!.gaps).toBe(743 * 12);
    expect(april).toMatchObject({ month: '2026-04', inPeakBps: Math.round((8e9 * 8) / 300), samples: 1 });
  });
});
