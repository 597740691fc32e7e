/** Subscriptions as people see them: without their secrets. */
import type { Subscription } from '@linewatch/contract';
import type { ClientBase } from 'pg';
import { ms } from '../watching/sql.ts';
import type { StoredBreaker } from './model.ts';
import type { KeptSecrets } from './secrets.ts';
import { type KeptBody, breakerOf } from './setup.ts';

export interface SubscriptionRow {
  readonly row: number;
  readonly slug: string;
  readonly body: KeptBody;
  readonly secrets: KeptSecrets;
  readonly disabled: Subscription['disabled'];
  readonly breaker: Partial<StoredBreaker>;
  readonly lastDeliveredMs: number | null;
  readonly pending: number;
  readonly dead: number;
  readonly revision: number;
  readonly by: string;
}

/** $1: the trust's label; $2: one's id, or null. */
const text = `
  SELECT s.id AS row, s.slug, s.body, s.secrets, s.breaker, ${ms('s.last_delivered_at')} AS "lastDeliveredMs",
    CASE WHEN s.disabled_at IS NOT NULL THEN json_build_object('reason', s.disabled_reason, 'atMs', ${ms('s.disabled_at')}) END AS disabled,
    (SELECT count(*)::integer FROM delivery d WHERE d.subscription_id = s.id AND d.state = 'pending') AS pending,
    (SELECT count(*)::integer FROM delivery d WHERE d.subscription_id = s.id AND d.state = 'dead') AS dead,
    s.revision, s.changed_by AS by
  FROM subscription s JOIN trust t ON t.id = s.trust_id
  WHERE t.slug = $1 AND ($2::text IS NULL OR s.slug = $2) AND s.removed_at IS NULL AND NOT s.safeguarding ORDER BY s.slug`;

export const readSubscriptions = async (
  client: ClientBase,
  trust: string,
  id: string | null,
): Promise<SubscriptionRow[]> => (await client.query<SubscriptionRow>(text, [trust, id])).rows;

export function shown(it: SubscriptionRow): Subscription {
  const { state, failingSinceMs, lastError } = breakerOf(it.breaker);
  const { lastDeliveredMs, pending, dead, revision, by, disabled } = it;
  return {
    id: it.slug,
    ...it.body,
    secrets: Object.keys(it.secrets).sort(),
    disabled,
    delivery: { breaker: state, failingSinceMs, lastError, lastDeliveredMs, pending, dead },
    inbound: { url: `/api/v1/hooks/${it.row}`, secret: Object.hasOwn(it.secrets, 'inbound') },
    revision,
    by,
  };
}
