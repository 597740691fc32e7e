/** What a notifier begins with. */
import type { Database } from '../database.ts';
import { moment } from '../watching/sql.ts';
import type { Alert, AlertGroup, AlertMemory } from './model.ts';

const alertsText = `SELECT body FROM alert WHERE ended_at IS NULL OR ended_at > ${moment('$1')} ORDER BY id`;

/** Nothing goes on for a subscription that was removed. */
const groupsText = `
  SELECT g.body FROM alert_group g JOIN subscription s ON s.id = g.subscription_id
  WHERE s.removed_at IS NULL AND (g.closed_at IS NULL OR g.closed_at > ${moment('$1')}) ORDER BY g.id`;

export const readMemory = (database: Database, sinceMs: number): Promise<AlertMemory> =>
  database.read('reading alerts', async (client) => {
    const { rows } = await client.query<{ taken: number }>('SELECT change_id::float8 AS taken FROM notifier');
    const alerts = await client.query<{ body: Alert }>(alertsText, [sinceMs]);
    const groups = await client.query<{ body: AlertGroup }>(groupsText, [sinceMs]);
    return {
      taken: rows[0]!.taken,
      alerts: alerts.rows.map(({ body }) => body),
      groups: groups.rows.map(({ body }) => body),
    };
  });
