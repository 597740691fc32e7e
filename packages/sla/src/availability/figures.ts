import type { Span, StateInterval, Terms } from '../model.ts';
import { intersect, subtract, total } from '../spans.ts';
import { inState } from './timeline.ts';
import type { AvailabilityFigures, AvailabilityTimes } from './types.ts';

/** A part of a whole, 0 to 100; null of nothing. One rounding only, so a figure such as 99.95 is just that number. */
export const percentOf = (part: number, whole: number): number | null => (whole > 0 ? (part * 100) / whole : null);

/** @param states partition the time that counts. `service` and `excused` lie within it, as sets of moments. */
export function timesOf(
  states: readonly StateInterval[],
  service: readonly Span[],
  excused: readonly Span[],
  unknown: NonNullable<Terms['unknown']>,
): AvailabilityTimes {
  const down = inState(states, 'down');
  const unseen = inState(states, 'unknown');
  const base = subtract(service, excused);
  const countedDownMs = total(intersect(down, base));
  const countedUnknownMs = total(intersect(unseen, base));
  return {
    totalMs: total(states),
    serviceMs: total(service),
    upMs: total(inState(states, 'up', 'degraded')),
    degradedMs: total(inState(states, 'degraded')),
    downMs: total(down),
    unknownMs: total(unseen),
    excusedMs: total(excused),
    countedDownMs,
    countedMs: total(base) - (unknown === 'left-out' ? countedUnknownMs : 0),
    lostMs: countedDownMs + (unknown === 'down' ? countedUnknownMs : 0),
  };
}

export function figuresOf(times: AvailabilityTimes): AvailabilityFigures {
  const { totalMs, upMs, downMs, unknownMs, countedMs, lostMs } = times;
  return {
    ...times,
    rawPercent: percentOf(upMs, upMs + downMs),
    contractualPercent: percentOf(countedMs - lostMs, countedMs),
    coveragePercent: percentOf(totalMs - unknownMs, totalMs),
  };
}

const nothing: AvailabilityTimes = {
  totalMs: 0,
  serviceMs: 0,
  upMs: 0,
  degradedMs: 0,
  downMs: 0,
  unknownMs: 0,
  excusedMs: 0,
  countedDownMs: 0,
  countedMs: 0,
  lostMs: 0,
};

/** Figures of periods that do not overlap as those of one: of months a quarter or a year, of circuits a trust. */
export function addFigures(parts: readonly AvailabilityTimes[]): AvailabilityFigures {
  const sum = { ...nothing };
  for (const part of parts)
    for (const key of Object.keys(nothing) as (keyof AvailabilityTimes)[]) sum[key] += part[key];
  return figuresOf(sum);
}

/** Whether the contract's target was met; null = it has none, or nothing counts. */
export function targetMet(figures: Pick<AvailabilityFigures, 'contractualPercent'>, terms: Terms): boolean | null {
  if (terms.target === undefined || figures.contractualPercent === null) return null;
  return figures.contractualPercent >= terms.target;
}
