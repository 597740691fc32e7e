/** Who may sign in, and as what; every statement about it. All reject with PeopleError, or with EstateError when the database fails. */
import type { Database } from '../database.ts';
import { Accounts } from './accounts.ts';
import { Attempts } from './attempts.ts';
import { Links } from './links.ts';
import { Sessions } from './sessions.ts';
import { Tokens } from './tokens.ts';

export interface People {
  readonly accounts: Accounts;
  readonly links: Links;
  readonly sessions: Sessions;
  readonly tokens: Tokens;
  readonly attempts: Attempts;
}

/** `clock`: Unix ms. */
export const createPeople = (database: Database, clock: () => number): People => ({
  accounts: new Accounts(database, clock),
  links: new Links(database, clock),
  sessions: new Sessions(database, clock),
  tokens: new Tokens(database, clock),
  attempts: new Attempts(database, clock),
});
