import type { CallOptions, Store } from '../store.ts';
import { interfaceKey, mapped, octetsByBasis, ofTrust } from './scope.ts';

/** One circuit's or academy's last hour by the minute. Bit/s; null = no exporter of it was heard in the minute. */
export interface HourSeries {
  /** Number in the estate's map. */
  readonly id: number;
  readonly inBps: (number | null)[];
  readonly outBps: (number | null)[];
}

export interface LastHour {
  /** Unix s of the first of 60 whole minutes. */
  readonly startS: number;
  readonly stepS: 60;
  readonly circuits: (HourSeries & { readonly academy: number })[];
  /** Each the sum of its circuits. One that has not been heard in the hour is not in the list. */
  readonly academies: HourSeries[];
}

const minutes = 60;
const empty = (): (number | null)[] => new Array<number | null>(minutes).fill(null);

function add(total: (number | null)[], part: readonly (number | null)[]): void {
  part.forEach((value, i) => {
    if (value !== null) total[i] = (total[i] ?? 0) + value;
  });
}

/**
 * The last 60 whole minutes of every circuit and academy of a trust at once. `trust` is `labelKey()` of its label.
 * @throws StoreError
 */
export async function lastHour(store: Store, trust: number, nowMs: number, options?: CallOptions): Promise<LastHour> {
  const toS = Math.floor(nowMs / 60_000) * 60;
  const startS = toS - minutes * 60;
  const params = { trust, from: startS, to: toS };
  const within = `${ofTrust} AND time >= toDateTime({from:UInt32}) AND time < toDateTime({to:UInt32})`;
  const minute = 'intDiv(toUnixTimestamp(time) - {from:UInt32}, 60)';
  const [sums, heard] = await Promise.all([
    store.query<{ circuit: number; inbound: number; octets: number[] }>(
      `SELECT ${mapped('circuit')} AS circuit, side = ${mapped('download_side')} AS inbound,
         sumResample(0, ${minutes}, 1)(octets_seen, ${minute}) AS octets
       FROM (
         SELECT trust, collector, exporter, interface, side, time, ${octetsByBasis('interface_1m')} AS octets_seen
         FROM interface_1m WHERE ${within}
         GROUP BY trust, collector, exporter, interface, side, time
       )
       WHERE circuit != 0 GROUP BY circuit, inbound`,
      params,
      options,
    ),
    store.query<{ circuit: number; academy: number; heard: number[] }>(
      `SELECT m.circuit AS circuit, any(m.academy) AS academy,
         groupUniqArrayArray(arrayFilter(i -> heard_at[i + 1] AND {from:UInt32} + 60 * i >= toUnixTimestamp(m.valid_from)
           AND {from:UInt32} + 60 * i <= toUnixTimestamp(m.valid_until), range(${minutes}))) AS heard
       FROM (
         SELECT trust, collector, exporter, maxResample(0, ${minutes}, 1)(toUInt8(1), ${minute}) AS heard_at
         FROM interface_1m WHERE ${within} GROUP BY trust, collector, exporter
       ) AS h
       INNER JOIN (SELECT * FROM circuit_of_interface WHERE ${ofTrust}) AS m USING (trust, collector, exporter)
       GROUP BY circuit`,
      params,
      options,
    ),
  ]);
  const circuits = new Map<number, HourSeries & { academy: number }>();
  for (const { circuit, academy, heard: at } of heard) {
    const series = { id: circuit, academy, inBps: empty(), outBps: empty() };
    for (const i of at) series.inBps[i] = series.outBps[i] = 0;
    circuits.set(circuit, series);
  }
  for (const { circuit, inbound, octets } of sums) {
    const series = circuits.get(circuit);
    const into = inbound ? series?.inBps : series?.outBps;
    octets.forEach((value, i) => {
      if (into && value > 0) into[i] = (value * 8) / 60;
    });
  }
  const academies = new Map<number, HourSeries>();
  for (const circuit of circuits.values()) {
    if (circuit.inBps.every((value) => value === null)) continue;
    let academy = academies.get(circuit.academy);
    if (!academy) academies.set(circuit.academy, (academy = { id: circuit.academy, inBps: empty(), outBps: empty() }));
    add(academy.inBps, circuit.inBps);
    add(academy.outBps, circuit.outBps);
  }
  return { startS, stepS: 60, circuits: [...circuits.values()], academies: [...academies.values()] };
}

/** When a circuit's interface was last told of. */
export interface LastSeen {
  readonly circuit: number;
  readonly academy: number;
  /** End of the latest roll-up cell with data, Unix s, not after now: to the minute within a day, before that to the hour. */
  readonly lastSeenS: number;
}

/** One row a circuit with data in the range. An interface's latest of each hour stands for it: mappings change rarely. */
const latest = (table: 'interface_1m' | 'interface_1h', cellS: number): string =>
  `SELECT m.circuit AS circuit, any(m.academy) AS academy, toFloat64(max(least(toUnixTimestamp(at) + ${cellS}, {now:UInt32}))) AS lastSeenS
   FROM (
     SELECT trust, collector, exporter, interface, max(time) AS at
     FROM ${table}
     WHERE ${ofTrust} AND time >= toDateTime({from:UInt32}) AND time < toDateTime({to:UInt32})
       AND ${interfaceKey} IN (SELECT trust, collector, exporter, interface FROM circuit_of_interface WHERE ${ofTrust} AND NOT has({known:Array(UInt32)}, circuit))
     GROUP BY trust, collector, exporter, interface, toStartOfHour(time)
   ) AS seen
   INNER JOIN (SELECT * FROM circuit_of_interface WHERE ${ofTrust} AND NOT has({known:Array(UInt32)}, circuit)) AS m USING (trust, collector, exporter, interface)
   WHERE seen.at >= m.valid_from AND seen.at <= m.valid_until
   GROUP BY circuit`;

/**
 * Last seen of every circuit of a trust that ever was, as far as the hourly roll-up reaches back. What was seen within the day is
 * found there; only the others are looked for in years of hours.
 * @throws StoreError
 */
export async function lastSeen(store: Store, trust: number, nowMs: number, options?: CallOptions): Promise<LastSeen[]> {
  const now = Math.floor(nowMs / 1000);
  const dayAgo = Math.floor(now / 3600) * 3600 - 86_400;
  const recent = await store.query<LastSeen>(
    latest('interface_1m', 60),
    { trust, now, from: dayAgo, to: now + 1, known: [] },
    options,
  );
  const older = await store.query<LastSeen>(
    latest('interface_1h', 3600),
    { trust, now, from: 0, to: dayAgo, known: recent.map(({ circuit }) => circuit) },
    options,
  );
  return [...recent, ...older];
}
