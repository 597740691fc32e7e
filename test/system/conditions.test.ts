/** Rules that are no incidents, and what rules would have done: over a real estate and real stored telemetry. */
import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Alert } from '@linewatch/alerting';
import { type AlertRuleBody, type Change, type Kind, type RuleKind, defaultRule } from '@linewatch/contract';
import { type Actor, type Estate, type StoredInterval, createEstate } from '@linewatch/estate';
import { slaEstates } from '@linewatch/figures';
import { createSumColumns, labelKey, nativeBlock, parseAddress, sumColumns } from '@linewatch/record';
import { createLogger } from '@linewatch/service';
import {
  type Store,
  createStore,
  fiveMinuteMeans,
  insertSums,
  migrate,
  openEndS,
  originColumns,
  publishEstateMap,
} from '@linewatch/store';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storedTelemetry } from '../../apps/api/src/telemetry.ts';
import { createPreview } from '../../apps/api/src/alerts/preview/preview.ts';
import { startClickHouse } from '../../apps/linewatch/src/engines/clickhouse.ts';
import { freePort } from '../../apps/linewatch/src/engines/engine.ts';
import { startPostgres } from '../../apps/linewatch/src/engines/postgres.ts';
import { createConditions } from '../../apps/notifier/src/conditions/create.ts';
import type { FiveMinuteSource } from '../../apps/notifier/src/conditions/weekly.ts';
import { Subjects } from '../../apps/notifier/src/subjects.ts';
import { temporaryDirectory, until } from '../support/system.ts';

const trust = 'north';
const actor: Actor = { account: null, name: 'Set-up', via: 'command', address: null };
const logger = createLogger('conditions', 'silent');
const minute = 60_000;
const hour = 60 * minute;
const week = 7 * 24 * hour;
/** A Tuesday; the week before ended on the Monday. */
const now = Date.UTC(2026, 10, 10, 9);
const monday = Date.UTC(2026, 10, 9);
const hub = parseAddress('10.9.0.1');
const M = 1e6;

const create = (kind: Kind, id: string, values: object): Change => ({
  ...{ kind, id, op: 'create' },
  values: { id, name: id, ...values },
});
const line = { academy: 'ash', provider: 'fibre', contract: 'lines', committed: { down: '100M', up: '100M' } };
const records: readonly Change[] = [
  create('provider', 'fibre', { name: 'Example Fibre' }),
  create('contract', 'lines', {
    ...{ provider: 'fibre', end: '2026-12-31', noticeMonths: 1, rolling: 'yearly' },
    sla: { target: 99.9, fixHours: { total: 1 }, starts: 'detected' },
  }),
  create('academy', 'ash', { name: 'Ash Academy' }),
  create('circuit', 'ash-1', { ...line, name: 'Ash primary', role: 'primary' }),
  create('circuit', 'ash-2', { ...line, name: 'Ash backup', role: 'backup' }),
];

const part = (fromMs: number, toMs: number | null, state: StoredInterval['state'] = 'up'): StoredInterval => ({
  ...{ fromMs, toMs, state, evidence: [] },
  cause: state === 'down' ? 'link' : 'none',
});
const october = { fromMs: Date.UTC(2026, 9, 15, 9), toMs: Date.UTC(2026, 9, 15, 11) };
const downMs = now - 50 * minute;
/** Half an hour at 98 Mbit/s, in which 15 minutes are over 90. */
const burst = { fromMs: Date.UTC(2026, 9, 14, 10), toMs: Date.UTC(2026, 9, 14, 10, 30) };

const stops: (() => unknown)[] = [];
let estate: Estate;
let store: Store;
let rows: ReadonlyMap<string, number>;

