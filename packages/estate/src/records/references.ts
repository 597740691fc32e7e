/** References between records: that what is named is there, and that what is removed is not named. */
import { type Kind, kindNames, kinds } from '@linewatch/contract';
import { didYouMean } from '@linewatch/service';
import type { ClientBase } from 'pg';
import { type Node, nodeOf } from './canonical.ts';
import { type Draft, type Tell, keyOf } from './draft.ts';
import { quoted } from './fields.ts';
import { type Values, isObject, isSlug } from './merge.ts';
import { fieldsOf } from './tables.ts';

/** Steps to a reference; `*` stands for the entries of a list. */
interface Place {
  readonly steps: readonly string[];
  readonly to: Kind;
}

function placesIn(node: Node, steps: readonly string[]): Place[] {
  const own = node.ref ? [{ steps, to: node.ref }] : [];
  const inner = Object.entries(node.properties ?? {}).flatMap(([key, value]) => placesIn(value, [...steps, key]));
  return [...own, ...inner, ...(node.items ? placesIn(node.items, [...steps, '*']) : [])];
}

const places = Object.fromEntries(kindNames.map((kind) => [kind, placesIn(nodeOf(kind), [])])) as unknown as Readonly<
  Record<Kind, readonly Place[]>
>;

interface Found {
  readonly path: string;
  readonly id: string;
}

function find(value: unknown, steps: readonly string[], path: string): Found[] {
  const [step, ...rest] = steps;
  if (step === undefined) return isSlug(value) ? [{ path, id: value }] : [];
  const at = (key: string | number): string => (path === '' ? String(key) : `${path}.${key}`);
  if (step === '*') return Array.isArray(value) ? value.flatMap((item, i) => find(item, rest, at(i))) : [];
  return isObject(value) ? find(value[step], rest, at(step)) : [];
}

export const refsIn = (kind: Kind, values: Values): (Found & { readonly to: Kind })[] =>
  places[kind].flatMap(({ steps, to }) => find(values, steps, '').map((found) => ({ ...found, to })));

/** Tells of each reference to what is not there, or is removed, and of sites of another academy. */
export async function checkReferences(
  client: ClientBase,
  trust: number,
  drafts: ReadonlyMap<string, Draft>,
  tell: Tell,
): Promise<void> {
  const named = new Map<Kind, Set<string>>();
  const uses = [...drafts.values()].flatMap((draft) =>
    draft.after ? refsIn(draft.kind, draft.after.values).map((use) => ({ draft, ...use })) : [],
  );
  for (const { to, id } of uses) {
    const set = named.get(to);
    if (set) set.add(id);
    else named.set(to, new Set([id]));
  }
  for (const [kind, ids] of named) {
    const there = await idsOf(client, trust, kind, [...ids]);
    const present = (id: string): boolean => {
      const draft = drafts.get(keyOf(kind, id));
      return draft ? draft.after !== undefined : there.has(id);
    };
    const missing = uses.filter(({ to, id }) => to === kind && !present(id));
    if (missing.length === 0) continue;
    const created = [...drafts.values()].filter((each) => each.kind === kind && each.after).map(({ id }) => id);
    const known = [...(await idsOf(client, trust, kind)), ...created].filter(present);
    for (const { draft, path, id } of missing) {
      draft.broken = true;
      tell(draft, 'unknown', path, `there is no ${kinds[kind].one} "${id}"${didYouMean(id, known)}`);
    }
  }
  await checkSites(client, trust, drafts, tell);
}

const maxKnown = 2000;

async function idsOf(client: ClientBase, trust: number, kind: Kind, ids?: readonly string[]): Promise<Set<string>> {
  const where = ids ? 'AND slug = ANY ($2::text[])' : `LIMIT ${maxKnown}`;
  const { rows } = await client.query<{ slug: string }>(
    `SELECT slug FROM ${kind} WHERE trust_id = $1 ${where}`,
    ids ? [trust, ids] : [trust],
  );
  return new Set(rows.map(({ slug }) => slug));
}

async function checkSites(
  client: ClientBase,
  trust: number,
  drafts: ReadonlyMap<string, Draft>,
  tell: Tell,
): Promise<void> {
  const users = [...drafts.values()].filter(({ after }) => isSlug(after?.values.site));
  if (users.length === 0) return;
  const { rows } = await client.query<{ slug: string; academy: string }>(
    'SELECT t.slug, a.slug AS academy FROM site t JOIN academy a ON a.id = t.academy_id WHERE t.trust_id = $1 AND t.slug = ANY ($2::text[])',
    [trust, users.map(({ after }) => after!.values.site)],
  );
  const academies = new Map<unknown, unknown>(rows.map(({ slug, academy }) => [slug, academy]));
  for (const { kind, id, after } of drafts.values()) if (kind === 'site') academies.set(id, after?.values.academy);
  for (const draft of users) {
    const { site, academy } = draft.after!.values;
    const other = academies.get(site);
    if (academy !== undefined && other !== undefined && other !== academy)
      tell(draft, 'invalid', 'site', `${JSON.stringify(site)} is a site of the academy ${JSON.stringify(other)}`);
  }
}

