/** What receivers tell us: each message once, and the incident that it is about. */
import type { Database } from '../database.ts';

const maxMessage = 200;
const timeoutMs = 15_000;

/**
 * Who brings the same message meanwhile waits. On a connection of its own: the work needs one of the pool.
 * @throws whatever the work throws: the message is not taken then
 */
export async function takeInbound(
  database: Database,
  subscription: number,
  message: string,
  work: () => Promise<unknown>,
): Promise<boolean> {
  let failed: { readonly error: unknown } | undefined;
  const taking = database.write('taking a message', timeoutMs, async (client) => {
    const { rowCount } = await client.query(
      'INSERT INTO inbound_message (subscription_id, message) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      [subscription, message.slice(0, maxMessage)],
    );
    if (rowCount === 0) return false;
    try {
      await work();
    } catch (error) {
      failed = { error };
      throw error;
    }
    return true;
  });
  return taking.catch((error: unknown) => {
    throw failed ? failed.error : error;
  });
}

/** As notifications give it: `linewatch/<trust>/<row>`. */
const groupKey = /^linewatch\/([a-z0-9-]{1,64})\/([0-9]{1,15})$/;

/** As what an alert of it is called: `<rule>/i<number>`. */
const toldText = `
  SELECT FROM subscription s WHERE s.id = $1 AND NOT s.safeguarding AND (
    EXISTS (SELECT FROM delivery d WHERE d.incident_id = $2::integer AND d.subscription_id = s.id AND NOT d.safeguarding)
    OR EXISTS (
      SELECT FROM alert_group g CROSS JOIN LATERAL jsonb_array_elements_text(g.body->'alerts') AS k (key)
      WHERE g.subscription_id = s.id AND g.body->>'toldMs' IS NOT NULL AND k.key LIKE '%/i' || $2::integer))`;

export const isTold = async (database: Database, subscription: number, incident: number): Promise<boolean> =>
  (await database.query('reading a group', toldText, [subscription, incident])).length > 0;

/** Of the latest delivery that was about one; else of what is in the group. */
const text = `
  SELECT coalesce(
    (SELECT d.incident_id FROM delivery d WHERE d.group_id = g.id AND d.incident_id IS NOT NULL ORDER BY d.seq DESC LIMIT 1),
    (SELECT (a.body->>'incident')::integer FROM jsonb_array_elements_text(g.body->'alerts') AS k (key)
     JOIN alert a ON a.trust_id = s.trust_id AND a.key = k.key WHERE a.body->>'incident' IS NOT NULL ORDER BY a.id LIMIT 1)
  ) AS incident
  FROM alert_group g JOIN subscription s ON s.id = g.subscription_id JOIN trust t ON t.id = s.trust_id
  WHERE g.id = $3::bigint AND g.subscription_id = $1 AND t.slug = $2 AND NOT s.safeguarding`;

export async function incidentOfGroup(
  database: Database,
  subscription: number,
  key: string,
): Promise<number | undefined> {
  const found = groupKey.exec(key);
  if (!found) return undefined;
  const [row] = await database.query<{ incident: number | null }>('reading a group', text, [
    subscription,
    found[1],
    found[2],
  ]);
  return row?.incident ?? undefined;
}
