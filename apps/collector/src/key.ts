/** The collector's own key pair: made at its first start, kept where only its owner reads. */
import { type KeyObject, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from '@linewatch/service';

/** One that cannot be read is replaced: its public half is published anew, and secrets are sealed to that. */
export async function readKey(file: string, logger: Logger): Promise<KeyObject> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text !== undefined) {
    try {
      const key = createPrivateKey(text);
      if (key.asymmetricKeyType === 'x25519') return key;
    } catch {
      // Said below.
    }
    logger.warn({ file }, 'the key is none and is made anew');
  }
  const { privateKey } = generateKeyPairSync('x25519');
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(`${file}.new`, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 });
  await rename(`${file}.new`, file);
  return privateKey;
}

/** SPKI DER, base64. */
export const publicKeyText = (privateKey: KeyObject): string =>
  createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).toString('base64');
