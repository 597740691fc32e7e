import type { Span, Terms } from '../model.ts';

/** Means of 5 minutes one after another, none left out. */
export interface FiveMinutes {
  /** Beginning of the first. */
  readonly startMs: number;
  /** Bit/s; NaN = nobody was heard. Of one length. */
  readonly inBps: Float64Array;
  readonly outBps: Float64Array;
  /** 1 = made from counters alone, 0 = from flows, wholly or in part. */
  readonly counted: Uint8Array;
}

export interface PercentileInput {
  readonly terms: Terms;
  readonly samples: FiveMinutes;
  /** School hours (`schoolSpans`), in any order; without it there are no figures of them. */
  readonly school?: readonly Span[];
  /** Commitment that a burst is above, bit/s. */
  readonly committedBps: number | null;
}

/** Contract `SlaPercentile`. */
export interface Percentile {
  readonly rule: 'greater' | 'combined' | 'separate';
  readonly inBps: number | null;
  readonly outBps: number | null;
  /** The greater of both; the percentile of their sum; null where both are billed by themselves. */
  readonly billedBps: number | null;
  readonly schoolInBps: number | null;
  readonly schoolOutBps: number | null;
  readonly peakInBps: number | null;
  readonly peakOutBps: number | null;
  readonly samples: number;
  readonly missing: number;
  readonly estimate: boolean;
  readonly committedBps: number | null;
  /** Above the commitment; where both are billed by themselves, of both added up. */
  readonly overBps: number | null;
  /** Pounds and pence; null without a price or a commitment. */
  readonly burstCharge: string | null;
}
