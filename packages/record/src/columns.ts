/**
 * The columns of a flow batch and of interface sums: the only source of their names, types and units.
 * `proto/linewatch/v1/*.proto`, the ClickHouse migrations and the Native blocks are checked against these tables.
 *
 * A column is fixed-width and little-endian, so a typed array's memory, a packed protobuf field and a ClickHouse Native
 * column are byte for byte the same. Addresses are 16 bytes in network order; IPv4 is v4-mapped (::ffff:a.b.c.d).
 */
export type ColumnType = 'u8' | 'u16' | 'u32' | 'u64' | 'ip';

export interface Column {
  /** snake_case: the protobuf field and the ClickHouse column. */
  readonly name: string;
  /** camelCase: the name in JSON. */
  readonly json: string;
  readonly type: ColumnType;
  /** ClickHouse type with the same memory layout. */
  readonly clickhouse: string;
  /** Protobuf field number. Never reused, never renumbered. */
  readonly field: number;
  readonly doc: string;
}

export const columnWidth = { u8: 1, u16: 2, u32: 4, u64: 8, ip: 16 } as const satisfies Record<ColumnType, number>;

/** The field that has a column of 8 or 16 octets in its short form. */
export const shortField = (column: Column): number => column.field + 100;

const time = 'DateTime64(3)';

