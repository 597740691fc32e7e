/** How a circuit stands against its contract at a moment: what alerts go by. Pure, and the same for any moment of the past. */
import {
  type Burn,
  type LineState,
  type Span,
  type Terms,
  burns,
  excusesAvailability,
  overlap,
  periodSpan,
  serviceSpans,
  subtract,
  targetMet,
  timeline,
} from '@linewatch/sla';
import { type JudgedBy, budgetLeft, judge, zoneOf } from './circuit.ts';
import type { SlaCircuit } from './estate.ts';
import { correctionsBy, exclusionsBy } from './facts.ts';
import { inService } from './matrix.ts';
import { exclusionsOf } from './occurrences.ts';
import { type StandingFacts, burnMs, knownAt } from './standing-facts.ts';

export interface CircuitStanding {
  readonly nowMs: number;
  /** The month, quarter or year that the contract is judged over, whole, in the contract's time zone. */
  readonly period: Span;
  /** Availability that the contract promises, %. */
  readonly target: number;
  /** So far, as the contract counts, %. null while nothing counts. */
  readonly contractualPercent: number | null;
  /** How much of the time so far could be seen, %. */
  readonly coveragePercent: number | null;
  /** Whether the figure so far reaches the target: early in a period a short outage takes it below for a while. */
  readonly met: boolean | null;
  /** The target is missed whatever comes: more is lost than the whole period allows. */
  readonly breached: boolean;
  readonly budget: {
    /** Down time that the target allows in the whole period, less planned works that the contract excuses. */
    readonly allowedMs: number;
    readonly usedMs: number;
    /** Below 0: overspent. */
    readonly leftMs: number;
    /** 100 = untouched, below 0 = overspent. Where nothing is allowed: 100, or −100 once anything is used. */
    readonly leftPercent: number;
    /** Spent / what the time so far allows; 1 = on the line. null where nothing counted yet, or nothing is allowed. */
    readonly burnRate: number | null;
  };
  /** When the rest of the period goes as what was so far, outside of planned works that are excused. */
  readonly forecast: {
    /** Availability at the period's end; null where nothing counts. */
    readonly percent: number | null;
    /** It ends below the target. */
    readonly breach: boolean;
    /** When the budget is spent, Unix ms; null: not in this period, or it is overspent already (`breached`). */
    readonly spentMs: number | null;
  };
  /** The multi-window rules of `burnRules`, in their order. */
  readonly burns: readonly Burn[];
}

/** Slow, lossy or shaky time is to a contract what it says of it: it spends where there is a limit of latency, jitter or loss. */
const spendsOf = ({ latencyMs, jitterMs, lossPercent }: Terms): readonly LineState[] =>
  latencyMs === undefined && jitterMs === undefined && lossPercent === undefined ? ['down'] : ['down', 'degraded'];

/**
 * @param facts of `readStandingFacts` over a stretch that the moment lies in, or of `Standings`.
 * @returns null where nothing is promised: no contract or no target, or not in service in the period by then.
 * @throws RangeError for a zone or a time of the day of the terms that is none.
 */
export function circuitStanding(circuit: SlaCircuit, facts: StandingFacts, nowMs: number): CircuitStanding | null {
  const terms = circuit.contract?.terms ?? {};
  const { target } = terms;
  if (target === undefined) return null;
  const period = periodSpan(terms.period ?? 'month', nowMs, zoneOf(circuit));
  if (!inService(circuit, { fromMs: period.fromMs, toMs: nowMs + 1 })) return null;
  const known = knownAt(circuit, facts, nowMs, Math.min(period.fromMs, nowMs - burnMs));
  // School days cost much to reckon, and no alert tells of them.
  const judged = judge({ ...circuit, calendar: undefined }, period, known, nowMs);
  const { contractualPercent, coveragePercent } = judged.result.figures;
  const { allowedMs, usedMs, leftPercent, burnRate, bestPercent, forecastPercent, spentMs } = budgetLeft(
    judged,
    circuit,
    nowMs,
  )!;
  const below = (percent: number | null): boolean => percent !== null && percent < target;
  return {
    nowMs,
    period,
    target,
    contractualPercent,
    coveragePercent,
    met: targetMet(judged.result.figures, terms),
    breached: below(bestPercent),
    budget: { allowedMs, usedMs, leftMs: allowedMs - usedMs, leftPercent, burnRate },
    forecast: { percent: forecastPercent, breach: below(forecastPercent), spentMs },
    burns: burnsOf(circuit, terms, target, known, nowMs),
  };
}

/**
 * What nobody saw is left out even where the contract counts it as down: a collector that is away burns no supplier's budget.
 * Left out are also hours without service, and what the contract excuses.
 */
function burnsOf(circuit: SlaCircuit, terms: Terms, target: number, known: JudgedBy, nowMs: number): readonly Burn[] {
  const window = { fromMs: nowMs - burnMs, toMs: nowMs };
  const annotations = known.annotations.get(circuit.row) ?? [];
  const excused = [...exclusionsBy(annotations), ...exclusionsOf(known.occurrences.of(circuit, window))].filter(
    ({ code }) => excusesAvailability(terms, code),
  );
  return burns(
    {
      intervals: timeline(
        known.intervals.get(circuit.row) ?? [],
        correctionsBy(annotations),
        overlap(window, circuit.validity),
      ),
      target,
      spends: spendsOf(terms),
      excused: [...excused, ...subtract([window], serviceSpans(terms.serviceHours, terms.timeZone, window))],
    },
    nowMs,
  );
}

/**
 * Whether anything in a stretch, or in what its standings look back on, can have fired: what was seen up all the time cannot. For
 * previews, which ask of each circuit at many moments.
 */
export const troubled = (circuit: SlaCircuit, facts: StandingFacts, over: Span): boolean => {
  const { unknown, period } = circuit.contract?.terms ?? {};
  if (unknown === 'down') return true;
  const fromMs = Math.min(over.fromMs - burnMs, periodSpan(period ?? 'month', over.fromMs, zoneOf(circuit)).fromMs);
  const touches = (each: { readonly fromMs: number; readonly toMs: number | null }): boolean =>
    each.fromMs <= over.toMs && (each.toMs ?? Infinity) > fromMs;
  const lost = (state: LineState | null): boolean => state === 'down' || state === 'degraded';
  return (
    (facts.intervals.get(circuit.row) ?? []).some((each) => lost(each.state) && touches(each)) ||
    (facts.annotations.get(circuit.row) ?? []).some((each) => lost(each.state) && touches(each))
  );
};
