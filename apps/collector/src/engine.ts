/**
 * The SNMP engine that informs are sent to: its id, made at the first start, and how often it has started. A sender that
 * trusts our clock takes it back only with more starts (RFC 3414 section 2.2), so they are on disk before they are used.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import type { TrapEngine } from '@linewatch/decode';

/**
 * RFC 3411 section 5, SnmpEngineID: the top bit; the enterprise number, for which 0 (reserved) stands, as we have none;
 * 5 = octets that an administrator chose. 96 random bits follow.
 */
const prefix = Buffer.from([0x80, 0, 0, 0, 5]);
const randomOctets = 12;
const maxBoots = 0x7fffffff;

/** A worker's own: two processes with one engine would tell a sender two times. */
export const engineFileOf = (directory: string, label: string, worker = 0): string =>
  path.join(directory, worker === 0 ? `${label}.engine.json` : `${label}.${worker}.engine.json`);

interface Kept {
  readonly id: string;
  readonly boots: number;
}

/** Undefined when there is none that can be used: a new id starts anew. */
async function readKept(file: string): Promise<Kept | undefined> {
  try {
    const { id, boots } = JSON.parse(await readFile(file, 'utf8')) as Partial<Kept>;
    const usable = typeof id === 'string' && /^80([0-9a-f]{2}){4,31}$/.test(id);
    // At the highest number of starts an engine is never timely again.
    return usable && Number.isInteger(boots) && boots! > 0 && boots! < maxBoots - 1 ? { id, boots: boots! } : undefined;
  } catch {
    return undefined;
  }
}

/** The engine of this start. @throws when the file cannot be written. */
export async function startEngine(file: string, nowMs: number): Promise<TrapEngine> {
  const kept = await readKept(file);
  const id = kept ? Buffer.from(kept.id, 'hex') : Buffer.concat([prefix, randomBytes(randomOctets)]);
  const boots = (kept?.boots ?? 0) + 1;
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(`${file}.new`, 'w', 0o600);
  try {
    await handle.writeFile(JSON.stringify({ id: id.toString('hex'), boots } satisfies Kept));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
  return { id, boots, startedMs: nowMs };
}
