/** Service levels, incidents, maintenance and reports over HTTP, from what the watcher left in a real PostgreSQL. */
import { randomBytes } from 'node:crypto';
import { execFile } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type {
  AcademySla,
  Change,
  CircuitIntervals,
  CircuitSla,
  Incident,
  IncidentDetail,
  IncidentList,
  Kind,
  Maintenance,
  MaintenanceBody,
  OccurrenceList,
  Report,
  ReportIssue,
  SlaMatrix,
} from '@linewatch/contract';
import {
  type Actor,
  type CircuitStateRow,
  type Estate,
  type StoredInterval,
  type WatcherChange,
  type WatchedIncident,
  createEstate,
} from '@linewatch/estate';
import { Standings, circuitStanding, fixDue, readStandingFacts, slaEstates } from '@linewatch/figures';
import { createLogger } from '@linewatch/service';
import { monthAfter, monthOf } from '@linewatch/sla';
import { stringify } from 'yaml';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Principal } from '../../apps/api/src/access/principal.ts';
import { reportCsv } from '../../apps/api/src/report/csv.ts';
import { reportHtml } from '../../apps/api/src/report/html.ts';
import { type Running, startApi } from '../../apps/api/src/testing/api.ts';
import { freePort } from '../../apps/linewatch/src/engines/engine.ts';
import { startPostgres } from '../../apps/linewatch/src/engines/postgres.ts';
import { temporaryDirectory } from '../support/system.ts';

const trust = 'north';
const actor: Actor = { account: null, name: 'Set-up', via: 'command', address: null };
const hour = 3_600_000;
/** London is an hour ahead in September. */
const at = (day: number, clock: string): number =>
  Date.parse(`2026-09-${String(day).padStart(2, '0')}T${clock}:00+01:00`);
const monthStart = at(1, '00:00');
let nowMs = Date.UTC(2026, 10, 10, 9);

const create = (kind: Kind, id: string, values: object): Change => ({
  kind,
  id,
  op: 'create',
  values: { id, name: id, ...values },
});
const estateOf: readonly Change[] = [
  create('calendar', 'terms', {
    schoolDay: { from: '08:30', to: '15:30' },
    terms: [{ from: '2026-09-02', to: '2026-12-18', name: 'Autumn' }],
  }),
  create('provider', 'fibre', { name: 'Example Fibre' }),
  create('contract', 'lines', {
    name: 'Leased <b>lines</b>',
    provider: 'fibre',
    prices: [{ from: '2025-01-01', monthly: '9999.00' }],
    claimEmail: 'claims@fibre.example',
    sla: {
      target: 99.9,
      fixHours: { total: 1 },
      starts: 'detected',
      maintenance: { noticeHours: 48 },
      credits: { unit: 'percent-of-monthly-charge', bands: [{ below: 99.9, credit: 5 }] },
    },
  }),
  ...['ash', 'quirk'].flatMap((id) => [
    create('academy', id, { name: `${id === 'ash' ? '=Ash' : 'Quirkwood'} Academy`, calendar: 'terms', pupils: 400 }),
    create('circuit', `${id}-1`, {
      name: `${id} line`,
      academy: id,
      provider: 'fibre',
      contract: 'lines',
      role: 'primary',
      monthly: '1000.00',
    }),
  ]),
];

const evidence = [{ atMs: at(15, '10:00'), source: 'link trap (main)', text: 'linkDown' }];
const interval = (fromMs: number, toMs: number | null, state: StoredInterval['state'] = 'up'): StoredInterval => ({
  fromMs,
  toMs,
  state,
  cause: state === 'down' ? 'link' : state === 'unknown' ? 'collector' : 'none',
  evidence: state === 'down' ? evidence : [],
});

const who = {
  admin: [{ role: 'admin', academies: 'all' }],
  reader: [{ role: 'academy-reader', academies: new Set(['ash']) }],
  noc: [{ role: 'noc', academies: new Set(['ash']) }],
  helpdesk: [{ role: 'helpdesk', academies: new Set(['ash']) }],
  leader: [{ role: 'trust-leader', academies: new Set(['ash']) }],
} as const;
type Who = keyof typeof who;

