import { LinewatchError } from '@linewatch/service';
import { EstateError } from '../errors.ts';

/**
 * What was asked for was not done; nothing was changed. The message says why, for people.
 * - `missing`: there is none of this number in the trust.
 * - `stale`: someone changed it since it was read, or there is nothing new.
 * - `refused`: it cannot be.
 */
export type WatchErrorCode = 'missing' | 'stale' | 'refused';

export class WatchError extends LinewatchError<WatchErrorCode> {}

/** The database wraps whatever its work throws: what is ours comes out again. */
export async function refusing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof EstateError && error.cause instanceof WatchError) throw error.cause;
    throw error;
  }
}
