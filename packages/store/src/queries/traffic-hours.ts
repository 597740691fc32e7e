/** Hourly traffic by service, remote AS and local network, made from raw flows hour by hour. */
import type { CallOptions, Store } from '../store.ts';

const localRanges = [
  ['10.0.0.0', '10.255.255.255'],
  ['172.16.0.0', '172.31.255.255'],
  ['192.168.0.0', '192.168.255.255'],
  ['100.64.0.0', '100.127.255.255'], // RFC 6598: carrier-grade NAT
  ['fc00::', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'], // RFC 4193
] as const;

const isLocal = (address: string): string =>
  localRanges
    .map(([first, last]) => `(${address} >= toIPv6('${first}') AND ${address} <= toIPv6('${last}'))`)
    .join(' OR ');

const makeHour = `
INSERT INTO traffic_1h
WITH
  (${isLocal('src_addr')}) AS src_local,
  (${isLocal('dst_addr')}) AS dst_local,
  if(src_local, src_addr, if(dst_local, dst_addr, toIPv6('::'))) AS local_addr,
  least(src_port, dst_port) AS lower_port
SELECT trust, collector, exporter, toDateTime({hour:UInt32}, 'UTC') AS hour, in_if, out_if, direction,
  toUInt8(dst_local AND NOT src_local) AS to_local, protocol,
  toUInt16(if(protocol IN (6, 17, 132) AND lower_port < 32768, lower_port, 0)) AS service_port,
  multiIf(src_local AND dst_local, 0, src_local, dst_as, dst_local, src_as, dst_as != 0, dst_as, src_as) AS remote_as,
  IPv6CIDRToRange(local_addr, if(local_addr < toIPv6('::1:0:0:0'), 120, 64)).1 AS local_network,
  sampling_rate, sampling_stated, sum(f.octets), sum(f.packets), count(), now64(3)
FROM flows AS f
WHERE received_ms >= toDateTime({hour:UInt32}) AND received_ms < toDateTime({hour:UInt32} + 3600)
  AND counter NOT IN (1, 3, 4) -- totals are not increments; a dropped packet was not carried
GROUP BY trust, collector, exporter, in_if, out_if, direction, to_local, protocol, service_port, remote_as,
  local_network, sampling_rate, sampling_stated
SETTINGS optimize_aggregation_in_order = 1, max_threads = 1, optimize_on_insert = 0, max_bytes_before_external_group_by = 1000000000`;

/** An hour is made this long after its end: what was received in it is stored by then, unless the writer lags. */
const settleS = 120;

export interface TrafficHours {
  /** Hours made now, Unix s of their start, oldest first. */
  readonly made: readonly number[];
}

export interface TrafficHoursOptions extends Pick<CallOptions, 'signal'> {
  /** How long raw flows are kept, days: hours near that age are left as they are. Default 14. */
  readonly rawDays?: number;
  /** Most hours made by one call. Default 24. */
  readonly maxHours?: number;
}

/** An hour whose flows are about to be removed is left alone: made again from what is left, it would be less. */
const expiringS = 2 * 3600;

/**
 * Makes the hours of `traffic_1h` that are over and not made yet, and again those to which rows came later, at most
 * `maxHours` of them, oldest first. Safe to run again, and beside another run.
 * @throws StoreError
 */
export async function rollUpTraffic(
  store: Store,
  nowMs: number,
  { rawDays = 14, maxHours = 24, ...options }: TrafficHoursOptions = {},
): Promise<TrafficHours> {
  const now = Math.floor(nowMs / 1000);
  const hours = await store.query<{ at: number; rows: string }>(
    `SELECT toFloat64(toUnixTimestamp(f.hour)) AS at, toString(f.rows) AS rows
     FROM (SELECT hour, sum(rows) AS rows FROM flow_hours
       WHERE hour >= toDateTime({oldest:UInt32}) AND hour < toStartOfHour(toDateTime({settled:UInt32}, 'UTC')) GROUP BY hour) AS f
     LEFT JOIN (SELECT hour, argMax(rows, made_at) AS rows FROM traffic_hours GROUP BY hour) AS t ON t.hour = f.hour
     WHERE f.rows != t.rows ORDER BY at LIMIT {limit:UInt32}`,
    { oldest: Math.max(0, now - rawDays * 86_400 + expiringS), settled: now - settleS, limit: maxHours },
    options,
  );
  for (const { at, rows } of hours) {
    await store.command(makeHour, { hour: at }, { maxSeconds: 1800, ...options });
    await store.command(
      `INSERT INTO traffic_hours VALUES (toDateTime({hour:UInt32}, 'UTC'), {rows:UInt64}, now64(3))`,
      { hour: at, rows },
      options,
    );
  }
  if (hours.length > 0) store.logger.debug({ hours: hours.length }, 'hourly traffic made');
  return { made: hours.map(({ at }) => at) };
}