const stops: (() => unknown)[] = [];
let estate: Estate;
let postgresUrl: string;
let running: Running;
const rows = new Map<string, number>();
let epoch: number;
/** Stored telemetry answers. */
let clickhouse = true;

beforeAll(async () => {
  const directory = temporaryDirectory('sla');
  stops.push(() => rmSync(directory, { recursive: true, force: true }));
  const server = await startPostgres({
    directory: path.join(directory, 'postgres'),
    port: await freePort(),
    user: 'linewatch',
    password: 'correct horse',
  });
  stops.push(() => server.stop());
  postgresUrl = server.url;
  estate = createEstate({
    url: server.url,
    logger: createLogger('estate', 'silent'),
    secretKey: randomBytes(32),
    clock: () => nowMs,
  });
  stops.push(() => estate.close());
  await estate.migrate();
  expect((await estate.records.apply(actor, estateOf, { trust, trustName: 'North Trust' })).problems).toEqual([]);
  const snapshot = await estate.snapshot();
  for (const { slug, id } of snapshot.circuits) rows.set(slug, id);
  epoch = await estate.watching.claim('test');
  const before = monthStart - 30 * 24 * hour;
  await estate.watching.commit(epoch, {
    positions: [],
    quality: [],
    entries: [
      { incident: 'ash', key: '1', atMs: at(15, '10:00'), kind: 'opened', text: 'linkDown', detail: {} },
      { incident: 'ash', key: '2', atMs: at(15, '12:00'), kind: 'resolved', text: 'linkUp', detail: {} },
    ],
    states: ['ash-1', 'quirk-1'].map((slug) => ({
      circuit: rows.get(slug)!,
      state: 'up',
      cause: 'none',
      sinceMs: at(15, '12:00'),
      seenMs: nowMs,
      snapshot: new Uint8Array(1),
    })),
    intervals: [
      {
        circuit: rows.get('ash-1')!,
        fromMs: before,
        intervals: [
          interval(before, at(15, '10:00')),
          interval(at(15, '10:00'), at(15, '12:00'), 'down'),
          interval(at(15, '12:00'), at(20, '00:00')),
          interval(at(20, '00:00'), at(20, '06:00'), 'unknown'),
          interval(at(20, '06:00'), null),
        ],
      },
      { circuit: rows.get('quirk-1')!, fromMs: before, intervals: [interval(before, null)] },
    ],
    incidents: [
      {
        key: 'ash',
        trust: snapshot.trusts[0]!.id,
        kind: 'outage',
        state: 'resolved',
        severity: 'critical',
        title: 'ash line is down',
        cause: 'link',
        circuit: rows.get('ash-1')!,
        academy: null,
        provider: null,
        parent: null,
        startedMs: at(15, '10:00'),
        endedMs: at(15, '12:00'),
        detectedMs: at(15, '10:00'),
        resolvedMs: at(15, '12:02'),
        flaps: 0,
        backupCarried: false,
        maintenance: false,
      },
    ],
  });
  running = await startApi({
    estate,
    trust,
    clock: () => nowMs,
    store: {
      fiveMinutes: (_circuit, fromS, toS) => {
        if (!clickhouse) return Promise.reject(new Error('away'));
        const n = (toS - fromS) / 300;
        const inBps = Float64Array.from({ length: n }, (_, i) => (i + 1) * 1000);
        return Promise.resolve({
          startMs: fromS * 1000,
          inBps,
          outBps: new Float64Array(n),
          counted: new Uint8Array(n),
        });
      },
    },
    authenticator: {
      authenticate: (request) => {
        const name = String(request.headers['x-who']) as Who;
        return Promise.resolve(new Principal({ account: 1, name, via: 'session', address: null }, [...who[name]]));
      },
    },
  });
  stops.push(() => running.stop());
});

afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
});

