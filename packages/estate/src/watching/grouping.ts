/** Which incidents are one: merged by people, and split again. What was said of each circuit's time stays with it. */
import type { ClientBase } from 'pg';
import { type Doing, type Handler, tell } from './act.ts';
import { WatchError } from './errors.ts';
import { moment, treeOf } from './sql.ts';

const gather = (client: ClientBase, ids: readonly number[]): Promise<unknown> =>
  client.query('SELECT gather_merged($1)', [ids]);

const refuse = (message: string): never => {
  throw new WatchError('refused', message);
};

/** Tells another incident of it, too. */
const tellOther = (doing: Doing<unknown>, other: number, kind: string, text: string): Promise<void> =>
  tell(doing.client, { ...doing, id: other, kind, text, detail: { incident: doing.id } });

export const merge: Handler<'merge'> = async (doing) => {
  const { client, trust, id, nowMs, incident, action } = doing;
  const { into, reason } = action;
  if (into === id) refuse('It cannot be merged into itself.');
  const { rows } = await client.query<{ merged: number | null; below: boolean }>(
    `${treeOf('ARRAY[$3]')}
     SELECT merged_into AS merged, EXISTS (SELECT FROM tree t WHERE t.id = i.id) AS below
     FROM incident i WHERE i.trust_id = $1 AND i.id = $2`,
    [trust, into, id],
  );
  const [target] = rows;
  if (!target) throw new WatchError('missing', `There is no incident ${into}.`);
  if (target.merged !== null) refuse(`Incident ${into} was merged into incident ${target.merged}: merge into that.`);
  if (target.below) refuse(`Incident ${into} is a member of this one: merge that into this, or split it first.`);
  if (incident.parent === into) refuse(`It is a member of incident ${into} already.`);
  // What was merged into this one goes along, so that there is one step from each to where it is.
  await client.query('UPDATE incident SET merged_into = $2 WHERE merged_into = $1', [id, into]);
  await client.query(`UPDATE incident SET merged_into = $2, merged_at = ${moment('$3')} WHERE id = $1`, [
    id,
    into,
    nowMs,
  ]);
  await gather(client, [id, into]);
  await tellOther(doing, into, 'merged', `Incident ${id} was merged into it: ${reason}`);
  return { set: {}, entry: { kind: 'merged', text: `Merged into incident ${into}: ${reason}`, detail: { into } } };
};

export const split: Handler<'split'> = async (doing) => {
  const { client, id, action } = doing;
  const { reason } = action;
  const members = [...new Set(action.members)];
  const { rows } = await client.query<{ id: number }>(
    'SELECT id FROM incident WHERE id = ANY ($2::integer[]) AND (parent_id = $1 OR merged_into = $1)',
    [id, members],
  );
  const found = new Set(rows.map((row) => row.id));
  const others = members.filter((each) => !found.has(each));
  if (others.length > 0)
    refuse(
      `${others.length === 1 ? `Incident ${others[0]!} is` : `Incidents ${others.join(', ')} are`} no part of it.`,
    );
  await client.query(
    `UPDATE incident SET left_parent_id = CASE WHEN parent_id = $1 THEN $1 ELSE left_parent_id END,
       merged_at = CASE WHEN merged_into = $1 THEN NULL ELSE merged_at END, merged_into = nullif(merged_into, $1)
     WHERE id = ANY ($2::integer[])`,
    [id, members],
  );
  await gather(client, [id]);
  for (const member of members) await tellOther(doing, member, 'split', `Split from incident ${id}: ${reason}`);
  const which = members.length === 1 ? `Incident ${members[0]!} was` : `Incidents ${members.join(', ')} were`;
  return { set: {}, entry: { kind: 'split', text: `${which} split from it: ${reason}`, detail: { members } } };
};
