/**
 * Who waits for whom. Three rows are held until the end of a transaction, always in this order: that of alerting_version (changes
 * of the set-up), that of notifier (changes of deliveries), that of watch_version (changes of incidents).
 */
import type { ClientBase } from 'pg';
import { EstateError } from '../errors.ts';

/** Channel on which changes for the notifier are told. */
export const alertsChannel = 'alerts_changed';

export const holdSetup = (client: ClientBase): Promise<unknown> =>
  client.query('SELECT FROM alerting_version FOR UPDATE');

/** Deliveries are changed by one at a time: what is the first of a group is found without a race. */
export const holdDeliveries = (client: ClientBase): Promise<unknown> => client.query('SELECT FROM notifier FOR UPDATE');

/** The same, for the notifier: whoever claims waits until this has ended. @throws EstateError `leadership_lost` */
export async function fence(client: ClientBase, epoch: number): Promise<void> {
  const { rows } = await client.query<{ epoch: number; holder: string }>(
    'SELECT epoch::float8 AS epoch, holder FROM notifier FOR UPDATE',
  );
  const [latest] = rows;
  if (latest?.epoch !== epoch)
    throw new EstateError('leadership_lost', `telling was claimed by ${latest?.holder ?? 'another notifier'}`);
}

const tellNotifier = (client: ClientBase): Promise<unknown> =>
  client.query('SELECT pg_notify($1, $2)', [alertsChannel, '']);

/** The set-up is another from now on. */
export async function nextSetup(client: ClientBase): Promise<void> {
  await client.query('UPDATE alerting_version SET version = version + 1');
  await tellNotifier(client);
}
