/** A circuit's month: everything that is said of it, from what is known of it. Pure. */
import type { CircuitSla, SlaBudget, SlaPercentile } from '@linewatch/contract';
import {
  type Availability,
  type AvailabilityFigures,
  type Budget,
  type Exclusion,
  type FiveMinutes,
  type PerformanceSample,
  type Performance,
  type Span,
  type Terms,
  availability,
  budget,
  credits,
  defaultTimeZone,
  judgedSpans,
  dayOf,
  monthSpan,
  monthsOf,
  performance,
  percentile,
  periodSpan,
  schoolSpans,
  targetMet,
} from '@linewatch/sla';
import { type NoticedOccurrence, exclusionsOf } from './occurrences.ts';
import { chargeOf } from './charge.ts';
import type { SlaCircuit } from './estate.ts';
import { type SpanFacts, correctionsBy, exclusionsBy } from './facts.ts';
import { incidentOf, slaOutages } from './outages.ts';

/** Samples of one source: a probe or a device, from one vantage point. */
export interface MeasuredSource {
  readonly source: string;
  readonly samples: readonly PerformanceSample[];
}

/** What stored telemetry adds; null where it does not answer. */
export interface Telemetry {
  readonly fiveMinutes: FiveMinutes | null;
  readonly measured: readonly MeasuredSource[] | null;
}

export interface CircuitMonth {
  readonly circuit: SlaCircuit;
  /** `2026-09` */
  readonly month: string;
  /** Over the month, the contract's period and what its cap is a share of. */
  readonly facts: SpanFacts;
  readonly telemetry: Telemetry;
  /** How many circuits of its contract were in service in the month. */
  readonly beside: number;
  readonly nowMs: number;
}

export const zoneOf = ({ contract }: SlaCircuit): string => contract?.terms.timeZone ?? defaultTimeZone;

/** The month in the contract's time zone. */
export const monthOfCircuit = (circuit: SlaCircuit, month: string): Span => monthSpan(month, zoneOf(circuit));

/** All that the figures of a month look at: the period that the contract is judged over, and what its cap is a share of. */
export function spanOf(circuit: SlaCircuit, month: string): Span {
  const own = monthOfCircuit(circuit, month);
  const { period, credits } = circuit.contract?.terms ?? {};
  const spans = [period, credits?.capOf].flatMap((kind) =>
    kind ? [periodSpan(kind, own.fromMs, zoneOf(circuit))] : [],
  );
  return {
    fromMs: Math.min(own.fromMs, ...spans.map(({ fromMs }) => fromMs)),
    toMs: Math.max(own.toMs, ...spans.map(({ toMs }) => toMs)),
  };
}

/** What a circuit is judged by. */
export type JudgedBy = Pick<SpanFacts, 'intervals' | 'annotations'> & {
  readonly occurrences: { of(circuit: SlaCircuit, part: Span): NoticedOccurrence[] };
};

export interface Judged {
  readonly period: Span;
  readonly exclusions: readonly Exclusion[];
  readonly maintenance: readonly NoticedOccurrence[];
  readonly result: Availability;
}

/** What a circuit was over a period, as its contract counts. */
export function judge(circuit: SlaCircuit, period: Span, facts: JudgedBy, nowMs: number): Judged {
  const { row, validity, contract, calendar } = circuit;
  const annotations = facts.annotations.get(row) ?? [];
  const maintenance = facts.occurrences.of(circuit, period);
  const exclusions = [...exclusionsBy(annotations), ...exclusionsOf(maintenance)];
  const result = availability({
    period,
    validity,
    intervals: facts.intervals.get(row) ?? [],
    exclusions,
    corrections: correctionsBy(annotations),
    terms: contract?.terms ?? {},
    ...(calendar && { calendar }),
    nowMs,
  });
  return { period, exclusions, maintenance, result };
}

const figuresOf = ({
  rawPercent,
  contractualPercent,
  coveragePercent,
  totalMs,
  serviceMs,
  upMs,
  degradedMs,
  downMs,
  unknownMs,
  excusedMs,
  countedDownMs,
}: AvailabilityFigures): CircuitSla['figures'] => ({
  rawPercent,
  contractualPercent,
  coveragePercent,
  totalMs,
  serviceMs,
  upMs,
  degradedMs,
  downMs,
  unknownMs,
  excusedMs,
  countedDownMs,
});

