/** A month of a trust of any size, as the databases would tell of it: every sort of thing that a report can hold. */
import type { EstateRecord, Incident, Kind, Maintenance } from '@linewatch/contract';
import type { Annotation, CircuitInterval } from '@linewatch/estate';
import { createLogger } from '@linewatch/service';
import { monthSpan } from '@linewatch/sla';
import { createReporting } from '../report/reporting.ts';
import { academy, circuit, snapshot } from './estate.ts';
import { memoryWatch } from './watch.ts';

export type Shuffle = <T>(all: readonly T[]) => T[];

const hourMs = 3_600_000;
const month = '2026-09';
const { fromMs, toMs } = monthSpan(month);
const day = (n: number, hours: number): number => fromMs + (n - 1) * 24 * hourMs + hours * hourMs;
const pad = (i: number): string => String(i).padStart(3, '0');

const record = (kind: Kind, id: string, values: object): EstateRecord =>
  ({ kind, id, revision: 1, values: { id, name: id, ...values } }) as unknown as EstateRecord;

const report: Incident['supplier'] = {
  reportedMs: day(8, 9.5),
  how: 'telephone',
  by: 'Ann',
  reference: 'S-1',
  startedMs: day(8, 10),
  fixedMs: day(8, 12),
  stops: [{ fromMs: day(8, 10.5), toMs: day(8, 11), reason: 'No access' }],
};

/** Down in school on the 8th, over a maintenance on the 12th, and at its end from the 30th on. */
function facts(rows: readonly number[], endedMs: number | null) {
  const intervals: CircuitInterval[] = [];
  const annotations: Annotation[] = [];
  const incidents: (Incident & { readonly circuitRow: number })[] = [];
  for (const row of rows) {
    type Edge = readonly [number, CircuitInterval['state'], string];
    const edges: readonly Edge[] = [
      [fromMs - 40 * 24 * hourMs, 'up', 'none'],
      [day(8, 9), 'down', 'link'],
      [day(8, 13), 'up', 'none'],
      [day(12, 22), 'down', 'silent'],
      [day(13, 2), 'degraded', 'quality'],
      [day(14, 0), 'up', 'none'],
      [day(20, 1), 'unknown', 'a word of a later version'],
      [day(20, 4), 'up', 'none'],
      [day(30, 20), 'down', 'probe'],
      ...(endedMs === null ? [] : ([[endedMs, 'up', 'none']] satisfies Edge[])),
    ];
    edges.forEach(([atMs, state, cause], i) => {
      const last = { fromMs: atMs, toMs: edges[i + 1]?.[0] ?? null, state, cause };
      intervals.push({ ...last, circuit: row, evidence: [], seenMs: Infinity });
    });
    for (const [
      n,
      [startedMs, ended],
    ] of ([[day(8, 9), day(8, 13)], [day(12, 22), day(13, 2)], [day(30, 20), endedMs]] as const) // prettier-ignore
      .entries())
      incidents.push({
        ...{ id: row * 10 + n, circuitRow: row, kind: 'outage', state: ended === null ? 'open' : 'resolved' },
        ...{ severity: 'critical', title: 'down', cause: 'link', circuit: null, academies: [], provider: null },
        ...{ parent: null, members: 0, startedMs, endedMs: ended, detectedMs: startedMs + 30_000, resolvedMs: ended },
        ...{ flaps: 0, backupCarried: false, maintenance: false, acknowledged: null, assignee: null, ticket: null },
        ...{ supplier: n === 0 ? report : { ...report, reportedMs: null, startedMs: null, fixedMs: null, stops: [] } },
        ...{ faultClass: null, exclusion: null, mergedInto: null, backdated: false, reopened: 0, revision: 1 },
      });
    const said = { circuit: row, kind: 'correction', code: null, incident: null, by: 'Ann', reason: 'Seen' } as const;
    annotations.push(
      // The later of two corrections of one time goes before the earlier.
      { ...said, id: row * 10, fromMs: day(8, 12), toMs: day(8, 13), state: 'up', atMs: day(9, 0) },
      { ...said, id: row * 10 + 1, fromMs: day(8, 12.5), toMs: day(8, 13), state: 'down', atMs: day(10, 0) },
      {
        ...said,
        ...{ id: row * 10 + 2, fromMs: day(30, 20), toMs: endedMs, kind: 'exclusion', code: 'site-power', state: null },
        ...{ reason: 'No mains, "again" <b>, =1+1', atMs: toMs - 1 },
      },
    );
  }
  return { intervals, annotations, incidents };
}

const works = (id: number, over: Partial<Maintenance>): Maintenance => ({
  ...{ id, title: `Works ${id}`, scope: { kind: 'provider', id: 'fibre' }, scopeName: 'Example Fibre' },
  ...{ startMs: day(12, 22), endMs: day(13, 1), rrule: null, timeZone: null, notifiedMs: day(5, 9), code: 'planned' },
  ...{ reference: null, note: null, enteredMs: day(5, 9), by: 'Ann', cancelledMs: null, revision: 1, ...over },
});

