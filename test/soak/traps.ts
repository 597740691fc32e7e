/**
 * SNMP traps as other agents' software makes them, written from RFC 3411 to 3416 and 3826. Those of version 3 are made
 * wrong before they are signed, so that what is wrong in them is met behind their authentication.
 */
import { createCipheriv, createHash, createHmac } from 'node:crypto';
import type { TrapOptions } from '@linewatch/decode';
import { elementsOf, rewriteElement } from './ber.ts';
import type { Random } from './random.ts';

const password = 'soak-password';
/** Of users with SHA-256 (RFC 7860 section 4.2): octets of the digest that is sent. */
const digestOctets = 24;
const engineId = Buffer.from('80001f8804736f616b', 'hex');
const boots = 3;

export const soakTraps: TrapOptions = {
  users: [
    { name: 'plain' },
    { name: 'signed', auth: { protocol: 'sha256', password } },
    { name: 'sealed', auth: { protocol: 'sha256', password }, priv: { protocol: 'aes128', password } },
  ],
};

function tlv(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const length = content.length < 0x80 ? [content.length] : [0x82, content.length >> 8, content.length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...length), content]);
}

function integer(value: number, tag = 0x02): Buffer {
  const octets = Buffer.alloc(5);
  octets.writeUInt32BE(value >>> 0, 1);
  let at = 0;
  while (at < 4 && octets[at] === 0 && octets[at + 1]! < 0x80) at++;
  return tlv(tag, octets.subarray(at));
}

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const octets = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
    octets.push(...groups);
  }
  return tlv(0x06, Buffer.from(octets));
}

const text = (value: string): Buffer => tlv(0x04, Buffer.from(value));
const varbind = (name: string, value: Buffer): Buffer => tlv(0x30, oid(name), value);

/** SNMPv2-Trap-PDU or InformRequest-PDU (RFC 3416 section 4.2.6) of an interface. */
function notification(random: Random): Buffer {
  const ifIndex = random.between(1, 60);
  const kinds = ['1.3.6.1.6.3.1.1.5.3', '1.3.6.1.6.3.1.1.5.4', '1.3.6.1.6.3.1.1.5.1', '1.3.6.1.4.1.9.9.187.0.7'];
  return tlv(
    random.chance(0.8) ? 0xa7 : 0xa6,
    integer(random.below(0x7fffffff)),
    integer(0),
    integer(0),
    tlv(
      0x30,
      varbind('1.3.6.1.2.1.1.3.0', integer(random.u32(), 0x43)),
      varbind('1.3.6.1.6.3.1.1.4.1.0', oid(random.pick(kinds))),
      varbind(`1.3.6.1.2.1.2.2.1.1.${ifIndex}`, integer(ifIndex)),
      varbind(`1.3.6.1.2.1.2.2.1.2.${ifIndex}`, text(`Gi0/${ifIndex}`)),
      varbind('1.3.6.1.6.3.18.1.3.0', tlv(0x40, random.octets(4))),
      varbind('1.3.6.1.4.1.2021.10.1.6.1', tlv(0x44, Buffer.of(0x9f, 0x78, 4), random.octets(4))),
    ),
  );
}

/** Trap-PDU (RFC 1157 section 4.1.6). */
const trapV1 = (random: Random): Buffer =>
  tlv(
    0xa4,
    oid('1.3.6.1.4.1.9.1.1'),
    tlv(0x40, random.octets(4)),
    integer(random.below(7)),
    integer(random.below(100)),
    integer(random.u32(), 0x43),
    tlv(0x30, varbind('1.3.6.1.2.1.2.2.1.1.3', integer(3))),
  );

const communityMessage = (version: 0 | 1, pdu: Uint8Array): Buffer => tlv(0x30, integer(version), text('public'), pdu);

/** RFC 3414 sections 2.6 and A.2. */
function localizedKey(): Buffer {
  const hash = (...parts: readonly Uint8Array[]): Buffer =>
    parts.reduce((digest, part) => digest.update(part), createHash('sha256')).digest();
  const key = hash(Buffer.alloc(1_048_576, password));
  return hash(key, engineId, key);
}

const key = localizedKey();

/** RFC 3826 section 3.1: AES-128 in CFB mode. */
function seal(scoped: Buffer, time: number, salt: Buffer): Buffer {
  const iv = Buffer.concat([Buffer.alloc(8), salt]);
  iv.writeUInt32BE(boots, 0);
  iv.writeUInt32BE(time, 4);
  const cipher = createCipheriv('aes-128-cfb', key.subarray(0, 16), iv);
  return Buffer.concat([cipher.update(scoped), cipher.final()]);
}

function v3Message(random: Random, scoped: Buffer, time: number): Buffer {
  const user = random.pick(['plain', 'signed', 'sealed']);
  const level = { plain: 0, signed: 1, sealed: 3 }[user]!;
  const salt = level === 3 ? Buffer.from(random.octets(8)) : Buffer.alloc(0);
  const data = level === 3 ? tlv(0x04, seal(scoped, time, salt)) : scoped;
  const digest = Buffer.alloc(level > 0 ? digestOctets : 0, 0);
  const security = tlv(
    0x30,
    tlv(0x04, engineId),
    integer(boots),
    integer(time),
    text(user),
    tlv(0x04, digest),
    tlv(0x04, salt),
  );
  const header = tlv(0x30, integer(random.below(0x7fffffff)), integer(65_507), tlv(0x04, Buffer.of(level)), integer(3));
  const message = tlv(0x30, integer(3), header, tlv(0x04, security), data);
  if (level === 0) return message;
  const mac = createHmac('sha256', key).update(message).digest().subarray(0, digestOctets);
  message.set(mac, message.indexOf(Buffer.concat([Buffer.of(0x04, digestOctets), digest])) + 2);
  return message;
}

function wrong(random: Random, bytes: Buffer): Buffer {
  let out = bytes;
  for (let i = random.pick([0, 1, 1, 1, 2, 3]); i > 0; i--) {
    const elements = elementsOf(out);
    if (elements.length > 0) out = rewriteElement(random, out, random.pick(elements));
  }
  return out.length > 60_000 ? bytes : out;
}

/** A trap of any version; as often as not something in it is wrong. */
export function makeTrap(random: Random, nowMs: number): Uint8Array {
  if (random.chance(0.2)) return communityMessage(0, wrong(random, trapV1(random)));
  const pdu = notification(random);
  if (random.chance(0.3)) return communityMessage(1, wrong(random, pdu));
  const scoped = tlv(0x30, tlv(0x04, engineId), tlv(0x04), pdu);
  return v3Message(random, wrong(random, scoped), Math.floor(nowMs / 1000) % 0x7fffffff);
}
