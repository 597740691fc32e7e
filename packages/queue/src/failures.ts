import { toError } from '@linewatch/service';
import { QueueError } from './errors.ts';

/** Messages of LMDB and the system that mean: no room. EFBIG and EDQUOT are limits on the file and the user. */
const noRoom = /MDB_MAP_FULL|No space left|ENOSPC|File too large|EFBIG|[Dd]isk quota|EDQUOT|MDB_TXN_FULL/;
const damaged = /MDB_CORRUPTED|MDB_PAGE_NOTFOUND|MDB_INVALID|MDB_VERSION_MISMATCH|MDB_BAD_TXN|MDB_PROBLEM/;

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
  if (error instanceof QueueError) return error;
  const cause = toError(await causeOf(error));
  return classify(cause, what);
}

export function classify(cause: Error, what: string): QueueError {
  const code = noRoom.test(cause.message)
    ? 'queue_full'
    : damaged.test(cause.message)
      ? 'queue_corrupt'
      : 'queue_unavailable';
  return new QueueError(code, `${what} failed: ${cause.message}`, { cause });
}
