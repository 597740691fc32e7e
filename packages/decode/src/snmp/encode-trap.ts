/** Traps and informs as their senders make them: for tests and benches. */
import { tags } from './ber.ts';
import {
  encodeCommunityMessage,
  encodeInteger,
  encodeOctets,
  encodeOid,
  encodePdu,
  encodeScopedPdu,
  encodeV3,
  encodeVarbind,
  flags,
} from './encode.ts';
import { User } from './keys.ts';
import type { TrapUser } from './options.ts';
import { pduTags, snmpTrapOid, sysUpTime } from './pdu.ts';

/** Their values are encoded elements. */
export type Varbinds = readonly (readonly [oid: string, value: Uint8Array])[];
export const bind = (varbinds: Varbinds): Buffer[] => varbinds.map(([oid, value]) => encodeVarbind(oid, value));

export interface Notification {
  readonly oid: string;
  readonly varbinds?: Varbinds;
  readonly uptime?: number;
  readonly requestId?: number;
  readonly inform?: boolean;
}

export function notification({
  oid,
  varbinds = [],
  uptime = 100,
  requestId = 1,
  inform = false,
}: Notification): Buffer {
  return encodePdu(inform ? pduTags.inform : pduTags.trapV2, requestId, [
    encodeVarbind(sysUpTime, encodeInteger(uptime, tags.timeTicks)),
    encodeVarbind(snmpTrapOid, encodeOid(oid)),
    ...bind(varbinds),
  ]);
}

/** A v2c message. */
export const v2c = (trap: Notification, community = 'public'): Buffer =>
  encodeCommunityMessage(1, community, notification(trap));

export interface V3Options {
  readonly user: TrapUser;
  readonly engineId?: Uint8Array;
  readonly boots?: number;
  readonly time?: number;
  readonly msgId?: number;
  readonly reportable?: boolean;
  /** Of an extended privacy key; see keys.ts. */
  readonly extension?: 0 | 1;
  readonly salt?: Uint8Array;
  /** What the message claims; without it, what the user has. */
  readonly level?: number;
}

export const senderEngine = Buffer.from('8000000903001122334455', 'hex');

/** Keys are dear. */
const senders = new Map<string, User>();
function senderOf(user: TrapUser): User {
  const key = JSON.stringify(user);
  const sender = senders.get(key) ?? new User(user);
  senders.set(key, sender);
  return sender;
}

/** A v3 message as its sender makes it. */
export function v3(pdu: Uint8Array, options: V3Options): Buffer {
  const { user, engineId = senderEngine, boots = 3, time = 1000, msgId = 7, extension = 0 } = options;
  const sender = senderOf(user);
  const keys = sender.keysAt(engineId);
  const level = options.level ?? (user.auth ? flags.auth : 0) | (user.priv ? flags.priv : 0);
  const scoped = encodeScopedPdu(engineId, Buffer.from(''), pdu);
  const salt =
    (level & flags.priv) === 0 ? new Uint8Array(0) : (options.salt ?? Buffer.from('0102030405060708', 'hex'));
  const data =
    (level & flags.priv) === 0
      ? scoped
      : encodeOctets(sender.privacyKey(keys, extension, engineId).encrypt(boots, time, salt, scoped));
  const encoded = encodeV3({
    msgId,
    flags: level | (options.reportable ? flags.reportable : 0),
    engineId,
    boots,
    time,
    user: Buffer.from(user.name),
    authOctets: (level & flags.auth) === 0 ? 0 : sender.authOctets,
    salt,
    data,
  });
  if ((level & flags.auth) !== 0)
    encoded.message.set(sender.digest(keys, encoded.message, encoded.authAt), encoded.authAt);
  return encoded.message;
}