const dayMs = 86_400_000;

/** Tells of each removal of what others name, or telemetry may have seen. One that need not be is called off instead. */
export async function checkRemovals(
  client: ClientBase,
  trust: number,
  drafts: Map<string, Draft>,
  nowMs: number,
  tell: Tell,
): Promise<void> {
  for (const kind of kindNames) {
    const removed = [...drafts.values()].filter((each) => each.kind === kind && each.before && !each.after);
    if (removed.length === 0) continue;
    const users = await usersOf(
      client,
      trust,
      kind,
      removed.map(({ id }) => id),
    );
    const watched = await watchedOf(
      client,
      trust,
      kind,
      removed.map(({ id }) => id),
    );
    for (const draft of removed) {
      // Those that are changed at the same time were looked at as they will be.
      const user = (users.get(draft.id) ?? []).find((each) => !drafts.has(keyOf(each.kind, each.id)));
      if (user && draft.implied) drafts.delete(keyOf(kind, draft.id));
      else if (user)
        tell(
          draft,
          'in-use',
          '',
          `is named by the ${kinds[user.kind].one} "${user.id}": change that first, or end this one`,
        );
      else if (watched.has(draft.id))
        tell(draft, 'in-use', '', `is named by ${watched.get(draft.id)!}, which are kept: end this one instead`);
      else if ((kind === 'circuit' || kind === 'academy') && nowMs - draft.before!.createdMs > dayMs)
        tell(draft, 'in-use', '', 'may have telemetry, as it was made more than a day ago: end it instead');
    }
  }
}

interface User {
  readonly kind: Kind;
  readonly id: string;
}

async function usersOf(
  client: ClientBase,
  trust: number,
  kind: Kind,
  ids: readonly string[],
): Promise<Map<string, User[]>> {
  const users = new Map<string, User[]>();
  const add = async (by: Kind, text: string): Promise<void> => {
    const { rows } = await client.query<{ slug: string; target: string }>(text, [trust, ids]);
    for (const { slug, target } of rows) users.set(target, [...(users.get(target) ?? []), { kind: by, id: slug }]);
  };
  const joined = (by: Kind, column: string): string =>
    `SELECT t.slug, k.slug AS target FROM ${by} t JOIN ${kind} k ON k.id = t.${quoted(column)}
     WHERE t.trust_id = $1 AND k.slug = ANY ($2::text[]) ORDER BY t.slug`;
  for (const by of kindNames)
    for (const { steps, to } of places[by]) {
      if (to !== kind) continue;
      const [first, second, third] = steps;
      if (second === '*')
        await add(
          by,
          `SELECT t.slug, entry->>'${third!}' AS target FROM ${by} t CROSS JOIN jsonb_array_elements(t.${quoted(first!)}) AS entry
           WHERE t.trust_id = $1 AND entry->>'${third!}' = ANY ($2::text[]) ORDER BY t.slug`,
        );
      else await add(by, joined(by, columnOf(by, first!)));
    }
  if (kind === 'exporter') await add('circuit', joined('circuit', 'exporter_id'));
  return users;
}

const namers: Partial<Record<Kind, readonly ('incident' | 'maintenance')[]>> = {
  circuit: ['incident', 'maintenance'],
  academy: ['incident', 'maintenance'],
  provider: ['incident', 'maintenance'],
  site: ['maintenance'],
};

/** Those that incidents or maintenances name, and which of the two. */
async function watchedOf(
  client: ClientBase,
  trust: number,
  kind: Kind,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const table of namers[kind] ?? []) {
    const { rows } = await client.query<{ slug: string }>(
      `SELECT k.slug FROM ${kind} k WHERE k.trust_id = $1 AND k.slug = ANY ($2::text[])
         AND EXISTS (SELECT FROM ${table} w WHERE w.${kind}_id = k.id)`,
      [trust, ids],
    );
    for (const { slug } of rows) found.set(slug, `${table}s`);
  }
  return found;
}

/** The column of a reference. */
function columnOf(kind: Kind, path: string): string {
  const name = `${path}_id`;
  if (!fieldsOf[kind].some((field) => Object.hasOwn(field.assign, name))) throw new Error(`${kind} has no ${name}`);
  return name;
}
