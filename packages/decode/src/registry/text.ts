/** Values of information elements as text, by their abstract type (RFC 7011 section 6.1). */
import { formatAddress } from '@linewatch/record';
import { ntpMs, unsigned } from '../values.ts';
import type { AbstractType } from './registry.ts';

/** Octets of a value that are read; what is longer is cut. */
export const maxValueOctets = 1024;

const utf8 = new TextDecoder();
const mapped = new Uint8Array(16);
mapped.set([0xff, 0xff], 10);

const octetsOf = (view: DataView, at: number, length: number): Uint8Array =>
  new Uint8Array(view.buffer, view.byteOffset + at, Math.min(length, maxValueOctets));

export const hexOf = (view: DataView, at: number, length: number): string =>
  Buffer.from(octetsOf(view, at, length)).toString('hex');

/** Text up to the first NUL, without control characters or space around it. */
export function textOf(view: DataView, at: number, length: number): string {
  const octets = octetsOf(view, at, length);
  const end = octets.indexOf(0);
  return utf8
    .decode(end < 0 ? octets : octets.subarray(0, end))
    .replaceAll(/\p{Cc}/gu, '')
    .trim();
}

const unsignedText = (view: DataView, at: number, length: number): string =>
  length <= 6 ? String(unsigned(view, at, length)) : BigInt(`0x${hexOf(view, at, length)}`).toString();

function signedText(view: DataView, at: number, length: number): string {
  const value = BigInt(`0x${hexOf(view, at, length)}`);
  return BigInt.asIntN(8 * Math.min(length, maxValueOctets), value).toString();
}

function addressText(view: DataView, at: number, length: 4 | 16): string {
  if (length === 16) return formatAddress(octetsOf(view, at, 16));
  mapped.set(octetsOf(view, at, 4), 12);
  return formatAddress(mapped);
}

/** ISO 8601; milliseconds beyond what a date can be are a number. */
const timeText = (ms: number): string => (Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(ms));

/** A length that does not fit the type, and a type that is not known, give the octets in hexadecimal. */
export function valueText(type: AbstractType | undefined, view: DataView, at: number, length: number): string {
  if (length === 0) return '';
  switch (type) {
    case 'unsigned8':
    case 'unsigned16':
    case 'unsigned32':
    case 'unsigned64':
    case 'unsigned256':
      return unsignedText(view, at, length);
    case 'signed8':
    case 'signed16':
    case 'signed32':
    case 'signed64':
      return signedText(view, at, length);
    case 'float32':
    case 'float64':
      if (length === 4) return String(view.getFloat32(at));
      if (length === 8) return String(view.getFloat64(at));
      break;
    case 'boolean': // RFC 7011 section 6.1.5: 1 is true, 2 is false
      if (length === 1 && view.getUint8(at) === 1) return 'true';
      if (length === 1 && view.getUint8(at) === 2) return 'false';
      break;
    case 'macAddress':
      if (length === 6) return hexOf(view, at, 6).replaceAll(/(..)(?=.)/g, '$1:');
      break;
    case 'ipv4Address':
    case 'ipv6Address':
      if (length === 4 || length === 16) return addressText(view, at, length);
      break;
    case 'string':
      return textOf(view, at, length);
    case 'dateTimeSeconds':
      if (length <= 8) return timeText(unsigned(view, at, length) * 1000);
      break;
    case 'dateTimeMilliseconds':
      if (length <= 8) return timeText(unsigned(view, at, length));
      break;
    case 'dateTimeMicroseconds':
    case 'dateTimeNanoseconds':
      if (length === 8) return timeText(ntpMs(view.getUint32(at), view.getUint32(at + 4)));
      break;
    case 'octetArray':
    case 'basicList':
    case 'subTemplateList':
    case 'subTemplateMultiList':
    case undefined:
      break;
  }
  return hexOf(view, at, length);
}
