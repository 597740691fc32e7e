import type { Span } from '../model.ts';
import { clip, total, totalIn, union } from '../spans.ts';
import type { Performance, PerformanceInput, PerformanceMeasure, PerformanceSample } from './types.ts';

const minuteMs = 60_000;
/** Windows of a minute in 400 days. */
const mostWindows = 400 * 1440;

/** Sums of a window. */
interface Sums {
  readonly count: Uint32Array;
  readonly value: Float64Array;
  /** Value × packets, and packets, of samples that tell; `weighed` is how many did. */
  readonly weighted: Float64Array;
  readonly packets: Float64Array;
  readonly weighed: Uint32Array;
}
const sums = (windows: number): Sums => ({
  count: new Uint32Array(windows),
  value: new Float64Array(windows),
  weighted: new Float64Array(windows),
  packets: new Float64Array(windows),
  weighed: new Uint32Array(windows),
});

/** By packets where every sample tells how many there were, else each sample alike. */
const meanAt = ({ count, value, weighted, packets, weighed }: Sums, i: number): number =>
  weighed[i] === count[i] && packets[i]! > 0 ? weighted[i]! / packets[i]! : value[i]! / count[i]!;

function add(into: Sums, i: number, value: number, packets: number | undefined): void {
  into.count[i]!++;
  into.value[i]! += value;
  if (packets === undefined || !(packets > 0)) return;
  into.weighed[i]!++;
  into.packets[i]! += packets;
  into.weighted[i]! += value * packets;
}

const measures = [
  { what: 'latency', unit: 'ms', limit: 'latencyMs', of: (sample: PerformanceSample) => sample.latencyMs },
  { what: 'jitter', unit: 'ms', limit: 'jitterMs', of: (sample: PerformanceSample) => sample.jitterMs },
  { what: 'loss', unit: '%', limit: 'lossPercent', of: (sample: PerformanceSample) => sample.lossPercent },
] as const;

/** Whether a moment lies in spans that are sorted and apart. */
const within = (spans: readonly Span[], atMs: number): boolean => totalIn(spans, { fromMs: atMs, toMs: atMs + 1 }) > 0;

/**
 * Latency, jitter and loss against the contract: means of windows of `performanceMinutes` from the period's beginning on, or of the
 * period as one window. A window counts where it has time to judge, and at least half of the samples that this time should have.
 * @throws RangeError for more windows than 400 days of minutes.
 */
export function performance(input: PerformanceInput): Performance {
  const { terms, period, source, sampleMs = minuteMs } = input;
  const length = Math.max(0, period.toMs - period.fromMs);
  const windowMs = terms.performanceMinutes === undefined ? Math.max(1, length) : terms.performanceMinutes * minuteMs;
  const windows = Math.ceil(length / windowMs);
  if (windows > mostWindows) throw new RangeError(`${windows} windows are over ${mostWindows}`);
  const judged = clip(union(input.judged), period);
  const spanOf = (i: number): Span => ({
    fromMs: period.fromMs + i * windowMs,
    toMs: Math.min(period.fromMs + (i + 1) * windowMs, period.toMs),
  });
  const expected = Float64Array.from({ length: windows }, (_, i) => totalIn(judged, spanOf(i)) / sampleMs);
  const samples = input.samples.filter(({ atMs }) => within(judged, atMs));

  const over = new Uint8Array(windows);
  const told = measures.flatMap(({ what, unit, limit: name, of }): PerformanceMeasure[] => {
    const limit = terms[name] ?? null;
    const by = sums(windows);
    const all = sums(1);
    for (const sample of samples) {
      const value = of(sample);
      if (value === null || !Number.isFinite(value)) continue;
      const packets = what === 'loss' ? sample.packets : undefined;
      add(by, Math.floor((sample.atMs - period.fromMs) / windowMs), value, packets);
      add(all, 0, value, packets);
    }
    if (limit === null && all.count[0] === 0) return [];
    let judgedWindows = 0;
    let breaches = 0;
    let unjudged = 0;
    let worst: number | null = null;
    for (let i = 0; i < windows; i++) {
      if (expected[i] === 0) continue;
      if (by.count[i] === 0 || by.count[i]! < expected[i]! / 2) {
        unjudged++;
        continue;
      }
      judgedWindows++;
      const mean = meanAt(by, i);
      worst = Math.max(worst ?? mean, mean);
      if (limit === null || mean <= limit) continue;
      breaches++;
      over[i] = 1;
    }
    return [
      {
        what,
        unit,
        limit,
        windowMinutes: Math.round(windowMs / minuteMs),
        mean: all.count[0] === 0 ? null : meanAt(all, 0),
        worst,
        windows: judgedWindows,
        breaches,
        unjudged,
        source,
      },
    ];
  });
  const breached: Span[] = [];
  over.forEach((isOver, i) => {
    if (isOver === 1) breached.push(...clip(judged, spanOf(i)));
  });
  const apart = union(breached);
  return { measures: told, breached: apart, breachedMs: total(apart) };
}
