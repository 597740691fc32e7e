/** Latency, jitter and loss by minute, of probes and of devices' own paths. */
import type { CallOptions, Store } from '../store.ts';
import { ofTrust } from './scope.ts';

/** Probes of collectors have no device: their exporter is `::`. */
export interface MeasuredAsked {
  readonly kind: 'probe' | 'path';
  /** `labelKey()` of the label of who measured it, or heard the device. */
  readonly collector: number;
  /** RFC 5952 text. */
  readonly exporter: string;
  /** Of a probe its target as an address; of a path its name, or `source:name`. */
  readonly name: string;
}

/** By minute, in order; NaN = not measured. Of one length. */
export interface Measured {
  readonly kind: 'probe' | 'path';
  readonly collector: number;
  readonly exporter: string;
  /** As told. */
  readonly name: string;
  readonly timesS: readonly number[];
  readonly rttMs: readonly number[];
  readonly jitterMs: readonly number[];
  readonly lossPercent: readonly number[];
}

/** Most sources in one question. */
export const maxMeasured = 500;

/** Path names are matched whatever their case, with or without their source. A probe says behind a blank why it failed. */
const sql = `
SELECT kind, collector, replaceRegexpOne(toString(exporter_address), '^::ffff:', '') AS exporter, name,
  groupArray(minute) AS timesS, groupArray(rtt) AS rttMs, groupArray(jitter) AS jitterMs, groupArray(loss) AS lossPercent
FROM (
  SELECT if(startsWith(metric, 'probe.'), 'probe', 'path') AS kind, collector, exporter AS exporter_address,
    if(kind = 'probe', splitByChar(' ', text)[1], text) AS name,
    toFloat64(toUnixTimestamp(toStartOfMinute(time))) AS minute,
    avgIf(value, endsWith(metric, '.rtt.ms')) AS rtt,
    avgIf(value, endsWith(metric, '.jitter.ms')) AS jitter,
    avgIf(value, endsWith(metric, '.loss.percent')) AS loss
  FROM samples
  WHERE ${ofTrust}
    AND metric IN ('probe.rtt.ms', 'probe.jitter.ms', 'probe.loss.percent', 'path.rtt.ms', 'path.jitter.ms', 'path.loss.percent')
    AND collector IN {collectors:Array(UInt32)} AND exporter IN (SELECT toIPv6(arrayJoin({exporters:Array(String)})))
    AND time >= fromUnixTimestamp64Milli({from:Int64}) AND time < fromUnixTimestamp64Milli({to:Int64})
    AND ((kind = 'probe' AND (collector, name) IN (SELECT arrayJoin(arrayZip({probeCollectors:Array(UInt32)}, {probes:Array(String)}))))
      OR (kind = 'path' AND arrayExists(
        (c, e, n) -> c = collector AND toIPv6(e) = exporter AND (lower(text) = n OR endsWith(lower(text), concat(':', n))),
        {pathCollectors:Array(UInt32)}, {pathExporters:Array(String)}, {paths:Array(String)})))
  GROUP BY kind, collector, exporter, name, minute
  ORDER BY kind, collector, exporter, name, minute
)
GROUP BY kind, collector, exporter_address, name
ORDER BY kind, collector, exporter, name`;

/**
 * What was measured of some sources between two times, Unix ms.
 * @throws StoreError
 */
export async function measured(
  store: Store,
  trust: number,
  asked: readonly MeasuredAsked[],
  fromMs: number,
  toMs: number,
  options?: CallOptions,
): Promise<Measured[]> {
  if (asked.length === 0 || fromMs >= toMs) return [];
  const probes = asked.filter(({ kind }) => kind === 'probe');
  const paths = asked.filter(({ kind }) => kind === 'path');
  const rows = await store.query<
    Omit<Measured, 'rttMs' | 'jitterMs' | 'lossPercent'> &
      Record<'rttMs' | 'jitterMs' | 'lossPercent', (number | null)[]>
  >(
    sql,
    {
      trust,
      from: fromMs,
      to: toMs,
      collectors: [...new Set(asked.map(({ collector }) => collector))],
      exporters: [...new Set(asked.map(({ exporter }) => exporter))],
      probeCollectors: probes.map(({ collector }) => collector),
      probes: probes.map(({ name }) => name),
      pathCollectors: paths.map(({ collector }) => collector),
      pathExporters: paths.map(({ exporter }) => exporter),
      paths: paths.map(({ name }) => name.toLowerCase()),
    },
    { maxSeconds: 60, ...options },
  );
  // JSON has no NaN.
  const numbers = (values: readonly (number | null)[]): number[] => values.map((value) => value ?? Number.NaN);
  return rows.map((row) => ({
    ...row,
    rttMs: numbers(row.rttMs),
    jitterMs: numbers(row.jitterMs),
    lossPercent: numbers(row.lossPercent),
  }));
}
