/** Deliveries that are sent again: under the same message id, in their order, with attempts counted anew. */
import type { ReplayBody } from '@linewatch/contract';
import { moment } from '../watching/sql.ts';
import type { Changing } from './change.ts';
import { AlertingError, refuse } from './errors.ts';
import { putHeads } from './heads.ts';
import { holdDeliveries } from './locks.ts';

const most = 10_000;

/** The oldest first. $1 trust's row, $2 ids or null, $3 subscription or null, $4 since, ms, or null, $5 now, ms. */
const text = `
  UPDATE delivery d SET state = 'pending', attempts = 0, next_at = ${moment('$5')}, done_at = NULL, error = NULL
  FROM (
    SELECT d.id FROM delivery d JOIN subscription s ON s.id = d.subscription_id
    WHERE s.trust_id = $1 AND NOT d.safeguarding AND s.removed_at IS NULL AND s.disabled_at IS NULL
      AND ($2::bigint[] IS NULL OR d.id = ANY ($2) AND d.state IN ('dead', 'delivered'))
      AND ($3::text IS NULL OR s.slug = $3 AND ($2::bigint[] IS NOT NULL OR d.state = 'dead' AND d.done_at >= ${moment('$4')}))
    ORDER BY d.id LIMIT ${most}
  ) w
  WHERE d.id = w.id RETURNING d.group_id::float8 AS "group"`;

const offText = `
  SELECT DISTINCT s.slug, s.removed_at IS NOT NULL AS removed FROM subscription s
  WHERE s.trust_id = $1 AND NOT s.safeguarding AND (s.removed_at IS NOT NULL OR s.disabled_at IS NOT NULL)
    AND (s.slug = $3 AND s.removed_at IS NULL
      OR s.id IN (SELECT d.subscription_id FROM delivery d WHERE d.id = ANY ($2::bigint[]) AND NOT d.safeguarding))`;

export async function replay(
  changing: Changing,
  { deliveries, subscription, sinceMs = 0 }: ReplayBody,
  nowMs: number,
): Promise<number> {
  const { client, trust } = changing;
  if (deliveries === undefined && subscription === undefined)
    refuse('It says neither which deliveries nor of which subscription.');
  if (subscription !== undefined) {
    const { rows } = await client.query(
      'SELECT FROM subscription WHERE trust_id = $1 AND slug = $2 AND removed_at IS NULL AND NOT safeguarding',
      [trust, subscription],
    );
    if (rows.length === 0) throw new AlertingError('missing', `There is no subscription "${subscription}".`);
  }
  await holdDeliveries(client);
  const which = [trust, deliveries ?? null, subscription ?? null];
  const { rows: off } = await client.query<{ slug: string; removed: boolean }>(offText, which);
  for (const { slug, removed } of off)
    refuse(
      removed
        ? `The subscription "${slug}" was removed: what it was sent cannot be sent again.`
        : `The subscription "${slug}" is switched off, as its receiver said that it is gone: switch it on first.`,
    );
  const { rows } = await client.query<{ group: number }>(text, [...which, sinceMs, nowMs]);
  await putHeads(
    client,
    rows.map(({ group }) => group),
  );
  if (rows.length > 0)
    await changing.audit({
      ...{ what: 'delivery', record: subscription ?? `${rows.length} deliveries`, op: 'replay' },
      after: { replayed: rows.length, ...(deliveries ? { deliveries } : { sinceMs }) },
    });
  return rows.length;
}
