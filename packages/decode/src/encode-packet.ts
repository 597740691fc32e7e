/** Builds packets as they are on the wire, layer by layer from the inside out: for tests, benchmarks and the soak. */

const concat = (...parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts);
const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);
const u16 = (value: number): Uint8Array => bytes(value >> 8, value);
const u32 = (value: number): Uint8Array => bytes(value >>> 24, value >>> 16, value >>> 8, value);
const none = new Uint8Array(0);

export const etherTypes = {
  ipv4: 0x0800,
  ipv6: 0x86dd,
  vlan: 0x8100,
  serviceVlan: 0x88a8,
  oldServiceVlan: 0x9100,
  mpls: 0x8847,
  pppoe: 0x8864,
  arp: 0x0806,
  bridging: 0x6558,
} as const;

export const ethernet = (etherType: number, payload: Uint8Array): Uint8Array =>
  concat(bytes(2, 0, 0, 0, 0, 1), bytes(2, 0, 0, 0, 0, 2), u16(etherType), payload);

/** Tag control information, then the EtherType of what it carries. */
export const vlanTag = (id: number, etherType: number, payload: Uint8Array, priority = 0): Uint8Array =>
  concat(u16((priority << 13) | id), u16(etherType), payload);

/** Labels from the top on. */
export const mpls = (labels: readonly number[], payload: Uint8Array): Uint8Array =>
  concat(...labels.map((label, i) => u32(((label << 12) | (i === labels.length - 1 ? 0x100 : 0) | 64) >>> 0)), payload);

export const pppoe = (protocol: number, payload: Uint8Array): Uint8Array =>
  concat(bytes(0x11, 0), u16(0x1234), u16(payload.length + 2), u16(protocol), payload);

export interface Ipv4Header {
  /** 4 octets, or 16 of which the last 4 are taken. */
  readonly src: Uint8Array;
  readonly dst: Uint8Array;
  readonly protocol: number;
  readonly tos?: number;
  /** Fragment offset in units of 8 octets. */
  readonly fragment?: number;
  readonly moreFragments?: boolean;
  /** Padded to 4 octets. */
  readonly options?: Uint8Array;
  /** Instead of the true one. */
  readonly totalLength?: number;
}

export function ipv4(header: Ipv4Header, payload: Uint8Array): Uint8Array {
  const options = Buffer.alloc(((header.options?.length ?? 0) + 3) & ~3);
  options.set(header.options ?? none);
  const octets = 20 + options.length;
  return concat(
    bytes(0x40 | (octets / 4), header.tos ?? 0),
    u16(header.totalLength ?? octets + payload.length),
    u16(0x4242),
    u16((header.moreFragments ? 0x2000 : 0) | (header.fragment ?? 0)),
    bytes(64, header.protocol, 0, 0),
    header.src.subarray(-4),
    header.dst.subarray(-4),
    options,
    payload,
  );
}

export interface Ipv6Header {
  /** 16 octets. */
  readonly src: Uint8Array;
  readonly dst: Uint8Array;
  /** Of the payload, which may begin with extension headers. */
  readonly next: number;
  readonly trafficClass?: number;
}

export const ipv6 = (header: Ipv6Header, payload: Uint8Array): Uint8Array =>
  concat(
    u32((0x60000000 | ((header.trafficClass ?? 0) << 20)) >>> 0),
    u16(payload.length),
    bytes(header.next, 64),
    header.src,
    header.dst,
    payload,
  );

/** An extension header of 8 octets and `more` × 8. */
export const ipv6Extension = (next: number, payload: Uint8Array, more = 0): Uint8Array =>
  concat(bytes(next, more), new Uint8Array(6 + 8 * more), payload);

export const ipv6Fragment = (next: number, offset: number, payload: Uint8Array): Uint8Array =>
  concat(bytes(next, 0), u16(offset << 3), u32(7), payload);

export const tcp = (srcPort: number, dstPort: number, flags = 0x10): Uint8Array =>
  concat(u16(srcPort), u16(dstPort), u32(1), u32(1), u16(0x5000 | flags), u16(512), u32(0));

export const udp = (srcPort: number, dstPort: number, payload: Uint8Array = none): Uint8Array =>
  concat(u16(srcPort), u16(dstPort), u16(8 + payload.length), u16(0), payload);

export const icmp = (type: number, code: number): Uint8Array => concat(bytes(type, code), new Uint8Array(6));

export interface GreHeader {
  readonly key?: number;
  readonly sequence?: number;
  readonly checksum?: boolean;
}

export const gre = (etherType: number, payload: Uint8Array, header: GreHeader = {}): Uint8Array =>
  concat(
    u16(
      (header.checksum ? 0x8000 : 0) |
        (header.key === undefined ? 0 : 0x2000) |
        (header.sequence === undefined ? 0 : 0x1000),
    ),
    u16(etherType),
    header.checksum ? u32(0) : none,
    header.key === undefined ? none : u32(header.key),
    header.sequence === undefined ? none : u32(header.sequence),
    payload,
  );

export const vxlan = (network: number, payload: Uint8Array): Uint8Array =>
  concat(u32(0x08000000), u32((network << 8) >>> 0), payload);

/** `options`: octets of options, a multiple of 4. */
export const geneve = (network: number, etherType: number, payload: Uint8Array, options = 0): Uint8Array =>
  concat(bytes(options / 4, 0), u16(etherType), u32((network << 8) >>> 0), new Uint8Array(options), payload);