/** 40 Mbit/s in the first of 13 weeks, and 2 more in each that follows. */
async function fillStore(circuit: number, academy: number): Promise<void> {
  await publishEstateMap(store, {
    circuits: [
      {
        ...{ trust: labelKey(trust), collector: labelKey('main'), exporter: hub, interface: 1 },
        ...{ validFromS: 0, validToS: openEndS, circuit, academy, downloadSide: 0 as const },
        ...{ committedInBps: 100 * M, committedOutBps: 100 * M },
      },
    ],
    academyNames: [],
    circuitNames: [],
  });
  for (let i = 0; i < 13; i++) {
    const columns = createSumColumns(2016);
    const { arrays } = columns;
    for (let at = 0; at < 2016; at++) {
      const timeMs = monday - (13 - i) * week + at * 5 * minute;
      const rate = timeMs >= burst.fromMs && timeMs < burst.toMs ? 98 * M : (40 + 2 * i) * M;
      arrays.time_s[at] = timeMs / 1000;
      arrays.width_s[at] = 60;
      columns.bytes[2]!.set(hub, at * 16);
      arrays.interface[at] = 1;
      arrays.sampling_rate[at] = 1;
      arrays.octets[2 * at] = (rate * 300) / 8;
      arrays.packets[2 * at] = arrays.flows[at] = 1;
    }
    const batch = {
      ...{ schemaVersion: 1, trust, collector: 'main', epoch: 1, sequence: i },
      rows: 2016,
      columns: columns.bytes,
    };
    const origin = { trust: labelKey(trust), collector: labelKey('main'), queuePartition: 0, queueOffset: i };
    await insertSums(store, nativeBlock(sumColumns, [batch], originColumns([origin])), `sums:${i}`);
  }
}

async function fillEstate(): Promise<void> {
  const { trusts } = await estate.snapshot();
  const [one, two] = [rows.get('ash-1')!, rows.get('ash-2')!];
  const outage = (key: string, startedMs: number, endedMs: number | null) => ({
    ...{
      key,
      trust: trusts[0]!.id,
      kind: 'outage' as const,
      state: endedMs === null ? ('open' as const) : ('resolved' as const),
    },
    ...{ severity: 'critical' as const, title: 'Ash primary is down', cause: 'link', circuit: one, academy: null },
    ...{ provider: null, parent: null, startedMs, endedMs, detectedMs: startedMs, resolvedMs: endedMs, flaps: 0 },
    ...{ backupCarried: false, maintenance: false },
  });
  const startMs = Date.UTC(2026, 8, 1);
  await estate.watching.commit(await estate.watching.claim('test'), {
    ...{ positions: [], quality: [], entries: [] },
    states: [one, two].map((circuit) => ({
      ...{ circuit, state: circuit === one ? 'down' : 'up', cause: circuit === one ? 'link' : 'none' },
      ...{ sinceMs: circuit === one ? downMs : startMs, seenMs: now, snapshot: new Uint8Array(1) },
    })),
    intervals: [
      {
        circuit: one,
        fromMs: startMs,
        intervals: [
          part(startMs, october.fromMs),
          part(october.fromMs, october.toMs, 'down'),
          part(october.toMs, downMs),
          part(downMs, null, 'down'),
        ],
      },
      { circuit: two, fromMs: startMs, intervals: [part(startMs, null)] },
    ],
    incidents: [outage('october', october.fromMs, october.toMs), outage('now', downMs, null)],
  });
  // Full for 20 minutes; a row of a circuit that is not there is passed over.
  const use = (circuit: number, bps: number) => ({
    ...{ circuit, minuteMs: now - 3 * minute, outBps: Array<number>(20).fill(M) },
    inBps: Array<number>(20).fill(bps),
  });
  await estate.measured.keepUsage([use(two, 97 * M), use(one, 50 * M), use(9999, 1)]);
  await estate.measured.keepCertificates([
    { circuit: two, target: 'https://192.0.2.1/', expiresMs: now + 10 * 24 * hour, seenMs: now - hour },
    { circuit: two, target: 'https://192.0.2.2/', expiresMs: now + 90 * 24 * hour, seenMs: now - hour },
  ]);
}

beforeAll(async () => {
  const directory = temporaryDirectory('conditions');
  stops.push(() => rmSync(directory, { recursive: true, force: true }));
  const [postgres, clickhouse] = await Promise.all([
    startPostgres({
      ...{ directory: path.join(directory, 'postgres'), port: await freePort() },
      ...{ user: 'linewatch', password: 'correct horse' },
    }),
    startClickHouse({
      ...{ directory: path.join(directory, 'ch'), port: await freePort() },
      ...{ user: 'linewatch', password: 'correct horse', memoryBytes: 2e9 },
    }),
  ]);
  stops.push(
    () => postgres.stop(),
    () => clickhouse.stop(),
  );
  estate = createEstate({ url: postgres.url, logger, clock: () => now });
  stops.push(() => estate.close());
  const { url, user, password } = clickhouse;
  store = createStore({ url, user, password, database: 'conditions', logger });
  stops.push(() => store.close());
  await Promise.all([estate.migrate(), migrate(store, { rawDays: 10_000, rollupMonths: 400, hourYears: 40 })]);
  expect((await estate.records.apply(actor, records, { trust, trustName: 'North Trust' })).problems).toEqual([]);
  const snapshot = await estate.snapshot();
  rows = new Map(snapshot.circuits.map(({ slug, id }) => [slug, id]));
  await fillEstate();
  await fillStore(rows.get('ash-1')!, snapshot.academies[0]!.id);
});
afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
});

