/** What people change of alerts: one at a time, in one transaction with its line in the audit log. */
import type { ClientBase } from 'pg';
import type { Database } from '../database.ts';
import { writeEvent } from '../records/audit.ts';
import type { Actor } from '../records/records.ts';
import { trustId } from '../records/trust.ts';
import { refuse, refusing } from './errors.ts';
import { holdSetup, nextSetup } from './locks.ts';

export interface Changing {
  readonly client: ClientBase;
  readonly actor: Actor;
  /** Row. */
  readonly trust: number;
  /** Writes a line of the audit log: no secrets in it. */
  audit(event: { what: string; record: string; op: string; before?: unknown; after?: unknown }): Promise<void>;
}

export const change = <T>(
  database: Database,
  actor: Actor,
  label: string,
  work: (changing: Changing) => Promise<T>,
): Promise<T> =>
  refusing(
    database.transact('changing alerts', async (client) => {
      await holdSetup(client);
      const trust = (await trustId(client, label)) ?? refuse(`There is no trust "${label}" yet.`);
      const result = await work({ client, actor, trust, audit: (event) => writeEvent(client, trust, actor, event) });
      await nextSetup(client);
      return result;
    }),
  );
