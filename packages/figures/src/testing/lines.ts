/** Lines and what is kept of them, in memory: spans are answered as PostgreSQL answers them. */
import type { Incident, Maintenance } from '@linewatch/contract';
import type { Annotation, CircuitInterval, LineNow } from '@linewatch/estate';
import type { Terms } from '@linewatch/sla';
import type { SlaCircuit, SlaEstate } from '../estate.ts';
import type { FactsSource } from '../facts.ts';
import type { StandingsOptions } from '../standings.ts';

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;
/** London is an hour ahead in June. */
export const juneMs = Date.parse('2026-05-31T23:00:00Z');
export const july = juneMs + 30 * dayMs;
/** A time of June, from day 1 on. */
export const june = (day: number, hours = 0): number => juneMs + (day - 1) * dayMs + hours * hourMs;

export const line = (row: number, terms: Terms | null, over: Partial<SlaCircuit> = {}): SlaCircuit =>
  ({
    ...{ row, id: `line-${row}`, name: `Line ${row}`, role: 'primary', site: null, calendar: undefined },
    ...{ academy: { id: 'ash', name: 'Ash', pupils: 900 }, provider: { id: 'fibre', name: 'Example Fibre' } },
    contract: terms && { id: 'lines', name: 'Lines', terms, record: { id: 'lines', name: 'Lines' } },
    ...{ validity: { fromMs: -Infinity, toMs: Infinity }, planned: {}, record: {} },
    ...over,
  }) as unknown as SlaCircuit;

export const estateOf = (circuits: readonly SlaCircuit[], version = 1): SlaEstate => ({
  ...{ version, trust: { id: 'north', name: 'North' }, academies: [], circuits, academyOfSite: () => [] },
  circuitById: new Map(circuits.map((each) => [each.id, each])),
  circuitByRow: new Map(circuits.map((each) => [each.row, each])),
});

type Edge = readonly [atMs: number, state: CircuitInterval['state']];

/** From each edge to the next; the last goes on, and was seen up to `seenMs`. */
export const intervals = (row: number, edges: readonly Edge[], seenMs = Infinity): CircuitInterval[] =>
  edges.map(([fromMs, state], i) => ({
    ...{ circuit: row, fromMs, toMs: edges[i + 1]?.[0] ?? null, state, seenMs, evidence: [] },
    cause: state === 'up' ? 'none' : state === 'degraded' ? 'quality' : 'link',
  }));

export const annotation = (over: Partial<Annotation>): Annotation => ({
  ...{ id: 1, circuit: 1, fromMs: juneMs, toMs: null, kind: 'exclusion', code: 'site-power', state: null },
  ...{ reason: 'said', incident: null, by: 'Ann', atMs: juneMs },
  ...over,
});

export const works = (startMs: number, endMs: number, over: Partial<Maintenance> = {}): Maintenance => ({
  ...{ id: 1, title: 'Works', scope: { kind: 'provider', id: 'fibre' }, scopeName: 'Example Fibre', startMs, endMs },
  ...{ rrule: null, timeZone: null, notifiedMs: startMs - 20 * dayMs, code: 'planned', reference: null, note: null },
  ...{ enteredMs: startMs - 20 * dayMs, by: 'Ann', cancelledMs: null, revision: 1 },
  ...over,
});

export const incident = (startedMs: number, over: Partial<Incident> = {}): Incident => ({
  ...{ id: 1, kind: 'outage', state: 'open', severity: 'critical', title: 'Down', cause: 'link', circuit: null },
  ...{ academies: [], provider: null, parent: null, members: 0, startedMs, endedMs: null, detectedMs: startedMs },
  ...{ resolvedMs: null, flaps: 0, backupCarried: false, maintenance: false, acknowledged: null, assignee: null },
  supplier: { reportedMs: null, how: null, by: null, reference: null, startedMs: null, fixedMs: null, stops: [] },
  ...{ ticket: null, faultClass: null, exclusion: null, mergedInto: null, backdated: false, reopened: 0, revision: 1 },
  ...over,
});

export interface Kept {
  version: number;
  intervals: readonly CircuitInterval[];
  annotations: readonly Annotation[];
  maintenances: readonly Maintenance[];
  lines: readonly Pick<LineNow, 'circuit' | 'seenMs'>[];
}

export const kept = (over: Partial<Kept> = {}): Kept => ({
  ...{ version: 1, intervals: [], annotations: [], maintenances: [], lines: [] },
  ...over,
});

/** `asked`: each reading, by what it is of. */
export function memory(
  all: Kept,
  asked: string[] = [],
): FactsSource & Pick<StandingsOptions, 'incidents' | 'maintenance'> {
  const answer = <T>(what: string, value: T): Promise<T> => {
    asked.push(what);
    return Promise.resolve(value);
  };
  const within = (fromMs: number, toMs: number) => (each: { readonly fromMs: number; readonly toMs: number | null }) =>
    each.fromMs < toMs && (each.toMs ?? Infinity) > fromMs;
  return {
    facts: {
      intervals: (_, fromMs, toMs) => answer('intervals', all.intervals.filter(within(fromMs, toMs))),
      annotations: (_, fromMs, toMs) => answer('annotations', all.annotations.filter(within(fromMs, toMs))),
      incidents: () => answer('incidents', []),
    },
    maintenance: { list: () => answer('maintenance', all.maintenances) },
    incidents: {
      version: () => answer('version', all.version),
      now: () =>
        answer(
          'now',
          all.lines.map((each) => ({ ...each, state: 'up', cause: 'none', sinceMs: 0, incident: null })),
        ),
    },
  };
}
