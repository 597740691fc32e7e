import { PeopleError, type PeopleErrorCode } from '@linewatch/estate';
import { ApiError, type ProblemCode } from '../problems.ts';

/** Total: the compiler finds a code that has no problem. */
const problems: Readonly<Record<PeopleErrorCode, ProblemCode>> = {
  account_exists: 'account_exists',
  account_unknown: 'account_unknown',
  account_changed: 'account_changed',
  account_managed: 'account_managed',
  account_disabled: 'sign_in_failed',
  last_administrator: 'last_administrator',
  academy_unknown: 'academy_unknown',
  role_unscoped: 'request_invalid',
  link_invalid: 'link_invalid',
  set_up_already: 'account_exists',
  session_unknown: 'session_unknown',
  token_unknown: 'token_unknown',
  too_many: 'too_many',
};

/** What people are refused, as a problem of the request. */
export async function refused<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof PeopleError) throw new ApiError(problems[error.code], error.message);
    throw error;
  }
}
