/** The monthly percentile table: made from the 5-minute roll-up, read by the reports. */
import { StoreError } from '../errors.ts';
import type { CallOptions, Store } from '../store.ts';
import { countedMs, ofTrust } from './scope.ts';

const bucketS = 300;
/** 5-minute steps in the longest month: October of 745 hours in Europe/London. */
const maxBuckets = 745 * 12;

const monthPattern = /^(\d{4})-(0[1-9]|1[0-2])$/;

const offsetFormat = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', hour: '2-digit', hourCycle: 'h23' });

/** Unix s of midnight at the start of a month in Europe/London, which is 0 or 1 h ahead of UTC. */
function monthStartS(year: number, month: number): number {
  const utcMs = Date.UTC(year, month - 1, 1);
  return utcMs / 1000 - Number(offsetFormat.format(utcMs)) * 3600;
}

/** @throws StoreError `input_invalid` unless it is `YYYY-MM`. */
export function monthRange(month: string): { readonly fromS: number; readonly toS: number } {
  const match = monthPattern.exec(month);
  if (!match) throw new StoreError('input_invalid', `not a month (YYYY-MM): ${month.slice(0, 20)}`);
  const year = Number(match[1]);
  const number = Number(match[2]);
  return {
    fromS: monthStartS(year, number),
    toS: number === 12 ? monthStartS(year + 1, 1) : monthStartS(year, number + 1),
  };
}

const monthFormat = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/London', year: 'numeric', month: '2-digit' });

/** The month, `YYYY-MM` of Europe/London, that a time is in. */
export const monthOf = (timeMs: number): string => monthFormat.format(timeMs);

/**
 * Arrays with a place for each 5-minute step of the month are summed by index (-Resample): no group for each of millions
 * of steps, and parts that are not merged yet add up by themselves.
 */
const refreshSql = `
INSERT INTO percentile_month
SELECT {month:Date} AS month, trust, collector, exporter, interface, side,
  toUInt64(round(if(samples = 0, 0, arrayElement(arraySort(rates), intDiv(95 * samples + 99, 100))) * 8 / ${bucketS})) AS p95_bps,
  toUInt64(round(if(samples = 0, 0, arrayMax(rates)) * 8 / ${bucketS})) AS peak_bps,
  toUInt32(samples) AS samples, toUInt32({steps:UInt32} - samples) AS gaps, now64(3) AS refreshed_at
FROM (
  SELECT trust, collector, exporter, interface, side,
    arrayFilter((rate, is_heard) -> is_heard, arrayMap((c, c_ms, o, o_has, i) -> if(c > 0 AND c_ms >= ${countedMs(bucketS)}, c, greatest(c, if(o_has, o, i))), counted, counted_ms, observed, observed_has, inferred), heard) AS rates,
    length(rates) AS samples
  FROM (
    SELECT trust, collector, exporter, interface, side,
      anyIf(octets_at, basis = 0) AS observed_or_none,
      anyIf(has_at, basis = 0) AS observed_has_or_none,
      anyIf(octets_at, basis = 1) AS inferred_or_none,
      anyIf(octets_at, basis = 2) AS counted_or_none,
      anyIf(flows_at, basis = 2) AS counted_ms_or_none,
      if(empty(observed_or_none), arrayWithConstant(${maxBuckets}, toFloat64(0)), observed_or_none) AS observed,
      if(empty(observed_has_or_none), arrayWithConstant(${maxBuckets}, toUInt8(0)), observed_has_or_none) AS observed_has,
      if(empty(inferred_or_none), arrayWithConstant(${maxBuckets}, toFloat64(0)), inferred_or_none) AS inferred,
      if(empty(counted_or_none), arrayWithConstant(${maxBuckets}, toFloat64(0)), counted_or_none) AS counted,
      if(empty(counted_ms_or_none), arrayWithConstant(${maxBuckets}, toUInt64(0)), counted_ms_or_none) AS counted_ms
    FROM (
      SELECT trust, collector, exporter, interface, side, basis,
        sumResample(0, ${maxBuckets}, 1)(toFloat64(octets) * sampling_rate, intDiv(toUnixTimestamp(time) - {from:UInt32}, ${bucketS})) AS octets_at,
        maxResample(0, ${maxBuckets}, 1)(toUInt8(1), intDiv(toUnixTimestamp(time) - {from:UInt32}, ${bucketS})) AS has_at,
        if(basis = 2, sumResample(0, ${maxBuckets}, 1)(flows, intDiv(toUnixTimestamp(time) - {from:UInt32}, ${bucketS})), emptyArrayUInt64()) AS flows_at
      FROM interface_5m
      WHERE time >= toDateTime({from:UInt32}) AND time < toDateTime({to:UInt32})
      GROUP BY trust, collector, exporter, interface, side, basis
    )
    GROUP BY trust, collector, exporter, interface, side
  ) AS sums
  INNER JOIN (
    SELECT trust, collector, exporter,
      maxResample(0, ${maxBuckets}, 1)(toUInt8(1), intDiv(toUnixTimestamp(time) - {from:UInt32}, ${bucketS})) AS heard
    FROM interface_5m
    WHERE time >= toDateTime({from:UInt32}) AND time < toDateTime({to:UInt32})
    GROUP BY trust, collector, exporter
  ) AS exporters USING (trust, collector, exporter)
)`;

