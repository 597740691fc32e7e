/** The whole set-up as the notifier needs it: rules, subscriptions with their secrets, silences. */
import type { AlertRuleBody, FormatName, SubscriptionBody } from '@linewatch/contract';
import type { Logger } from '@linewatch/service';
import type { ClientBase } from 'pg';
import type { Sealer } from '../records/seal.ts';
import { moment, ms } from '../watching/sql.ts';
import type { AlertingSetup, StoredBreaker, StoredSilence, StoredSubscription } from './model.ts';
import { type KeptSecrets, openSecrets } from './secrets.ts';

/** Of the contract, without what is in columns of its own. */
export type KeptBody = Omit<SubscriptionBody, 'secrets' | 'revision'>;

interface SubscriptionRow {
  readonly row: number;
  readonly trust: number;
  readonly slug: string;
  readonly body: KeptBody;
  readonly secrets: KeptSecrets;
  readonly disabled: string | null;
  readonly breaker: Partial<StoredBreaker>;
}

const closedBreaker: StoredBreaker = {
  ...{ state: 'closed', failures: 0, untilMs: null, failingSinceMs: null, lastError: null },
};

export const breakerOf = (kept: Partial<StoredBreaker>): StoredBreaker => ({ ...closedBreaker, ...kept });

export interface Opening {
  readonly sealer: Sealer;
  readonly logger: Logger;
  readonly nowMs: number;
}

/** Those that people have, by `more` of `s` and `t` (its trust). A secret that cannot be opened is told in the log. */
export async function readStored(
  client: ClientBase,
  { sealer, logger, nowMs }: Opening,
  more: string,
  values: unknown[],
): Promise<StoredSubscription[]> {
  const { rows } = await client.query<SubscriptionRow>(
    `SELECT s.id AS row, s.trust_id AS trust, s.slug, s.body, s.secrets, s.disabled_reason AS disabled, s.breaker
     FROM subscription s JOIN trust t ON t.id = s.trust_id
     WHERE s.removed_at IS NULL AND NOT s.safeguarding AND ${more} ORDER BY s.id`,
    values,
  );
  return rows.map(({ row, trust, slug, body, secrets, disabled, breaker }) => {
    const opened = openSecrets(sealer, row, secrets, nowMs);
    if (opened.unreadable.length > 0)
      logger.warn(
        { subscription: slug, secrets: opened.unreadable },
        'secrets of a subscription cannot be opened with the key of this server: enter them again',
      );
    return { ...body, ...opened, row, trust, slug, disabled, breaker: breakerOf(breaker) };
  });
}

const rulesText = 'SELECT trust_id AS trust, slug, body FROM alert_rule ORDER BY id';

/** $1: now, ms. */
const silencesText = `
  SELECT id, trust_id AS trust, matchers, ${ms('start_at')} AS "startMs", ${ms('end_at')} AS "endMs", rrule, time_zone AS "timeZone",
    ${ms('ended_at')} AS "endedMs"
  FROM silence WHERE ended_at IS NULL AND (rrule IS NOT NULL OR end_at > ${moment('$1')}) ORDER BY id`;

export async function readSetup(client: ClientBase, opening: Opening): Promise<AlertingSetup> {
  const { rows } = await client.query<{ version: number }>('SELECT version::float8 AS version FROM alerting_version');
  const trusts = await client.query<AlertingSetup['trusts'][number]>(
    'SELECT id AS row, slug AS id, name FROM trust ORDER BY id',
  );
  const rules = await client.query<{ trust: number; slug: string; body: AlertRuleBody }>(rulesText);
  const silences = await client.query<StoredSilence>(silencesText, [opening.nowMs]);
  return {
    version: rows[0]!.version,
    trusts: trusts.rows,
    rules: rules.rows.map(({ trust, slug, body }) => ({ ...body, trust, slug })),
    subscriptions: await readStored(client, opening, 'true', []),
    silences: silences.rows,
  };
}

/** What the hidden subscription of a trust is: mails to people that the notifier finds. */
const safeguardingBody: KeptBody = {
  ...{ name: 'Safeguarding', enabled: true, format: 'email' satisfies FormatName, settings: {} },
  match: { atLeast: 'info', rules: ['safeguarding'], matchers: [] },
  group: { by: ['problem'], waitSeconds: 0, intervalSeconds: 300, repeatHours: 0 },
  ...{ sendResolved: true, reopenMinutes: 30, escalateMinutes: 0, hours: null, perMinute: 60, timeoutSeconds: 15 },
};

/** @returns its row. */
export async function safeguardingOf(client: ClientBase, trust: number): Promise<number> {
  await client.query(
    `INSERT INTO subscription (trust_id, slug, format, enabled, body, safeguarding, changed_by)
     VALUES ($1, 'safeguarding', 'email', true, $2, true, '') ON CONFLICT (trust_id) WHERE safeguarding DO NOTHING`,
    [trust, JSON.stringify(safeguardingBody)],
  );
  const { rows } = await client.query<{ id: number }>(
    'SELECT id FROM subscription WHERE trust_id = $1 AND safeguarding',
    [trust],
  );
  return rows[0]!.id;
}
