/** What was found held against what is true: minutes, edges, and nothing that was not. */
import type { StoredInterval } from '@linewatch/estate';
import type { Found } from './watch.ts';
import type { SimulatedLine, Span, World } from './world.ts';

export interface Grain {
  /** How late a trap, or the time of a change that a poll tells, may be, ms. */
  readonly linkMs: number;
  /** Between two probes, and the difference of the clocks, ms. */
  readonly probeMs: number;
  /** Heartbeats further apart are a gap, ms. */
  readonly blindMs: number;
}

export interface Verdict {
  readonly outages: number;
  /** Of which both edges were found where they are. */
  readonly found: number;
  readonly trueDownMs: number;
  readonly foundDownMs: number;
  readonly unknownMs: number;
  /** In words; empty = all is as it is. */
  readonly wrong: readonly string[];
}

/** By so much the clocks of collectors differ at most. */
const clocksMs = 2000;

const overlaps = (a: Span, b: Span): boolean => a.fromMs < b.toMs && b.fromMs < a.toMs;
const wider = ({ fromMs, toMs }: Span, byMs: number): Span => ({ fromMs: fromMs - byMs, toMs: toMs + byMs });
const length = (spans: readonly Span[]): number => spans.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);

/** Those that touch are one, whatever their causes. */
function spansOf(intervals: readonly StoredInterval[], state: string, endMs: number): Span[] {
  const spans: Span[] = [];
  for (const each of intervals) {
    if (each.state !== state) continue;
    const { fromMs } = each;
    const toMs = Math.min(each.toMs ?? endMs, endMs);
    const last = spans.at(-1);
    if (last?.toMs === fromMs) spans[spans.length - 1] = { fromMs: last.fromMs, toMs };
    else spans.push({ fromMs, toMs });
  }
  return spans;
}

function describe(line: SimulatedLine, what: string, { fromMs, toMs }: Span): string {
  return `line ${line.number}: ${what} ${new Date(fromMs).toISOString()} for ${(toMs - fromMs) / 1000} s`;
}

/** Outages as incidents that there should be of a line: what came back within the hold-down is one. */
export function outagesOf(intervals: readonly StoredInterval[], holdDownMs: number): number {
  let [count, lastMs] = [0, -Infinity];
  for (const { state, fromMs, toMs } of intervals) {
    if (state !== 'down') continue;
    if (fromMs - lastMs > holdDownMs) count++;
    lastMs = toMs ?? Infinity;
  }
  return count;
}

export function compare(world: World, found: Found, grain: Grain): Verdict {
  const wrong: string[] = [];
  let [outages, matched, trueDownMs, foundDownMs, unknownMs] = [0, 0, 0, 0, 0];
  const settleMs = 2 * grain.probeMs;
  const long = world.gaps.map((gaps) => gaps.filter(({ fromMs, toMs }) => toMs - fromMs > grain.blindMs));
  // What is measured by a collector that is away is measured by another, or not.
  const troubled = world.gaps.flat().map((gap) => wider(gap, settleMs));
  for (const line of world.lines) {
    const intervals = found.intervals.get(line.number + 1) ?? [];
    for (const [i, { fromMs, toMs }] of intervals.entries()) {
      const next = intervals[i + 1];
      if (next ? toMs !== next.fromMs : toMs !== null)
        wrong.push(describe(line, 'intervals with a hole', { fromMs, toMs: toMs ?? fromMs }));
    }
    const down = spansOf(intervals, 'down', world.span.toMs);
    const unknown = spansOf(intervals, 'unknown', world.span.toMs);
    unknownMs += length(unknown);
    for (const span of unknown)
      if (!long[0]!.some((gap) => overlaps(wider(gap, settleMs), span)) && span.fromMs > world.span.fromMs + settleMs)
        wrong.push(describe(line, 'unknown without a gap', span));
    // Between the last heartbeats before and the first ones after.
    const blind = long[0]!.filter((gap) => long.every((gaps) => gaps.some((other) => other.fromMs === gap.fromMs)));
    for (const gap of blind)
      if (!unknown.some(({ fromMs, toMs }) => fromMs <= gap.fromMs + clocksMs && toMs >= gap.toMs - clocksMs))
        wrong.push(describe(line, 'was told something where nobody watched', gap));
    for (const span of down)
      if (!line.outages.some((outage) => overlaps(wider(outage, grain.probeMs), span)))
        wrong.push(describe(line, 'down, and was not', span));
    for (const outage of line.outages) {
      if (troubled.some((gap) => overlaps(gap, outage))) continue;
      outages++;
      trueDownMs += outage.toMs - outage.fromMs;
      const byProbes = outage.fault === 'path' || outage.fault === 'power';
      const lateMs = byProbes ? grain.probeMs : grain.linkMs;
      const near = down.filter((span) => overlaps(wider(outage, lateMs), span));
      foundDownMs += length(near);
      const [first, last] = [near[0], near.at(-1)];
      const isFound =
        first !== undefined &&
        last !== undefined &&
        Math.abs(first.fromMs - outage.fromMs) <= lateMs &&
        Math.abs(last.toMs - outage.toMs) <= lateMs &&
        near.length === 1;
      if (isFound) matched++;
      else wrong.push(describe(line, `${outage.fault} was found as ${JSON.stringify(near)}:`, outage));
    }
  }
  return { outages, found: matched, trueDownMs, foundDownMs, unknownMs, wrong };
}