const stored: FiveMinuteSource = async (label, circuit, fromS, toS, signal) => {
  for await (const means of fiveMinuteMeans(store, labelKey(label), [circuit], fromS, toS, { signal })) return means;
  throw new Error('no means');
};

async function conditions(fiveMinutes: FiveMinuteSource, of: Estate = estate, healthUrls: readonly string[] = []) {
  const subjects = new Subjects({
    snapshot: await estate.snapshot(),
    records: new Map([[trust, (await estate.records.all(trust)).records]]),
  });
  const setup = await estate.notifying.setup();
  const stopped = new AbortController();
  stops.push(() => stopped.abort());
  let firing: readonly Alert[] = [];
  let failures = 0;
  const made = createConditions(fiveMinutes)({
    ...{ estate: of, subjects: () => subjects, setup: () => setup, healthUrls, logger, signal: stopped.signal },
    firing: () => firing,
    onFailed: () => failures++,
  });
  return {
    at: async (nowMs: number) => (firing = await made.evaluate(nowMs)),
    unknown: () => [...made.unknown!],
    failures: () => failures,
  };
}
const brief = (alerts: readonly Alert[]): string[] => alerts.map(({ rule, title }) => `${rule}: ${title}`).sort();

const found = [
  'budget-burn: Ash primary: the error budget burns fast',
  'capacity-forecast: Ash primary will be full (download)',
  'dates: Ash backup: a certificate runs out',
  'dates: lines: last day to give notice comes up',
  'dates: lines: the contract ends soon',
  'fix-due: Ash primary: the fix time is about to be exceeded',
  'sla-breach: Ash primary: the contract is broken',
  'utilisation: Ash backup is full (download)',
];

