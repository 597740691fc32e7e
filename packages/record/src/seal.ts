/**
 * Sealing to a public key: only the holder of the private key reads it. X25519 with a key pair made for each message,
 * HKDF-SHA-256 (RFC 5869), AES-256-GCM:
 *
 *   base64( version 1 │ ephemeral public key, 32 octets │ ciphertext │ tag, 16 octets )
 *
 * Key and nonce both come from the shared secret, which is another one each time. Sealing hides; it does not tell who
 * sealed: whoever may write to the queue may seal.
 */
import {
  type KeyObject,
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
} from 'node:crypto';
import { MessageError } from './batch.ts';

const version = 1;
const keyOctets = 32;
const tagOctets = 16;
const nonceOctets = 12;
/** What stands before the 32 octets of an X25519 public key in SPKI DER (RFC 8410 section 4). */
const spkiPrefix = Buffer.from('302a300506032b656e032100', 'hex');

function publicKeyOf(spki: Uint8Array): KeyObject {
  const prefix = Buffer.from(spki.subarray(0, spkiPrefix.length));
  if (spki.length !== spkiPrefix.length + keyOctets || !prefix.equals(spkiPrefix))
    throw new MessageError('public key is not X25519 in SPKI DER');
  return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
}

const rawOf = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'spki' }).subarray(spkiPrefix.length);

function cipherKeys(privateKey: KeyObject, publicKey: KeyObject, ephemeral: Buffer, recipient: Buffer) {
  let secret: Buffer;
  try {
    secret = diffieHellman({ privateKey, publicKey });
  } catch (cause) {
    // A point of low order gives a secret that everybody knows (RFC 7748 section 6.1).
    throw new MessageError('public key is of low order', { cause });
  }
  const salt = Buffer.concat([ephemeral, recipient]);
  const bytes = Buffer.from(hkdfSync('sha256', secret, salt, 'linewatch seal v1', keyOctets + nonceOctets));
  return { key: bytes.subarray(0, keyOctets), nonce: bytes.subarray(keyOctets) };
}

/** `publicKey` is X25519 in SPKI DER, base64. @throws MessageError when it is not. */
export function seal(publicKey: string, bytes: Uint8Array): string {
  const recipient = publicKeyOf(Buffer.from(publicKey, 'base64'));
  const pair = generateKeyPairSync('x25519');
  const ephemeral = rawOf(pair.publicKey);
  const { key, nonce } = cipherKeys(pair.privateKey, recipient, ephemeral, rawOf(recipient));
  const head = Buffer.concat([Buffer.of(version), ephemeral]);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(head);
  return Buffer.concat([head, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]).toString('base64');
}

/** What was sealed to the public half of `privateKey`. @throws MessageError when it was not, or was altered. */
export function open(privateKey: KeyObject, sealed: string): Buffer {
  const bytes = Buffer.from(sealed, 'base64');
  const headOctets = 1 + keyOctets;
  if (bytes.length < headOctets + tagOctets) throw new MessageError('sealed text is too short');
  if (bytes[0] !== version) throw new MessageError(`sealed text is of version ${bytes[0]!}, not ${version}`);
  const head = bytes.subarray(0, headOctets);
  const ephemeral = head.subarray(1);
  const { key, nonce } = cipherKeys(
    privateKey,
    publicKeyOf(Buffer.concat([spkiPrefix, ephemeral])),
    ephemeral,
    rawOf(createPublicKey(privateKey)),
  );
  const tag = bytes.subarray(-tagOctets);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAAD(head).setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(bytes.subarray(headOctets, -tagOctets)), decipher.final()]);
  } catch (cause) {
    throw new MessageError('sealed text was altered or is for another key', { cause });
  }
}
