/** Circuits name their exporter by its address: finds it, or makes it. */
import { labelKey } from '@linewatch/record';
import type { ClientBase } from 'pg';
import { inSchemaOrder } from './canonical.ts';
import { type Draft, type Tell, keyOf } from './draft.ts';
import { addressText } from './fields.ts';
import type { Values } from './merge.ts';

const placeOf = (address: unknown, collector: unknown = 'main'): string =>
  `${collector as string} ${address as string}`;

interface Place {
  readonly id: string;
  readonly address: string;
  readonly collector: string;
}

/** Where the exporters are, after the changes: `collector address` → id. */
export type Exporters = ReadonlyMap<string, string>;

export const exporterOf = (exporters: Exporters, { exporter, collector }: Values): string | undefined =>
  exporter === undefined ? undefined : exporters.get(placeOf(exporter, collector));

/** As the database makes it for those that were there before: see the migration. */
function idOf({ address, collector }: Omit<Place, 'id'>, taken: ReadonlySet<string>): string {
  const name = address.replace(/[^0-9a-f]/g, '-').replace(/^-+|-+$/g, '');
  const base = `${name}${collector === 'main' ? '' : `-${collector}`}`.slice(0, 58).replace(/-+$/, '');
  let id = base;
  for (let n = 2; taken.has(id); n++) id = `${base}-${n}`;
  return id;
}

/** Tells of exporters at the same address, and adds a draft for each that is named and not there. */
export async function arrangeExporters(
  client: ClientBase,
  trust: number,
  drafts: Map<string, Draft>,
  managed: boolean,
  tell: Tell,
): Promise<Exporters> {
  const all = [...drafts.values()];
  const circuits = all.filter(
    ({ kind, after, broken }) => kind === 'circuit' && after?.values.exporter !== undefined && !broken,
  );
  const changed = all.filter(({ kind }) => kind === 'exporter');
  if (circuits.length === 0 && changed.length === 0) return new Map();
  const { rows } = await client.query<Place>(
    'SELECT slug AS id, host(address) AS address, collector FROM exporter WHERE trust_id = $1',
    [trust],
  );
  const places = new Map<string, string>();
  const collectors = new Map<number, string>();
  for (const { id, address, collector } of rows) {
    collectors.set(labelKey(collector), collector);
    if (!drafts.has(keyOf('exporter', id))) places.set(placeOf(addressText(address), collector), id);
  }
  follow(changed, circuits);
  for (const draft of changed) {
    if (!draft.after || draft.broken) continue;
    const { address, collector } = draft.after.values as { address: string; collector: string };
    const place = placeOf(address, collector);
    const other = places.get(place);
    if (other === undefined) places.set(place, draft.id);
    else tell(draft, 'overlap', 'address', `${address} is also the address of the exporter "${other}"`);
    checkCollector(collectors, collector, draft, tell);
  }
  const taken = new Set([...rows.map(({ id }) => id), ...changed.map(({ id }) => id)]);
  for (const circuit of circuits) {
    const { exporter: address, collector = 'main' } = circuit.after!.values as { exporter: string; collector?: string };
    const place = placeOf(address, collector);
    if (!checkCollector(collectors, collector, circuit, tell) || places.has(place)) continue;
    const going = changed.find(
      ({ before, after }) => !after && before && placeOf(before.values.address, before.values.collector) === place,
    );
    if (going?.implied) {
      drafts.delete(keyOf('exporter', going.id));
      places.set(place, going.id);
      continue;
    }
    if (going) {
      tell(going, 'in-use', '', `is named by the circuit "${circuit.id}"`);
      continue;
    }
    const id = idOf({ address, collector }, taken);
    taken.add(id);
    places.set(place, id);
    drafts.set(keyOf('exporter', id), {
      kind: 'exporter',
      id,
      before: undefined,
      after: { values: { id, address, collector }, endedMs: null, managed },
      index: circuit.index,
      broken: false,
      implied: true,
      secrets: undefined,
      secretChanged: false,
    });
  }
  return places;
}

/** Telemetry carries a number made of the collector's label: two labels must not have the same. */
function checkCollector(collectors: Map<number, string>, collector: string, draft: Draft, tell: Tell): boolean {
  const key = labelKey(collector);
  const other = collectors.get(key) ?? collector;
  collectors.set(key, other);
  if (other === collector) return true;
  tell(
    draft,
    'overlap',
    'collector',
    `"${collector}" has the same number in telemetry as the collector "${other}": give one of them another label`,
  );
  return false;
}

/** Circuits stay on an exporter whose address is changed at the same time, unless they are moved themselves. */
function follow(changed: readonly Draft[], circuits: readonly Draft[]): void {
  const moved = new Map<string, Values>();
  for (const { before, after } of changed)
    if (
      before &&
      after &&
      placeOf(before.values.address, before.values.collector) !== placeOf(after.values.address, after.values.collector)
    )
      moved.set(placeOf(before.values.address, before.values.collector), after.values);
  if (moved.size === 0) return;
  for (const circuit of circuits) {
    const { before, after } = circuit;
    if (!before || !after) continue;
    const place = placeOf(after.values.exporter, after.values.collector);
    const exporter = moved.get(place);
    if (!exporter || place !== placeOf(before.values.exporter, before.values.collector)) continue;
    const { collector, address } = exporter;
    const rest = Object.fromEntries(Object.entries(after.values).filter(([key]) => key !== 'collector'));
    const values = { ...rest, exporter: address, ...(collector !== 'main' && { collector }) };
    circuit.after = { ...after, values: inSchemaOrder('circuit', values) };
  }
}
