import { parseAddress } from '@linewatch/record';
import type { CallOptions, Store } from '../store.ts';
import { type NameEntry, type ResolvedInterface, resolveNames } from './names.ts';
import { mapped, octetsByBasis, ofTrust } from './scope.ts';

/** An interface that is heard and is no circuit's. */
export interface UnmappedInterface {
  readonly trust: number;
  readonly collector: number;
  /** Text form; IPv4 as such. */
  readonly exporter: string;
  readonly interface: number;
  /** ifName as last told, else empty. */
  readonly name: string;
  /** End of the latest minute with data, Unix s, not after now. */
  readonly lastSeenS: number;
  /** Octets of the last hour, multiplied by the sampling rate. */
  readonly inOctets: number;
  readonly outOctets: number;
  /** Into and out of the interface, bit/s, mean of the last whole minute. */
  readonly inBps: number;
  readonly outBps: number;
}

/** Only a v4-mapped address prints with dots. */
const addressText = (column: string): string =>
  String.raw`replaceRegexpOne(toString(${column}), '^::ffff:([0-9.]+)$', '\\1')`;

/**
 * A trust's interfaces heard in the last hour that no circuit names, busiest first. `trust` is `labelKey()` of its label.
 * @throws StoreError
 */
export const unmappedInterfaces = (
  store: Store,
  trust: number,
  nowMs: number,
  limit = 100,
  options?: CallOptions,
): Promise<UnmappedInterface[]> => {
  const now = Math.floor(nowMs / 1000);
  return store.query<UnmappedInterface>(
    `SELECT u.trust AS trust, u.collector AS collector, ${addressText('u.exporter')} AS exporter, u.interface AS interface,
       n.name AS name, toFloat64(least(u.seen, {now:UInt32})) AS lastSeenS, inOctets, outOctets, inBps, outBps
     FROM (
       SELECT trust, collector, exporter, interface, max(time) AS latest, toUnixTimestamp(latest) + 60 AS seen,
         sumIf(octets_seen, side = 0) AS inOctets, sumIf(octets_seen, side = 1) AS outOctets,
         sumIf(octets_seen, side = 0 AND time = toDateTime({minute:UInt32})) * 8 / 60 AS inBps,
         sumIf(octets_seen, side = 1 AND time = toDateTime({minute:UInt32})) * 8 / 60 AS outBps
       FROM (
         SELECT trust, collector, exporter, interface, side, time, ${octetsByBasis('interface_1m')} AS octets_seen
         FROM interface_1m WHERE ${ofTrust} AND time >= toDateTime({from:UInt32}) AND time <= toDateTime({now:UInt32})
         GROUP BY trust, collector, exporter, interface, side, time
       )
       WHERE interface != 0
       GROUP BY trust, collector, exporter, interface
       HAVING ${mapped('circuit', 'latest')} = 0
       ORDER BY inOctets + outOctets DESC LIMIT {limit:UInt32}
     ) AS u
     LEFT JOIN (
       SELECT trust, collector, exporter, interface, argMax(name, last_seen) AS name
       FROM interface_names WHERE ${ofTrust} AND kind = 'name' GROUP BY trust, collector, exporter, interface
     ) AS n ON ${['trust', 'collector', 'exporter', 'interface'].map((c) => `u.${c} = n.${c}`).join(' AND ')}
     ORDER BY inOctets + outOctets DESC`,
    { trust, now, from: now - 3600, minute: Math.floor(now / 60) * 60 - 60, limit },
    options,
  );
};

interface NameRow extends Omit<NameEntry, 'exporter' | 'firstS' | 'lastS'> {
  readonly exporter: string;
  readonly firstS: number;
  readonly lastS: number;
}

/** Names that are resolved, of one exporter and of a trust: the newest. Exporters may invent what they like. */
const namesPerExporter = 10_000;
const maxNames = 500_000;

/**
 * Which ifIndex bore each ifName and ifAlias, and when: what circuits that are mapped by name resolve to. One trust at a
 * time: what another's exporters invent takes no place of its own. `trust` is `labelKey()` of its label.
 * @throws StoreError
 */
export async function resolveInterfaces(
  store: Store,
  trust: number,
  options?: CallOptions,
): Promise<ResolvedInterface[]> {
  const rows = await store.query<NameRow>(
    `SELECT trust, collector, ${addressText('exporter')} AS exporter, toString(kind) AS kind, interface, name, firstS, lastS
     FROM (
       SELECT trust, collector, exporter, kind, interface, name,
         toFloat64(toUnixTimestamp(min(first_seen))) AS firstS, toFloat64(toUnixTimestamp(max(last_seen))) AS lastS
       FROM interface_names WHERE ${ofTrust} GROUP BY trust, collector, exporter, kind, interface, name
       ORDER BY lastS DESC, firstS, trust, collector, exporter, kind, interface, name
       LIMIT {perExporter:UInt32} BY trust, collector, exporter
       LIMIT {most:UInt32}
     )
     ORDER BY trust, collector, exporter, kind, name, firstS, interface`,
    { trust, perExporter: namesPerExporter, most: maxNames },
    options,
  );
  return resolveNames(rows.map((row) => ({ ...row, exporter: parseAddress(row.exporter) })));
}
