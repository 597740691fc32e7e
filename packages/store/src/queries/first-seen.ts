import { formatAddress, parseAddress } from '@linewatch/record';
import type { CallOptions, Store } from '../store.ts';
import { ofTrust } from './scope.ts';

export interface InterfaceId {
  /** `labelKey()` of its collector's label. */
  readonly collector: number;
  /** RFC 5952 text. */
  readonly exporter: string;
  /** ifIndex. */
  readonly interface: number;
}

export interface FirstSeen extends InterfaceId {
  /** The first hour that has data, Unix s. */
  readonly firstS: number;
}

/** Most interfaces that are asked for at once. */
export const maxFirstSeen = 2000;

/**
 * Since when interfaces are heard, to the hour. `trust` is `labelKey()` of its label.
 * @throws StoreError
 */
export async function firstSeen(
  store: Store,
  trust: number,
  interfaces: readonly InterfaceId[],
  options?: CallOptions,
): Promise<FirstSeen[]> {
  const wanted = interfaces.slice(0, maxFirstSeen);
  if (wanted.length === 0) return [];
  const rows = await store.query<{ collector: number; address: string; interface: number; firstS: number }>(
    `SELECT collector, toString(exporter) AS address, interface, toFloat64(toUnixTimestamp(min(time))) AS firstS
     FROM interface_1h
     WHERE ${ofTrust} AND (collector, exporter, interface) IN (
       SELECT tupleElement(each, 1), toIPv6(tupleElement(each, 2)), tupleElement(each, 3)
       FROM (SELECT arrayJoin(arrayZip({collectors:Array(UInt32)}, {exporters:Array(String)}, {interfaces:Array(UInt32)})) AS each))
     GROUP BY collector, exporter, interface`,
    {
      trust,
      collectors: wanted.map(({ collector }) => collector),
      exporters: wanted.map(({ exporter }) => exporter),
      interfaces: wanted.map((each) => each.interface),
    },
    options,
  );
  return rows.map(({ address, ...row }) => ({ ...row, exporter: formatAddress(parseAddress(address)) }));
}
