/** Alerts that fire now, as people see them. */
import type { AlertNow } from '@linewatch/contract';
import { severities } from '@linewatch/contract';
import type { Database } from '../database.ts';
import { treeOf } from '../watching/sql.ts';
import { at } from '../watching/texts.ts';
import type { Alert } from './model.ts';

const most = 2000;

/** $1: the trust's label; $2: whether of safeguarding. */
const alertsText = `
  SELECT a.body, coalesce(y.slug, z.slug) AS academy, p.body->>'title' AS parent
  FROM alert a JOIN trust t ON t.id = a.trust_id
  LEFT JOIN academy y ON y.id = (a.body->>'academy')::integer
  LEFT JOIN circuit c ON c.id = (a.body->>'circuit')::integer LEFT JOIN academy z ON z.id = c.academy_id
  LEFT JOIN alert p ON p.trust_id = a.trust_id AND p.key = a.body->>'parent' AND p.ended_at IS NULL
  WHERE t.slug = $1 AND a.safeguarding = $2 AND a.ended_at IS NULL
  ORDER BY array_position($3::text[], a.body->>'severity'), a.started_at DESC, a.id DESC`;

/** Academies of incidents that are of none themselves. */
const academiesText = `${treeOf('$1')}
  SELECT DISTINCT t.root AS incident, a.slug AS academy FROM tree t LEFT JOIN circuit c ON c.id = t.circuit_id
  JOIN academy a ON a.id = coalesce(t.academy_id, c.academy_id)`;

/** $1: the trust's label. Alerts of groups that go on and that something was told of. */
const toldText = `
  SELECT k.key, s.slug AS subscription, coalesce(s.body->>'name', s.slug) AS name, g.ticket_reference AS ticket, g.ticket_url AS url,
    NOT EXISTS (SELECT FROM delivery d WHERE d.group_id = g.id AND d.state = 'delivered') AS waiting
  FROM alert_group g JOIN subscription s ON s.id = g.subscription_id JOIN trust t ON t.id = s.trust_id
  CROSS JOIN LATERAL jsonb_array_elements_text(g.body->'alerts') AS k (key)
  WHERE t.slug = $1 AND g.closed_at IS NULL AND s.removed_at IS NULL AND NOT s.safeguarding AND g.body->>'toldMs' IS NOT NULL
  ORDER BY g.id`;

interface Row {
  readonly body: Alert;
  readonly academy: string | null;
  readonly parent: string | null;
}

const quiet = ({ body: { quietUntilMs }, parent }: Row, nowMs: number): string | null => {
  if (parent !== null) return `Part of: ${parent}`;
  return quietUntilMs !== null && quietUntilMs > nowMs ? `In planned maintenance until ${at(quietUntilMs)}` : null;
};

export const readNow = (
  database: Database,
  trust: string,
  { safeguarding, seen }: { readonly safeguarding: boolean; readonly seen: ReadonlySet<string> | undefined },
  nowMs: number,
): Promise<readonly AlertNow[]> =>
  database.read('reading alerts', async (client) => {
    const { rows } = await client.query<Row>(alertsText, [trust, safeguarding, severities]);
    let those = rows;
    if (seen) {
      const wide = rows.flatMap(({ body, academy }) =>
        academy === null && body.incident !== null ? [body.incident] : [],
      );
      const of = new Set<number>();
      if (wide.length > 0) {
        const found = await client.query<{ incident: number; academy: string }>(academiesText, [wide]);
        for (const { incident, academy } of found.rows) if (seen.has(academy)) of.add(incident);
      }
      those = rows.filter(({ body, academy }) =>
        academy === null ? body.incident !== null && of.has(body.incident) : seen.has(academy),
      );
    }
    const told = safeguarding
      ? []
      : (await client.query<AlertNow['told'][number] & { key: string }>(toldText, [trust])).rows;
    const byKey = Map.groupBy(told, ({ key }) => key);
    return those.slice(0, most).map((row): AlertNow => {
      const { key, rule, title, severity, labels, startedMs, incident } = row.body;
      const who = (byKey.get(key) ?? []).map(({ subscription, name, ticket, url, waiting }) => ({
        ...{ subscription, name, ticket, url, waiting },
      }));
      return { ...{ key, rule, title, severity, labels, startedMs, incident, quiet: quiet(row, nowMs), told: who } };
    });
  });
