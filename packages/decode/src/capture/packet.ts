/** From a captured frame to the UDP datagram in it. */
import { Reader } from '../reader.ts';

export const captureReasons = [
  'capture_malformed', // the file's framing is broken: the rest is lost
  'capture_unrecognised', // neither a capture nor datagrams we know
  'capture_link_unsupported',
  'capture_truncated', // fewer octets were captured than were sent
  'capture_fragment', // IP fragments are not put together
] as const;
export type CaptureReason = (typeof captureReasons)[number];

export interface CapturedDatagram {
  readonly kind: 'datagram';
  /** Unix ms when it was captured; its export time in a file of bare datagrams. */
  readonly timeMs: number;
  /** 16 octets; all zero when the file does not tell. */
  readonly sourceAddress: Uint8Array;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly payload: Uint8Array;
}

export interface CaptureLoss {
  readonly kind: 'loss';
  readonly reason: CaptureReason;
}

export type Captured = CapturedDatagram | CaptureLoss;

const udp = 17;
const etherIpv4 = 0x0800;
const etherIpv6 = 0x86dd;
const vlanTags = [0x8100, 0x88a8, 0x9100];
const maxTags = 4;
const maxExtensions = 8;

const loss = (reason: CaptureReason): CaptureLoss => ({ kind: 'loss', reason });

interface Packet {
  readonly bytes: Uint8Array;
  readonly reader: Reader;
  readonly timeMs: number;
}

/**
 * Link types (https://www.tcpdump.org/linktypes.html). Undefined when it holds no UDP (ARP, TCP and the like): nothing of
 * ours was lost.
 */
export function datagramIn(bytes: Uint8Array, linkType: number, timeMs: number): Captured | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const reader = new Reader(view, 0, bytes.length);
  const packet = { bytes, reader, timeMs };
  switch (linkType) {
    case 1: // Ethernet
      reader.skip(12);
      return tagged(packet, reader.u16());
    case 0: // BSD null: the family in the byte order of the capturing machine
    case 108: // BSD loop
      reader.skip(4);
      return ip(packet);
    case 12: // raw IP
    case 14:
    case 101:
    case 228:
    case 229:
      return ip(packet);
    case 113: // Linux cooked v1
      reader.skip(14);
      return tagged(packet, reader.u16());
    case 276: {
      // Linux cooked v2
      const type = reader.u16();
      reader.skip(18);
      return tagged(packet, type);
    }
    default:
      return loss('capture_link_unsupported');
  }
}

function tagged(packet: Packet, first: number): Captured | undefined {
  const { reader } = packet;
  let type = first;
  for (let i = 0; i < maxTags && vlanTags.includes(type); i++) {
    reader.skip(2);
    type = reader.u16();
  }
  if (reader.short) return loss('capture_truncated');
  return type === etherIpv4 || type === etherIpv6 ? ip(packet) : undefined;
}

function ip(packet: Packet): Captured | undefined {
  const { reader } = packet;
  if (reader.short || reader.left < 1) return loss('capture_truncated');
  const version = reader.view.getUint8(reader.at) >> 4;
  if (version === 4) return ipv4(packet);
  return version === 6 ? ipv6(packet) : undefined;
}

function ipv4(packet: Packet): Captured | undefined {
  const { bytes, reader } = packet;
  const start = reader.at;
  const octets = (reader.u16() >> 8) & 15;
  reader.skip(4);
  const fragment = reader.u16() & 0x3fff;
  const protocol = reader.u16() & 255;
  reader.skip(2);
  const source = new Uint8Array(16).fill(0xff, 10, 12);
  source.set(bytes.subarray(reader.at, reader.at + 4), 12);
  reader.skip(8);
  if (!reader.short && octets < 5) return undefined;
  reader.skip(start + octets * 4 - reader.at);
  if (reader.short) return loss('capture_truncated');
  return protocol === udp ? transport(packet, source, fragment !== 0) : undefined;
}

function ipv6(packet: Packet): Captured | undefined {
  const { bytes, reader } = packet;
  reader.skip(6);
  let next = reader.u16() >> 8;
  const source = new Uint8Array(16);
  source.set(bytes.subarray(reader.at, reader.at + 16));
  reader.skip(32);
  let fragment = false;
  // Hop-by-hop, routing, fragment, destination options (RFC 8200 section 4.1).
  for (let i = 0; i < maxExtensions && [0, 43, 44, 60].includes(next) && !reader.short; i++) {
    const head = reader.u16();
    if (next === 44) {
      fragment ||= (reader.u16() & 0xfff9) !== 0;
      reader.skip(4);
    } else reader.skip((head & 255) * 8 + 6);
    next = head >> 8;
  }
  if (reader.short) return loss('capture_truncated');
  return next === udp ? transport(packet, source, fragment) : undefined;
}

function transport({ bytes, reader, timeMs }: Packet, sourceAddress: Uint8Array, fragment: boolean): Captured {
  if (fragment) return loss('capture_fragment');
  const sourcePort = reader.u16();
  const destinationPort = reader.u16();
  const length = reader.u16();
  reader.skip(2);
  if (reader.short || length < 8 || length - 8 > reader.left) return loss('capture_truncated');
  const payload = bytes.subarray(reader.at, reader.at + length - 8);
  return { kind: 'datagram', timeMs, sourceAddress, sourcePort, destinationPort, payload };
}
