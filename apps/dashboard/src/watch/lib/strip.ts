/** Intervals of a circuit as a strip of time: what is drawn where, as shares of the whole. */
import { formatDayMonth, formatMinutes } from '../../lib/time.ts';
import { dayOf, shiftDay, startOfDay } from './months.ts';

export interface Stretch {
  readonly fromMs: number;
  /** Null: it goes on. */
  readonly toMs: number | null;
}

export interface Placed<T> {
  readonly of: T;
  readonly fromMs: number;
  readonly toMs: number;
  /** Shares of the strip, 0 to 1. */
  readonly left: number;
  readonly width: number;
}

/** Those that lie in the strip, cut off at its ends; what goes on reaches to `nowMs`. */
export function place<T extends Stretch>(
  stretches: readonly T[],
  fromMs: number,
  toMs: number,
  nowMs: number,
): Placed<T>[] {
  const whole = toMs - fromMs;
  if (whole <= 0) return [];
  return stretches.flatMap((of) => {
    const from = Math.max(fromMs, of.fromMs);
    const to = Math.min(toMs, of.toMs ?? nowMs);
    return to <= from
      ? []
      : [{ of, fromMs: from, toMs: to, left: (from - fromMs) / whole, width: (to - from) / whole }];
  });
}

/** How long each state holds in a span, ms. */
export function lengths<T extends Stretch & { readonly state: string }>(
  placed: readonly Placed<T>[],
): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { of, fromMs, toMs } of placed) sums.set(of.state, (sums.get(of.state) ?? 0) + toMs - fromMs);
  return sums;
}

export interface Tick {
  readonly ms: number;
  readonly left: number;
  readonly label: string;
}

/** Marks at days, or at hours of a short strip; about `most` of them. */
export function ticks(fromMs: number, toMs: number, most = 8): Tick[] {
  const whole = toMs - fromMs;
  const marks: Tick[] = [];
  const add = (ms: number, label: string): void => {
    if (ms >= fromMs && ms < toMs) marks.push({ ms, left: (ms - fromMs) / whole, label });
  };
  const days = Math.ceil(whole / 86_400_000);
  if (days > 2) {
    const step = Math.max(1, Math.ceil(days / most));
    for (let day = dayOf(fromMs), i = 0; startOfDay(day) < toMs; day = shiftDay(day, step), i += 1)
      add(startOfDay(day), formatDayMonth(startOfDay(day)));
    return marks;
  }
  const steps = [60_000, 300_000, 900_000, 3_600_000, 10_800_000, 21_600_000];
  const step = steps.find((each) => whole / each <= most) ?? 21_600_000;
  // From midnight on, so that marks are round by London's clock but on the night that clocks change.
  const first = startOfDay(dayOf(fromMs));
  for (let ms = first + Math.ceil((fromMs - first) / step) * step; ms < toMs; ms += step) add(ms, formatMinutes(ms));
  return marks;
}
