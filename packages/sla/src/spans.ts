/** Sets of moments as half-open spans: sorted, apart from each other, none empty. All but `union` take them so, and give them so, in linear time. */
import type { Span } from './model.ts';

/** Of spans in any order, overlapping and empty ones among them: overlapping and touching ones become one. */
export function union(spans: readonly Span[]): readonly Span[] {
  const sorted = spans.filter(({ fromMs, toMs }) => fromMs < toMs).sort((a, b) => a.fromMs - b.fromMs);
  const merged: { fromMs: number; toMs: number }[] = [];
  for (const { fromMs, toMs } of sorted) {
    const last = merged.at(-1);
    if (last && fromMs <= last.toMs) last.toMs = Math.max(last.toMs, toMs);
    else merged.push({ fromMs, toMs });
  }
  return merged;
}

export function intersect(a: readonly Span[], b: readonly Span[]): readonly Span[] {
  const both: Span[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const fromMs = Math.max(a[i]!.fromMs, b[j]!.fromMs);
    const toMs = Math.min(a[i]!.toMs, b[j]!.toMs);
    if (fromMs < toMs) both.push({ fromMs, toMs });
    if (a[i]!.toMs <= b[j]!.toMs) i++;
    else j++;
  }
  return both;
}

/** What of `from` is not in `away`. */
export function subtract(from: readonly Span[], away: readonly Span[]): readonly Span[] {
  const left: Span[] = [];
  let j = 0;
  for (const span of from) {
    let { fromMs } = span;
    while (j < away.length && away[j]!.toMs <= fromMs) j++;
    // One that reaches beyond this span is looked at again for the next.
    for (; j < away.length && away[j]!.fromMs < span.toMs; j++) {
      if (fromMs < away[j]!.fromMs) left.push({ fromMs, toMs: away[j]!.fromMs });
      fromMs = Math.max(fromMs, away[j]!.toMs);
      if (fromMs >= span.toMs) break;
    }
    if (fromMs < span.toMs) left.push({ fromMs, toMs: span.toMs });
  }
  return left;
}

/** What of the spans lies in one. */
export const clip = (spans: readonly Span[], to: Span): readonly Span[] =>
  to.fromMs < to.toMs ? intersect(spans, [to]) : [];

export const total = (spans: readonly Span[]): number =>
  spans.reduce((sum, { fromMs, toMs }) => sum + (toMs - fromMs), 0);

/** What two have in common: empty (`toMs` not after `fromMs`) when nothing. */
export const overlap = (a: Span, b: Span): Span => ({
  fromMs: Math.max(a.fromMs, b.fromMs),
  toMs: Math.min(a.toMs, b.toMs),
});

/** `total(clip(spans, to))`, without going through all of them: the first that matters is found by halving. */
export function totalIn(spans: readonly Span[], to: Span): number {
  let low = 0;
  for (let high = spans.length; low < high;) {
    const middle = (low + high) >>> 1;
    if (spans[middle]!.toMs <= to.fromMs) low = middle + 1;
    else high = middle;
  }
  let sum = 0;
  for (; low < spans.length && spans[low]!.fromMs < to.toMs; low++) {
    const { fromMs, toMs } = overlap(spans[low]!, to);
    sum += Math.max(0, toMs - fromMs);
  }
  return sum;
}
