/** A person's word on whether it is over, over the watcher's. */
import type { Handler } from './act.ts';
import { WatchError } from './errors.ts';

async function watchedState(client: Parameters<Handler<'resolve'>>[0]['client'], id: number): Promise<string> {
  const { rows } = await client.query<{ state: string }>('SELECT watched_state AS state FROM incident WHERE id = $1', [
    id,
  ]);
  return rows[0]!.state;
}

/** While it still goes on by what is measured, it has no end: the watcher gives it one. */
export const resolve: Handler<'resolve'> = ({ nowMs, incident, action: { reason } }) => {
  if (incident.state === 'resolved') throw new WatchError('refused', 'It is resolved already.');
  return {
    set: { said_state: 'resolved', said_state_at: new Date(nowMs) },
    entry: {
      kind: 'resolved',
      text: `Resolved${incident.endedMs === null ? ', though it goes on by what is measured' : ''}: ${reason}`,
      detail: { goesOn: incident.endedMs === null },
    },
  };
};

export const reopen: Handler<'reopen'> = async ({ client, id, nowMs, incident, action: { reason } }) => {
  if (incident.state !== 'resolved') throw new WatchError('refused', 'It is open already.');
  // What was resolved by a person only is open again by taking that word back.
  const over = (await watchedState(client, id)) === 'resolved';
  return {
    set: {
      said_state: over ? 'open' : null,
      said_state_at: over ? new Date(nowMs) : null,
      reopened: incident.reopened + 1,
    },
    entry: { kind: 'reopened', text: `Reopened: ${reason}` },
  };
};
