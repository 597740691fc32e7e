/** A notifier's commit: how far it has read, what fires, and what is told of it. */
import type { ClientBase } from 'pg';
import { json, moment } from '../watching/sql.ts';
import { putHeads } from './heads.ts';
import { fence } from './locks.ts';
import type { Alert, AlertChange, AlertGroup, NewDelivery } from './model.ts';

/** Rows of one statement: notifications are large. */
const atOnce = 1000;

function* parts<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let i = 0; i < rows.length; i += atOnce) yield rows.slice(i, i + atOnce);
}

async function putAlerts(client: ClientBase, alerts: readonly Alert[]): Promise<void> {
  // Of two words on one, the later.
  const latest = [...new Map(alerts.map((alert) => [`${alert.trust} ${alert.key}`, alert])).values()];
  for (const some of parts(latest))
    await client.query(
      `INSERT INTO alert (trust_id, key, body, safeguarding, started_at, ended_at)
       SELECT (n->>'trust')::integer, n->>'key', n, (n->>'safeguarding')::boolean, ${moment(`(n->>'startedMs')`)}, ${moment(`(n->>'endedMs')`)}
       FROM jsonb_array_elements($1::jsonb) AS n
       ON CONFLICT (trust_id, key) DO UPDATE SET body = excluded.body, safeguarding = excluded.safeguarding,
         started_at = excluded.started_at, ended_at = excluded.ended_at`,
      [json(some)],
    );
}

async function putGroups(client: ClientBase, groups: readonly AlertGroup[]): Promise<void> {
  const latest = [...new Map(groups.map((group) => [group.id, group])).values()];
  for (const some of parts(latest))
    await client.query(
      `INSERT INTO alert_group (id, subscription_id, key, body, closed_at)
       SELECT (n->>'id')::bigint, (n->>'subscription')::integer, n->>'key', n, ${moment(`(n->>'closedMs')`)}
       FROM jsonb_array_elements($1::jsonb) AS n
       ON CONFLICT (id) DO UPDATE SET key = excluded.key, body = excluded.body, closed_at = excluded.closed_at`,
      [json(some)],
    );
}

async function putDeliveries(client: ClientBase, deliveries: readonly NewDelivery[]): Promise<void> {
  for (const some of parts(deliveries))
    await client.query(
      `INSERT INTO delivery (message, subscription_id, group_id, seq, event, notification, title, severity, incident_id, safeguarding,
         state, head, next_at, done_at, error)
       SELECT n.message, n.subscription, n."group", n.sequence, n.event, n.notification, left(n.notification->>'title', 500),
         n.notification->>'severity', n.incident, n.safeguarding, e.state, false, ${moment('n."nextMs"')},
         CASE WHEN e.state <> 'pending' THEN now() END,
         CASE e.state WHEN 'cancelled' THEN 'The subscription was removed.' WHEN 'dead' THEN 'The subscription is switched off.' END
       FROM json_to_recordset($1) AS n (message text, subscription integer, "group" bigint, sequence integer, event text,
         notification jsonb, incident integer, safeguarding boolean, "nextMs" float8)
       JOIN subscription s ON s.id = n.subscription
       CROSS JOIN LATERAL (SELECT CASE WHEN s.removed_at IS NOT NULL THEN 'cancelled' WHEN s.disabled_at IS NOT NULL THEN 'dead'
         ELSE 'pending' END AS state) e
       ORDER BY n."group", n.sequence
       ON CONFLICT (message) DO NOTHING`,
      [json(some)],
    );
  await putHeads(
    client,
    deliveries.map(({ group }) => group),
  );
}

export async function commit(
  client: ClientBase,
  epoch: number,
  { taken, alerts, groups, deliveries }: AlertChange,
): Promise<void> {
  await fence(client, epoch);
  if (taken !== null) await client.query('UPDATE notifier SET change_id = $1 WHERE change_id < $1', [taken]);
  await putAlerts(client, alerts);
  await putGroups(client, groups);
  await putDeliveries(client, deliveries);
}
