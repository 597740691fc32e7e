/** No query may answer with what is another trust's: looked for in the statements as they are sent. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { createLogger } from '@linewatch/service';
import { describe, expect, test } from 'vitest';
import type { Params, Store } from '../store.ts';
import { namesOf } from './element-names.ts';
import { firstSeen } from './first-seen.ts';
import { fiveMinuteMeans } from './five-minutes.ts';
import { resolveInterfaces, unmappedInterfaces } from './interfaces.ts';
import { measured } from './measured.ts';
import { lastHour, lastSeen } from './overview.ts';
import { monthPercentiles, refreshPercentiles } from './percentile-month.ts';
import { percentile95 } from './percentile.ts';
import { readsOf } from './testing.ts';
import { rollUpTraffic } from './traffic-hours.ts';
import { trafficSeries } from './traffic.ts';

const trust = 4_000_000_001;
const nowMs = Date.UTC(2026, 4, 11, 10, 30);
const fromS = Date.UTC(2026, 4, 11, 9) / 1000;
const toS = fromS + 3600;

/** Keeps what it is asked; `rows` are the answer to everything. */
function recorder(rows: readonly object[] = []) {
  const sent: { sql: string; params: Params }[] = [];
  const keep = (sql: string, params: Params = {}): void => void sent.push({ sql, params });
  const store: Store = {
    database: 'd',
    user: 'u',
    password: 'p',
    logger: createLogger('test', 'silent'),
    query: <Row>(sql: string, params?: Params) => {
      keep(sql, params);
      return Promise.resolve([...rows] as Row[]);
    },
    command: (sql, params) => {
      keep(sql, params);
      return Promise.resolve();
    },
    insertBlock: () => Promise.reject(new Error('a query writes no block')),
    ping: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  return { store, sent };
}

/** Every query that is answered to someone, each way that it can be asked. */
const asked: Readonly<Record<string, readonly ((store: Store) => Promise<unknown>)[]>> = {
  trafficSeries: [60, 300, 3600].flatMap((stepS) => [
    (store) => trafficSeries(store, { trust, circuit: 1 }, { fromS, toS, stepS }),
    (store) => trafficSeries(store, { trust, academy: 1 }, { fromS, toS, stepS }),
  ]),
  percentile95: [
    (store) => percentile95(store, { trust, circuit: 1 }, fromS, toS),
    (store) => percentile95(store, { trust, academy: 1 }, fromS, toS),
  ],
  measured: [
    (store) =>
      measured(
        store,
        trust,
        [{ kind: 'probe', collector: 1, exporter: '::', name: 'icmp://192.0.2.1' }],
        nowMs,
        nowMs + 1,
      ),
  ],
  fiveMinuteMeans: [
    async (store) => {
      for await (const { circuit } of fiveMinuteMeans(store, trust, [1, 2], fromS, toS))
        expect(circuit).toBeLessThan(3);
    },
  ],
  lastHour: [(store) => lastHour(store, trust, nowMs)],
  lastSeen: [(store) => lastSeen(store, trust, nowMs)],
  unmappedInterfaces: [(store) => unmappedInterfaces(store, trust, nowMs)],
  firstSeen: [(store) => firstSeen(store, trust, [{ collector: 1, exporter: '192.0.2.1', interface: 2 }])],
  resolveInterfaces: [(store) => resolveInterfaces(store, trust)],
  monthPercentiles: [(store) => monthPercentiles(store, trust, '2026-04', '2026-05')],
  namesOf: [(store) => namesOf(store, { trust, collector: 1, exporter: new Uint8Array(16), kind: 'application' })],
};

/** What works over everything that is stored, and answers nobody: each trust's rows are made from its own. */
const chores: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  rollUpTraffic: (store) => rollUpTraffic(store, nowMs),
  refreshPercentiles: (store) => refreshPercentiles(store, '2026-05', nowMs),
};

/** Functions that send nothing: parts of statements, and what is made of answers. */
const silent = new Set(['rollUpFor', 'countedMs', 'octetsByBasis', 'mapped', 'octetsOf', 'heardBy', 'scopeParams']);
for (const name of ['resolveNames', 'monthRange', 'monthOf']) silent.add(name);

/** Tables about the queue and the work itself, without a row that is anyone's. */
const bookkeeping = new Set(['flow_hours', 'traffic_hours']);

const limit = 'trust = {trust:UInt32}';