const sla = {
  target: 99.9,
  starts: 'detected',
  fixHours: { total: 3 },
  latencyMs: 20,
  lossPercent: 1,
  performanceMinutes: 15,
  maintenance: { noticeHours: 48 },
  credits: {
    unit: 'percent-of-monthly-charge',
    bands: [
      { below: 99.9, credit: 5 },
      { below: 99.0, credit: 10 },
    ],
    capPercent: 15,
    capOf: 'quarter',
    claimDays: 30,
  },
};

export interface MonthAsked {
  readonly academies: number;
  /** Puts what has no order of its own into another. */
  readonly shuffle?: Shuffle;
  readonly nowMs?: number;
  /** When the last outage ended; null = it goes on. */
  readonly endedMs?: number | null;
}

/** The files of September 2026. */
export async function monthFiles({
  academies: count,
  shuffle = (all) => [...all],
  nowMs = toMs + 3 * 24 * hourMs,
  endedMs = null,
}: MonthAsked): Promise<{ html: string; csv: string }> {
  const schools = Array.from({ length: count }, (_, i) =>
    academy(i + 1, `school-${pad(i)}`, { name: `Éxample ${i % 7} Academy`, pupils: i % 5 === 0 ? null : 600 + i }),
  );
  const lines = schools.flatMap(({ id, slug }) => [
    circuit(id * 2, `${slug}-a`, { academy: id, name: 'Fibre', probe: 'host.example' }),
    ...(id % 3 === 0
      ? [
          circuit(id * 2 + 1, `${slug}-b`, {
            academy: id,
            name: 'Radio',
            role: 'backup' as const,
            validFromMs: day(15, 0),
          }),
        ]
      : []),
  ]);
  const records = [
    record('provider', 'fibre', { name: 'Example Fibre' }),
    record('contract', 'lines', {
      ...{ name: 'Leased lines & more', provider: 'fibre', claimEmail: 'claims@fibre.example', sla },
      prices: [
        { from: '2026-10-01', monthly: '99999.00' },
        { from: '2025-01-01', monthly: '12000.00' },
      ],
    }),
    record('calendar', 'terms', {
      schoolDay: { from: '08:30', to: '15:30' },
      terms: [{ from: '2026-09-02', to: '2026-12-18', name: 'Autumn' }],
    }),
    ...schools.map(({ slug, id }) => record('academy', slug, id % 4 === 0 ? {} : { calendar: 'terms' })),
    ...lines.map(({ slug, role }) =>
      record('circuit', slug, { provider: 'fibre', ...(role === 'primary' && { contract: 'lines' }) }),
    ),
  ];
  const all = facts(
    lines.map(({ id }) => id),
    endedMs,
  );
  const maintenances = [
    works(1, {}),
    works(2, { startMs: day(13, 0), endMs: day(13, 1.5), notifiedMs: null }),
    works(3, { startMs: day(1, 1), endMs: day(1, 3), rrule: 'FREQ=WEEKLY', timeZone: 'Europe/London' }),
  ];
  const watch = memoryWatch();
  const { reports } = createReporting({
    estate: {
      ...watch,
      version: () => Promise.resolve(1),
      snapshot: () => Promise.resolve(snapshot(shuffle(schools), shuffle(lines))),
      records: { all: () => Promise.resolve({ version: 1, records: shuffle(records) }) },
      maintenance: { ...watch.maintenance, list: () => Promise.resolve(shuffle(maintenances)) },
      facts: {
        intervals: () => Promise.resolve(shuffle(all.intervals)),
        annotations: () => Promise.resolve(shuffle(all.annotations)),
        incidents: () => Promise.resolve(shuffle(all.incidents)),
      },
    },
    store: {
      fiveMinutes: (row, fromS, untilS) => {
        const inBps = Float64Array.from({ length: (untilS - fromS) / 300 }, (_, i) => ((i * 7919 + row) % 9000) * 1e4);
        const startMs = fromS * 1000;
        return Promise.resolve({
          startMs,
          inBps,
          outBps: inBps.map((bps) => bps / 5),
          counted: new Uint8Array(inBps.length),
        });
      },
      measured: (asked, fromS) =>
        Promise.resolve(
          asked.map(({ kind, collector, exporter, name }) => {
            const timesS = Array.from({ length: 2000 }, (_, i) => fromS / 1000 + i * 60);
            const rttMs = timesS.map((_, i) => 10 + (i % 97) / 5);
            return {
              kind,
              collector,
              exporter,
              name,
              timesS,
              rttMs,
              jitterMs: rttMs.map(() => Number.NaN),
              lossPercent: rttMs.map((ms) => (ms > 29 ? 2 : 0)),
            };
          }),
        ),
    },
    trust: 'north',
    logger: createLogger('report', 'silent'),
    clock: () => nowMs,
  });
  const sees = { scope: 'all', prices: 'all' } as const;
  return { html: await reports.file('html', sees, { month }), csv: await reports.file('csv', sees, { month }) };
}
