import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

export interface Secrets {
  readonly clickhouse: string;
  readonly postgres: string;
}

/** Passwords of the embedded engines: made once, kept in the data directory, readable by its owner only. */
export async function readSecrets(dataDir: string): Promise<Secrets> {
  const file = path.join(dataDir, 'secrets.json');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text !== undefined) return JSON.parse(text) as Secrets;
  const secrets = {
    clickhouse: randomBytes(24).toString('base64url'),
    postgres: randomBytes(24).toString('base64url'),
  };
  await mkdir(dataDir, { recursive: true });
  await writeFile(file, JSON.stringify(secrets), { mode: 0o600, flag: 'wx' });
  await chmod(file, 0o600);
  return secrets;
}

/** Key of the fingerprints of published control, made once. Another key costs one publication more, and nothing else. */
export function readControlKey(dataDir: string): Buffer {
  const file = path.join(dataDir, 'control.key');
  try {
    const key = readFileSync(file);
    if (key.length === 32) return key;
  } catch {
    // There is none yet.
  }
  const key = randomBytes(32);
  writeFileSync(file, key, { mode: 0o600 });
  return key;
}
