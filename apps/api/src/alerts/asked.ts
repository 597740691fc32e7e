import { AlertingError, type AlertingErrorCode } from '@linewatch/estate';
import type { Permission } from '@linewatch/contract';
import type { Principal } from '../access/principal.ts';
import { asked } from '../estate/records.ts';
import { ApiError, type ProblemCode } from '../problems.ts';

type Missing =
  'rule_unknown' | 'subscription_unknown' | 'silence_unknown' | 'delivery_unknown' | 'academy_unknown' | 'not_found';

/** @throws ApiError in place of what is refused, and of a database that is away */
export async function askedOfAlerting<T>(work: Promise<T>, missing: Missing): Promise<T> {
  const codes: Record<AlertingErrorCode, ProblemCode> = {
    missing,
    stale: 'record_changed',
    refused: 'change_refused',
  };
  try {
    return await asked(work);
  } catch (error) {
    if (error instanceof AlertingError) throw new ApiError(codes[error.code], error.message);
    throw error;
  }
}

/** Rules, subscriptions and deliveries are the trust's: a ticket may tell of several academies. @throws ApiError `forbidden` */
export function needWholeTrust(principal: Principal, permission: Permission): void {
  if (!principal.mayAll(permission))
    throw new ApiError('forbidden', `This takes the permission "${permission}" for the whole trust.`);
}
