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
} from '@linewatch/sla';
import type { NoticedOccurrence } from './occurrences.ts';
import type { SlaCircuit } from './estate.ts';

const touches = (a: Span, b: Span): boolean => {
  const { fromMs, toMs } = overlap(a, b);
  return fromMs < toMs;
};

/** The incident that an outage is of: several of its flaps are one. @param nowMs up to when an outage that goes on is told of */
export const incidentOf = (
  outage: Pick<Outage, 'fromMs' | 'toMs'>,
  incidents: readonly Incident[],
  nowMs: number,
): Incident | undefined =>
  incidents
    .filter(({ kind, mergedInto }) => kind === 'outage' && mergedInto === null)
    .toSorted((a, b) => a.startedMs - b.startedMs || a.id - b.id)
    .find((each) =>
      touches(
        { fromMs: each.startedMs, toMs: Math.max(each.endedMs ?? Infinity, each.startedMs + 1) },
        { fromMs: outage.fromMs, toMs: outage.toMs ?? Math.max(nowMs, outage.fromMs + 1) },
      ),
    );

/** One that went on then: what took place later is left out. Of one that was over all holds, whenever it was told. */
export function asOf(incident: Incident, thenMs: number): Incident {
  const { endedMs, supplier, ticket } = incident;
  if (endedMs !== null && endedMs <= thenMs) return incident;
  const by = (atMs: number | null): number | null => (atMs !== null && atMs > thenMs ? null : atMs);
  return {
    ...incident,
    endedMs: null,
    ticket: ticket && (ticket.atMs ?? 0) <= thenMs ? ticket : null,
    supplier: {
      ...supplier,
      reportedMs: by(supplier.reportedMs),
      startedMs: by(supplier.startedMs),
      fixedMs: by(supplier.fixedMs),
      stops: supplier.stops
        .filter(({ fromMs }) => fromMs < thenMs)
        .map((stop) => ({ ...stop, toMs: Math.min(stop.toMs, thenMs) })),
    },
  };
}

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

/** When a ticket was entered here; else when the supplier was told, if it gave a reference. */
const ticketMs = ({ ticket, supplier: { reference, reportedMs } }: Incident): number | null =>
  ticket?.atMs ?? (reference === null ? null : reportedMs);

export interface OutageContext {
  readonly circuit: SlaCircuit;
  readonly incidents: readonly Incident[];
  /** All of the circuit's, by people and by maintenance. */
  readonly exclusions: readonly Exclusion[];
  /** That overlap the period. */
  readonly maintenance: readonly NoticedOccurrence[];
  /** Up to when things are told: of a month that is over, its end. */
  readonly nowMs: number;
  readonly running: boolean;
}

/** Of one incident the fix is told with the first of its outages. */
export function slaOutages(outages: readonly Outage[], context: OutageContext): SlaOutage[] {
  const { circuit, incidents, maintenance, nowMs, running } = context;
  const exclusions = running
    ? context.exclusions
    : context.exclusions.map((each) => ({ ...each, ...overlap(each, { fromMs: -Infinity, toMs: nowMs }) }));
  const told = new Set<number>();
  return outages.map((outage) => {
    const incident = incidentOf(outage, incidents, nowMs);
    const first = incident !== undefined && !told.has(incident.id);
    if (incident) told.add(incident.id);
    const fix = first ? fixOf(asOf(incident, nowMs), circuit, exclusions, nowMs) : undefined;
    return {
      incident: incident?.id ?? null,
      fromMs: outage.fromMs,
      toMs: outage.toMs,
      inPeriodMs: outage.inPeriodMs,
      countedMs: outage.countedMs,
      cause: outage.cause,
      beganBefore: outage.beganBefore,
      exclusions: [...outage.exclusions, ...refusedMaintenance(outage, maintenance, nowMs)].map(
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
function refusedMaintenance(
  outage: Outage,
  maintenance: readonly NoticedOccurrence[],
  nowMs: number,
): Outage['exclusions'] {
  const span = { fromMs: outage.fromMs, toMs: outage.toMs ?? nowMs };
  return maintenance
    .filter((each) => each.notice?.excused.length === 0 && touches(each, span))
    .map(({ maintenance: { code, title }, notice, ...each }) => ({
      ...overlap(each, span),
      code,
      reason: `${title}: ${notice!.text}`,
      excuses: false,
    }));
}
