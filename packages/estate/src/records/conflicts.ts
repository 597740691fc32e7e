/** What two records cannot both have: an interface at the same time, a network, a URN. The database holds to it too. */
import type { ClientBase } from 'pg';
import { type InterfaceSelector, describeInterface } from '../model.ts';
import { type Stay, overlapping } from '../overlap.ts';
import { momentMs } from '../units.ts';
import { type Draft, type Tell, keyOf } from './draft.ts';
import { type Exporters, exporterOf } from './exporters.ts';
import { epochMs, networkText } from './fields.ts';
import type { Values } from './merge.ts';

interface Occupied extends Stay {
  readonly id: string;
  readonly shown: string;
  /** Undefined: it is not among the changes. */
  readonly draft: Draft | undefined;
}

const ms = (value: unknown): number | null => {
  const read = typeof value === 'string' ? momentMs(value) : undefined;
  return read && 'value' in read ? read.value : null;
};

const selectorOf = (values: Values): InterfaceSelector | undefined => {
  const [entry] = Object.entries((values.interface ?? {}) as Values);
  return entry && ({ kind: entry[0], value: entry[1] } as InterfaceSelector);
};

export async function checkInterfaces(
  client: ClientBase,
  trust: number,
  drafts: ReadonlyMap<string, Draft>,
  exporters: Exporters,
  tell: Tell,
): Promise<void> {
  const stays: Occupied[] = [];
  for (const draft of drafts.values()) {
    const { kind, id } = draft;
    // One whose change is wrong is taken as it is.
    const state = draft.broken ? draft.before : draft.after;
    if (kind !== 'circuit' || !state || state.endedMs !== null) continue;
    const selector = selectorOf(state.values);
    const exporter = exporterOf(exporters, state.values);
    if (!selector || exporter === undefined) continue;
    const shown = describeInterface(selector);
    stays.push({
      id,
      draft: draft.broken ? undefined : draft,
      shown,
      where: `${exporter} ${shown}`,
      fromMs: ms(state.values.from),
      toMs: ms(state.values.to),
    });
  }
  if (stays.length === 0) return;
  const { rows } = await client.query<{
    id: string;
    exporter: string;
    kind: string;
    value: string;
    fromMs: number | null;
    toMs: number | null;
  }>(
    `SELECT t.slug AS id, e.slug AS exporter, t.interface_kind AS kind, t.interface_value AS value,
       ${epochMs('lower(t.valid)')} AS "fromMs", ${epochMs('upper(t.valid)')} AS "toMs"
     FROM circuit t JOIN exporter e ON e.id = t.exporter_id
     WHERE t.trust_id = $1 AND t.interface_kind IS NOT NULL AND NOT isempty(t.valid) AND e.slug = ANY ($2::text[])
     ORDER BY t.id`,
    [trust, [...new Set(stays.map(({ where }) => where.slice(0, where.indexOf(' '))))]],
  );
  for (const { id, exporter, kind, value, fromMs, toMs } of rows) {
    if (drafts.has(keyOf('circuit', id))) continue;
    const shown = describeInterface({ kind, value } as InterfaceSelector);
    stays.push({ id, draft: undefined, shown, where: `${exporter} ${shown}`, fromMs, toMs });
  }
  for (const { earlier, later } of overlapping(stays)) {
    const [mine, other] = later.draft ? [later, earlier] : [earlier, later];
    if (mine.draft)
      tell(
        mine.draft,
        'overlap',
        'interface',
        `is on ${mine.shown} at the same time as the circuit "${other.id}": end one before the other begins`,
      );
  }
}

/** Something that only one academy has. */
async function checkOwned(
  client: ClientBase,
  trust: number,
  drafts: ReadonlyMap<string, Draft>,
  tell: Tell,
  what: {
    readonly of: (values: Values) => readonly (readonly [path: string, value: string])[];
    /** Rows of `id` and `value`; $2: the values. */
    readonly text: string;
    readonly canonical: (value: string) => string;
    readonly message: (value: string, other: string) => string;
  },
): Promise<void> {
  const academies = [...drafts.values()].filter(({ kind, after, broken }) => kind === 'academy' && after && !broken);
  const wanted = academies.flatMap((draft) =>
    what.of(draft.after!.values).map(([path, value]) => ({ draft, path, value })),
  );
  if (wanted.length === 0) return;
  const { rows } = await client.query<{ id: string; value: string }>(what.text, [
    trust,
    wanted.map(({ value }) => value),
  ]);
  const owners = new Map<string, string>();
  for (const { id, value } of rows) if (!drafts.has(keyOf('academy', id))) owners.set(what.canonical(value), id);
  for (const { draft, path, value } of wanted) {
    const owner = owners.get(value);
    if (owner === undefined) owners.set(value, draft.id);
    else if (owner !== draft.id) tell(draft, 'overlap', path, what.message(value, owner));
  }
}

export async function checkAcademies(
  client: ClientBase,
  trust: number,
  drafts: ReadonlyMap<string, Draft>,
  tell: Tell,
): Promise<void> {
  await checkOwned(client, trust, drafts, tell, {
    of: ({ urn }) => (typeof urn === 'number' ? [['urn', String(urn)]] : []),
    text: `SELECT a.slug AS id, u.urn::text AS value FROM academy_urn u JOIN academy a ON a.id = u.academy_id
      WHERE u.trust_id = $1 AND u.until IS NULL AND u.urn = ANY ($2::integer[])`,
    canonical: (value) => value,
    message: (value, other) => `${value} is also the URN of the academy "${other}"`,
  });
  await checkOwned(client, trust, drafts, tell, {
    of: ({ networks }) => ((networks ?? []) as string[]).map((network, i) => [`networks.${i}`, network] as const),
    text: `SELECT a.slug AS id, text(n.network) AS value FROM academy_network n JOIN academy a ON a.id = n.academy_id
      WHERE n.trust_id = $1 AND n.network = ANY ($2::cidr[])`,
    canonical: networkText,
    message: (value, other) => `${value} is also a network of the academy "${other}"`,
  });
}
