/** Encryption of ScopedPDUs: CBC-DES (RFC 3414 section 8), AES in CFB mode (RFC 3826 section 3). */
import { type KeyObject, createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto';
import type { PrivProtocol } from './options.ts';

export const saltOctets = 8;

/** As OpenSSL has it: a message costs a quarter. */
export class PrivacyKey {
  readonly #cipher: string;
  readonly #key: KeyObject;
  /** DES: what the salt is mixed with. */
  readonly #preIv: Uint8Array | undefined;

  constructor(protocol: PrivProtocol, octets: Uint8Array) {
    if (protocol === 'des') {
      const des = octets.subarray(0, 8);
      // Three times the same key: OpenSSL has single DES no more, and this is it.
      this.#key = createSecretKey(Buffer.concat([des, des, des]));
      this.#cipher = 'des-ede3-cbc';
      this.#preIv = octets.subarray(8, 16);
    } else {
      this.#key = createSecretKey(octets);
      this.#cipher = `aes-${octets.length * 8}-cfb`;
    }
  }

  #iv(boots: number, time: number, salt: Uint8Array): Buffer {
    const preIv = this.#preIv;
    if (preIv) return Buffer.from(salt.map((octet, i) => octet ^ preIv[i]!));
    const iv = Buffer.alloc(16);
    iv.writeUInt32BE(boots, 0);
    iv.writeUInt32BE(time, 4);
    iv.set(salt, 8);
    return iv;
  }

  /** Undefined when the lengths are not of an encrypted PDU. */
  decrypt(boots: number, time: number, salt: Uint8Array, data: Uint8Array): Buffer | undefined {
    if (salt.length !== saltOctets || data.length === 0 || (this.#preIv && data.length % 8 !== 0)) return undefined;
    const decipher = createDecipheriv(this.#cipher, this.#key, this.#iv(boots, time, salt)).setAutoPadding(false);
    return Buffer.concat([decipher.update(data), decipher.final()]);
  }

  encrypt(boots: number, time: number, salt: Uint8Array, data: Uint8Array): Buffer {
    const cipher = createCipheriv(this.#cipher, this.#key, this.#iv(boots, time, salt)).setAutoPadding(false);
    const padding = this.#preIv ? Buffer.alloc((8 - (data.length % 8)) % 8) : Buffer.alloc(0);
    return Buffer.concat([cipher.update(data), cipher.update(padding), cipher.final()]);
  }
}
