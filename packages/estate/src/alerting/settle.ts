/** What came of attempts, many at once. */
import type { ClientBase } from 'pg';
import { json, moment } from '../watching/sql.ts';
import { cutExchange, maxExchanges } from './exchange.ts';
import { putHeads } from './heads.ts';
import { fence } from './locks.ts';
import type { Settled } from './model.ts';
import { putTickets } from './tickets.ts';

/** One that was cancelled or given up meanwhile stays so, unless it was delivered all the same. $2: now, ms. */
const settleText = `
  WITH told AS MATERIALIZED (
    SELECT d.id, n.counted, n.unknown, n.error, ${moment('n."nextMs"')} AS next_at,
      CASE WHEN d.state = 'pending' OR n.state = 'delivered' THEN n.state ELSE d.state END AS state
    FROM json_to_recordset($1) AS n (delivery bigint, state text, counted boolean, unknown boolean, "nextMs" float8, error text)
    JOIN delivery d ON d.id = n.delivery
  ), put AS (
    UPDATE delivery d SET state = t.state, head = d.head AND t.state = 'pending',
      attempts = d.attempts + CASE WHEN t.counted THEN 1 ELSE 0 END, unknown = t.unknown,
      next_at = coalesce(t.next_at, d.next_at), error = left(t.error, 1000),
      done_at = CASE WHEN t.state <> 'pending' THEN coalesce(d.done_at, ${moment('$2')}) END
    FROM told t WHERE d.id = t.id RETURNING d.group_id, d.subscription_id, d.state
  ), seen AS (
    UPDATE subscription s SET last_delivered_at = ${moment('$2')}
    WHERE s.id IN (SELECT p.subscription_id FROM put p WHERE p.state = 'delivered')
  )
  SELECT DISTINCT group_id::float8 AS "group" FROM put WHERE state <> 'pending'`;

const exchangesText = `
  INSERT INTO delivery_exchange (delivery_id, at, body)
  SELECT d.id, ${moment(`(n.body->>'atMs')`)}, n.body
  FROM json_to_recordset($1) AS n (delivery bigint, body jsonb) JOIN delivery d ON d.id = n.delivery AND NOT d.safeguarding`;

export async function settle(
  client: ClientBase,
  epoch: number,
  settled: readonly Settled[],
  nowMs: number,
): Promise<void> {
  await fence(client, epoch);
  if (settled.length === 0) return;
  // Of two words on one, the later.
  const latest = [...new Map(settled.map((each) => [each.delivery, each])).values()];
  const states = latest.map(({ delivery, state, counted, unknown, nextMs, error }) => ({
    ...{ delivery, state, counted, unknown, nextMs, error },
  }));
  const { rows } = await client.query<{ group: number }>(settleText, [json(states), nowMs]);
  await putHeads(
    client,
    rows.map(({ group }) => group),
  );
  const exchanges = settled.flatMap(({ delivery, exchanges: all }) =>
    all.slice(-maxExchanges).map((each) => ({ delivery, body: cutExchange(each) })),
  );
  if (exchanges.length > 0) await client.query(exchangesText, [json(exchanges)]);
  await putTickets(client, settled, nowMs);
}
