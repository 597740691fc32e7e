/** Flow records that need more than a word or two: each reads from the view into columns of a row. */
import type { FlowColumns } from '@linewatch/record';
import { tunnels } from '../packet/packet.ts';
import { copyAddress } from '../values.ts';
import { addressOctets } from './formats.ts';

type Arrays = FlowColumns['arrays'];

/** Copies an address, its type first; returns where it ends, -1 when it does not fit. */
export function readAddress(
  view: DataView,
  at: number,
  end: number,
  into: Uint32Array | undefined,
  row: number,
): number {
  if (end - at < 4) return -1;
  const octets = addressOctets(view.getUint32(at));
  if (octets < 0 || end - at - 4 < octets) return -1;
  if (octets > 0 && into) copyAddress(view, at + 4, octets, into, row * 4);
  return at + 4 + octets;
}

/** Own AS, the source's and its peer's, then the path to the destination. Returns false when the path does not fit. */
export function readPath(c: Arrays, row: number, view: DataView, from: number, end: number): boolean {
  if (end - from < 16) return false;
  c.src_as[row] = view.getUint32(from + 4);
  const segments = view.getUint32(from + 12);
  let at = from + 16;
  for (let i = 0; i < segments; i++) {
    if (end - at < 8) return false;
    const count = view.getUint32(at + 4);
    at += 8;
    if (count > (end - at) / 4) return false;
    at += 4 * count;
    // The last of the path is where the packet goes.
    if (count > 0) c.dst_as[row] = view.getUint32(at - 4);
  }
  return true;
}

/** Octets of a sampled_ipv4 or sampled_ipv6 structure, whose addresses have this size. */
export const ipStructureOctets = (size: number): number => 24 + 2 * size;

/** Length, protocol, addresses, ports, TCP flags and ToS of a packet whose header is not sent. */
export function readIp(c: Arrays, row: number, view: DataView, at: number, size: number): void {
  c.protocol[row] = view.getUint32(at + 4);
  copyAddress(view, at + 8, size, c.src_addr, row * 4);
  copyAddress(view, at + 8 + size, size, c.dst_addr, row * 4);
  const ports = at + 8 + 2 * size;
  c.src_port[row] = view.getUint32(ports);
  c.dst_port[row] = view.getUint32(ports + 4);
  c.tcp_flags[row] = view.getUint32(ports + 8);
  c.tos[row] = view.getUint32(ports + 12);
}

function tunnelOf(protocol: number, dstPort: number): number {
  if (protocol === 47) return tunnels.gre;
  if (protocol === 4 || protocol === 41) return tunnels.ipip;
  return protocol !== 17 ? 0 : dstPort === 6081 ? tunnels.geneve : tunnels.vxlan;
}

/** An outer header that was taken off, or is still to be put on, is sent apart: the packet itself becomes the inner one. */
export function readOuter(c: Arrays, row: number, view: DataView, at: number, size: number): void {
  const kind = tunnelOf(view.getUint32(at + 4), view.getUint32(at + 12 + 2 * size));
  if (kind === 0) return;
  c.tunnel[row] = kind;
  for (let i = 4 * row; i < 4 * row + 4; i++) {
    c.inner_src_addr[i] = c.src_addr[i]!;
    c.inner_dst_addr[i] = c.dst_addr[i]!;
  }
  c.inner_protocol[row] = c.protocol[row]!;
  c.inner_src_port[row] = c.src_port[row]!;
  c.inner_dst_port[row] = c.dst_port[row]!;
  const tos = c.tos[row]!;
  readIp(c, row, view, at, size);
  // The agent may know no more of the outer header than its addresses.
  c.tos[row] ||= tos;
  c.icmp_type[row] = 0;
  c.icmp_code[row] = 0;
}
