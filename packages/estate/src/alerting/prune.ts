/** Removes what is older than it has to be kept, a few rows at a time. */
import type { Database } from '../database.ts';
import { moment } from '../watching/sql.ts';
import { holdDeliveries } from './locks.ts';

const atOnce = 1000;
/** Of each table in one call; the rest is for the next. */
const maxTimes = 200;

export interface Before {
  readonly exchangesMs: number;
  readonly deliveriesMs: number;
}

interface Pruned {
  /** Selects what goes; $1 is the time before which. */
  readonly text: string;
  readonly before: keyof Before;
  /** Whether deliveries must not change meanwhile. */
  readonly holds?: true;
}

const of = (table: string, key: string, which: string): string =>
  `DELETE FROM ${table} WHERE ${key} IN (SELECT ${key} FROM ${table} WHERE ${which} LIMIT ${atOnce})`;
const before = (column: string): string => `${column} < ${moment('$1')}`;

const tables: readonly Pruned[] = [
  {
    text: of('incident_change', 'id', `id <= (SELECT change_id FROM notifier) AND ${before('at')}`),
    before: 'exchangesMs',
  },
  {
    text: of(
      'delivery_exchange',
      'id',
      `${before('at')} AND NOT EXISTS (SELECT FROM delivery d WHERE d.id = delivery_id AND d.state = 'pending')`,
    ),
    before: 'exchangesMs',
  },
  {
    text: of('inbound_message', '(subscription_id, message)', before('at')).replaceAll(
      'SELECT (subscription_id, message)',
      'SELECT subscription_id, message',
    ),
    before: 'exchangesMs',
  },
  { text: of('delivery', 'id', `state <> 'pending' AND ${before('done_at')}`), before: 'deliveriesMs', holds: true },
  {
    text: of(
      'alert_group',
      'id',
      `${before('closed_at')} AND NOT EXISTS (SELECT FROM delivery d WHERE d.group_id = alert_group.id)`,
    ),
    before: 'deliveriesMs',
    holds: true,
  },
  { text: of('alert', 'id', before('ended_at')), before: 'deliveriesMs', holds: true },
];

/** @returns how many rows. */
export async function prune(database: Database, times: Before): Promise<number> {
  let removed = 0;
  for (const { text, before: which, holds } of tables)
    for (let time = 0; time < maxTimes; time++) {
      const count = await database.transact('removing old alerts', async (client) => {
        if (holds) await holdDeliveries(client);
        return (await client.query(text, [times[which]])).rowCount ?? 0;
      });
      removed += count;
      if (count < atOnce) break;
    }
  return removed;
}