async function send(
  as: Who,
  where: string,
  body?: unknown,
  method?: string,
): Promise<{ status: number; text: string }> {
  const response = await fetch(`${running.url}/api/v1/${where}`, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { 'x-who': as, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text() };
}
async function get<T>(as: Who, where: string, body?: unknown, method?: string): Promise<T> {
  const { status, text } = await send(as, where, body, method);
  expect([status, text.slice(0, 500)]).toEqual([200, text.slice(0, 500)]);
  return JSON.parse(text) as T;
}
const line = (as: Who = 'admin'): Promise<CircuitSla> => get(as, 'sla/circuits/ash-1?month=2026-09');
const works = (over: Partial<MaintenanceBody> = {}): MaintenanceBody => ({
  title: 'Card swap',
  scope: { kind: 'provider', id: 'fibre' },
  startMs: at(15, '10:00'),
  endMs: at(15, '11:00'),
  rrule: null,
  timeZone: null,
  notifiedMs: at(12, '09:00'),
  code: 'planned',
  reference: null,
  note: null,
  ...over,
});

describe('a month with an outage of two hours', () => {
  test('has its figures, which add up', async () => {
    const sla = await line();
    const { figures } = sla;
    expect(figures).toMatchObject({
      totalMs: 720 * hour,
      downMs: 2 * hour,
      unknownMs: 6 * hour,
      countedDownMs: 2 * hour,
    });
    expect(figures.upMs + figures.downMs + figures.unknownMs).toBe(figures.totalMs);
    // What could not be seen is left out: 712 of 714 h.
    expect(figures.rawPercent).toBeCloseTo((712 / 714) * 100, 10);
    expect(figures.contractualPercent).toBeCloseTo((712 / 714) * 100, 10);
    expect(figures.coveragePercent).toBeCloseTo((714 / 720) * 100, 10);
    expect(sla).toMatchObject({ target: 99.9, met: false, running: false, teachingHoursLost: 2, longestMs: 2 * hour });
    expect(sla.outages).toMatchObject([{ incident: 1, inPeriodMs: 2 * hour, countedMs: 2 * hour, exclusions: [] }]);
    expect(sla.outages[0]!.fix!.ours).toMatchObject({ tookMs: 2 * hour, limitMs: hour, met: false });
    expect(sla.credit).toMatchObject({ due: '50.00', percent: 5, claimTo: 'claims@fibre.example' });
    expect(sla.percentile).toMatchObject({ inBps: 8208_000, samples: 8640, missing: 0, estimate: true });
    expect(sla.working.length).toBeGreaterThan(2);
  });

  test('every percentage can be opened: the intervals behind it make the same figures', async () => {
    const { intervals } = await get<CircuitIntervals>(
      'reader',
      `sla/circuits/ash-1/intervals?from=${monthStart}&to=${monthStart + 720 * hour}`,
    );
    const sum = (state: string): number =>
      intervals
        .filter((each) => each.state === state)
        .reduce(
          (ms, each) =>
            ms + Math.min(each.toMs ?? Infinity, monthStart + 720 * hour) - Math.max(each.fromMs, monthStart),
          0,
        );
    const { figures } = await line();
    expect([sum('up'), sum('down'), sum('unknown')]).toEqual([figures.upMs, figures.downMs, figures.unknownMs]);
    expect(intervals.find(({ state }) => state === 'down')).toMatchObject({ incident: 1, evidence });
  });

  test('is in the matrix and in its academy', async () => {
    const { months, academies } = await get<SlaMatrix>('admin', 'sla?to=2026-09&months=2');
    expect(months).toEqual(['2026-08', '2026-09']);
    expect(academies.map(({ id }) => id)).toEqual(['ash', 'quirk']);
    expect(academies[0]!.cells[1]).toMatchObject({ breaches: 1, outages: 1, target: 99.9, running: false });
    expect(academies[0]!.cells[1]!.contractualPercent).toBe((await line()).figures.contractualPercent);
    expect(academies[1]!.cells[1]).toMatchObject({ contractualPercent: 100, breaches: 0, outages: 0 });
    const academy = await get<AcademySla>('admin', 'sla/academies/ash?month=2026-09');
    expect(academy).toMatchObject({ teachingHoursLost: 2, circuits: [{ circuit: { id: 'ash-1' } }] });
  });

  test('has its incident, with the evidence and both clocks', async () => {
    const { incidents } = await get<IncidentList>('reader', 'incidents');
    expect(incidents.map(({ id, title }) => [id, title])).toEqual([[1, 'ash line is down']]);
    const detail = await get<IncidentDetail>('reader', 'incidents/1');
    expect(detail.timeline.map(({ kind }) => kind)).toEqual(['opened', 'resolved']);
    expect(detail.intervals.find(({ state }) => state === 'down')).toMatchObject({ circuit: 'ash-1', evidence });
    expect(detail).toMatchObject({ teachingHoursLost: 2, fix: { ours: { met: false }, suppliers: null } });
  });

  test('is told to alerts as to people, now and of then', async () => {
    const estates = slaEstates(estate, trust);
    const now = await new Standings({ ...estate, estate: estates, trust }).at(nowMs);
    const { allowedMs, usedMs, leftPercent, burnRate } = now.circuits.get(rows.get('ash-1')!)!.budget;
    const running = await get<CircuitSla>('admin', 'sla/circuits/ash-1');
    expect({ allowedMs, usedMs, leftPercent, burnRate }).toEqual({
      ...{ allowedMs: running.budget!.allowedMs, usedMs: running.budget!.usedMs },
      ...{ leftPercent: running.budget!.leftPercent, burnRate: running.budget!.burnRate },
    });

    const { circuits, circuitById } = await estates();
    const circuit = circuitById.get('ash-1')!;
    const facts = await readStandingFacts(estate, trust, circuits, { fromMs: monthStart, toMs: at(30, '23:00') });
    const then = circuitStanding(circuit, facts, at(15, '11:30'))!;
    expect(then).toMatchObject({ breached: true, budget: { usedMs: 1.5 * hour } });
    expect(then.burns[0]!.firing).toBe(true);
    expect(circuitStanding(circuit, facts, at(15, '10:00'))).toMatchObject({ breached: false, met: true });
    const { incident } = (await estate.incidents.get(trust, 1, undefined))!;
    expect(fixDue(incident, circuit, facts, at(15, '11:30'))).toMatchObject({ dueMs: at(15, '11:00'), exceeded: true });
    expect(fixDue(incident, circuit, facts, at(15, '12:00'))).toBeNull();
  });

  test('is told without bandwidth while ClickHouse is away', async () => {
    clickhouse = false;
    const sla = await get<CircuitSla>('admin', 'sla/circuits/ash-1?month=2026-08');
    clickhouse = true;
    // A server that did not answer is left alone for a while.
    nowMs += 15_000;
    expect(sla.percentile).toBeNull();
    expect(sla.figures.contractualPercent).toBe(100);
    expect(sla.working.join('\n')).toContain('stored telemetry does not answer');
  });

  test.each(['sla?to=2026-12', 'sla/circuits/ash-1?month=2026-12', 'sla/circuits/ash-1?month=9', 'sla?months=37'])(
    'a month that has not begun, or is none, is refused: %s',
    async (where) => expect((await send('admin', where)).status).toBe(400),
  );
});

describe('who sees what', () => {
  test('one academy only, and money where prices may be seen', async () => {
    expect((await get<SlaMatrix>('reader', 'sla')).academies.map(({ id }) => id)).toEqual(['ash']);
    for (const where of [
      'sla/academies/quirk?month=2026-09',
      'sla/circuits/quirk-1?month=2026-09',
      'sla/circuits/quirk-1/intervals?from=1&to=2',
      'reports/2026-09?academy=quirk',
    ])
      expect([where, (await send('reader', where)).status]).toEqual([where, 404]);
    expect((await line('reader')).credit).toBeNull();
    expect((await line('leader')).credit).toMatchObject({ due: '50.00' });
    const { text } = await send('reader', 'reports/2026-09/html');
    expect(text).toContain('=Ash Academy');
    expect(text).not.toMatch(/Quirkwood|£/);
  });

  test('what changes figures takes more than what is told to the team', async () => {
    const act = (as: Who, body: object): Promise<{ status: number }> => send(as, 'incidents/1/actions', body);
    expect((await act('reader', { action: 'note', text: 'Seen.' })).status).toBe(403);
    expect((await act('helpdesk', { action: 'note', text: 'Seen.' })).status).toBe(200);
    const classify = { action: 'classify', faultClass: 'total', reason: 'Both fibres.' };
    expect((await act('helpdesk', classify)).status).toBe(403);
    expect((await act('admin', classify)).status).toBe(200);
    expect((await act('admin', { action: 'nonsense' })).status).toBe(400);
    expect((await send('admin', 'incidents/77/actions', classify)).status).toBe(404);
    expect((await act('admin', { ...classify, revision: 1 })).status).toBe(409);
    for (const [where, body] of [
      ['maintenance', works()],
      ['reports/2026-09/issue', {}],
    ] as const)
      expect((await send('leader', where, body)).status).toBe(403);
  });
});

describe('maintenance entered after the fact', () => {
  test('excuses what its notice was enough for, and the figures follow at once', async () => {
    const made = await get<Maintenance>('admin', 'maintenance', works());
    const sla = await line();
    expect(sla.figures).toMatchObject({ excusedMs: hour, countedDownMs: hour });
    expect(sla.figures.contractualPercent).toBeCloseTo((712 / 713) * 100, 10);
    expect(sla.figures.rawPercent).toBeCloseTo((712 / 714) * 100, 10);
    const { occurrences } = await get<OccurrenceList>(
      'reader',
      `maintenance/occurrences?from=${at(1, '00:00')}&to=${at(30, '00:00')}`,
    );
    expect(occurrences).toMatchObject([
      {
        after: true,
        circuits: 1,
        notice: [{ contract: 'lines', ok: true, givenHours: 73 }],
        overruns: [{ circuit: 'ash-1', fromMs: at(15, '11:00'), toMs: at(15, '12:00') }],
      },
    ]);
    const late = { ...works({ notifiedMs: at(15, '09:00') }), revision: made.revision };
    await get<Maintenance>('admin', `maintenance/${made.id}`, late, 'PUT');
    const again = await line();
    expect(again.figures).toMatchObject({ excusedMs: 0, countedDownMs: 2 * hour });
    expect(again.outages[0]!.exclusions).toMatchObject([{ code: 'planned', excuses: false }]);
    expect((await send('admin', `maintenance/${made.id}`, late, 'PUT')).status).toBe(409);
    await get<Maintenance>('admin', `maintenance/${made.id}/cancel`, { atMs: monthStart });
    expect((await line()).outages[0]!.exclusions).toEqual([]);
  });

  test.each<[string, Partial<MaintenanceBody>]>([
    ['ends before it begins', { endMs: at(15, '09:00') }],
    ['has a rule that cannot be read', { rrule: 'FREQ=SOMETIMES' }],
    ['has a time zone that is none', { rrule: 'FREQ=WEEKLY', timeZone: 'Mars/Base' }],
  ])('is refused when it %s', async (_what, over) => {
    expect((await send('admin', 'maintenance', works(over))).status).toBe(400);
  });
});

describe('a report', () => {
  const html = async (query = ''): Promise<string> => (await send('admin', `reports/2026-09/html${query}`)).text;

  test('says the month in plain words, and the same inputs give the same octets', async () => {
    const report = await get<Report>('admin', 'reports/2026-09');
    expect(report.summary.join(' ')).toMatch(
      /Teaching hours lost: 2 h in all, at 1 of 2 academies, 400 pupils affected.*Service credits due: £50\.00/,
    );
    const text = await html();
    expect(reportHtml(report)).toBe(text);
    expect(reportHtml(structuredClone(report))).toBe(text);
    expect(text).not.toMatch(/<script|https?:\/\/|<b>lines/);
    expect(text).toContain('Leased &lt;b&gt;lines&lt;/b&gt;');
    expect(text).toContain('ESTIMATE');
    const { text: csv } = await send('admin', 'reports/2026-09/csv');
    expect(reportCsv(report)).toBe(csv);
    expect(csv).toContain(",'=Ash Academy,");
    expect(
      csv
        .trimEnd()
        .split('\r\n')
        .slice(1)
        .map((row) => row.split(',', 1)[0]),
    ).toEqual(['circuit', 'circuit', 'outage']);
  });

  test('that is issued is frozen; a later difference makes a numbered one with its reason', async () => {
    const first = await get<ReportIssue>('admin', 'reports/2026-09/issue', {});
    expect(first).toMatchObject({ number: 1, reason: null });
    const frozen = await html('?number=1');
    expect(frozen).toContain('Report number 1');
    expect((await send('admin', 'reports/2026-09/issue', { reason: 'Again.' })).status).toBe(409);
    expect(await get<Report>('admin', 'reports/2026-09')).toMatchObject({ changed: false, issued: { number: 1 } });
    expect(await html('')).toBe(frozen);
    await get<Incident>('admin', 'incidents/1/actions', {
      action: 'exclude',
      code: 'site-power',
      reason: 'The UPS failed.',
    });
    expect((await line()).figures).toMatchObject({ countedDownMs: 0, contractualPercent: 100 });
    // What is shown is not what was issued, and says so; what was issued last is named.
    expect(await get<Report>('admin', 'reports/2026-09')).toMatchObject({ changed: true, issued: { number: 1 } });
    expect(await html('')).toContain('Not issued as it stands here: since report number 1 was issued');
    expect((await send('admin', 'reports/2026-09/issue', {})).status).toBe(409);
    const second = await get<ReportIssue>('admin', 'reports/2026-09/issue', { reason: 'Site power at Quirkwood.' });
    expect(second.number).toBe(2);
    expect(await html('?number=1')).toBe(frozen);
    expect(await html('?number=2')).toMatch(/Corrected report, number 2.*Site power at Quirkwood/);
    // Why may tell of others.
    const { text } = await send('reader', 'reports/2026-09/html?number=2');
    expect(text).toContain('Corrected report, number 2');
    expect(text).not.toMatch(/Quirkwood|£/);
    expect((await send('reader', 'reports')).text).not.toContain('Quirkwood');
    expect((await send('admin', 'reports/2026-09/html?number=3')).status).toBe(404);
  });

  test('of a month that is not over says so, and is not issued', async () => {
    const { summary } = await get<Report>('admin', 'reports/2026-11');
    expect(summary[0]).toContain('November 2026 is not over');
    expect((await send('admin', 'reports/2026-11/issue', {})).status).toBe(409);
  });
});

test('the state of the lines is in the overview', async () => {
  const { academies } = await get<{ academies: { line: object }[] }>('reader', 'academies');
  expect(academies).toMatchObject([{ line: { state: 'up', circuits: 1, down: 0 } }]);
});

describe('what nobody watched', () => {
  const circuit = (slug: string): number => rows.get(slug)!;
  const seen = (slug: string, seenMs: number, state: StoredInterval['state'] = 'up'): CircuitStateRow => ({
    ...{ circuit: circuit(slug), state, cause: state === 'down' ? 'link' : 'none' },
    ...{ sinceMs: at(15, '12:00'), seenMs, snapshot: new Uint8Array(1) },
  });
  const commit = (over: Partial<WatcherChange>): Promise<void> =>
    estate.watching.commit(epoch, {
      ...{ positions: [], states: [], intervals: [], incidents: [], entries: [], quality: [], ...over },
    });
  const files = async (month: string): Promise<string[]> =>
    Promise.all(['html', 'csv'].map(async (kind) => (await send('admin', `reports/${month}/${kind}`)).text));

  test('is up to two minutes ago no blindness, and then it is neither up nor down', async () => {
    // The matrix goes on by the minute.
    const lastMs = Math.ceil(nowMs / 60_000) * 60_000;
    await commit({ states: [seen('quirk-1', lastMs)] });
    const november = (): Promise<CircuitSla> => get('admin', 'sla/circuits/quirk-1?month=2026-11');
    nowMs = lastMs + 120_000;
    expect((await november()).figures).toMatchObject({ unknownMs: 0, downMs: 0 });
    nowMs = lastMs + 30 * 60_000;
    const { figures } = await november();
    expect(figures).toMatchObject({ unknownMs: 30 * 60_000, downMs: 0 });
    expect(figures.coveragePercent).toBeLessThan(100);
    const { intervals } = await get<CircuitIntervals>(
      'admin',
      `sla/circuits/quirk-1/intervals?from=${lastMs - hour}&to=${nowMs}`,
    );
    expect(intervals).toMatchObject([
      { state: 'up', toMs: lastMs },
      { state: 'unknown', cause: 'collector', fromMs: lastMs, toMs: null },
    ]);
    const cells = (await get<SlaMatrix>('admin', 'sla?months=1')).academies.find(({ id }) => id === 'quirk')!.cells;
    expect(cells[0]!.coveragePercent).toBe(figures.coveragePercent);
  });

  test('is no green line: it shows that nobody watches', async () => {
    const shows = (expected: object): Promise<void> =>
      vi.waitFor(
        async () => {
          const { academy } = await get<{ academy: { line: object } }>('admin', 'academies/quirk');
          expect(academy.line).toMatchObject(expected);
        },
        { timeout: 10_000, interval: 500 },
      );
    const lastMs = nowMs;
    await commit({ states: [seen('quirk-1', lastMs)] });
    nowMs += 5 * 60_000;
    await shows({ state: 'unknown', sinceMs: lastMs });
    // Seen again, it is what it was: nothing else has changed.
    await commit({ states: [seen('quirk-1', nowMs)] });
    nowMs += 60_000;
    await shows({ state: 'up' });
  });

  test('an outage that goes on for months changes no month that is over', async () => {
    const fromMs = Date.UTC(2026, 9, 31, 23);
    const watched: WatchedIncident = {
      ...{ key: 'quirk', kind: 'outage', state: 'open', severity: 'critical', title: 'down', cause: 'link' },
      ...{ trust: (await estate.snapshot()).trusts[0]!.id, circuit: circuit('quirk-1'), academy: null, provider: null },
      ...{ parent: null, startedMs: fromMs, endedMs: null, detectedMs: fromMs, resolvedMs: null, flaps: 0 },
      ...{ backupCarried: false, maintenance: false },
    };
    await commit({
      states: [seen('quirk-1', nowMs, 'down')],
      intervals: [{ circuit: circuit('quirk-1'), fromMs, intervals: [interval(fromMs, null, 'down')] }],
      incidents: [watched],
    });
    const october = (): Promise<CircuitSla> => get('admin', 'sla/circuits/quirk-1?month=2026-10');
    const then = await files('2026-10');
    expect((await october()).outages).toMatchObject([
      { fromMs, toMs: null, inPeriodMs: hour, fix: { ours: { tookMs: hour, met: null } } },
    ]);
    nowMs += 5 * hour;
    await commit({ states: [seen('quirk-1', nowMs, 'down')] });
    expect(await files('2026-10')).toEqual(then);
    await commit({
      states: [seen('quirk-1', nowMs)],
      intervals: [
        {
          circuit: circuit('quirk-1'),
          fromMs,
          intervals: [interval(fromMs, nowMs - hour, 'down'), interval(nowMs - hour, null)],
        },
      ],
      incidents: [{ ...watched, state: 'resolved', endedMs: nowMs - hour, resolvedMs: nowMs }],
    });
    expect(await files('2026-10')).toEqual(then);
    // It is told whole in the month in which it ended.
    const november = await get<CircuitSla>('admin', 'sla/circuits/quirk-1?month=2026-11');
    expect(november).toMatchObject({
      mttrMs: nowMs - hour - fromMs,
      outages: [
        { beganBefore: true, toMs: nowMs - hour, fix: { ours: { met: false, tookMs: nowMs - hour - fromMs } } },
      ],
    });
  });
});

describe('hostile input', () => {
  test.each([
    'incidents/0',
    'incidents/2147483648',
    'incidents/1%00',
    'incidents/-1',
    'incidents?limit=1e9',
    'incidents?academy=..%2F..',
    'sla?to=2026-09%00',
    'sla?months=0',
    'sla/circuits/ash-1?month=1999-01',
    'sla/circuits/ash-1%27--?month=2026-09',
    'sla/circuits/ash-1/intervals?from=0&to=8640000000000',
    'sla/circuits/ash-1/intervals?from=2&to=1',
    'maintenance/occurrences?from=0&to=8640000000000',
    'maintenance/occurrences?from=-1&to=1',
    'reports/2026-13',
    'reports/2026-09/html?number=100001',
    'reports/2026-09/csv?academy=%3Cscript%3E',
  ])('%s is refused, not failed over', async (where) => {
    expect([where, [400, 404].includes((await send('admin', where)).status)]).toEqual([where, true]);
  });

  test.each<[string, Partial<MaintenanceBody>]>([
    ['a rule by the second', { rrule: 'FREQ=SECONDLY' }],
    ['a rule without steps', { rrule: 'FREQ=DAILY;INTERVAL=0' }],
    ['a rule of a day that never comes', { rrule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30' }],
    ['a rule of a megabyte', { rrule: `FREQ=DAILY;BYHOUR=${'1,'.repeat(500_000)}1` }],
    ['a rule with another line', { rrule: 'FREQ=DAILY\r\nDTSTART:20260101T000000Z' }],
    ['a thousand years', { endMs: at(15, '10:00') + 1000 * 365 * 24 * hour }],
    ['a title of nothing but control characters', { title: '\u0000' }],
    ['a scope of another kind', { scope: { kind: 'planet' as 'trust', id: 'north' } }],
  ])('%s is no maintenance', async (_what, over) => {
    const { status } = await send('admin', 'maintenance', works(over));
    expect([400, 409, 413, 422]).toContain(status);
  });

  test('who is of one academy touches nothing of another, and learns nothing of it', async () => {
    const note = { action: 'note', text: 'Hello.' };
    const { incidents } = await get<IncidentList>('admin', 'incidents');
    const other = incidents.find(({ circuit }) => circuit?.id === 'quirk-1')!.id;
    const missing = await send('noc', 'incidents/4711/actions', note);
    const refused = await send('noc', `incidents/${other}/actions`, note);
    expect([refused.status, refused.text.replaceAll(String(other), '4711')]).toEqual([404, missing.text]);
    for (const action of [
      { action: 'merge', into: other, reason: 'One.' },
      { action: 'exclude', code: 'planned', reason: 'x'.repeat(5000) },
      { action: 'note', text: '' },
      { action: 'note', text: 'a\u0000b' },
      { action: 'note', text: 'x', by: 'Admin' },
    ])
      expect([400, 404]).toContain((await send('noc', 'incidents/1/actions', action)).status);
    for (const [kind, id] of [
      ['provider', 'fibre'],
      ['trust', trust],
      ['academy', 'quirk'],
      ['circuit', 'quirk-1'],
    ] as const)
      // prettier-ignore
      expect([kind, (await send('noc', 'maintenance', works({ scope: { kind, id } }))).status]).toEqual([kind, 403]);
  });
});

test('`linewatch report` writes the files of a month, and refuses what the API refuses', async () => {
  const directory = temporaryDirectory('report');
  stops.push(() => rmSync(directory, { recursive: true, force: true }));
  const config = path.join(directory, 'linewatch.yaml');
  writeFileSync(config, stringify({ data: path.join(directory, 'data'), trust, postgres: { url: postgresUrl } }));
  const command = path.join(import.meta.dirname, '../../node_modules/.bin/linewatch');
  const report = (...args: string[]): Promise<{ stdout: string; stderr: string }> =>
    promisify(execFile)(command, ['report', '--config', config, '--out', directory, ...args]);
  // It goes by the clock of the machine: of its last month nothing is known here.
  const month = monthAfter(monthOf(Date.now()), -1);
  const { stdout } = await report('--month', month, '--academy', 'ash');
  const [html, csv] = stdout.trim().split('\n');
  expect(path.basename(html!)).toBe(`linewatch-${trust}-ash-${month}.html`);
  expect(readFileSync(html!, 'utf8')).toMatch(/=Ash Academy/);
  expect(readFileSync(html!, 'utf8')).not.toMatch(/Quirkwood/);
  expect(readFileSync(csv!, 'utf8').split('\r\n')[1]).toMatch(`circuit,${month},not issued,ash,'=Ash Academy,ash-1`);
  const refused = [
    [['--month', '2026-13'], /"2026-13" is not a month/],
    [['--month', monthOf(Date.now()), '--issue'], /is not over/],
    [['--month', month, '--reason', 'Late.'], /--reason belongs to --issue/],
    [['--month', month, '--academy', 'elm'], /no academy "elm"/],
    // A report is not frozen without its bandwidth.
    [['--month', month, '--issue'], /would lack bandwidth/],
  ] as const;
  await Promise.all(
    refused.map(([args, why]) =>
      expect(report(...args), args.join(' ')).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringMatching(why) as string,
      }),
    ),
  );
});
