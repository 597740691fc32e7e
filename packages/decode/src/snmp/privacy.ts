/** Encryption of ScopedPDUs: CBC-DES (RFC 3414 section 8), AES in CFB mode (RFC 3826 section 3). */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { PrivProtocol } from './options.ts';

export const saltOctets = 8;

interface Cipher {
  readonly name: string;
  readonly key: Uint8Array;
  readonly iv: Buffer;
}

function cipherOf(protocol: PrivProtocol, key: Uint8Array, boots: number, time: number, salt: Uint8Array): Cipher {
  if (protocol === 'des') {
    const des = key.subarray(0, 8);
    // Three times the same key: OpenSSL has single DES no more, and this is it.
    return {
      name: 'des-ede3-cbc',
      key: Buffer.concat([des, des, des]),
      iv: Buffer.from(salt.map((o, i) => o ^ key[8 + i]!)),
    };
  }
  const iv = Buffer.alloc(16);
  iv.writeUInt32BE(boots, 0);
  iv.writeUInt32BE(time, 4);
  iv.set(salt, 8);
  return { name: `aes-${key.length * 8}-cfb`, key, iv };
}

/** Undefined when the lengths are not of an encrypted PDU. */
export function decrypt(
  protocol: PrivProtocol,
  key: Uint8Array,
  boots: number,
  time: number,
  salt: Uint8Array,
  data: Uint8Array,
): Buffer | undefined {
  if (salt.length !== saltOctets || data.length === 0 || (protocol === 'des' && data.length % 8 !== 0))
    return undefined;
  const { name, key: bytes, iv } = cipherOf(protocol, key, boots, time, salt);
  const decipher = createDecipheriv(name, bytes, iv).setAutoPadding(false);
  return Buffer.concat([decipher.update(data), decipher.final()]);
}

export function encrypt(
  protocol: PrivProtocol,
  key: Uint8Array,
  boots: number,
  time: number,
  salt: Uint8Array,
  data: Uint8Array,
): Buffer {
  const { name, key: bytes, iv } = cipherOf(protocol, key, boots, time, salt);
  const cipher = createCipheriv(name, bytes, iv).setAutoPadding(false);
  const padding = protocol === 'des' ? Buffer.alloc((8 - (data.length % 8)) % 8) : Buffer.alloc(0);
  return Buffer.concat([cipher.update(data), cipher.update(padding), cipher.final()]);
}