describe('what holds', () => {
  test('is found by each rule, once past weeks are read, and keeps its name', async () => {
    const looked = await conditions(stored);
    // Weeks are read beside the first look.
    expect(brief(await looked.at(now))).toEqual(found.filter((each) => !each.startsWith('capacity')));
    expect(looked.unknown()).toEqual(['capacity-forecast']);
    await until('weeks are read', async () => {
      await looked.at(now);
      return looked.unknown().length === 0;
    });
    const alerts = await looked.at(now);
    expect(brief(alerts)).toEqual(found);
    const by = (rule: string) => alerts.find((each) => each.rule === rule)!;
    const [one, two] = [rows.get('ash-1')!, rows.get('ash-2')!];
    // 720 h allow 43 min 12 s.
    expect(by('sla-breach').startedMs).toBe(downMs + 44 * minute);
    expect(by('utilisation')).toMatchObject({
      key: `utilisation/c${two}/down/${now - 22 * minute}`,
      labels: { academy: 'ash', circuit: 'ash-2', provider: 'fibre', role: 'backup', trust, severity: 'minor' },
    });
    const incident = (await estate.notifying.openIncidents())[0]!.id;
    expect(by('fix-due')).toMatchObject({
      key: `fix-due/i${incident}/${downMs}`,
      labels: { problem: `i${incident}`, incident: String(incident) },
      circuit: one,
    });
    expect(by('capacity-forecast').text).toContain('reaches 80 % of the committed 100 Mbit/s about December 2026');
    // Whoever looks later, or begins anew, finds the same.
    const again = await conditions(stored);
    const keys = (all: readonly Alert[]): string[] =>
      all.map(({ key }) => key).filter((key) => !key.startsWith('capacity'));
    expect(keys(await again.at(now + minute))).toEqual(keys(alerts));
  });

  test('of one rule is not known while what it rests on is away, and the others go on', async () => {
    const away = () => Promise.reject(new Error('away'));
    const broken = { ...estate, notifying: { ...estate.notifying, usage: away } };
    const looked = await conditions(away, broken);
    const without = found.filter((each) => !/^(capacity|utilisation)/.test(each));
    expect(brief(await looked.at(now))).toEqual(without);
    expect(looked.unknown()).toEqual(['utilisation', 'capacity-forecast']);
    expect(looked.failures()).toBe(1);
  });

  test('of our own parts is told of when it has lasted', async () => {
    const server = createServer((_, response) => response.writeHead(503).end('{}'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stops.push(() => server.close());
    const looked = await conditions(stored, estate, [
      `http://127.0.0.1:${(server.address() as AddressInfo).port}/health/ready`,
    ]);
    const own = async (nowMs: number) => brief(await looked.at(nowMs)).filter((each) => each.startsWith('system'));
    expect(await own(now)).toEqual([]);
    expect(await own(now + 5 * minute)).toEqual([
      expect.stringMatching(/^system-trouble: 127\.0\.0\.1:\d+ is not well$/),
      'system-trouble: The lines are not watched',
    ]);
  });
});

describe('what a rule would have done', () => {
  const preview = async (kind: RuleKind, over: Partial<AlertRuleBody> = {}, month = '2026-10') => {
    const previewRule = createPreview({
      ...{ estate, slaEstate: slaEstates(estate, trust), clock: () => now },
      store: storedTelemetry(store, trust),
    });
    const { alerts, fired, remarks } = await previewRule(trust, { ...defaultRule(kind), ...over }, month);
    expect(fired).toBe(alerts.length);
    return {
      remarks,
      alerts: alerts.map(({ title, fromMs, toMs }) => [
        title,
        new Date(fromMs).toISOString(),
        toMs && new Date(toMs).toISOString(),
      ]),
    };
  };

  test('about incidents is by incidents', async () => {
    const down = ['Ash primary is down', '2026-10-15T09:00:00.000Z', '2026-10-15T11:00:00.000Z'];
    expect((await preview('circuit-down')).alerts).toEqual([down]);
    expect((await preview('circuit-down', { forMinutes: 180 })).alerts).toEqual([]);
    expect((await preview('circuit-down', {}, '2026-11')).alerts).toEqual([
      ['Ash primary is down', new Date(downMs).toISOString(), null],
    ]);
    // Due at 10:00, an hour after it began.
    expect((await preview('fix-due', { settings: { beforeMinutes: 20 } })).alerts).toEqual([
      ['Ash primary: the fix time is exceeded', '2026-10-15T09:40:00.000Z', '2026-10-15T11:00:00.000Z'],
    ]);
  });

  test('about contracts is by the hours of the month', async () => {
    const title = 'Ash primary: the contract is broken';
    // 745 h allow 44 min 42 s; it is so until the month ends.
    expect((await preview('sla-breach')).alerts).toEqual([
      [title, '2026-10-15T09:45:00.000Z', '2026-11-01T00:00:00.000Z'],
    ]);
    expect((await preview('sla-breach', {}, '2026-11')).alerts).toMatchObject([[title, expect.anything(), null]]);
    expect((await preview('budget-burn')).alerts).toHaveLength(1);
    expect((await preview('sla-breach', { academies: ['elm'] })).alerts).toEqual([]);
  });

  test('about use is by what is stored', async () => {
    const full = ['Ash primary is full (download)', '2026-10-14T10:00:00.000Z', '2026-10-14T10:30:00.000Z'];
    expect((await preview('utilisation')).alerts).toEqual([full]);
    expect((await preview('utilisation', { settings: { minutes: 35 } })).alerts).toEqual([]);
    const own = [{ kind: 'circuit' as const, id: 'ash-1', settings: { percent: 99 } }];
    expect((await preview('utilisation', { overrides: own })).alerts).toEqual([]);
  });

  test('about dates is by days', async () => {
    const { alerts, remarks } = await preview('dates', { settings: { noticeDays: 45 } });
    // 45 days before the 30th of November.
    expect(alerts).toEqual([
      ['lines: last day to give notice comes up', '2026-10-15T23:00:00.000Z', '2026-11-01T00:00:00.000Z'],
    ]);
    expect(remarks).toContain('Certificates of the past are not kept.');
  });

  test('is nothing of a month to come, and of one that is none it is refused', async () => {
    expect((await preview('circuit-down', {}, '2026-12')).remarks).toEqual(['The month has not begun.']);
    await expect(preview('circuit-down', {}, '2026-13')).rejects.toMatchObject({ code: 'request_invalid' });
  });
});
