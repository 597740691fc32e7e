/** The classic capture file (draft-ietf-opsawg-pcap): magic, link type, then records; either byte order, µs or ns. */
import { type Captured, datagramIn } from './packet.ts';

const magics = new Map([
  [0xa1b2c3d4, { little: false, perMs: 1000 }],
  [0xd4c3b2a1, { little: true, perMs: 1000 }],
  [0xa1b23c4d, { little: false, perMs: 1e6 }],
  [0x4d3cb2a1, { little: true, perMs: 1e6 }],
]);

export const isPcap = (bytes: Uint8Array): boolean =>
  bytes.length >= 24 && magics.has(Buffer.from(bytes.buffer, bytes.byteOffset).readUInt32BE(0));

export function* readPcap(bytes: Uint8Array): Generator<Captured> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const { little, perMs } = magics.get(view.getUint32(0))!;
  const linkType = view.getUint32(20, little) & 0xffff;
  let at = 24;
  while (at < bytes.length) {
    if (bytes.length - at < 16) break;
    const timeMs = view.getUint32(at, little) * 1000 + Math.floor(view.getUint32(at + 4, little) / perMs);
    const captured = view.getUint32(at + 8, little);
    at += 16;
    if (captured > bytes.length - at) break;
    const found = datagramIn(bytes.subarray(at, at + captured), linkType, timeMs);
    if (found) yield found;
    at += captured;
  }
  if (at < bytes.length) yield { kind: 'loss', reason: 'capture_malformed' };
}
