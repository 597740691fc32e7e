/** Values of variable bindings (RFC 2578 section 7.1, RFC 3416 section 3) as plain data. */
import { formatAddress } from '@linewatch/record';
import { fail, latin1, oidText, signed, tags, unsigned } from './ber.ts';

/** HexString is an OCTET STRING that is no text, as `0x…`. Opaque may wrap a Float, Double, Integer64 or Unsigned64. */
type ValueType =
  | 'Integer32'
  | 'OctetString'
  | 'HexString'
  | 'Null'
  | 'ObjectIdentifier'
  | 'IpAddress'
  | 'Counter32'
  | 'Gauge32'
  | 'TimeTicks'
  | 'Opaque'
  | 'NsapAddress'
  | 'Counter64'
  | 'UInteger32'
  | 'Float'
  | 'Double'
  | 'Integer64'
  | 'Unsigned64'
  | 'NoSuchObject'
  | 'NoSuchInstance'
  | 'EndOfMibView'
  | 'Unknown';

export interface Varbind {
  readonly oid: string;
  readonly type: ValueType;
  /** Numbers that JSON cannot hold exactly are decimal digits. */
  readonly value: string | number | null;
}

export type Value = Omit<Varbind, 'oid'>;

/** Characters of one value. */
const maxText = 4096;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const plain = (value: number | bigint): number | string => (typeof value === 'bigint' ? value.toString() : value);

const real = (value: number): number | string => (Number.isFinite(value) ? value : String(value));

const hex = (bytes: Uint8Array, from: number, to: number): string =>
  `0x${Buffer.from(bytes.buffer, bytes.byteOffset + from, Math.min(to - from, maxText / 2 - 1)).toString('hex')}`;

/** UTF-8 without control characters but tab and line ends; a closing NUL is dropped. */
function text(bytes: Uint8Array, from: number, to: number): string | undefined {
  const end = to > from + 1 && bytes[to - 1] === 0 ? to - 1 : to;
  let ascii = true;
  for (let i = from; i < end; i++) {
    const octet = bytes[i]!;
    if (octet < 0x20 ? octet !== 9 && octet !== 10 && octet !== 13 : octet === 0x7f) return undefined;
    if (octet >= 0x80) ascii = false;
  }
  const slice = bytes.subarray(from, end);
  try {
    const decoded = ascii ? latin1(slice.subarray(0, maxText)) : utf8.decode(slice).slice(0, maxText);
    return decoded.toWellFormed();
  } catch {
    return undefined;
  }
}

/** What net-snmp wraps in Opaque: tag 0x9f, a type octet, a length (draft-perkins-opaque-01). */
function opaque(bytes: Uint8Array, from: number, to: number): Value {
  const length = to - from - 3;
  if (length >= 1 && bytes[from] === 0x9f && bytes[from + 2] === length) {
    const view = new DataView(bytes.buffer, bytes.byteOffset + from + 3, length);
    const kind = bytes[from + 1];
    if (kind === 0x78 && length === 4) return { type: 'Float', value: real(view.getFloat32(0)) };
    if (kind === 0x79 && length === 8) return { type: 'Double', value: real(view.getFloat64(0)) };
    if (kind === 0x7a && length <= 8) return { type: 'Integer64', value: plain(signed(bytes, from + 3, to)) };
    if (kind === 0x7b && length <= 9) return { type: 'Unsigned64', value: plain(unsigned(bytes, from + 3, to, 64)) };
  }
  return { type: 'Opaque', value: hex(bytes, from, to) };
}

const addressText = (bytes: Uint8Array, from: number, to: number): string =>
  to - from === 4
    ? `${bytes[from]!}.${bytes[from + 1]!}.${bytes[from + 2]!}.${bytes[from + 3]!}`
    : to - from === 16
      ? formatAddress(bytes, from)
      : hex(bytes, from, to);

const nothing = (type: ValueType): Value => ({ type, value: null });

/** Throws BerError on contents that are not of their tag. A tag that SNMP does not have is kept as it is. */
export function readValue(bytes: Uint8Array, tag: number, from: number, to: number): Value {
  switch (tag) {
    case tags.integer: {
      if (to - from > 8) fail();
      return { type: 'Integer32', value: plain(signed(bytes, from, to)) };
    }
    case tags.octetString: {
      const string = text(bytes, from, to);
      return string === undefined
        ? { type: 'HexString', value: hex(bytes, from, to) }
        : { type: 'OctetString', value: string };
    }
    case tags.oid:
      return { type: 'ObjectIdentifier', value: oidText(bytes, from, to) };
    case tags.ipAddress:
      return { type: 'IpAddress', value: addressText(bytes, from, to) };
    case tags.counter32:
      return { type: 'Counter32', value: plain(unsigned(bytes, from, to, 32)) };
    case tags.gauge32:
      return { type: 'Gauge32', value: plain(unsigned(bytes, from, to, 32)) };
    case tags.timeTicks:
      return { type: 'TimeTicks', value: plain(unsigned(bytes, from, to, 32)) };
    case tags.uinteger32:
      return { type: 'UInteger32', value: plain(unsigned(bytes, from, to, 32)) };
    case tags.counter64:
      return { type: 'Counter64', value: plain(unsigned(bytes, from, to, 64)) };
    case tags.opaque:
      return opaque(bytes, from, to);
    case tags.nsapAddress:
      return { type: 'NsapAddress', value: hex(bytes, from, to) };
    case tags.null:
      return nothing('Null');
    case tags.noSuchObject:
      return nothing('NoSuchObject');
    case tags.noSuchInstance:
      return nothing('NoSuchInstance');
    case tags.endOfMibView:
      return nothing('EndOfMibView');
    default:
      return { type: 'Unknown', value: hex(bytes, from, to) };
  }
}
