import { percentOf } from '../availability/figures.ts';
import type { AvailabilityFigures } from '../availability/types.ts';
import { serviceSpans } from '../calendar.ts';
import type { Span, Terms } from '../model.ts';
import { intersect, overlap, subtract, total, union } from '../spans.ts';

/** What is known of the rest of the period. */
export interface Ahead {
  /** When the circuit is in service; without it, to the end. */
  readonly validity?: Span;
  /** Planned works that the contract excuses: they leave less time that counts. In any order. */
  readonly excused?: readonly Span[];
  /** Planned works that count as down: announced too late, or beyond what the contract allows. In any order. */
  readonly down?: readonly Span[];
}

export interface Budget {
  /** Down time that the target allows in the whole period, ms. */
  readonly allowedMs: number;
  readonly usedMs: number;
  /** 100 = untouched, below 0 = overspent. Where nothing is allowed: 100, or −100 once anything is used. */
  readonly leftPercent: number;
  /** Spent / what the time that counted so far allows; 1 = on the line. null where nothing counted yet, or nothing is allowed. */
  readonly burnRate: number | null;
  /** Availability at the period's end when the rest goes as what was so far, with what is planned. null where nothing counts. */
  readonly forecastPercent: number | null;
  /** The same when nothing more goes wrong than what is planned: below the target, the target is missed already. */
  readonly bestPercent: number | null;
  /** When it is spent, Unix ms, as the forecast goes. null: not before the period ends, or it was overspent by now. */
  readonly spentMs: number | null;
}

/** Share that a target allows to be lost, 0 to 1: 100 − 99.95 is 0.05, not 0.04999999999999716. */
export const allowedShare = (targetPercent: number): number => Math.round((100 - targetPercent) * 1e9) / 1e11;

/**
 * How much of what the target allows is spent, and how the period will end.
 * @param figures of the period up to `nowMs`. @param period whole.
 * @returns undefined where the contract has no target.
 */
export function budget(
  figures: Pick<AvailabilityFigures, 'countedMs' | 'lostMs'>,
  terms: Terms,
  period: Span,
  nowMs: number,
  ahead: Ahead = {},
): Budget | undefined {
  if (terms.target === undefined) return undefined;
  const share = allowedShare(terms.target);
  const { countedMs, lostMs } = figures;

  const left = overlap({ fromMs: Math.max(period.fromMs, nowMs), toMs: period.toMs }, ahead.validity ?? period);
  const excused = union(ahead.excused ?? []);
  const service = subtract(serviceSpans(terms.serviceHours, terms.timeZone, left), excused);
  const comingMs = total(service);
  const planned = intersect(service, union(ahead.down ?? []));
  const plannedMs = total(planned);

  const wholeMs = countedMs + comingMs;
  const allowedMs = wholeMs * share;
  // Where nothing counted yet there is nothing to go on: as if nothing more went wrong.
  const lossSoFar = countedMs > 0 ? lostMs / countedMs : 0;
  const best = lostMs + plannedMs;
  return {
    allowedMs,
    usedMs: lostMs,
    leftPercent: allowedMs > 0 ? ((allowedMs - lostMs) * 100) / allowedMs : lostMs > 0 ? -100 : 100,
    burnRate: burnOf(lostMs, countedMs, share),
    forecastPercent: percentOf(Math.max(0, wholeMs - best - lossSoFar * (comingMs - plannedMs)), wholeMs),
    bestPercent: percentOf(wholeMs - best, wholeMs),
    spentMs: spentAt(allowedMs - lostMs, [
      ...subtract(service, planned).map((span) => ({ ...span, rate: lossSoFar })),
      ...planned.map((span) => ({ ...span, rate: 1 })),
    ]),
  };
}

/** When so much is lost. @param coming time that counts, apart from each other, and what share of it is lost */
function spentAt(leftMs: number, coming: readonly (Span & { readonly rate: number })[]): number | null {
  if (leftMs < 0) return null;
  let stillMs = leftMs;
  for (const { fromMs, toMs, rate } of coming.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const lostMs = (toMs - fromMs) * rate;
    if (lostMs > stillMs) return Math.floor(fromMs + stillMs / rate);
    stillMs -= lostMs;
  }
  return null;
}

/** How many times faster than allowed; null where there is nothing to compare. */
export const burnOf = (lostMs: number, countedMs: number, share: number): number | null =>
  countedMs > 0 && share > 0 ? lostMs / (countedMs * share) : null;
