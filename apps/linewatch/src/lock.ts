/** One Linewatch a data directory: an advisory lock that the kernel frees when its holder ends, however that happens. */
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { LinewatchError } from '@linewatch/service';
import { DataType } from 'ffi-rs';
import { libc } from './libc.ts';
import { paths } from './paths.ts';

class LockError extends LinewatchError<'data_in_use'> {}

const lockExclusive = 2;
const lockNonBlocking = 4;

const flock = (fd: number, operation: number): boolean =>
  libc('flock', [DataType.I32, DataType.I32], [fd, operation]).value === 0;

/**
 * Takes the lock for the life of this process; `taken` says, for people, what it means that another has it.
 * @throws LockError that names the process which has it.
 */
export function takeLock(file: string, taken = 'the data directory is in use by another Linewatch'): void {
  const fd = openSync(file, 'a+', 0o600);
  if (!flock(fd, lockExclusive | lockNonBlocking)) {
    const holder = readFileSync(file, 'utf8').trim();
    closeSync(fd);
    throw new LockError('data_in_use', `${taken} (process ${holder || 'unknown'}): ${file}`);
  }
  ftruncateSync(fd);
  writeSync(fd, `${process.pid}\n`);
}

/** Whether a Linewatch holds the lock now. */
export function isLocked(file: string): boolean {
  let fd: number;
  try {
    fd = openSync(file, 'r');
  } catch {
    return false;
  }
  const free = flock(fd, lockExclusive | lockNonBlocking);
  closeSync(fd);
  return !free;
}

/**
 * Takes the lock of a collector's supervisor: what a label keeps is one collector's alone. Makes its directory.
 * @throws LockError
 */
export async function takeCollectorLock({ data, trust, collector }: CollectorPlace): Promise<void> {
  const directory = paths(data).collector(trust);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const taken = `the collector "${collector.label}" of the trust "${trust}" runs already on this data directory`;
  takeLock(path.join(directory, `${collector.label}.lock`), taken);
}

interface CollectorPlace {
  readonly data: string;
  readonly trust: string;
  readonly collector: { readonly label: string };
}
