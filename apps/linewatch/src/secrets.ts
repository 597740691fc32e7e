import { randomBytes } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ConfigError } from './paths.ts';

export interface Secrets {
  readonly clickhouse: string;
  readonly postgres: string;
  /** Key of the estate's secrets, 32 octets as base64url. With another, what was sealed must be entered again. */
  readonly estate: string;
}

const random = (octets: number): string => randomBytes(octets).toString('base64url');

/** Passwords and keys of this installation: each made once, kept in the data directory, readable by its owner only. */
export function readSecrets(dataDir: string): Secrets {
  const file = path.join(dataDir, 'secrets.json');
  const before = readIfThere(file);
  if (before?.clickhouse && before.postgres && before.estate) return before as Secrets;
  const secrets: Secrets = {
    clickhouse: before?.clickhouse ?? random(24),
    postgres: before?.postgres ?? random(24),
    estate: before?.estate ?? random(32),
  };
  mkdirSync(dataDir, { recursive: true });
  // Beside it first: a file cut short would cost the passwords.
  const beside = `${file}.${process.pid}`;
  writeFileSync(beside, JSON.stringify(secrets), { mode: 0o600 });
  chmodSync(beside, 0o600);
  try {
    if (before) renameSync(beside, file);
    else linkSync(beside, file);
  } catch (error) {
    // Another process made them at the same time: its are taken.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(beside, { force: true });
  }
  return readIfThere(file) as Secrets;
}

function readIfThere(file: string): Partial<Secrets> | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Partial<Secrets>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Undefined where there is none and none can be made, as for a command that another user runs. */
export function readEstateKey(dataDir: string): Uint8Array | undefined {
  try {
    return Buffer.from(readSecrets(dataDir).estate, 'base64url');
  } catch {
    return undefined;
  }
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

/** Undefined: the identity provider knows us without one. @throws ConfigError */
export function readClientSecret(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    const secret = readFileSync(file, 'utf8').trim();
    if (secret !== '') return secret;
  } catch (cause) {
    throw new ConfigError('config_missing', `api.signIn.oidc.clientSecretFile: ${file} cannot be read`, { cause });
  }
  throw new ConfigError('config_invalid', `api.signIn.oidc.clientSecretFile: ${file} is empty`);
}
