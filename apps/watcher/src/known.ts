/** Incidents as they were told last, and what of them is to be told next. */
import type { WatchedEntry, WatchedIncident } from '@linewatch/estate';

/** What nothing more is expected of is forgotten after this; PostgreSQL has it. */
export const rememberMs = 48 * 3_600_000;
/** Most keys of entries that are remembered of one incident: what is told again is written once all the same. */
const maxEntryKeys = 500;

export class KnownIncidents {
  readonly #byKey = new Map<string, WatchedIncident>();
  readonly #ofCircuit = new Map<number, Set<string>>();
  readonly #members = new Map<string, Set<string>>();
  readonly #entryKeys = new Map<string, Set<string>>();
  #changed = new Map<string, WatchedIncident>();
  #entries: WatchedEntry[] = [];

  constructor(incidents: readonly WatchedIncident[]) {
    for (const incident of incidents) this.#keep(incident);
  }

  get(key: string): WatchedIncident | undefined {
    return this.#byKey.get(key);
  }

  all(): Iterable<WatchedIncident> {
    return this.#byKey.values();
  }

  /** Of one circuit, by their beginnings. */
  of(circuit: number): WatchedIncident[] {
    return [...(this.#ofCircuit.get(circuit) ?? [])]
      .map((key) => this.#byKey.get(key)!)
      .sort((a, b) => a.startedMs - b.startedMs);
  }

  members(key: string): WatchedIncident[] {
    return [...(this.#members.get(key) ?? [])].map((each) => this.#byKey.get(each)!);
  }

  /** True when it differs from what was told. */
  put(incident: WatchedIncident): boolean {
    const known = this.#byKey.get(incident.key);
    if (known && isSame(known, incident)) return false;
    this.#keep(incident);
    this.#changed.set(incident.key, incident);
    return true;
  }

  entry(entry: WatchedEntry): void {
    let keys = this.#entryKeys.get(entry.incident);
    if (!keys) this.#entryKeys.set(entry.incident, (keys = new Set()));
    if (keys.has(entry.key)) return;
    if (keys.size < maxEntryKeys) keys.add(entry.key);
    this.#entries.push(entry);
  }

  /** What changed since the last call. */
  take(): { readonly incidents: readonly WatchedIncident[]; readonly entries: readonly WatchedEntry[] } {
    const taken = { incidents: [...this.#changed.values()], entries: this.#entries };
    this.#changed = new Map();
    this.#entries = [];
    return taken;
  }

  /** Whether `take` has something. */
  get hasNews(): boolean {
    return this.#changed.size > 0 || this.#entries.length > 0;
  }

  get open(): number {
    let open = 0;
    for (const { state } of this.#byKey.values()) if (state !== 'resolved') open++;
    return open;
  }

  forget(nowMs: number): void {
    for (const [key, { state, resolvedMs, circuit, parent }] of this.#byKey) {
      if (state !== 'resolved' || nowMs - (resolvedMs ?? 0) < rememberMs) continue;
      this.#byKey.delete(key);
      this.#entryKeys.delete(key);
      this.#members.delete(key);
      if (circuit !== null) this.#ofCircuit.get(circuit)?.delete(key);
      if (parent !== null) this.#members.get(parent)?.delete(key);
    }
  }

  #keep(incident: WatchedIncident): void {
    const { key, circuit, parent } = incident;
    const before = this.#byKey.get(key)?.parent ?? null;
    this.#byKey.set(key, incident);
    if (circuit !== null) add(this.#ofCircuit, circuit, key);
    if (before !== null && before !== parent) this.#members.get(before)?.delete(key);
    if (parent !== null) add(this.#members, parent, key);
  }
}

function add<K>(map: Map<K, Set<string>>, at: K, key: string): void {
  const found = map.get(at);
  if (found) found.add(key);
  else map.set(at, new Set([key]));
}

const isSame = (a: WatchedIncident, b: WatchedIncident): boolean =>
  (Object.keys(b) as (keyof WatchedIncident)[]).every((field) => a[field] === b[field]);
