import type { CallOptions, Store } from '../store.ts';
import { type Scope, heardBy, octetsOf, scopeParams } from './scope.ts';

/** Nearest rank over 5-minute rates, bit/s. */
export interface Percentile95 {
  /** null without samples. */
  readonly inBps: number | null;
  readonly outBps: number | null;
  readonly peakInBps: number | null;
  readonly peakOutBps: number | null;
  /** 5-minute samples in which an exporter was heard; one that carried nothing is a sample of 0. */
  readonly samples: number;
  /** Samples that interface counters alone made; the others are estimates from flows. */
  readonly counted: number;
  /** 5-minute steps of the range without a sample: left out of the rank, and told. */
  readonly gaps: number;
}

const bucketS = 300;

/**
 * Nearest rank: of n samples in ascending order, number ceil(0.95 n) counted from 1. Only what is not zero is collected;
 * the zeros come before it. All in whole numbers, so that 0.95 n is exact.
 */
const rankOf = (values: string): string => `if(n = 0, NULL,
    if(intDiv(95 * n + 99, 100) + length(${values}) <= n, 0, arraySort(${values})[toInt64(intDiv(95 * n + 99, 100)) - toInt64(n) + toInt64(length(${values}))]))`;

/**
 * The 95th percentile of download and of upload, each by itself, over the whole 5-minute steps of a range (within the
 * 5-minute roll-up's retention).
 * @throws StoreError
 */
export async function percentile95(
  store: Store,
  scope: Scope,
  fromS: number,
  toS: number,
  options?: CallOptions,
): Promise<Percentile95> {
  const from = Math.ceil(fromS / bucketS) * bucketS;
  const to = Math.floor(toS / bucketS) * bucketS;
  const steps = Math.max(0, (to - from) / bucketS);
  const none: Percentile95 = {
    inBps: null,
    outBps: null,
    peakInBps: null,
    peakOutBps: null,
    samples: 0,
    counted: 0,
    gaps: steps,
  };
  if (steps === 0) return none;
  const [row] = await store.query<{
    p_in: number | null;
    p_out: number | null;
    m_in: number;
    m_out: number;
    samples: number;
    counted: number;
  }>(
    `WITH (SELECT count() FROM (${heardBy('interface_5m', scope)})) AS n
     SELECT ${rankOf('ins')} AS p_in, ${rankOf('outs')} AS p_out, arrayMax(ins) AS m_in, arrayMax(outs) AS m_out, toFloat64(n) AS samples, toFloat64(counted) AS counted
     FROM (
       SELECT groupArrayIf(bps_in, bps_in > 0) AS ins, groupArrayIf(bps_out, bps_out > 0) AS outs, countIf(whole) AS counted
       FROM (
         SELECT time, sumIf(octets, inbound) * 8 / ${bucketS} AS bps_in, sumIf(octets, NOT inbound) * 8 / ${bucketS} AS bps_out, min(counted) AS whole
         FROM (${octetsOf('interface_5m', scope)}) GROUP BY time
       )
     )`,
    scopeParams(scope, from, to),
    options,
  );
  if (!row || row.samples === 0) return none;
  const { p_in, p_out, m_in, m_out, samples, counted } = row;
  return { inBps: p_in, outBps: p_out, peakInBps: m_in, peakOutBps: m_out, samples, counted, gaps: steps - samples };
}
