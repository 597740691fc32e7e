/** What goes on does not come to name what has ended, and what a circuit in use belongs to does not end under it. */
import { type Kind, kinds } from '@linewatch/contract';
import type { ClientBase } from 'pg';
import { type Draft, type Tell, keyOf } from './draft.ts';
import { quoted } from './fields.ts';
import type { Values } from './merge.ts';
import { endOf } from './read.ts';
import { refsIn } from './references.ts';

interface State {
  readonly values: Values;
  readonly endedMs: number | null;
}

/** A reference that was there before stays: only what is new, or begins again, is told of. */
export async function checkEnded(
  client: ClientBase,
  trust: number,
  drafts: ReadonlyMap<string, Draft>,
  nowMs: number,
  tell: Tell,
): Promise<void> {
  const goesOn = (kind: Kind, state: State | undefined): state is State =>
    state !== undefined && endOf(kind, state.values, state.endedMs, nowMs) === null;
  const fresh = [...drafts.values()].flatMap((draft) => {
    const { kind, before, after, broken } = draft;
    if (broken || !goesOn(kind, after)) return [];
    const old = new Set(goesOn(kind, before) ? refsIn(kind, before.values).map(({ to, id }) => keyOf(to, id)) : []);
    return refsIn(kind, after.values).flatMap((ref) => (old.has(keyOf(ref.to, ref.id)) ? [] : [{ draft, ...ref }]));
  });
  for (const kind of new Set(fresh.map(({ to }) => to))) {
    const named = fresh.filter(({ to }) => to === kind);
    const ended = await endedOf(client, trust, kind, [...new Set(named.map(({ id }) => id))]);
    for (const { draft, path, id } of named) {
      const target = drafts.get(keyOf(kind, id));
      if (target ? target.after !== undefined && !goesOn(kind, target.after) : ended.has(id))
        tell(draft, 'invalid', path, `the ${kinds[kind].one} "${id}" has ended: name another, or restore it first`);
    }
  }
  for (const kind of ['academy', 'provider', 'contract'] as const) {
    const ending = [...drafts.values()].filter(
      (draft) => draft.kind === kind && goesOn(kind, draft.before) && draft.after && !goesOn(kind, draft.after),
    );
    if (ending.length === 0) continue;
    const ids = ending.map(({ id }) => id);
    const circuits = (await circuitsOf(client, trust, kind, ids)).filter(({ id }) => !drafts.has(keyOf('circuit', id)));
    for (const draft of drafts.values())
      if (draft.kind === 'circuit' && goesOn('circuit', draft.after))
        circuits.push({ id: draft.id, owner: draft.after.values[kind] });
    const owned = Map.groupBy(circuits, ({ owner }) => owner);
    for (const draft of ending) {
      const of = owned.get(draft.id) ?? [];
      if (of.length > 0) tell(draft, 'in-use', '', inUse(of.map(({ id }) => id)));
    }
  }
}

const maxNamed = 5;

function inUse(ids: readonly string[]): string {
  const named = ids.toSorted().slice(0, maxNamed).join(', ') + (ids.length > maxNamed ? ', …' : '');
  return ids.length === 1
    ? `cannot end while its circuit goes on (${named}): end that first, or both together`
    : `cannot end while its ${ids.length} circuits go on (${named}): end those first, or all together`;
}

async function endedOf(client: ClientBase, trust: number, kind: Kind, ids: readonly string[]): Promise<Set<string>> {
  if (kind === 'circuit') return new Set();
  const { rows } = await client.query<{ slug: string }>(
    `SELECT slug FROM ${kind} WHERE trust_id = $1 AND slug = ANY ($2::text[]) AND ended_at IS NOT NULL`,
    [trust, ids],
  );
  return new Set(rows.map(({ slug }) => slug));
}

/** Those that go on, or will begin. */
async function circuitsOf(
  client: ClientBase,
  trust: number,
  kind: 'academy' | 'provider' | 'contract',
  ids: readonly string[],
): Promise<{ readonly id: string; readonly owner: unknown }[]> {
  const { rows } = await client.query<{ id: string; owner: string }>(
    `SELECT c.slug AS id, k.slug AS owner FROM circuit c JOIN ${kind} k ON k.id = c.${quoted(`${kind}_id`)}
     WHERE c.trust_id = $1 AND k.slug = ANY ($2::text[]) AND NOT isempty(c.valid) AND coalesce(upper(c.valid) > now(), true)`,
    [trust, ids],
  );
  return rows;
}
