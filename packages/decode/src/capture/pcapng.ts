/**
 * The block-structured capture file (draft-ietf-opsawg-pcapng):
 *
 *   block = type:u32 length:u32 body length:u32, in the byte order of the section's header
 */
import { type Captured, datagramIn } from './packet.ts';

const sectionHeader = 0x0a0d0d0a;
const byteOrderMagic = 0x1a2b3c4d;
const interfaceDescription = 1;
const simplePacket = 3;
const enhancedPacket = 6;
const maxInterfaces = 4096;

interface Interface {
  readonly linkType: number;
  /** Time units in a millisecond. */
  readonly perMs: number;
  readonly offsetMs: number;
}

export const isPcapng = (bytes: Uint8Array): boolean =>
  bytes.length >= 28 && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) === sectionHeader;

/** Options if_tsresol (9) and if_tsoffset (14). */
function readInterface(view: DataView, at: number, end: number, little: boolean): Interface {
  let perMs = 1000;
  let offsetMs = 0;
  for (let option = at + 8; end - option >= 4;) {
    const code = view.getUint16(option, little);
    const length = view.getUint16(option + 2, little);
    if (code === 0 || end - option - 4 < length) break;
    if (code === 9 && length >= 1) {
      const resolution = view.getUint8(option + 4);
      perMs = (resolution & 0x80 ? 2 ** (resolution & 0x7f) : 10 ** resolution) / 1000;
    }
    if (code === 14 && length >= 8) offsetMs = Number(view.getBigInt64(option + 4, little)) * 1000;
    option += 4 + ((length + 3) & ~3);
  }
  return { linkType: view.getUint16(at, little), perMs, offsetMs };
}

export function* readPcapng(bytes: Uint8Array): Generator<Captured> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let interfaces: Interface[] = [];
  let little = true;
  let timeMs = 0;
  let at = 0;
  while (at < bytes.length) {
    if (bytes.length - at < 12) break;
    if (view.getUint32(at) === sectionHeader) {
      little = view.getUint32(at + 8, true) === byteOrderMagic;
      interfaces = [];
    }
    const type = view.getUint32(at, little);
    const length = view.getUint32(at + 4, little);
    if (length < 12 || length % 4 !== 0 || length > bytes.length - at) break;
    const body = at + 8;
    const end = at + length - 4;
    if (type === interfaceDescription && end - body >= 8 && interfaces.length < maxInterfaces)
      interfaces.push(readInterface(view, body, end, little));
    let found: Captured | undefined;
    if (type === enhancedPacket && end - body >= 20) {
      const from = interfaces[view.getUint32(body, little)];
      const captured = view.getUint32(body + 12, little);
      if (from === undefined || captured > end - body - 20) found = { kind: 'loss', reason: 'capture_malformed' };
      else {
        const ticks = view.getUint32(body + 4, little) * 4_294_967_296 + view.getUint32(body + 8, little);
        const stamp = Math.floor(ticks / from.perMs + from.offsetMs);
        timeMs = Number.isSafeInteger(stamp) && stamp >= 0 ? stamp : 0;
        found = datagramIn(bytes.subarray(body + 20, body + 20 + captured), from.linkType, timeMs);
      }
    } else if (type === simplePacket && end - body >= 4) {
      const from = interfaces[0];
      const captured = Math.min(view.getUint32(body, little), end - body - 4);
      // It has no time of its own: the last one known stands.
      if (from === undefined) found = { kind: 'loss', reason: 'capture_malformed' };
      else found = datagramIn(bytes.subarray(body + 4, body + 4 + captured), from.linkType, timeMs);
    }
    if (found) yield found;
    at += length;
  }
  if (at < bytes.length) yield { kind: 'loss', reason: 'capture_malformed' };
}