export function circuitSla(input: CircuitMonth): CircuitSla {
  const { circuit, month, facts, nowMs } = input;
  const { contract, calendar } = circuit;
  const terms: Terms = contract?.terms ?? {};
  const span = monthOfCircuit(circuit, month);
  // A month is told of as it stood when it ended, by all that is known now: what goes on belongs to the months that follow.
  const thenMs = Math.min(nowMs, span.toMs);
  const own = judge(circuit, span, facts, thenMs);
  const { figures, outages, mttrMs, mtbfMs, longestMs, teachingMs, working } = own.result;
  const longer =
    terms.period === 'quarter' || terms.period === 'year'
      ? judge(circuit, periodSpan(terms.period, span.fromMs, zoneOf(circuit)), facts, thenMs)
      : undefined;
  const judged = longer ?? own;
  const incidents = facts.incidents.get(circuit.row) ?? [];
  const measured = performanceOf(input, own);
  const notes = [...working];
  if (input.telemetry.fiveMinutes === null) notes.push('Bandwidth: stored telemetry does not answer now.');
  if (input.telemetry.measured === null) notes.push('Latency, jitter and loss: stored telemetry does not answer now.');
  return {
    circuit: { id: circuit.id, name: circuit.name },
    academy: { id: circuit.academy.id, name: circuit.academy.name },
    provider: circuit.provider,
    contract: contract && { id: contract.id, name: contract.name },
    role: circuit.role,
    month,
    period: { fromMs: span.fromMs, toMs: Math.max(span.fromMs, Math.min(span.toMs, nowMs)) },
    running: nowMs < span.toMs,
    target: terms.target ?? null,
    met: targetMet(judged.result.figures, terms),
    figures: figuresOf(figures),
    contractPeriod: longer
      ? {
          fromMs: longer.period.fromMs,
          toMs: Math.min(longer.period.toMs, Math.max(longer.period.fromMs, thenMs)),
          figures: figuresOf(longer.result.figures),
        }
      : null,
    outages: slaOutages(outages, {
      circuit,
      incidents,
      exclusions: own.exclusions,
      maintenance: own.maintenance,
      nowMs: thenMs,
      running: nowMs < span.toMs,
    }),
    mttrMs,
    mtbfMs,
    longestMs,
    teachingHoursLost: teachingMs === null ? null : teachingMs / 3_600_000,
    pupils: circuit.academy.pupils,
    performance: measured.flatMap(({ measures }) =>
      measures.map(({ what, unit, limit, windowMinutes, mean, worst, windows, breaches, unjudged, source }) => ({
        what,
        unit,
        limit,
        windowMinutes,
        mean,
        worst,
        windows,
        breaches,
        unjudged,
        source,
      })),
    ),
    percentile: percentileOf(input, span, calendar),
    budget: budgetOf(judged, circuit, thenMs),
    credit: creditFor(input, judged, measured),
    working: notes,
  };
}

function performanceOf({ circuit, telemetry }: CircuitMonth, own: Judged): readonly Performance[] {
  const terms = circuit.contract?.terms ?? {};
  const down = own.result.outages.map(({ fromMs, toMs }) => ({ fromMs, toMs: toMs ?? Infinity }));
  const judged = judgedSpans(terms, own.period, own.exclusions, down);
  return (telemetry.measured ?? []).map(({ source, samples }) =>
    performance({ terms, period: own.period, samples, judged, source }),
  );
}

function percentileOf(
  { circuit, telemetry: { fiveMinutes } }: CircuitMonth,
  span: Span,
  calendar: SlaCircuit['calendar'],
): SlaPercentile | null {
  if (!fiveMinutes) return null;
  const school = calendar && schoolSpans(calendar, span);
  const { committedDownBps, committedUpBps } = circuit.planned;
  return percentile({
    terms: circuit.contract?.terms ?? {},
    samples: fiveMinutes,
    ...(school && { school }),
    committedBps: committedDownBps ?? committedUpBps,
  });
}

/** Of the period that the contract is judged over, with the works that are planned in it. Undefined without a target. */
export const budgetLeft = (
  { period, result, maintenance }: Judged,
  { contract, validity }: SlaCircuit,
  nowMs: number,
): Budget | undefined =>
  budget(result.figures, contract?.terms ?? {}, period, nowMs, { validity, excused: exclusionsOf(maintenance) });

function budgetOf(judged: Judged, circuit: SlaCircuit, nowMs: number): SlaBudget | null {
  const left = budgetLeft(judged, circuit, nowMs);
  if (!left) return null;
  const { allowedMs, usedMs, leftPercent, forecastPercent, burnRate } = left;
  return { allowedMs, usedMs, leftPercent, forecastPercent, burnRate };
}

/** Null: the contract gives no credits. Judged over a quarter or year, it is reckoned in its last month. */
function creditFor(input: CircuitMonth, judged: Judged, measured: readonly Performance[]): CircuitSla['credit'] {
  const { circuit, month, facts, beside } = input;
  const { contract } = circuit;
  const terms = contract?.terms;
  if (!contract || !terms?.credits) return null;
  const to = [contract.record.claimEmail, contract.record.claimAddress].filter((each) => each !== undefined).join('; ');
  const none = { due: null, percent: null, claimBy: null, claimTo: to === '' ? null : to };
  const zone = zoneOf(circuit);
  const own = monthOfCircuit(circuit, month);
  if (judged.period.toMs > own.toMs)
    return { ...none, working: [`Judged over the ${terms.period!}: reckoned in its last month.`] };
  const capped = terms.credits.capOf && terms.credits.capOf !== 'month';
  const before = capped
    ? monthsOf({ fromMs: periodSpan(terms.credits.capOf, own.fromMs, zone).fromMs, toMs: judged.period.fromMs }, zone)
    : [];
  let earlier = 0;
  const charge = chargeOf(circuit, beside, dayOf(own.fromMs, zone));
  const reckon = (of: Judged, breachMs: number) =>
    credits({
      terms,
      period: of.period,
      monthlyCharge: charge.monthly,
      countedMs: of.result.figures.countedMs,
      lostMs: of.result.figures.lostMs,
      outages: of.result.outages.map((outage) => ({
        fromMs: outage.fromMs,
        countedMs: outage.countedMs,
        reportedMs:
          incidentOf(outage, facts.incidents.get(circuit.row) ?? [], of.period.toMs)?.supplier.reportedMs ?? null,
      })),
      performanceBreachMs: breachMs,
      ...(capped && { earlier: earlier.toFixed(2) }),
    });
  // Months judged by themselves, under a cap of the quarter or year: each takes from it.
  if ((terms.period ?? 'month') === 'month')
    for (const each of before) {
      const past = monthSpan(each, zone);
      const { due } = reckon(judge(circuit, past, facts, past.toMs), 0);
      earlier += Number(due ?? 0);
    }
  // Of several vantage points the one that saw most breaches: they are breaches of the same line.
  const breachMs = Math.max(0, ...measured.map((each) => each.breachedMs));
  const { due, percent, working, claimBy } = reckon(judged, breachMs);
  return { due, percent, claimBy, claimTo: none.claimTo, working: [charge.working, ...working] };
}
