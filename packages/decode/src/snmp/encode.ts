/** BER for what is sent back, and for messages of tests and benches. */
import { tags } from './ber.ts';
import { pduTags } from './pdu.ts';

function header(tag: number, length: number): Buffer {
  if (length < 0x80) return Buffer.from([tag, length]);
  if (length < 0x100) return Buffer.from([tag, 0x81, length]);
  return Buffer.from([tag, 0x82, length >> 8, length]);
}

/** At most 65,535 octets. */
export function element(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([header(tag, length), ...parts]);
}

export function encodeInteger(value: number | bigint, tag: number = tags.integer): Buffer {
  const octets: number[] = [];
  let left = BigInt(value);
  do {
    octets.unshift(Number(left & 0xffn));
    left >>= 8n;
  } while (!((left === 0n && octets[0]! < 0x80) || (left === -1n && octets[0]! >= 0x80)));
  return element(tag, Buffer.from(octets));
}

export function encodeOid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const octets: number[] = [];
  for (const part of [40 * first + second, ...rest]) {
    const groups = [part % 128];
    for (let left = Math.floor(part / 128); left > 0; left = Math.floor(left / 128))
      groups.unshift(0x80 | (left % 128));
    octets.push(...groups);
  }
  return element(tags.oid, Buffer.from(octets));
}

export const encodeOctets = (value: Uint8Array | string): Buffer =>
  element(tags.octetString, typeof value === 'string' ? Buffer.from(value) : value);

/** A variable binding; the value is an encoded element. */
export const encodeVarbind = (oid: string, value: Uint8Array): Buffer => element(tags.sequence, encodeOid(oid), value);

/** RFC 3416 section 3: a PDU other than a v1 trap or a GetBulk. */
export const encodePdu = (tag: number, requestId: number, varbinds: readonly Uint8Array[]): Buffer =>
  element(tag, encodeInteger(requestId), encodeInteger(0), encodeInteger(0), element(tags.sequence, ...varbinds));

/** A v1 or v2c message. */
export const encodeCommunityMessage = (version: 0 | 1, community: Uint8Array | string, pdu: Uint8Array): Buffer =>
  element(tags.sequence, encodeInteger(version), encodeOctets(community), pdu);

export const flags = { auth: 1, priv: 2, reportable: 4 } as const;

export interface V3Fields {
  readonly msgId: number;
  readonly flags: number;
  readonly engineId: Uint8Array;
  readonly boots: number;
  readonly time: number;
  readonly user: Uint8Array;
  /** Octets of msgAuthenticationParameters. */
  readonly authOctets: number;
  /** msgPrivacyParameters. */
  readonly salt: Uint8Array;
  /** A ScopedPDU, or the OCTET STRING of an encrypted one. */
  readonly data: Uint8Array;
}

const maxMessageOctets = 65_507;

/** RFC 3412 section 6, RFC 3414 section 2.4; msgAuthenticationParameters are zeros at `authAt`. */
export function encodeV3(fields: V3Fields): { message: Buffer; authAt: number } {
  const privacy = encodeOctets(fields.salt);
  const message = element(
    tags.sequence,
    encodeInteger(3),
    element(
      tags.sequence,
      encodeInteger(fields.msgId),
      encodeInteger(maxMessageOctets),
      encodeOctets(Uint8Array.of(fields.flags)),
      encodeInteger(3),
    ),
    encodeOctets(
      element(
        tags.sequence,
        encodeOctets(fields.engineId),
        encodeInteger(fields.boots),
        encodeInteger(fields.time),
        encodeOctets(fields.user),
        encodeOctets(new Uint8Array(fields.authOctets)),
        privacy,
      ),
    ),
    fields.data,
  );
  return { message, authAt: message.length - fields.data.length - privacy.length - fields.authOctets };
}

export const encodeScopedPdu = (contextEngineId: Uint8Array, contextName: Uint8Array, pdu: Uint8Array): Buffer =>
  element(tags.sequence, encodeOctets(contextEngineId), encodeOctets(contextName), pdu);

/** The Response to an inform (RFC 3416 section 4.2.7): its own request-id and variable bindings. */
export const encodeResponse = (requestId: Uint8Array, varbinds: Uint8Array): Buffer =>
  element(pduTags.response, requestId, encodeInteger(0), encodeInteger(0), varbinds);
