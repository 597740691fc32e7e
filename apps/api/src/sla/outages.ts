/** Outages with their incidents: what they were called, who was told, what the fix took. */
import type { Incident, SlaOutage } from '@linewatch/contract';
import {
  type Exclusion,
  type FixFigures,
  type FixResult,
  type Outage,
  type Span,
  fixClock,
  overlap,
  schoolSpans,
  total,
} from '@linewatch/sla';
import type { NoticedOccurrence } from '../maintenance/occurrences.ts';
import type { SlaCircuit } from './estate.ts';

/** Of what goes on: as long as the figures know. */
const endOf = ({ endedMs }: Incident): number => endedMs ?? Infinity;

const touches = (a: Span, b: Span): boolean => {
  const { fromMs, toMs } = overlap(a, b);
  return fromMs < toMs;
};

/** The incident that an outage is of: several of its flaps are one. */
export const incidentOf = (
  outage: Pick<Outage, 'fromMs' | 'toMs'>,
  incidents: readonly Incident[],
): Incident | undefined =>
  incidents
    .filter(({ kind, mergedInto }) => kind === 'outage' && mergedInto === null)
    .toSorted((a, b) => a.startedMs - b.startedMs || a.id - b.id)
    .find((each) =>
      touches(
        { fromMs: each.startedMs, toMs: Math.max(endOf(each), each.startedMs + 1) },
        { fromMs: outage.fromMs, toMs: outage.toMs ?? Infinity },
      ),
    );

const clock = (figures: FixFigures): NonNullable<SlaOutage['fix']>['ours'] => ({
  ...figures,
  working: [...figures.working],
});

/** @param exclusions of the circuit */
export function fixOf(
  incident: Incident,
  { contract }: SlaCircuit,
  exclusions: readonly Exclusion[],
  nowMs: number,
): FixResult | undefined {
  if (!contract) return undefined;
  const { startedMs, endedMs, detectedMs, flaps, faultClass, kind, supplier } = incident;
  return fixClock({
    terms: contract.terms,
    fromMs: startedMs,
    toMs: endedMs,
    state: kind === 'degradation' ? 'degraded' : 'down',
    flaps,
    faultClass,
    detectedMs,
    ticketMs: ticketMs(incident),
    supplier,
    exclusions,
    nowMs,
  });
}

/** As the contract's shape has it. */
export const bothClocks = ({ ours, suppliers }: FixResult): NonNullable<SlaOutage['fix']> => ({
  ours: clock(ours),
  suppliers: suppliers && clock(suppliers),
});

/** When the supplier opened a ticket: when it was told, if it gave a reference. */
const ticketMs = ({ supplier: { reference, reportedMs } }: Incident): number | null =>
  reference === null ? null : reportedMs;

/** School hours within an incident, as it was or is; null = no calendar that could tell. */
export function teachingHours(incident: Incident, { calendar }: SlaCircuit, nowMs: number): number | null {
  const span = { fromMs: incident.startedMs, toMs: Math.max(incident.startedMs, incident.endedMs ?? nowMs) };
  const school = calendar && schoolSpans(calendar, span);
  return school ? total(school) / 3_600_000 : null;
}

export interface OutageContext {
  readonly circuit: SlaCircuit;
  readonly incidents: readonly Incident[];
  /** All of the circuit's, by people and by maintenance. */
  readonly exclusions: readonly Exclusion[];
  /** That overlap the period. */
  readonly maintenance: readonly NoticedOccurrence[];
  readonly nowMs: number;
}

/** Of one incident the fix is told with the first of its outages. */
export function slaOutages(outages: readonly Outage[], context: OutageContext): SlaOutage[] {
  const { circuit, incidents, exclusions, maintenance, nowMs } = context;
  const told = new Set<number>();
  return outages.map((outage) => {
    const incident = incidentOf(outage, incidents);
    const first = incident !== undefined && !told.has(incident.id);
    if (incident) told.add(incident.id);
    const fix = first ? fixOf(incident, circuit, exclusions, nowMs) : undefined;
    return {
      incident: incident?.id ?? null,
      fromMs: outage.fromMs,
      toMs: outage.toMs,
      inPeriodMs: outage.inPeriodMs,
      countedMs: outage.countedMs,
      cause: outage.cause,
      beganBefore: outage.beganBefore,
      exclusions: [...outage.exclusions, ...refusedMaintenance(outage, maintenance)].map(
        ({ code, reason, fromMs, toMs, excuses }) => ({
          code,
          reason,
          fromMs,
          toMs: toMs === Infinity ? Math.max(nowMs, fromMs) : toMs,
          excuses,
        }),
      ),
      teachingMs: outage.teachingMs,
      faultClass: fix?.faultClass ?? incident?.faultClass ?? null,
      fix: fix ? bothClocks(fix) : null,
    };
  });
}

/** Maintenance that the contract does not let excuse the outage: it is shown, with why not. */
function refusedMaintenance(outage: Outage, maintenance: readonly NoticedOccurrence[]): Outage['exclusions'] {
  const span = { fromMs: outage.fromMs, toMs: outage.toMs ?? Infinity };
  return maintenance
    .filter((each) => each.notice?.excused.length === 0 && touches(each, span))
    .map(({ maintenance: { code, title }, notice, ...each }) => ({
      ...overlap(each, span),
      code,
      reason: `${title}: ${notice!.text}`,
      excuses: false,
    }));
}
