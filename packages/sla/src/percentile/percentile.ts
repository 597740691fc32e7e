import { million, millionths, penceText, roundHalfUp } from '../money.ts';
import { totalIn, union } from '../spans.ts';
import type { FiveMinutes, Percentile, PercentileInput } from './types.ts';

const stepMs = 300_000;

/**
 * Nearest rank: of n samples in ascending order, number ceil(0.95 n) counted from 1; NaN of none. In whole numbers, so that 0.95 n
 * is exact. It sorts what it is given.
 */
function nearestRank(values: Float64Array): number {
  values.sort();
  return values.length === 0 ? Number.NaN : values[Math.floor((95 * values.length + 99) / 100) - 1]!;
}

/** Samples as the contract has them: those that are there, and the others left out or as zero. */
interface Taken {
  readonly inBps: Float64Array;
  readonly outBps: Float64Array;
  readonly sumBps: Float64Array;
  readonly samples: number;
  readonly missing: number;
  readonly isEstimate: boolean;
}

function take({ inBps, outBps, counted }: FiveMinutes, gapsAreZero: boolean, isWanted: (i: number) => boolean): Taken {
  const ins = new Float64Array(inBps.length);
  const outs = new Float64Array(inBps.length);
  const sums = new Float64Array(inBps.length);
  let n = 0;
  let missing = 0;
  let isEstimate = false;
  for (let i = 0; i < inBps.length; i++) {
    if (!isWanted(i)) continue;
    const isMissing = Number.isNaN(inBps[i]! + outBps[i]!);
    if (isMissing) missing++;
    else if (counted[i] !== 1) isEstimate = true;
    if (isMissing && !gapsAreZero) continue;
    ins[n] = isMissing ? 0 : inBps[i]!;
    outs[n] = isMissing ? 0 : outBps[i]!;
    sums[n] = ins[n]! + outs[n]!;
    n++;
  }
  return {
    inBps: ins.subarray(0, n),
    outBps: outs.subarray(0, n),
    sumBps: sums.subarray(0, n),
    samples: gapsAreZero ? n - missing : n,
    missing,
    isEstimate,
  };
}

const largest = (values: Float64Array): number | null =>
  values.length === 0 ? null : values.reduce((most, value) => Math.max(most, value), -Infinity);

/** Pounds and pence of what is over the commitment, at a price in pounds per Mbit/s; to the nearest penny, halves up. */
const chargeOf = (overBps: number, price: number): string =>
  penceText(roundHalfUp(BigInt(Math.round(overBps)) * millionths(price) * 100n, million * million));

/**
 * The 95th percentile of 5-minute means as the contract defines it, with that of school hours and the peak beside it. Nobody heard at
 * all: no figures, also where gaps are zero. A step is of school hours when it begins in them.
 * - `greater` (also without a rule): the greater of the percentiles of in and of out.
 * - `combined`: the percentile of in and out added up, step by step.
 * - `separate`: each by itself; what is over the commitment is added up.
 */
export function percentile({ terms, samples, school, committedBps }: PercentileInput): Percentile {
  const { rule = 'greater', gaps = 'left-out', burstPrice } = terms.percentile ?? {};
  if (samples.outBps.length !== samples.inBps.length || samples.counted.length !== samples.inBps.length)
    throw new RangeError('samples of in, out and their kind are not of one length');
  const all = take(samples, gaps === 'zero', () => true);
  const has = all.samples > 0;
  const peakInBps = has ? largest(all.inBps) : null;
  const peakOutBps = has ? largest(all.outBps) : null;
  const inBps = has ? nearestRank(all.inBps) : null;
  const outBps = has ? nearestRank(all.outBps) : null;
  const billedBps =
    inBps === null || outBps === null || rule === 'separate'
      ? null
      : rule === 'combined'
        ? nearestRank(all.sumBps)
        : Math.max(inBps, outBps);

  const billed = rule === 'separate' ? [inBps, outBps] : [billedBps];
  const overBps =
    committedBps === null || !has
      ? null
      : billed.reduce<number>((sum, bps) => sum + Math.max(0, (bps ?? 0) - committedBps), 0);

  const hours = school && union(school);
  const taught =
    hours &&
    take(samples, gaps === 'zero', (i) => {
      const fromMs = samples.startMs + i * stepMs;
      return totalIn(hours, { fromMs, toMs: fromMs + 1 }) > 0;
    });
  const hasTaught = taught !== undefined && taught.samples > 0;
  return {
    rule,
    inBps,
    outBps,
    billedBps,
    schoolInBps: hasTaught ? nearestRank(taught.inBps) : null,
    schoolOutBps: hasTaught ? nearestRank(taught.outBps) : null,
    peakInBps,
    peakOutBps,
    samples: all.samples,
    missing: all.missing,
    estimate: all.isEstimate,
    committedBps,
    overBps,
    burstCharge: overBps === null || burstPrice === undefined ? null : chargeOf(overBps, burstPrice),
  };
}
