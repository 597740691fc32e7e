import { formatAddress } from '@linewatch/record';
import type { CallOptions, Store } from '../store.ts';
import { ofTrust } from './scope.ts';

export interface NamesScope {
  readonly trust: number;
  readonly collector: number;
  /** 16 octets. */
  readonly exporter: Uint8Array;
  readonly kind: 'application' | 'vrf' | 'vlan';
}

/** What an exporter calls a number in its flows. */
export interface ElementName {
  /** As in the flows' column; of one above 2^53 the last bits are lost: compare as floats. */
  readonly id: bigint;
  /** As told last. */
  readonly name: string;
  /** Unix s when it was first and last told so. */
  readonly firstS: number;
  readonly lastS: number;
}

/** Most names of one answer, the newest. Exporters may invent what they like. */
const maxNames = 50_000;

/**
 * What an exporter calls its applications, VRFs or VLANs: the latest name of each, by number.
 * @throws StoreError
 */
export async function namesOf(store: Store, scope: NamesScope, options?: CallOptions): Promise<ElementName[]> {
  const rows = await store.query<{ id: string; name: string; firstS: number; lastS: number }>(
    `SELECT id, name, firstS, lastS FROM (
       SELECT id, name, toFloat64(toUnixTimestamp(min(first_seen))) AS firstS,
         toFloat64(toUnixTimestamp(max(last_seen))) AS lastS, max(last_seen) AS latest
       FROM element_names
       WHERE ${ofTrust} AND collector = {collector:UInt32} AND exporter = toIPv6({exporter:String})
         AND kind = {kind:String}
       GROUP BY id, name
       ORDER BY latest DESC, name LIMIT 1 BY id LIMIT {most:UInt32}
     ) ORDER BY id`,
    { ...scope, exporter: formatAddress(scope.exporter), most: maxNames },
    options,
  );
  return rows.map((row) => ({ ...row, id: BigInt(row.id) }));
}
