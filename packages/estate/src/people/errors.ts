import { LinewatchError } from '@linewatch/service';
import { EstateError } from '../errors.ts';

/**
 * What was asked for cannot be done; nothing was changed.
 * - `account_exists`: another account has the e-mail address.
 * - `account_unknown`, `session_unknown`, `token_unknown`: there is none of this number in the trust.
 * - `account_changed`: someone changed it since it was read.
 * - `account_managed`: its name, address and roles come from the identity provider.
 * - `account_disabled`: it may not sign in.
 * - `last_administrator`: no one would be left who can let others in.
 * - `academy_unknown`: a grant or token names an academy that the trust does not have.
 * - `role_unscoped`: the role cannot be given for single academies.
 * - `link_invalid`: the link was used, has expired, or never was.
 * - `set_up_already`: there is an account, so there is no first administrator to make.
 * - `too_many`: as many as one account may have.
 */
export type PeopleErrorCode =
  | 'account_exists'
  | 'account_unknown'
  | 'account_changed'
  | 'account_managed'
  | 'account_disabled'
  | 'last_administrator'
  | 'academy_unknown'
  | 'role_unscoped'
  | 'link_invalid'
  | 'set_up_already'
  | 'session_unknown'
  | 'token_unknown'
  | 'too_many';

export class PeopleError extends LinewatchError<PeopleErrorCode> {}

/** Constraints of 0003_people.sql that a request can run into. */
const constraints: Readonly<Record<string, readonly [PeopleErrorCode, string]>> = {
  account_email_once: ['account_exists', 'Another account has this e-mail address.'],
  last_administrator: ['last_administrator', 'No administrator would be left who can sign in.'],
  account_grant_scope: ['role_unscoped', 'This role is for the whole trust only.'],
};

/** The database wraps whatever its work throws: what is ours comes out again. */
export async function refusing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const cause = error instanceof EstateError ? error.cause : undefined;
    if (cause instanceof PeopleError) throw cause;
    const known = constraints[(cause as { constraint?: string } | undefined)?.constraint ?? ''];
    if (known) throw new PeopleError(known[0], known[1], { cause });
    throw error;
  }
}
