/** What files need to know that is no record. */
import { labelKey } from '@linewatch/record';
import type { ClientBase } from 'pg';
import type { Database } from '../database.ts';
import type { Records } from '../records/records.ts';
import type { ImportPorts } from './import.ts';

/** Academy by URN; who has it now comes before who had it. */
async function readUrns(client: ClientBase, trust: string): Promise<Map<number, string>> {
  const { rows } = await client.query<{ urn: number; slug: string }>(
    `SELECT u.urn, a.slug FROM academy_urn u JOIN academy a ON a.id = u.academy_id JOIN trust t ON t.id = a.trust_id
     WHERE t.slug = $1 ORDER BY u.until NULLS LAST, u.id`,
    [trust],
  );
  return new Map(rows.map(({ urn, slug }) => [urn, slug]));
}

/** Undefined: there is no such trust yet. */
export async function readTrustName(client: ClientBase, trust: string): Promise<string | undefined> {
  const { rows } = await client.query<{ name: string }>('SELECT name FROM trust WHERE slug = $1', [trust]);
  return rows[0]?.name;
}

export const importPorts = (database: Database, records: Records): ImportPorts => ({
  records,
  labelKey,
  urns: (trust) => database.read('reading the estate', (client) => readUrns(client, trust)),
});
