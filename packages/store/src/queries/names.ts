/**
 * ifIndex is not an identity: reboots and module swaps renumber it. From when each name was first and last told of an
 * index, this works out which index a name meant when.
 */
import { openEndS } from '../estate-map.ts';

export interface NameEntry {
  readonly trust: number;
  readonly collector: number;
  readonly exporter: Uint8Array;
  readonly kind: 'name' | 'alias';
  readonly interface: number;
  readonly name: string;
  /** Unix s. */
  readonly firstS: number;
  readonly lastS: number;
}

export interface ResolvedInterface {
  readonly trust: number;
  readonly collector: number;
  readonly exporter: Uint8Array;
  readonly kind: 'name' | 'alias';
  readonly name: string;
  readonly interface: number;
  /** Unix s, inclusive. */
  readonly validFromS: number;
  /** Unix s, exclusive; `openEndS` = still so. */
  readonly validToS: number;
}

/** Entries that bear one name, or one index, in order of their first time. */
class Rivals {
  readonly #entries: NameEntry[] = [];
  /** By position: the entry told of last from there on, and the last time of the others from there on. */
  readonly #latest: { readonly entry: NameEntry; readonly othersEndS: number }[] = [];

  add(entry: NameEntry): void {
    this.#entries.push(entry);
  }

  /** After the last `add`, before the first question. */
  settle(): void {
    this.#entries.sort((a, b) => a.firstS - b.firstS);
    for (let i = this.#entries.length - 1; i >= 0; i--) {
      const entry = this.#entries[i]!;
      const after = this.#latest[i + 1];
      if (!after) this.#latest[i] = { entry, othersEndS: -Infinity };
      else if (entry.lastS > after.entry.lastS) this.#latest[i] = { entry, othersEndS: after.entry.lastS };
      else this.#latest[i] = { entry: after.entry, othersEndS: Math.max(entry.lastS, after.othersEndS) };
    }
  }

  hasBefore(entry: NameEntry): boolean {
    return this.#entries[0]!.firstS < entry.firstS;
  }

  /** Earliest first and latest last time of those first told of when the entry was, or later; undefined without any. */
  laterThan(entry: NameEntry): { readonly firstS: number; readonly lastS: number } | undefined {
    let low = 0;
    for (let high = this.#entries.length; low < high;) {
      const middle = (low + high) >>> 1;
      if (this.#entries[middle]!.firstS < entry.firstS) low = middle + 1;
      else high = middle;
    }
    const first = this.#entries[low] === entry ? this.#entries[low + 1] : this.#entries[low];
    const latest = this.#latest[low];
    if (!first || !latest) return undefined;
    return { firstS: first.firstS, lastS: latest.entry === entry ? latest.othersEndS : latest.entry.lastS };
  }
}

function rivalsBy<Key>(entries: readonly NameEntry[], keyOf: (entry: NameEntry) => Key): Map<Key, Rivals> {
  const out = new Map<Key, Rivals>();
  for (const entry of entries) {
    let rivals = out.get(keyOf(entry));
    if (!rivals) out.set(keyOf(entry), (rivals = new Rivals()));
    rivals.add(entry);
  }
  for (const rivals of out.values()) rivals.settle();
  return out;
}

/**
 * A name means an index from when it was first told (from the beginning, when neither the name nor the index was told of
 * otherwise before) until the name is told of another index, or the index of another name. Told again after that, it is
 * so again from the other's last time.
 */
function intervalsOf(entry: NameEntry, all: readonly Rivals[]): [number, number][] {
  const from = all.some((rivals) => rivals.hasBefore(entry)) ? entry.firstS : 0;
  const later = all.flatMap((rivals) => rivals.laterThan(entry) ?? []);
  if (later.length === 0) return [[from, openEndS]];
  const out: [number, number][] = [];
  const until = Math.min(...later.map(({ firstS }) => firstS));
  if (until > from) out.push([from, until]);
  const rivalsEnd = Math.max(...later.map(({ lastS }) => lastS));
  if (entry.lastS > rivalsEnd) out.push([rivalsEnd + 1, openEndS]);
  return out;
}

/**
 * Entries in any order, each pair of index and name of an exporter and kind once; those of one exporter and kind are
 * compared with each other. Whatever exporters invent, it takes little more than the sorting of it.
 */
export function resolveNames(entries: readonly NameEntry[]): ResolvedInterface[] {
  const groups = new Map<string, NameEntry[]>();
  for (const entry of entries) {
    const key = `${entry.trust}/${entry.collector}/${entry.kind}/${Buffer.from(entry.exporter).toString('hex')}`;
    const group = groups.get(key);
    if (group) group.push(entry);
    else groups.set(key, [entry]);
  }
  return [...groups.values()].flatMap((group) => {
    const byName = rivalsBy(group, ({ name }) => name);
    const byIndex = rivalsBy(group, (entry) => entry.interface);
    return group.flatMap((entry) =>
      intervalsOf(entry, [byName.get(entry.name)!, byIndex.get(entry.interface)!]).map(([validFromS, validToS]) => ({
        trust: entry.trust,
        collector: entry.collector,
        exporter: entry.exporter,
        kind: entry.kind,
        name: entry.name,
        interface: entry.interface,
        validFromS,
        validToS,
      })),
    );
  });
}
