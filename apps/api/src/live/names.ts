interface Entry {
  name: string;
  nameMs: number;
  alias: string;
  aliasMs: number;
  /** Nominal, bit/s. */
  speedBps: number | undefined;
}

export type NameKind = 'name' | 'alias';

/**
 * The latest ifName, ifAlias and speed of each exporter interface; `source` is a `sourceKey`. Bounded: beyond the limit new
 * interfaces are not taken.
 */
export class Names {
  readonly #limit: number;
  readonly #bySource = new Map<string, Map<number, Entry>>();
  #size = 0;
  /** Counts changes, so that what was looked up can be kept until one comes. */
  version = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** False when there was no room. An older value than the one known is ignored. */
  set(source: string, index: number, kind: NameKind, text: string, timeMs: number): boolean {
    const entry = this.#entry(source, index);
    if (!entry) return false;
    const known = kind === 'name' ? entry.nameMs : entry.aliasMs;
    if (timeMs < known) return true;
    if (entry[kind] !== text) this.version++;
    entry[kind] = text;
    if (kind === 'name') entry.nameMs = timeMs;
    else entry.aliasMs = timeMs;
    return true;
  }

  /** False when there was no room. */
  setSpeed(source: string, index: number, speedBps: number): boolean {
    const entry = this.#entry(source, index);
    if (entry) entry.speedBps = speedBps;
    return entry !== undefined;
  }

  nameOf(source: string, index: number): string {
    return this.#bySource.get(source)?.get(index)?.name ?? '';
  }

  /** What is known of an interface; empty and null where it is not. */
  of(
    source: string,
    index: number,
  ): { readonly name: string; readonly alias: string; readonly speedBps: number | null } {
    const entry = this.#bySource.get(source)?.get(index);
    return { name: entry?.name ?? '', alias: entry?.alias ?? '', speedBps: entry?.speedBps ?? null };
  }

  /** ifIndex of the interface with this name; the one told last when several have it. */
  find(source: string, kind: NameKind, text: string): number | undefined {
    let found: number | undefined;
    let foundMs = -1;
    for (const [index, entry] of this.#bySource.get(source) ?? []) {
      const timeMs = kind === 'name' ? entry.nameMs : entry.aliasMs;
      if (entry[kind] === text && timeMs > foundMs) [found, foundMs] = [index, timeMs];
    }
    return found;
  }

  #entry(source: string, index: number): Entry | undefined {
    let entries = this.#bySource.get(source);
    const known = entries?.get(index);
    if (known) return known;
    if (this.#size >= this.#limit) return undefined;
    const entry: Entry = { name: '', nameMs: 0, alias: '', aliasMs: 0, speedBps: undefined };
    if (!entries) this.#bySource.set(source, (entries = new Map<number, Entry>()));
    entries.set(index, entry);
    this.#size++;
    return entry;
  }
}
