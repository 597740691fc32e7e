/**
 * Keys of the user-based security model: a password becomes a key once a user (1 MiB is hashed), and that key becomes
 * an engine's by hashing a few octets (RFC 3414 section 2.6). Keys of an engine are kept only when a message was authentic:
 * engine ids that anyone can make up push nothing out.
 */
import { type KeyObject, createHash, createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { latin1 } from './ber.ts';
import type { AuthProtocol, PrivProtocol, TrapUser } from './options.ts';
import { PrivacyKey } from './privacy.ts';

/** Hash, and octets of msgAuthenticationParameters (RFC 3414 section 6, RFC 7860 section 4). */
const authProtocols: Readonly<Record<AuthProtocol, { readonly hash: string; readonly octets: number }>> = {
  md5: { hash: 'md5', octets: 12 },
  sha1: { hash: 'sha1', octets: 12 },
  sha224: { hash: 'sha224', octets: 16 },
  sha256: { hash: 'sha256', octets: 24 },
  sha384: { hash: 'sha384', octets: 32 },
  sha512: { hash: 'sha512', octets: 48 },
};

const keyOctets: Readonly<Record<PrivProtocol, number>> = { des: 16, aes128: 16, aes192: 24, aes256: 32 };

const expandedOctets = 1_048_576;
const maxEngines = 4096;

/** RFC 3414 appendix A.2. */
export function passwordToKey(hash: string, password: Uint8Array): Buffer {
  // Filling with nothing is an error; such a user cannot be authentic.
  const fill = password.length > 0 ? password : Uint8Array.of(0);
  return createHash(hash).update(Buffer.alloc(expandedOctets, fill)).digest();
}

export const localizeKey = (hash: string, key: Uint8Array, engineId: Uint8Array): Buffer =>
  createHash(hash).update(key).update(engineId).update(key).digest();

/** Keys of one user at one engine. */
export interface EngineKeys {
  /** As OpenSSL has it: a digest with it costs a quarter. */
  readonly auth: KeyObject;
  readonly priv: Buffer;
  /** How the privacy key is made longer than the hash, once it is known. */
  extension: 0 | 1 | undefined;
  /** By extension. */
  readonly extended: [PrivacyKey | undefined, PrivacyKey | undefined];
}

export class User {
  readonly name: string;
  readonly priv: PrivProtocol | undefined;
  /** Octets of msgAuthenticationParameters; 0 = no authentication. */
  readonly authOctets: number;
  readonly #hash: string;
  readonly #passwords: { readonly auth: Buffer; readonly priv: Buffer };
  #keys: { auth: Buffer; priv: Buffer } | undefined;
  readonly #engines = new Map<string, EngineKeys>();

  constructor({ name, auth, priv }: TrapUser) {
    this.name = name;
    const protocol = auth === undefined ? undefined : authProtocols[auth.protocol];
    this.#hash = protocol?.hash ?? 'sha1';
    this.authOctets = protocol?.octets ?? 0;
    this.priv = priv?.protocol;
    this.#passwords = { auth: Buffer.from(auth?.password ?? ''), priv: Buffer.from(priv?.password ?? '') };
  }

  keysAt(engineId: Uint8Array): EngineKeys {
    const known = this.#engines.get(latin1(engineId));
    if (known) return known;
    const hash = this.#hash;
    this.#keys ??= {
      auth: passwordToKey(hash, this.#passwords.auth),
      priv: this.priv === undefined ? Buffer.alloc(0) : passwordToKey(hash, this.#passwords.priv),
    };
    return {
      auth: createSecretKey(localizeKey(hash, this.#keys.auth, engineId)),
      priv: this.priv === undefined ? Buffer.alloc(0) : localizeKey(hash, this.#keys.priv, engineId),
      extension: undefined,
      extended: [undefined, undefined],
    };
  }

  /** To be called when a message with these keys was authentic. */
  keep(engineId: Uint8Array, keys: EngineKeys): void {
    const key = latin1(engineId);
    // The least recently used is the first.
    this.#engines.delete(key);
    this.#engines.set(key, keys);
    if (this.#engines.size > maxEngines) this.#engines.delete(this.#engines.keys().next().value ?? key);
  }

  /** The digest over a message with zeros at `at` in place of its own. */
  digest(keys: EngineKeys, message: Uint8Array, at: number): Buffer {
    // One call on a copy costs less than three on parts.
    const copy = Buffer.from(message).fill(0, at, at + this.authOctets);
    return createHmac(this.#hash, keys.auth).update(copy).digest().subarray(0, this.authOctets);
  }

  authentic(keys: EngineKeys, message: Uint8Array, at: number): boolean {
    return timingSafeEqual(this.digest(keys, message, at), message.subarray(at, at + this.authOctets));
  }

  /**
   * The privacy key. Where the hash is too short for AES-192 and AES-256 there are two ways to go on: 0 hashes what there
   * is (draft-blumenthal-aes-usm-04 section 3.1.2.1), 1 takes it as a password again (draft-reeder-snmpv3-usm-3desede-00
   * section 2.1), which is what Cisco does.
   */
  privacyKey(keys: EngineKeys, extension: 0 | 1, engineId: Uint8Array): PrivacyKey {
    const known = keys.extended[extension];
    if (known) return known;
    const protocol = this.priv ?? 'aes128';
    const octets = keyOctets[protocol];
    const long = keys.priv.length >= octets ? keys.priv : this.#extend(keys.priv, extension, octets, engineId);
    return (keys.extended[extension] = new PrivacyKey(protocol, long.subarray(0, octets)));
  }

  extensions(keys: EngineKeys): readonly (0 | 1)[] {
    if (keys.priv.length >= keyOctets[this.priv ?? 'aes128']) return [0];
    return keys.extension === undefined ? [0, 1] : [keys.extension];
  }

  #extend(start: Buffer, extension: 0 | 1, octets: number, engineId: Uint8Array): Buffer {
    let key = start;
    let last = start;
    while (key.length < octets) {
      last =
        extension === 0
          ? createHash(this.#hash).update(key).digest()
          : localizeKey(this.#hash, passwordToKey(this.#hash, last), engineId);
      key = Buffer.concat([key, last]);
    }
    return key.subarray(0, octets);
  }
}
