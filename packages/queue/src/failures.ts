import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { constants } from 'node:os';
import { toError } from '@linewatch/service';
import { QueueError } from './errors.ts';

const { ENOSPC, EDQUOT, EFBIG, EIO } = constants.errno;

/** Codes of LMDB and the system that mean: no room. LMDB calls a write that the disk took only in part EIO. */
const noRoom: readonly unknown[] = [ENOSPC, EDQUOT, EFBIG, EIO, /* MDB_MAP_FULL */ -30792, /* MDB_TXN_FULL */ -30788];
/** MDB_PAGE_NOTFOUND, MDB_CORRUPTED, MDB_VERSION_MISMATCH, MDB_INVALID, MDB_INCOMPATIBLE, MDB_PROBLEM. */
const damaged: readonly unknown[] = [-30797, -30796, -30794, -30793, -30784, -30779];

/** The adapter reports why a commit failed in a second promise beside the error. */
async function causeOf(error: unknown): Promise<unknown> {
  const inner = (error as { commitError?: PromiseLike<unknown> } | null)?.commitError;
  if (!inner) return error;
  try {
    await inner;
    return error;
  } catch (cause) {
    return cause;
  }
}

/** What went wrong in LMDB, as an error of ours. */
export async function toQueueError(error: unknown, what: string): Promise<QueueError> {
  return error instanceof QueueError ? error : classify(toError(await causeOf(error)), what);
}

export function classify(cause: Error & { code?: unknown }, what: string): QueueError {
  if (cause instanceof QueueError) return cause;
  const code = noRoom.includes(cause.code)
    ? 'queue_full'
    : damaged.includes(cause.code)
      ? 'queue_corrupt'
      : 'queue_unavailable';
  return new QueueError(code, `${what} failed: ${cause.message}`, { cause });
}

/** Where LMDB's magic number stands in a file: behind the header of its first page. */
const magicAt = 24;
const magic = 0xbeefc0de;

/**
 * LMDB's binding crashes the process on a file that is not its own, so this looks first.
 * @throws QueueError `queue_corrupt`
 */
export function checkFile(file: string): void {
  let fd: number;
  try {
    fd = openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  try {
    const start = Buffer.alloc(magicAt + 4);
    const { size } = fstatSync(fd);
    if (size === 0) return;
    if (readSync(fd, start, 0, start.length, 0) < start.length || start.readUInt32LE(magicAt) !== magic)
      throw new QueueError('queue_corrupt', `"${file}" is not a file of the queue`);
  } finally {
    closeSync(fd);
  }
}
