/** How a receiver is doing. One that said that it is gone is switched off, and what waits for it is given up. */
import type { ClientBase } from 'pg';
import { json, moment } from '../watching/sql.ts';
import { fence, holdSetup, nextSetup } from './locks.ts';
import type { StoredBreaker } from './model.ts';

export interface Doing {
  readonly epoch: number;
  readonly subscription: number;
  readonly breaker: StoredBreaker;
  /** Why it is switched off. */
  readonly disabled: string | undefined;
  readonly nowMs: number;
}

const words = (text: string): string =>
  Array.from(text.trim() || 'It said that it is gone.')
    .slice(0, 200)
    .join('');

export async function putBreaker(client: ClientBase, doing: Doing): Promise<void> {
  const { epoch, subscription, breaker, disabled, nowMs } = doing;
  if (disabled !== undefined) await holdSetup(client);
  await fence(client, epoch);
  const { lastError } = breaker;
  const kept = { ...breaker, lastError: lastError === null ? null : Array.from(lastError).slice(0, 1000).join('') };
  await client.query('UPDATE subscription SET breaker = $2 WHERE id = $1', [subscription, json(kept)]);
  if (disabled === undefined) return;
  const { rowCount } = await client.query(
    `UPDATE subscription SET disabled_reason = $2, disabled_at = ${moment('$3')}
     WHERE id = $1 AND disabled_at IS NULL AND removed_at IS NULL`,
    [subscription, words(disabled), nowMs],
  );
  if (rowCount === 0) return;
  await client.query(
    `UPDATE delivery SET state = 'dead', head = false, done_at = ${moment('$2')}, error = coalesce(error, 'The subscription was switched off.')
     WHERE subscription_id = $1 AND state = 'pending'`,
    [subscription, nowMs],
  );
  await nextSetup(client);
}
