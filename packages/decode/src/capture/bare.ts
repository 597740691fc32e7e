/** Files of bare datagrams, one after another: NetFlow v5 and IPFIX tell their length, v9 and sFlow do not. */
import { addressOctets, padded } from '../sflow/formats.ts';
import { v5HeaderOctets, v5RecordOctets } from '../v5.ts';
import type { Captured } from './packet.ts';

const maxDatagram = 65_535;

export const isBare = (bytes: Uint8Array): boolean => {
  if (bytes.length < 16) return false;
  const version = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
  return version === 5 || version === 9 || version === 10 || isSflow(new DataView(bytes.buffer, bytes.byteOffset), 0);
};

/** Its version has 32 bits, then comes the type of an address. */
const isSflow = (view: DataView, at: number): boolean =>
  view.getUint32(at) === 5 && addressOctets(view.getUint32(at + 4)) > 0;

export function* readBare(bytes: Uint8Array): Generator<Captured> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  while (at < bytes.length) {
    const left = bytes.length - at;
    const version = left >= 16 ? view.getUint16(at) : 0;
    let length = Math.min(left, maxDatagram);
    if (version === 10) length = Math.min(length, Math.max(16, view.getUint16(at + 2)));
    else if (version === 5) length = Math.min(length, v5HeaderOctets + view.getUint16(at + 2) * v5RecordOctets);
    else if (version === 9) length = v9Length(view, at, length);
    else if (version === 0 && left >= 16 && isSflow(view, at)) length = sflowLength(view, at, length);
    else break;
    // sFlow has no clock.
    const seconds = version === 0 ? 0 : view.getUint32(version === 10 ? at + 4 : at + 8);
    yield {
      kind: 'datagram',
      timeMs: seconds * 1000,
      sourceAddress: new Uint8Array(16),
      sourcePort: 0,
      destinationPort: 0,
      payload: bytes.subarray(at, at + length),
    };
    at += length;
  }
  if (at < bytes.length) yield { kind: 'loss', reason: 'capture_malformed' };
}

/** v9 sets follow one another until something stands there that is a header and cannot be a set. */
function v9Length(view: DataView, start: number, limit: number): number {
  const source = limit >= 20 ? view.getUint32(start + 16) : 0;
  let at = start + 20;
  while (start + limit - at >= 4) {
    const id = view.getUint16(at);
    const length = view.getUint16(at + 2);
    // Set ids 2 to 255 are reserved (RFC 3954 section 5): 9 with the same source id begins the next datagram.
    if (id === 9 && start + limit - at >= 20 && view.getUint32(at + 16) === source) return at - start;
    if (length < 4) break;
    at += length;
  }
  return limit;
}

/** The header, then as many samples as it says, each after its length. */
function sflowLength(view: DataView, start: number, limit: number): number {
  const header = 24 + addressOctets(view.getUint32(start + 4));
  if (limit < header) return limit;
  const samples = view.getUint32(start + header - 4);
  let length = header;
  for (let i = 0; i < samples && limit - length >= 8; i++) length += 8 + padded(view.getUint32(start + length + 4));
  return Math.min(length, limit);
}
