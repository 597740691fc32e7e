import { WatchError, type WatchErrorCode } from '@linewatch/estate';
import { asked } from '../estate/records.ts';
import { ApiError, type ProblemCode } from '../problems.ts';

type Missing = 'incident_unknown' | 'maintenance_unknown' | 'report_unknown';

/** @throws ApiError in place of what the watch refuses, and of a database that is away */
export async function askedOfWatch<T>(work: Promise<T>, missing: Missing): Promise<T> {
  const codes: Record<WatchErrorCode, ProblemCode> = {
    missing,
    stale: 'record_changed',
    refused: 'change_refused',
  };
  try {
    return await asked(work);
  } catch (error) {
    if (error instanceof WatchError) throw new ApiError(codes[error.code], error.message);
    throw error;
  }
}
