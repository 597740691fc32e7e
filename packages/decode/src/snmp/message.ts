/** The outer form of messages: RFC 1157 section 4, RFC 3416 section 3, RFC 3412 section 6 with RFC 3414 section 2.4. */
import { BerReader, fail, tags } from './ber.ts';
import { flags } from './encode.ts';
import { type Pdu, readPdu } from './pdu.ts';

export interface CommunityMessage {
  readonly version: 0 | 1;
  readonly community: Uint8Array;
  readonly pdu: Pdu;
}

export interface V3Message {
  readonly version: 3;
  /** All of it, as the digest is over. */
  readonly bytes: Uint8Array;
  readonly msgId: number;
  readonly flags: number;
  readonly securityModel: number;
  readonly engineId: Uint8Array;
  readonly boots: number;
  readonly time: number;
  readonly user: Uint8Array;
  readonly digest: Uint8Array;
  /** Where the digest begins in `bytes`. */
  readonly digestAt: number;
  readonly salt: Uint8Array;
  /** A ScopedPDU, or an encrypted one. */
  readonly data: Uint8Array;
}

export interface UnknownMessage {
  readonly version: 'unknown';
}

export interface Scoped {
  readonly contextEngineId: Uint8Array;
  readonly contextName: Uint8Array;
  readonly pdu: Pdu;
}

/** RFC 3411 section 5, SnmpEngineID. */
const maxEngineOctets = 32;
/** RFC 3414 section 2.4. */
const maxUserOctets = 32;

export const userSecurityModel = 3;

function readV3(bytes: Uint8Array, reader: BerReader): V3Message {
  const global = reader.enter(tags.sequence);
  const msgId = global.natural();
  global.natural();
  const bits = global.octets();
  const securityModel = global.natural();
  if (bits.length !== 1) fail();
  reader.expect(tags.octetString);
  const security = new BerReader(bytes, reader.from, reader.to).enter(tags.sequence);
  const engineId = security.octets();
  const boots = security.natural();
  const time = security.natural();
  const user = security.octets();
  const digest = security.octets();
  const digestAt = security.from;
  const salt = security.octets();
  if (engineId.length > maxEngineOctets || user.length > maxUserOctets) fail();
  const encrypted = (bits[0]! & flags.priv) !== 0;
  const dataAt = reader.at;
  reader.expect(encrypted ? tags.octetString : tags.sequence);
  const data = bytes.subarray(encrypted ? reader.from : dataAt, reader.to);
  return {
    version: 3,
    bytes,
    msgId,
    flags: bits[0]!,
    securityModel,
    engineId,
    boots,
    time,
    user,
    digest,
    digestAt,
    salt,
    data,
  };
}

/** Reads a message that fills `bytes`; throws BerError when it cannot be read. */
export function readMessage(bytes: Uint8Array): CommunityMessage | V3Message | UnknownMessage {
  const reader = new BerReader(bytes).enter(tags.sequence);
  const version = reader.integer();
  if (version === 0 || version === 1) return { version, community: reader.octets(), pdu: readPdu(reader) };
  // Another security model has parameters of its own.
  return version === 3 ? readV3(bytes, reader) : { version: 'unknown' };
}

/** What is behind it is padding. */
export function readScoped(bytes: Uint8Array): Scoped {
  const scoped = new BerReader(bytes).enter(tags.sequence);
  return { contextEngineId: scoped.octets(), contextName: scoped.octets(), pdu: readPdu(scoped) };
}

/** Octets of the message at the beginning of a datagram. */
export function messageOctets(datagram: Uint8Array): number {
  const reader = new BerReader(datagram);
  reader.expect(tags.sequence);
  return reader.to;
}
