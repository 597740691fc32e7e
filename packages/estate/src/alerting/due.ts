/** Whose turn it is. */
import type { Database } from '../database.ts';
import { moment, ms } from '../watching/sql.ts';
import type { DueDelivery } from './model.ts';

/** Of `s`: something is sent to it. */
const isOn = 's.enabled AND s.removed_at IS NULL AND s.disabled_at IS NULL';

const most = 1000;

/** $1: the subscription; $2: now, ms; $3: so many; $4: those that are being sent. */
const dueText = `
  SELECT d.id::float8 AS id, d.message, d.subscription_id AS subscription, d.group_id::float8 AS "group", d.seq AS sequence,
    d.attempts, d.unknown, d.notification, d.safeguarding, ${ms('d.made_at')} AS "madeMs",
    (SELECT json_build_object('id', g.ticket_id, 'reference', g.ticket_reference, 'url', g.ticket_url)
     FROM alert_group g WHERE g.id = d.group_id AND g.ticket_id IS NOT NULL) AS ticket
  FROM (
    SELECT * FROM delivery WHERE subscription_id = $1 AND head AND next_at <= ${moment('$2')} AND id <> ALL ($4::bigint[])
      AND EXISTS (SELECT FROM subscription s WHERE s.id = $1 AND ${isOn})
    ORDER BY next_at, id LIMIT $3
  ) d ORDER BY d.next_at, d.id`;

export const readDue = (
  database: Database,
  subscription: number,
  nowMs: number,
  limit: number,
  besides: readonly number[],
): Promise<readonly DueDelivery[]> =>
  database.query<DueDelivery & { [column: string]: unknown }>('reading deliveries', dueText, [
    subscription,
    nowMs,
    Math.min(most, Math.max(1, Math.floor(limit))),
    besides,
  ]);

/** One look into the index for each subscription, however much waits. */
const nextText = `
  SELECT s.id, ${ms('d.next_at')} AS "nextMs" FROM subscription s CROSS JOIN LATERAL (
    SELECT next_at FROM delivery WHERE subscription_id = s.id AND head ORDER BY next_at LIMIT 1
  ) d WHERE ${isOn}`;

export async function readNextDue(database: Database): Promise<ReadonlyMap<number, number>> {
  const rows = await database.query<{ id: number; nextMs: number }>('reading deliveries', nextText);
  return new Map(rows.map(({ id, nextMs }) => [id, nextMs]));
}
