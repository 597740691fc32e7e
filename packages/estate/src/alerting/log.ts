/** The log of deliveries. Those of safeguarding are in no answer of it. */
import type { Delivery, DeliveryDetail, DeliveryQuery, Exchange } from '@linewatch/contract';
import type { Database } from '../database.ts';
import { ms } from '../watching/sql.ts';

const columns = `d.id::float8 AS id, d.message, s.slug AS subscription, coalesce(s.body->>'name', s.slug) AS "subscriptionName",
  s.format, d.group_id::float8 AS "group", d.seq AS sequence, d.event, d.title, d.severity, d.incident_id AS incident, d.state,
  d.attempts, ${ms('d.made_at')} AS "madeMs", CASE WHEN d.state = 'pending' THEN ${ms('d.next_at')} END AS "nextMs",
  ${ms('d.done_at')} AS "doneMs", d.error,
  CASE WHEN g.ticket_reference IS NOT NULL THEN json_build_object('reference', g.ticket_reference, 'url', g.ticket_url) END AS ticket`;

/** $1: the trust's label. */
const from = `FROM delivery d JOIN subscription s ON s.id = d.subscription_id JOIN trust t ON t.id = s.trust_id
  JOIN alert_group g ON g.id = d.group_id WHERE t.slug = $1 AND NOT d.safeguarding AND NOT s.safeguarding`;

const maxPage = 500;
const timeoutMs = 30_000;

const like = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`;

export async function readDeliveries(
  database: Database,
  trust: string,
  { subscription, state, incident, q, before, limit = 100 }: DeliveryQuery,
): Promise<{ readonly deliveries: readonly Delivery[]; readonly next: number | null }> {
  const conditions: string[] = [];
  const values: unknown[] = [trust];
  const add = (condition: (parameter: string) => string, value: unknown): void => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(`AND ${condition(`$${values.length}`)}`);
  };
  add((p) => `s.slug = ${p}`, subscription);
  add((p) => `d.state = ${p}`, state);
  add((p) => `d.incident_id = ${p}::integer`, incident);
  add((p) => `d.id < ${p}::bigint`, before);
  const words = q?.replaceAll('\0', '').trim();
  add(
    (p) => `(d.title ILIKE ${p} OR d.error ILIKE ${p} OR g.ticket_reference ILIKE ${p} OR d.message ILIKE ${p})`,
    words ? like(words) : undefined,
  );
  const most = Math.min(maxPage, Math.max(1, Math.floor(limit)));
  const text = `SELECT ${columns} ${from} ${conditions.join(' ')} ORDER BY d.id DESC LIMIT ${most + 1}`;
  // Words that are rare are looked for in all of it.
  const rows = await database.write('reading deliveries', timeoutMs, async (client) => {
    await client.query('SET TRANSACTION READ ONLY');
    return (await client.query<Delivery>(text, values)).rows;
  });
  return { deliveries: rows.slice(0, most), next: rows.length > most ? rows[most - 1]!.id : null };
}

export const readDelivery = (
  database: Database,
  trust: string,
  id: number,
): Promise<Omit<DeliveryDetail, 'nowMs'> | undefined> =>
  database.read('reading a delivery', async (client) => {
    const { rows } = await client.query<Delivery & { notification: unknown }>(
      `SELECT ${columns}, d.notification ${from} AND d.id = $2::bigint`,
      [trust, id],
    );
    if (!rows[0]) return undefined;
    const { notification, ...delivery } = rows[0];
    const { rows: exchanges } = await client.query<{ body: Exchange }>(
      'SELECT body FROM delivery_exchange WHERE delivery_id = $1 ORDER BY id DESC LIMIT 100',
      [id],
    );
    return { delivery, notification, exchanges: exchanges.map(({ body }) => body).reverse() };
  });