/**
 * Works out the month's percentiles of every interface and side again, from the whole 5-minute steps before `nowMs`, and
 * replaces what the table has. Call it hourly for the current month, and for the previous one until its data has settled.
 * @param month `YYYY-MM`
 * @throws StoreError
 */
export async function refreshPercentiles(
  store: Store,
  month: string,
  nowMs: number,
  options?: CallOptions,
): Promise<void> {
  const { fromS, toS } = monthRange(month);
  const to = Math.min(toS, Math.floor(nowMs / 1000 / bucketS) * bucketS);
  if (to <= fromS) return;
  await store.command(
    refreshSql,
    { month: `${month}-01`, from: fromS, to, steps: (to - fromS) / bucketS },
    { maxSeconds: 300, ...options },
  );
}

export interface MonthPercentile {
  readonly month: string;
  readonly inP95Bps: number;
  readonly outP95Bps: number;
  readonly inPeakBps: number;
  readonly outPeakBps: number;
  readonly samples: number;
  readonly gaps: number;
  readonly circuit: number;
}

/**
 * Monthly figures of every circuit of a trust, for months `from` to `to` (`YYYY-MM`, inclusive). A circuit that changed interface
 * within a month has the figures of the interface that it ended the month with.
 * @throws StoreError
 */
export async function monthPercentiles(
  store: Store,
  trust: number,
  from: string,
  to: string,
  options?: CallOptions,
): Promise<MonthPercentile[]> {
  monthRange(from);
  monthRange(to);
  return store.query<MonthPercentile>(
    `SELECT formatDateTime(month, '%Y-%m') AS month, circuit,
       toFloat64(sumIf(p95_bps, side = down)) AS inP95Bps, toFloat64(sumIf(p95_bps, side != down)) AS outP95Bps,
       toFloat64(sumIf(peak_bps, side = down)) AS inPeakBps, toFloat64(sumIf(peak_bps, side != down)) AS outPeakBps,
       max(p.samples) AS samples, min(p.gaps) AS gaps
     FROM (
       SELECT month AS month, side, p95_bps, peak_bps, samples, gaps,
         dictGetOrDefault('circuit_of_interface', ('circuit', 'download_side'), (trust, collector, exporter, interface),
           toDateTime(addMonths(month, 1)) - 3601, (0, 0)) AS m,
         m.1 AS circuit, m.2 AS down
       FROM percentile_month FINAL
       WHERE ${ofTrust} AND month BETWEEN {from:Date} AND {to:Date}
     ) AS p
     WHERE circuit != 0
     GROUP BY month, circuit ORDER BY circuit, month`,
    { trust, from: `${from}-01`, to: `${to}-01` },
    options,
  );
}
