/** Latency, jitter and loss by minute, of probes and of devices' own paths. */
import { labelKey } from '@linewatch/record';
import { StoreError } from '../errors.ts';
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

/** Most sources in one question: more than one circuit has. A month of each takes some 10 MB of the server, and of the answer. */
const maxMeasured = 200;

/**
 * Path names are matched whatever their case, with or without their source. A probe says behind a blank why it failed. All
 * of a collector's probes have one exporter: the key of the target, which stands for an interface, is what they are found
 * by. 0 is the interface of samples from before they had it.
 */
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
    AND (startsWith(metric, 'path.') OR interface IN {targets:Array(UInt32)})
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
 * What was measured of a circuit's sources between two times, Unix ms. Circuit by circuit is how a month of all is asked.
 * @throws StoreError `input_invalid` for too many sources, or the server's
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
  if (asked.length > maxMeasured)
    throw new StoreError('input_invalid', `measurements: ${asked.length} sources are over ${maxMeasured}`);
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
      targets: [0, ...probes.map(({ name }) => labelKey(name))],
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
