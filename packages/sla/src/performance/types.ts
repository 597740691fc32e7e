import type { Span, Terms } from '../model.ts';

/** What was measured in a minute (or `sampleMs`) of one source. null = not measured. */
export interface PerformanceSample {
  /** When it begins. */
  readonly atMs: number;
  /** Round trip. */
  readonly latencyMs: number | null;
  readonly jitterMs: number | null;
  readonly lossPercent: number | null;
  /** Sent; loss is weighted by it where every sample of a window tells. */
  readonly packets?: number;
}

export interface PerformanceInput {
  readonly terms: Terms;
  readonly period: Span;
  /** In any order. */
  readonly samples: readonly PerformanceSample[];
  /** Time that is judged: in service hours, not excused, not down (`judgedSpans`). In any order, overlapping. */
  readonly judged: readonly Span[];
  /** How far apart samples should be. Default a minute. */
  readonly sampleMs?: number;
  /** Probe or device and vantage point, for people. */
  readonly source: string;
}

/** Contract `SlaPerformance`. */
export interface PerformanceMeasure {
  readonly what: 'latency' | 'jitter' | 'loss';
  readonly unit: 'ms' | '%';
  readonly limit: number | null;
  readonly windowMinutes: number;
  /** Of all judged samples. */
  readonly mean: number | null;
  /** Of all windows. */
  readonly worst: number | null;
  /** Windows that had samples enough, */
  readonly windows: number;
  /** of them over the limit, */
  readonly breaches: number;
  /** and those with time to judge and less than half of its samples. */
  readonly unjudged: number;
  readonly source: string;
}

export interface Performance {
  /** Latency, jitter, loss: those that the contract limits or that were measured. */
  readonly measures: readonly PerformanceMeasure[];
  /** Judged time of windows over any limit, by time. */
  readonly breached: readonly Span[];
  readonly breachedMs: number;
}
