import { inState, timeline } from '../availability/timeline.ts';
import type { LineState, Span, StateInterval } from '../model.ts';
import { intersect, subtract, total, union } from '../spans.ts';
import { allowedShare, burnOf } from './budget.ts';

export interface BurnInput {
  /** In any order; still-open ones have `toMs: Infinity`. */
  readonly intervals: readonly StateInterval[];
  /** Availability target, %. */
  readonly target: number;
  /** What spends: `down` alone without it; for brown-outs, `degraded` too. */
  readonly spends?: readonly LineState[];
  /** Time that is left out, as excused works are. In any order. */
  readonly excused?: readonly Span[];
}

/**
 * How many times faster than its target allows a window's time was lost; 1 = spent exactly at the period's end. Unknown and
 * excused time is left out. null where nothing is left, or the target allows nothing.
 */
export function burnRate(
  { intervals, target, spends = ['down'], excused = [] }: BurnInput,
  window: Span,
): number | null {
  const states = timeline(intervals, [], window);
  const seen = subtract(inState(states, 'up', 'degraded', 'down'), union(excused));
  const lost = intersect(seen, inState(states, ...spends));
  return burnOf(total(lost), total(seen), allowedShare(target));
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

export interface BurnRule {
  /** Burns at least so many times too fast, over the long window and, so that it ends soon after the trouble, over the short. */
  readonly rate: number;
  readonly longMs: number;
  readonly shortMs: number;
  readonly severity: 'page' | 'ticket';
}

/** The windows of "The Site Reliability Workbook", chapter 5, table 5-8: 2 %, 5 % and 10 % of a 30 days' budget. */
export const burnRules: readonly BurnRule[] = [
  { rate: 14.4, longMs: hourMs, shortMs: 5 * minuteMs, severity: 'page' },
  { rate: 6, longMs: 6 * hourMs, shortMs: 30 * minuteMs, severity: 'page' },
  { rate: 1, longMs: 72 * hourMs, shortMs: 6 * hourMs, severity: 'ticket' },
];

export interface Burn extends BurnRule {
  readonly longRate: number | null;
  readonly shortRate: number | null;
  readonly firing: boolean;
}

/** Each rule as it stands at a moment. A hard outage is told at once by its incident; this is for brown-outs and flapping. */
export function burns(input: BurnInput, nowMs: number, rules: readonly BurnRule[] = burnRules): readonly Burn[] {
  return rules.map((rule) => {
    const longRate = burnRate(input, { fromMs: nowMs - rule.longMs, toMs: nowMs });
    const shortRate = burnRate(input, { fromMs: nowMs - rule.shortMs, toMs: nowMs });
    const firing = (longRate ?? 0) >= rule.rate && (shortRate ?? 0) >= rule.rate;
    return { ...rule, longRate, shortRate, firing };
  });
}
