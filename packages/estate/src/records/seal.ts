/** Secrets at rest: AES-256-GCM (NIST SP 800-38D), each bound to the record that it belongs to. */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const nonceBytes = 12;
const tagBytes = 16;

export interface Sealed {
  readonly keyId: string;
  readonly sealed: Buffer;
}

export interface Sealer {
  readonly hasKey: boolean;
  /** Undefined: there is no key. */
  seal(text: string, owner: string): Sealed | undefined;
  /** Undefined: it was sealed with another key, or is damaged. */
  open(sealed: Sealed, owner: string): string | undefined;
}

/** @param key 32 octets; without it nothing can be sealed or opened. */
export function createSealer(key: Uint8Array | undefined): Sealer {
  if (key && key.length !== 32) throw new RangeError('the key of the estate must have 32 octets');
  const keyId = key ? createHash('sha256').update('linewatch estate key').update(key).digest('hex').slice(0, 16) : '';
  return {
    hasKey: key !== undefined,
    seal(text, owner) {
      if (!key) return undefined;
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(Buffer.from(owner));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return { keyId, sealed: Buffer.concat([nonce, body, cipher.getAuthTag()]) };
    },
    open({ keyId: id, sealed }, owner) {
      if (!key || id !== keyId || sealed.length < nonceBytes + tagBytes) return undefined;
      const nonce = sealed.subarray(0, nonceBytes);
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
          .setAAD(Buffer.from(owner))
          .setAuthTag(sealed.subarray(-tagBytes));
        return decipher.update(sealed.subarray(nonceBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8');
      } catch {
        return undefined;
      }
    },
  };
}
