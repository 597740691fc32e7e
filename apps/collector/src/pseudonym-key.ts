/**
 * The key of the pseudonyms: 64 hexadecimal digits in a file that only its owner can read. Whoever has it can tell whose an
 * address was; without it nobody can, and a new key makes other pseudonyms of the same addresses.
 */
import { randomBytes } from 'node:crypto';
import { type FileHandle, link, mkdir, open, unlink } from 'node:fs/promises';
import path from 'node:path';
import { keyOctets } from '@linewatch/decode';
import { LinewatchError } from '@linewatch/service';

export type KeyErrorCode = 'key_missing' | 'key_unreadable' | 'key_exposed' | 'key_malformed';
export class KeyError extends LinewatchError<KeyErrorCode> {}

/** Where a collector keeps the key that it made. */
export const pseudonymKeyFileOf = (directory: string, label: string): string =>
  path.join(directory, `${label}.pseudonym.key`);

/** @throws KeyError that names the file and says what to do. */
export async function readPseudonymKey(file: string): Promise<Uint8Array> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, 'r');
    const { mode, size } = await handle.stat();
    if ((mode & 0o077) !== 0)
      throw new KeyError('key_exposed', `${file}: others than its owner may read or write it; chmod 600 it`);
    const text = size > 1000 ? '' : (await handle.readFile('latin1')).trim();
    if (!new RegExp(`^[0-9a-f]{${2 * keyOctets}}$`, 'i').test(text))
      throw new KeyError('key_malformed', `${file}: it is not a key: ${2 * keyOctets} hexadecimal digits`);
    return Buffer.from(text, 'hex');
  } catch (cause) {
    if (cause instanceof KeyError) throw cause;
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT')
      throw new KeyError('key_missing', `${file}: there is no such file`);
    throw new KeyError('key_unreadable', `${file}: the key cannot be read`, { cause });
  } finally {
    await handle?.close();
  }
}

async function flush(name: string): Promise<void> {
  const handle = await open(name, 'r');
  await handle.sync().finally(() => handle.close());
}

/** The key in the file, made when there is none. It is on disk before it is used. */
export async function makePseudonymKey(file: string): Promise<{ readonly key: Uint8Array; readonly made: boolean }> {
  try {
    return { key: await readPseudonymKey(file), made: false };
  } catch (error) {
    if (!(error instanceof KeyError) || error.code !== 'key_missing') throw error;
  }
  const directory = path.dirname(file);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const fresh = `${file}.${randomBytes(6).toString('hex')}.new`;
  const handle = await open(fresh, 'wx', 0o600);
  try {
    await handle.writeFile(`${randomBytes(keyOctets).toString('hex')}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  let made = true;
  try {
    // Never over one that someone else has made meanwhile.
    await link(fresh, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    made = false;
  } finally {
    await unlink(fresh);
  }
  await flush(directory);
  return { key: await readPseudonymKey(file), made };
}
