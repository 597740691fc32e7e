/** The head of a group: the first of its deliveries that waits. Only heads are sent. */
import type { ClientBase } from 'pg';

/** Puts the heads of groups right, after any change of their deliveries. The old one first: there is one at a time. */
export async function putHeads(client: ClientBase, groups: readonly number[]): Promise<void> {
  if (groups.length === 0) return;
  const values = [[...new Set(groups)]];
  await client.query(
    `UPDATE delivery d SET head = false WHERE d.group_id = ANY ($1::bigint[]) AND d.head
       AND EXISTS (SELECT FROM delivery b WHERE b.group_id = d.group_id AND b.state = 'pending' AND b.seq < d.seq)`,
    values,
  );
  await client.query(
    `UPDATE delivery d SET head = true
     FROM unnest($1::bigint[]) AS g (id) CROSS JOIN LATERAL (
       SELECT b.id FROM delivery b WHERE b.group_id = g.id AND b.state = 'pending' ORDER BY b.seq LIMIT 1
     ) f
     WHERE d.id = f.id AND NOT d.head`,
    values,
  );
}
