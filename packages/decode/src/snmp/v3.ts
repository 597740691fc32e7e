/** Version 3: who sent it, whether it is timely, and what it says (RFC 3412 section 7.2, RFC 3414 section 3.2). */
import { randomBytes } from 'node:crypto';
import type { LossReason } from '../port.ts';
import { BerError, latin1, tags } from './ber.ts';
import { encodeInteger, encodeOctets, encodePdu, encodeScopedPdu, encodeV3, encodeVarbind, flags } from './encode.ts';
import { type EngineKeys, User } from './keys.ts';
import { type Scoped, type V3Message, readScoped, userSecurityModel } from './message.ts';
import type { TrapEngine, TrapUser } from './options.ts';
import { type Pdu, pduTags } from './pdu.ts';
import { saltOctets } from './privacy.ts';
import { TimeWindow, inOwnWindow } from './window.ts';

/** usmStats (RFC 3414 section 5): the number of each counter under 1.3.6.1.6.3.15.1.1. */
const statistics = {
  unsupportedSecLevels: 1,
  notInTimeWindows: 2,
  unknownUserNames: 3,
  unknownEngineIds: 4,
  wrongDigests: 5,
  decryptionErrors: 6,
} as const;
type Statistic = keyof typeof statistics;

export interface V3Pdu {
  readonly outcome: 'pdu';
  readonly pdu: Pdu;
  /** Makes the message that carries a PDU back, protected alike. */
  readonly answer: (pdu: Uint8Array) => Uint8Array | undefined;
}

export interface V3Refusal {
  /** `decoded`: a request for our engine id or clock, which is answered. */
  readonly outcome: LossReason | 'decoded';
  readonly reply: Uint8Array | undefined;
}

interface Sender {
  readonly user: User;
  readonly keys: EngineKeys | undefined;
}

const userKey = (user: TrapUser): string => JSON.stringify([user.name, user.auth, user.priv]);
const noOctets = new Uint8Array(0);

