import type { Span, StateInterval, Terms } from '../model.ts';
import { overlap, totalIn } from '../spans.ts';
import { excusesAvailability } from './excuses.ts';
import type { AvailabilityInput, Outage, OutageExclusion } from './types.ts';

export interface OutageContext {
  /** Over by now. */
  readonly period: Span;
  readonly validity: Span;
  readonly nowMs: number;
  readonly terms: Terms;
  readonly exclusions: AvailabilityInput['exclusions'];
  /** Everything under an exclusion that excuses, in the period or not. */
  readonly excused: readonly Span[];
  /** Of the period: in service hours and not excused. */
  readonly base: readonly Span[];
  /** Of the period. */
  readonly school: readonly Span[] | undefined;
}

/** The stretches down that overlap the period, by time. @param states follow each other without a gap, beyond the period where known. */
export function outagesOf(states: readonly StateInterval[], context: OutageContext): readonly Outage[] {
  const exclusions = context.exclusions.toSorted(
    (a, b) => a.fromMs - b.fromMs || a.toMs - b.toMs || compare(a.code, b.code) || compare(a.reason, b.reason),
  );
  const outages: Outage[] = [];
  for (let first = 0; first < states.length; first++) {
    if (states[first]!.state !== 'down') continue;
    let last = first;
    while (states[last + 1]?.state === 'down') last++;
    const span = { fromMs: states[first]!.fromMs, toMs: states[last]!.toMs };
    const within = overlap(span, context.period);
    if (within.fromMs < within.toMs) {
      const running = span.toMs >= context.nowMs;
      outages.push({
        fromMs: span.fromMs,
        toMs: running ? null : span.toMs,
        inPeriodMs: within.toMs - within.fromMs,
        countedMs: totalIn(context.base, within),
        cause: states[first]!.cause,
        beganBefore: span.fromMs < context.period.fromMs,
        restored: !running && span.toMs < context.validity.toMs && states[last + 1]?.state !== 'unknown',
        excused: totalIn(context.excused, span) === span.toMs - span.fromMs,
        exclusions: overlapping(exclusions, span, context.terms),
        teachingMs: context.school ? totalIn(context.school, within) : null,
      });
    }
    first = last;
  }
  return outages;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function overlapping(sorted: AvailabilityInput['exclusions'], span: Span, terms: Terms): readonly OutageExclusion[] {
  const found: OutageExclusion[] = [];
  for (const exclusion of sorted) {
    if (exclusion.fromMs >= span.toMs) break;
    const { fromMs, toMs } = overlap(exclusion, span);
    const { code, reason } = exclusion;
    // The same one said twice is one.
    const same = (other: OutageExclusion): boolean =>
      other.code === code && other.reason === reason && other.fromMs === fromMs && other.toMs === toMs;
    if (fromMs < toMs && !found.some(same))
      found.push({ code, reason, fromMs, toMs, excuses: excusesAvailability(terms, code) });
  }
  return found;
}
