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

const sameName = (a: NameEntry, b: NameEntry): boolean => a.name === b.name && a.interface !== b.interface;
const sameIndex = (a: NameEntry, b: NameEntry): boolean => a.interface === b.interface && a.name !== b.name;

/**
 * A name means an index from when it was first told (from the beginning, when neither the name nor the index was told of
 * otherwise before) until the name is told of another index, or the index of another name. Told again after that, it is
 * so again from the other's last time.
 */
function intervalsOf(entry: NameEntry, all: readonly NameEntry[]): [number, number][] {
  const rivals = all.filter((other) => other !== entry && (sameName(entry, other) || sameIndex(entry, other)));
  const from = rivals.some((other) => other.firstS < entry.firstS) ? entry.firstS : 0;
  const later = rivals.filter((other) => other.firstS >= entry.firstS);
  if (later.length === 0) return [[from, openEndS]];
  const out: [number, number][] = [];
  const until = Math.min(...later.map((other) => other.firstS));
  if (until > from) out.push([from, until]);
  const rivalsEnd = Math.max(...later.map((other) => other.lastS));
  if (entry.lastS > rivalsEnd) out.push([rivalsEnd + 1, openEndS]);
  return out;
}

/** Entries in any order; those of one exporter and kind are compared with each other. */
export function resolveNames(entries: readonly NameEntry[]): ResolvedInterface[] {
  const groups = new Map<string, NameEntry[]>();
  for (const entry of entries) {
    const key = `${entry.trust}/${entry.collector}/${entry.kind}/${Buffer.from(entry.exporter).toString('hex')}`;
    const group = groups.get(key);
    if (group) group.push(entry);
    else groups.set(key, [entry]);
  }
  return [...groups.values()].flatMap((group) =>
    group.flatMap((entry) =>
      intervalsOf(entry, group).map(([validFromS, validToS]) => ({
        trust: entry.trust,
        collector: entry.collector,
        exporter: entry.exporter,
        kind: entry.kind,
        name: entry.name,
        interface: entry.interface,
        validFromS,
        validToS,
      })),
    ),
  );
}