// prettier-ignore
export const flowColumns = [
  { name: 'received_ms', json: 'receivedMs', type: 'u64', clickhouse: time, field: 16, doc: 'Unix ms, our clock, when the datagram was read.' },
  { name: 'exported_ms', json: 'exportedMs', type: 'u64', clickhouse: time, field: 17, doc: "Unix ms, the exporter's clock, from the message header." },
  { name: 'start_ms', json: 'startMs', type: 'u64', clickhouse: time, field: 18, doc: 'Unix ms of the first packet, corrected to our clock.' },
  { name: 'end_ms', json: 'endMs', type: 'u64', clickhouse: time, field: 19, doc: 'Unix ms of the last packet, corrected to our clock.' },
  { name: 'exporter', json: 'exporter', type: 'ip', clickhouse: 'IPv6', field: 20, doc: 'Address the datagram came from.' },
  { name: 'observation_domain', json: 'observationDomain', type: 'u32', clickhouse: 'UInt32', field: 21, doc: 'IPFIX observation domain, v9 source id, v5 engine type and id, sFlow sub-agent id.' },
  { name: 'version', json: 'version', type: 'u8', clickhouse: 'UInt8', field: 22, doc: '5, 9 or 10 (IPFIX); 105 for sFlow v5.' },
  { name: 'sampling_rate', json: 'samplingRate', type: 'u32', clickhouse: 'UInt32', field: 23, doc: 'One packet in this many was seen; 1 = all. Counters are not multiplied by it.' },
  { name: 'sampling_stated', json: 'samplingStated', type: 'u8', clickhouse: 'UInt8', field: 24, doc: '1 when the exporter stated the rate, 0 when 1 is assumed.' },
  { name: 'in_if', json: 'inIf', type: 'u32', clickhouse: 'UInt32', field: 25, doc: 'ifIndex of the ingress interface; 0 = not known.' },
  { name: 'out_if', json: 'outIf', type: 'u32', clickhouse: 'UInt32', field: 26, doc: 'ifIndex of the egress interface; 0 = not known or dropped.' },
  { name: 'direction', json: 'direction', type: 'u8', clickhouse: 'UInt8', field: 27, doc: 'Where it was observed: 1 ingress, 2 egress, 0 not stated (element 61 plus one).' },
  { name: 'counter', json: 'counter', type: 'u8', clickhouse: 'UInt8', field: 28, doc: '0 delta, 1 running total, 2 initiator side of a session, 3 a dropped packet reported for itself, 4 a total of what was reported before, 5 what a running total grew by, 6 one sampled packet (IPFIX 313 to 315), whose length it is.' },
  { name: 'reverse', json: 'reverse', type: 'u8', clickhouse: 'UInt8', field: 29, doc: '1 for the reverse half of a biflow (RFC 5103).' },
  { name: 'src_addr', json: 'srcAddr', type: 'ip', clickhouse: 'IPv6', field: 30, doc: 'Source address.' },
  { name: 'dst_addr', json: 'dstAddr', type: 'ip', clickhouse: 'IPv6', field: 31, doc: 'Destination address.' },
  { name: 'next_hop', json: 'nextHop', type: 'ip', clickhouse: 'IPv6', field: 32, doc: 'Next hop; :: when not sent.' },
  { name: 'src_port', json: 'srcPort', type: 'u16', clickhouse: 'UInt16', field: 33, doc: 'Transport source port.' },
  { name: 'dst_port', json: 'dstPort', type: 'u16', clickhouse: 'UInt16', field: 34, doc: 'Transport destination port.' },
  { name: 'protocol', json: 'protocol', type: 'u8', clickhouse: 'UInt8', field: 35, doc: 'IP protocol number.' },
  { name: 'tcp_flags', json: 'tcpFlags', type: 'u16', clickhouse: 'UInt16', field: 36, doc: 'TCP control bits, all packets ORed.' },
  { name: 'tos', json: 'tos', type: 'u8', clickhouse: 'UInt8', field: 37, doc: 'IPv4 ToS or IPv6 traffic class; DSCP is the top six bits.' },
  { name: 'octets', json: 'octets', type: 'u64', clickhouse: 'UInt64', field: 38, doc: 'Octets as sent, not multiplied by the sampling rate.' },
  { name: 'packets', json: 'packets', type: 'u64', clickhouse: 'UInt64', field: 39, doc: 'Packets as sent, not multiplied by the sampling rate.' },
  { name: 'src_as', json: 'srcAs', type: 'u32', clickhouse: 'UInt32', field: 40, doc: 'Source autonomous system.' },
  { name: 'dst_as', json: 'dstAs', type: 'u32', clickhouse: 'UInt32', field: 41, doc: 'Destination autonomous system.' },
  { name: 'src_mask', json: 'srcMask', type: 'u8', clickhouse: 'UInt8', field: 42, doc: 'Source prefix length, bits.' },
  { name: 'dst_mask', json: 'dstMask', type: 'u8', clickhouse: 'UInt8', field: 43, doc: 'Destination prefix length, bits.' },
  { name: 'src_vlan', json: 'srcVlan', type: 'u16', clickhouse: 'UInt16', field: 44, doc: 'VLAN id on ingress (elements 58, 243).' },
  { name: 'dst_vlan', json: 'dstVlan', type: 'u16', clickhouse: 'UInt16', field: 45, doc: 'VLAN id on egress (elements 59, 254).' },
  { name: 'icmp_type', json: 'icmpType', type: 'u8', clickhouse: 'UInt8', field: 46, doc: 'ICMP or ICMPv6 type.' },
  { name: 'icmp_code', json: 'icmpCode', type: 'u8', clickhouse: 'UInt8', field: 47, doc: 'ICMP or ICMPv6 code.' },
  { name: 'forwarding_status', json: 'forwardingStatus', type: 'u8', clickhouse: 'UInt8', field: 48, doc: 'Element 89: top two bits 1 forwarded, 2 dropped, 3 consumed.' },
  { name: 'post_nat_src_addr', json: 'postNatSrcAddr', type: 'ip', clickhouse: 'IPv6', field: 49, doc: 'Source address after NAT; :: when not sent.' },
  { name: 'post_nat_dst_addr', json: 'postNatDstAddr', type: 'ip', clickhouse: 'IPv6', field: 50, doc: 'Destination address after NAT; :: when not sent.' },
  { name: 'post_nat_src_port', json: 'postNatSrcPort', type: 'u16', clickhouse: 'UInt16', field: 51, doc: 'Source port after NAT.' },
  { name: 'post_nat_dst_port', json: 'postNatDstPort', type: 'u16', clickhouse: 'UInt16', field: 52, doc: 'Destination port after NAT.' },
  { name: 'application_id', json: 'applicationId', type: 'u64', clickhouse: 'UInt64', field: 53, doc: 'Element 95, big-endian: engine id, then selector (RFC 6759).' },
  { name: 'in_vrf', json: 'inVrf', type: 'u32', clickhouse: 'UInt32', field: 54, doc: 'Element 234: VRF of the packets on ingress.' },
  { name: 'out_vrf', json: 'outVrf', type: 'u32', clickhouse: 'UInt32', field: 55, doc: 'Element 235: VRF of the packets on egress.' },
  { name: 'mpls_label', json: 'mplsLabel', type: 'u32', clickhouse: 'UInt32', field: 56, doc: 'Label at the top of the MPLS stack, 20 bits; 0 = none.' },
  { name: 'tunnel', json: 'tunnel', type: 'u8', clickhouse: 'UInt8', field: 57, doc: 'Tunnel that the packet is of: 0 none, 1 GRE, 2 IP in IP, 3 VXLAN, 4 GENEVE. The addresses above are then the outer ones.' },
  { name: 'tunnel_id', json: 'tunnelId', type: 'u32', clickhouse: 'UInt32', field: 58, doc: 'GRE key, VXLAN or GENEVE network identifier.' },
  { name: 'inner_src_addr', json: 'innerSrcAddr', type: 'ip', clickhouse: 'IPv6', field: 59, doc: 'Source address of the packet in the tunnel; :: when there is none.' },
  { name: 'inner_dst_addr', json: 'innerDstAddr', type: 'ip', clickhouse: 'IPv6', field: 60, doc: 'Destination address of the packet in the tunnel; :: when there is none.' },
  { name: 'inner_protocol', json: 'innerProtocol', type: 'u8', clickhouse: 'UInt8', field: 61, doc: 'IP protocol number of the packet in the tunnel.' },
  { name: 'inner_src_port', json: 'innerSrcPort', type: 'u16', clickhouse: 'UInt16', field: 62, doc: 'Transport source port of the packet in the tunnel.' },
  { name: 'inner_dst_port', json: 'innerDstPort', type: 'u16', clickhouse: 'UInt16', field: 63, doc: 'Transport destination port of the packet in the tunnel.' },
  { name: 'discard_reason', json: 'discardReason', type: 'u16', clickhouse: 'UInt16', field: 64, doc: 'sFlow: why the packet was dropped; 0 when it was not, or nothing is known.' },
] as const satisfies readonly Column[];

