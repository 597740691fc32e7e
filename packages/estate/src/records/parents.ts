/** Circuits depend on others, and never on themselves. */
import type { ClientBase } from 'pg';
import { type Draft, type Tell, keyOf } from './draft.ts';

export async function checkParents(
  client: ClientBase,
  trust: number,
  drafts: ReadonlyMap<string, Draft>,
  tell: Tell,
): Promise<void> {
  const named = [...drafts.values()].filter(
    ({ kind, after, broken }) => kind === 'circuit' && !broken && typeof after?.values.parent === 'string',
  );
  if (named.length === 0) return;
  const { rows } = await client.query<{ id: string; parent: string }>(
    `SELECT t.slug AS id, p.slug AS parent FROM circuit t JOIN circuit p ON p.id = t.parent_id WHERE t.trust_id = $1`,
    [trust],
  );
  const parents = new Map<unknown, unknown>();
  for (const { id, parent } of rows) if (!drafts.has(keyOf('circuit', id))) parents.set(id, parent);
  for (const { id, after } of named) parents.set(id, after!.values.parent);
  for (const draft of named) {
    const way: unknown[] = [draft.id];
    const seen = new Set(way);
    for (let next = parents.get(draft.id); next !== undefined && !seen.has(next); next = parents.get(next)) {
      way.push(next);
      seen.add(next);
    }
    const last = parents.get(way.at(-1));
    if (last === draft.id)
      tell(draft, 'invalid', 'parent', `makes it depend on itself: ${[...way, last].slice(0, 10).join(' → ')}`);
  }
}
