import { LinewatchError } from '@linewatch/service';
import { EstateError } from '../errors.ts';

/**
 * What was asked for was not done; nothing was changed. The message says why, for people.
 * - `missing`: there is none of this name in the trust.
 * - `stale`: someone changed it since it was read.
 * - `refused`: it cannot be.
 */
export type AlertingErrorCode = 'missing' | 'stale' | 'refused';

export class AlertingError extends LinewatchError<AlertingErrorCode> {}

export const refuse = (message: string): never => {
  throw new AlertingError('refused', message);
};

/** The database wraps whatever its work throws: what is ours comes out again. */
export async function refusing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof EstateError && error.cause instanceof AlertingError) throw error.cause;
    throw error;
  }
}
