/** The collector's own key pair: made at its first start, kept where only its owner reads. */
import { type KeyObject, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from '@linewatch/service';

export const keyFileOf = (directory: string, label: string): string => path.join(directory, `${label}.key.pem`);

async function existing(file: string, logger: Logger): Promise<KeyObject | 'none' | 'broken'> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return 'none';
  try {
    const key = createPrivateKey(text);
    if (key.asymmetricKeyType === 'x25519') return key;
  } catch {
    // Said below.
  }
  logger.warn({ file }, 'the key is none and is made anew');
  return 'broken';
}

/**
 * The collector's key, made when there is none; workers that start at once get the same. One that cannot be read is
 * replaced: its public half is published anew, and secrets are sealed to that.
 */
export async function readKey(file: string, logger: Logger): Promise<KeyObject> {
  const found = await existing(file, logger);
  if (typeof found === 'object') return found;
  const { privateKey } = generateKeyPairSync('x25519');
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const fresh = `${file}.${randomBytes(6).toString('hex')}.new`;
  await writeFile(fresh, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600, flush: true });
  try {
    if (found === 'broken') await rename(fresh, file);
    // Never over one that someone else has made meanwhile.
    else await link(fresh, file);
    return privateKey;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return await readKey(file, logger);
  } finally {
    await rm(fresh, { force: true });
  }
}

/** SPKI DER, base64. */
export const publicKeyText = (privateKey: KeyObject): string =>
  createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).toString('base64');