/** Why a statement might answer with another trust's data. */
function leaks(sql: string): string[] {
  const { reads, lookUps } = readsOf(sql);
  return [
    ...reads
      .filter(({ tables, conditions }) => tables.length !== 1 || !conditions.includes(limit))
      .map(({ tables }) => tables.join(' ')),
    ...lookUps.filter(({ key }) => !key.startsWith('(trust ,')).map(({ key }) => key),
  ];
}

test('every function of the queries is known here', async () => {
  const files = readdirSync(import.meta.dirname).filter((name) => /^(?!testing).*(?<!\.test)\.ts$/.test(name));
  expect(files.length).toBeGreaterThan(6);
  const found = new Set<string>();
  for (const file of files) {
    const module = (await import(path.join(import.meta.dirname, file))) as Record<string, unknown>;
    for (const [name, value] of Object.entries(module)) if (typeof value === 'function') found.add(name);
  }
  expect([...found].sort()).toEqual([...Object.keys(asked), ...Object.keys(chores), ...silent].sort());
});

describe.each(Object.entries(asked))('%s', (_name, ways) => {
  test('reads nothing but the rows of the trust that it is asked for', async () => {
    for (const way of ways) {
      const { store, sent } = recorder();
      await way(store);
      expect(sent.length).toBeGreaterThan(0);
      for (const { sql, params } of sent) {
        expect(readsOf(sql).reads.length).toBeGreaterThan(0);
        expect(leaks(sql)).toEqual([]);
        expect(params['trust']).toBe(trust);
      }
    }
  });
});

describe.each(Object.entries(chores))('%s', (_name, run) => {
  test('adds up rows of one trust only', async () => {
    const { store, sent } = recorder([{ at: fromS, rows: '1' }]);
    await run(store);
    const reads = sent.flatMap(({ sql }) => readsOf(sql).reads);
    const own = reads.filter(({ tables }) => !tables.every((table) => bookkeeping.has(table)));
    expect(own.length).toBeGreaterThan(0);
    for (const { tables, groupBy } of own) {
      expect(tables).toHaveLength(1);
      expect(groupBy).toMatch(/^trust , collector , exporter\b/);
    }
  });
});

test.each([
  ['nothing', 'SELECT a FROM t', ['t']],
  ['another condition', 'SELECT a FROM t WHERE trust = 1', ['t']],
  ['a comment', `SELECT a FROM t WHERE b = 1 -- AND ${limit}\n`, ['t']],
  ['a comment of another kind', `SELECT a FROM t WHERE b = 1 /* AND ${limit} */`, ['t']],
  ['text', `SELECT a FROM t WHERE b = ' AND ${limit} AND '`, ['t']],
  ['an alternative', `SELECT a FROM t WHERE ${limit} OR b = 1`, ['t']],
  ['its opposite', `SELECT a FROM t WHERE NOT ${limit}`, ['t']],
  ['a bracket of alternatives', `SELECT a FROM t WHERE (${limit} OR b = 1) AND c = 2`, ['t']],
  ['what is found only', `SELECT a FROM t GROUP BY a HAVING ${limit}`, ['t']],
  ['a SELECT around it', `SELECT a FROM (SELECT a, trust FROM t) WHERE ${limit}`, ['t']],
  ['one of two', `SELECT a FROM t WHERE ${limit} UNION ALL SELECT a FROM u WHERE b = 1`, ['u']],
  ['one of a join', `SELECT a FROM t JOIN u USING (x) WHERE ${limit}`, ['t u']],
  ['one of a list', `SELECT a FROM t, u WHERE ${limit}`, ['t , ']],
  ['the outer one', `SELECT a FROM t WHERE ${limit} AND b IN (SELECT b FROM u)`, ['u']],
  ['another key', `SELECT dictGet('d', 'a', (collector, x)) FROM t WHERE ${limit}`, ['(collector , x)']],
])('a statement limited by %s is found out', (_what, sql, expected) => {
  expect(leaks(sql).map((each) => each.trim())).toEqual(expected.map((each) => each.trim()));
});

test('a limited one passes, however it is laid out', () => {
  expect(
    leaks(`WITH (SELECT max(a) FROM u WHERE ${limit} AND a BETWEEN 1 AND 2) AS m
      SELECT dictGetOrDefault('d', ('a', 'b'), (trust, x), time, (0, 0)) FROM (SELECT * FROM t WHERE b = 'it''s' AND
        trust   =
        {trust:UInt32} AND NOT has([1], c) GROUP BY a) AS s LEFT JOIN (SELECT a FROM v WHERE ${limit}) AS w USING (a)`),
  ).toEqual([]);
});