export class V3Reader {
  #users = new Map<string, User[]>();
  #byKey = new Map<string, User>();
  #engine: TrapEngine | undefined;
  readonly #window = new TimeWindow();
  readonly #counts: Record<Statistic, number> = {
    unsupportedSecLevels: 0,
    notInTimeWindows: 0,
    unknownUserNames: 0,
    unknownEngineIds: 0,
    wrongDigests: 0,
    decryptionErrors: 0,
  };
  /** RFC 3414 section 8.1.1.1, RFC 3826 section 3.1.2.1: from anywhere, and never the same again. */
  #salt = randomBytes(saltOctets).readBigUInt64BE();

  /** Users that stay keep their keys, which are dear; the engine stays when none is given. */
  configure(users: readonly TrapUser[], engine: TrapEngine | undefined): void {
    const byKey = new Map<string, User>();
    this.#users = new Map();
    for (const options of users) {
      const key = userKey(options);
      if (byKey.has(key)) continue;
      const user = this.#byKey.get(key) ?? new User(options);
      byKey.set(key, user);
      const name = latin1(Buffer.from(options.name));
      this.#users.set(name, [...(this.#users.get(name) ?? []), user]);
    }
    this.#byKey = byKey;
    this.#engine = engine ?? this.#engine;
  }

  read(message: V3Message, nowMs: number): V3Pdu | V3Refusal {
    if (message.securityModel !== userSecurityModel) return { outcome: 'trap_version_unknown', reply: undefined };
    const level = message.flags & (flags.auth | flags.priv);
    if (level === flags.priv) return { outcome: 'trap_malformed', reply: undefined };
    const ours = this.#engine !== undefined && Buffer.compare(message.engineId, this.#engine.id) === 0;
    // Discovery (RFC 3414 section 4).
    if (message.engineId.length === 0 && (message.flags & flags.reportable) !== 0)
      return this.#refuse(message, 'decoded', 'unknownEngineIds', nowMs);
    // Who asks for a report and means another engine is to learn of ours first.
    const report = (statistic: Statistic): Statistic => (ours ? statistic : 'unknownEngineIds');

    const named = this.#users.get(latin1(message.user)) ?? [];
    if (named.length === 0) return this.#refuse(message, 'trap_user_unknown', report('unknownUserNames'), nowMs);
    const users = named.filter((user) => levelOf(user) === level);
    if (users.length === 0) return this.#refuse(message, 'trap_security_level', report('unsupportedSecLevels'), nowMs);
    const sender = level === 0 ? { user: users[0]!, keys: undefined } : authenticate(users, message);
    if (!sender) return this.#refuse(message, 'trap_authentication_failed', report('wrongDigests'), nowMs);

    if (sender.keys !== undefined) {
      sender.user.keep(message.engineId, sender.keys);
      const untimely = this.#untimely(message, ours, sender, nowMs);
      if (untimely) return untimely;
    }
    const scoped = open(message, sender);
    if (!scoped) return this.#refuse(message, 'trap_decryption_failed', report('decryptionErrors'), nowMs);
    const { tag } = scoped.pdu;
    // A confirmed PDU that is for another engine (RFC 3412 section 7.2 step 13).
    if (!ours && this.#engine && (tag === pduTags.inform || tag === pduTags.get))
      return this.#refuse(message, 'decoded', 'unknownEngineIds', nowMs);
    return { outcome: 'pdu', pdu: scoped.pdu, answer: (pdu) => this.#answer(message, sender, scoped, pdu, nowMs) };
  }

  #untimely(message: V3Message, ours: boolean, sender: Sender, nowMs: number): V3Refusal | undefined {
    const { boots, time } = message;
    if (!ours) {
      const id = latin1(message.engineId);
      const digest = latin1(message.digest);
      if (this.#window.take(id, boots, time, digest, nowMs)) return undefined;
      return this.#refuse(message, 'trap_time_window', 'unknownEngineIds', nowMs);
    }
    if (inOwnWindow(boots, time, this.#engine!.boots, this.#ownTime(nowMs))) return undefined;
    // Zeros ask for our clock (RFC 3414 section 4).
    const outcome = boots === 0 && time === 0 ? 'decoded' : 'trap_time_window';
    return this.#refuse(message, outcome, 'notInTimeWindows', nowMs, sender);
  }

  #ownTime(nowMs: number): number {
    return Math.max(0, Math.floor((nowMs - this.#engine!.startedMs) / 1000)) % 0x80000000;
  }

  /** A Report where one is asked for, authenticated when its reader is to set its clock by it. */
  #refuse(
    message: V3Message,
    outcome: LossReason | 'decoded',
    statistic: Statistic,
    nowMs: number,
    sender?: Sender,
  ): V3Refusal {
    const count = (this.#counts[statistic] = (this.#counts[statistic] + 1) >>> 0);
    if (!this.#engine || (message.flags & flags.reportable) === 0) return { outcome, reply: undefined };
    const oid = `1.3.6.1.6.3.15.1.1.${statistics[statistic]}.0`;
    const pdu = encodePdu(pduTags.report, 0, [encodeVarbind(oid, encodeInteger(count, tags.counter32))]);
    const scoped = encodeScopedPdu(this.#engine.id, noOctets, pdu);
    return { outcome, reply: this.#protect(message, sender, sender ? flags.auth : 0, scoped, nowMs) };
  }

  #answer(message: V3Message, sender: Sender, scoped: Scoped, pdu: Uint8Array, nowMs: number): Uint8Array | undefined {
    if (!this.#engine) return undefined;
    const level = message.flags & (flags.auth | flags.priv);
    return this.#protect(
      message,
      sender,
      level,
      encodeScopedPdu(scoped.contextEngineId, scoped.contextName, pdu),
      nowMs,
    );
  }

  #protect(message: V3Message, sender: Sender | undefined, level: number, scoped: Buffer, nowMs: number): Uint8Array {
    const { id, boots } = this.#engine!;
    const time = this.#ownTime(nowMs);
    const { user, keys } = sender ?? {};
    const salt = (level & flags.priv) === 0 ? noOctets : this.#nextSalt(user!, boots);
    const data =
      (level & flags.priv) === 0
        ? scoped
        : encodeOctets(user!.privacyKey(keys!, keys!.extension ?? 0, id).encrypt(boots, time, salt, scoped));
    const authOctets = (level & flags.auth) === 0 ? 0 : user!.authOctets;
    const fields = { msgId: message.msgId, flags: level, engineId: id, boots, time, user: message.user };
    const encoded = encodeV3({ ...fields, authOctets, salt, data });
    if (authOctets > 0) encoded.message.set(user!.digest(keys!, encoded.message, encoded.authAt), encoded.authAt);
    return encoded.message;
  }

  #nextSalt(user: User, boots: number): Buffer {
    this.#salt = (this.#salt + 1n) & 0xffff_ffff_ffff_ffffn;
    const salt = Buffer.alloc(saltOctets);
    salt.writeBigUInt64BE(this.#salt);
    if (user.priv === 'des') salt.writeUInt32BE(boots);
    return salt;
  }
}

/** Privacy without authentication is a level that no message may have. */
const levelOf = (user: User): number =>
  (user.authOctets === 0 ? 0 : flags.auth) | (user.priv === undefined ? 0 : flags.priv);

function authenticate(users: readonly User[], message: V3Message): Sender | undefined {
  for (const user of users) {
    if (message.digest.length !== user.authOctets) continue;
    const keys = user.keysAt(message.engineId);
    if (user.authentic(keys, message.bytes, message.digestAt)) return { user, keys };
  }
  return undefined;
}

/** The PDU, decrypted where it is encrypted; undefined when no key makes sense of it. */
function open(message: V3Message, { user, keys }: Sender): Scoped | undefined {
  if ((message.flags & flags.priv) === 0 || !keys || !user.priv) return readScoped(message.data);
  for (const extension of user.extensions(keys)) {
    const key = user.privacyKey(keys, extension, message.engineId);
    const plain = key.decrypt(message.boots, message.time, message.salt, message.data);
    try {
      const scoped = plain && readScoped(plain);
      if (!scoped) return undefined;
      keys.extension = extension;
      return scoped;
    } catch (error) {
      if (!(error instanceof BerError)) throw error;
    }
  }
  return undefined;
}
