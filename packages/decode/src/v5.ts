/** NetFlow v5: a fixed layout, so a template like any other. */
import type { Compilable } from './compile.ts';
import type { Field } from './template.ts';

export const v5HeaderOctets = 24;
export const v5RecordOctets = 48;

const field = (id: number, length: number): Field => ({ pen: 0, id, length });

/** The record of the Cisco datasheet, table "NetFlow v5 flow record format". */
export const v5Layout: Compilable = {
  version: 5,
  fields: [
    field(8, 4), // srcaddr
    field(12, 4), // dstaddr
    field(15, 4), // nexthop
    field(10, 2), // input
    field(14, 2), // output
    field(2, 4), // dPkts
    field(1, 4), // dOctets
    field(22, 4), // first
    field(21, 4), // last
    field(7, 2), // srcport
    field(11, 2), // dstport
    field(210, 1), // pad1
    field(6, 1), // tcp_flags
    field(4, 1), // prot
    field(5, 1), // tos
    field(16, 2), // src_as
    field(17, 2), // dst_as
    field(9, 1), // src_mask
    field(13, 1), // dst_mask
    field(210, 2), // pad2
  ],
};

export interface V5Header {
  /** Records promised. */
  readonly count: number;
  readonly uptimeMs: number;
  readonly exportedMs: number;
  readonly sequence: number;
  /** Engine type, then engine id. */
  readonly engine: number;
  /** One packet in this many: the low 14 bits, the mode is above; 0 = not stated. */
  readonly samplingInterval: number;
}

/** The header at the start of `view`, which has at least its 24 octets. */
export function readV5Header(view: DataView): V5Header {
  const nanoseconds = view.getUint32(12);
  return {
    count: view.getUint16(2),
    uptimeMs: view.getUint32(4),
    exportedMs: view.getUint32(8) * 1000 + (nanoseconds < 1e9 ? Math.floor(nanoseconds / 1e6) : 0),
    sequence: view.getUint32(16),
    engine: view.getUint16(20),
    samplingInterval: view.getUint16(22) & 0x3fff,
  };
}