// prettier-ignore
export const sumColumns = [
  { name: 'time_s', json: 'timeS', type: 'u32', clickhouse: 'DateTime', field: 16, doc: 'Unix s, start of the cell; a multiple of width_s.' },
  { name: 'width_s', json: 'widthS', type: 'u8', clickhouse: 'UInt8', field: 17, doc: 'Length of the cell: 1, 10 or 60 s.' },
  { name: 'exporter', json: 'exporter', type: 'ip', clickhouse: 'IPv6', field: 18, doc: 'Address of the exporter.' },
  { name: 'interface', json: 'interface', type: 'u32', clickhouse: 'UInt32', field: 19, doc: 'ifIndex.' },
  { name: 'side', json: 'side', type: 'u8', clickhouse: 'UInt8', field: 20, doc: '0 into the interface, 1 out of it.' },
  { name: 'basis', json: 'basis', type: 'u8', clickhouse: 'UInt8', field: 21, doc: "0 observed at this interface, 1 inferred from a record observed at the other one, 2 counted: what the interface's own counter moved by." },
  { name: 'sampling_rate', json: 'samplingRate', type: 'u32', clickhouse: 'UInt32', field: 22, doc: 'Rate the octets and packets are to be multiplied by.' },
  { name: 'sampling_stated', json: 'samplingStated', type: 'u8', clickhouse: 'UInt8', field: 23, doc: '1 stated by the exporter, 0 assumed.' },
  { name: 'octets', json: 'octets', type: 'u64', clickhouse: 'UInt64', field: 24, doc: 'Octets in the cell, not multiplied.' },
  { name: 'packets', json: 'packets', type: 'u64', clickhouse: 'UInt64', field: 25, doc: 'Packets in the cell, not multiplied.' },
  { name: 'flows', json: 'flows', type: 'u32', clickhouse: 'UInt32', field: 26, doc: 'Flows that ended in the cell; of basis 2, ms of the cell that the counter tells of.' },
] as const satisfies readonly Column[];

export type FlowColumnName = (typeof flowColumns)[number]['name'];
export type SumColumnName = (typeof sumColumns)[number]['name'];

/** In memory: u64 as pairs of words (low, high), ip as four little-endian words whose bytes are the address. */
export type ColumnArray<T extends ColumnType> = T extends 'u8'
  ? Uint8Array
  : T extends 'u16'
    ? Uint16Array
    : Uint32Array;

type ArraysOf<T extends readonly Column[]> = {
  readonly [C in T[number] as C['name']]: ColumnArray<C['type']>;
};

/** A fixed-capacity set of columns that a decoder fills row by row. Rows at or beyond the count in use are undefined. */
export interface ColumnSet<T extends readonly Column[]> {
  readonly table: T;
  readonly capacity: number;
  readonly arrays: ArraysOf<T>;
  /** The same memory as bytes, by position in the table. */
  readonly bytes: readonly Uint8Array[];
}

export type FlowColumns = ColumnSet<typeof flowColumns>;
export type SumColumns = ColumnSet<typeof sumColumns>;

export function createColumns<const T extends readonly Column[]>(table: T, capacity: number): ColumnSet<T> {
  const arrays: Record<string, Uint8Array | Uint16Array | Uint32Array> = {};
  const bytes: Uint8Array[] = [];
  for (const column of table) {
    const buffer = new ArrayBuffer(capacity * columnWidth[column.type]);
    arrays[column.name] =
      column.type === 'u8'
        ? new Uint8Array(buffer)
        : column.type === 'u16'
          ? new Uint16Array(buffer)
          : new Uint32Array(buffer);
    bytes.push(new Uint8Array(buffer));
  }
  return { table, capacity, arrays: arrays as ArraysOf<T>, bytes };
}

export const createFlowColumns = (capacity: number): FlowColumns => createColumns(flowColumns, capacity);
export const createSumColumns = (capacity: number): SumColumns => createColumns(sumColumns, capacity);

/** What the column `counter` may say; its doc tells what each means. */
export const counterCodes = {
  delta: 0,
  total: 1,
  initiator: 2,
  discard: 3,
  repeated: 4,
  growth: 5,
  packet: 6,
} as const;

/** Value lists behind the numeric columns, for JSON and for people. */
export const counterNames = ['delta', 'total', 'initiator', 'discard', 'total', 'delta', 'packet'] as const;
export const directionNames = ['unknown', 'ingress', 'egress'] as const;
export const tunnelNames = ['none', 'gre', 'ipip', 'vxlan', 'geneve'] as const;
