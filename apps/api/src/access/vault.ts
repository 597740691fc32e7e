/** Keeps small secrets out of plain sight: AES-256-GCM, the nonce before and the tag behind. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const nonceBytes = 12;
const tagBytes = 16;

export class Vault {
  readonly #key: Buffer;

  /** `use` keeps what one part sealed from being taken by another. */
  constructor(key: Uint8Array, use: string) {
    this.#key = Buffer.from(hkdfSync('sha256', key, new Uint8Array(0), `linewatch ${use}`, 32));
  }

  /** `about` is what it belongs to; it opens for the same only. */
  seal(text: string, about: string): Buffer {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(about));
    return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  }

  /** Undefined: sealed with another key, for something else, or altered. */
  open(sealed: Uint8Array, about: string): string | undefined {
    if (sealed.length < nonceBytes + tagBytes) return undefined;
    const bytes = Buffer.from(sealed);
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, nonceBytes))
      .setAAD(Buffer.from(about))
      .setAuthTag(bytes.subarray(-tagBytes));
    try {
      return Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()]).toString('utf8');
    } catch {
      return undefined;
    }
  }
}
