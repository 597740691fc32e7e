import { type SignalBatch, formatAddress, labelKey } from '@linewatch/record';
import { RecentMax } from './age.ts';
import { strided } from './columns.ts';
import { CellRing, aheadS, cellOf, cellS, windowCells, windowS } from './ring.ts';

export type Side = 0 | 1;

export interface LiveExporter {
  /** See `sourceKey`. */
  readonly key: string;
  readonly bytes: string;
  readonly trust: number;
  /** Label of the collector that it sends to. */
  readonly collector: string;
  /** RFC 5952 text. */
  readonly address: string;
  readonly interfaces: Map<number, LiveInterface>;
  /** How late its records were, ms: append time less the end of the cell they tell of. */
  readonly lateness: RecentMax;
}

export interface LiveInterface {
  readonly exporter: LiveExporter;
  readonly index: number;
  /** By side * 3 + basis. */
  readonly rings: (CellRing | undefined)[];
  /** Our clock, Unix ms, of the latest sums. */
  heardMs: number;
  /** A circuit names it: it goes last when room is needed. */
  mapped: boolean;
}

export interface InterfaceCounts {
  /** Rows that told of a time outside the window. */
  onOutside: (rows: number) => void;
  onEvicted: () => void;
}

/** Numbers of the first and last cell that are taken. */
interface Window {
  readonly first: number;
  readonly last: number;
}

/** Names an exporter: keys of trust and collector label, address as text. One address may stand behind two collectors. */
export const sourceKey = (trust: number, collector: number, address: string): string =>
  `${trust}/${collector}/${address}`;

/**
 * What was heard of every exporter interface in the last 15 minutes. Sums of all sampling rates add up in one cell, each
 * multiplied by its rate as it comes. Memory is bounded: beyond `limit` interfaces the one heard longest
 * ago gives way, and those that a circuit names give way last.
 */
export class LiveInterfaces {
  readonly #limit: number;
  readonly #counts: InterfaceCounts;
  /** By the address's 16 bytes, which is how rows name it, and by `sourceKey`. */
  readonly #byBytes = new Map<string, LiveExporter>();
  readonly #byKey = new Map<string, LiveExporter>();
  /** Least recently heard first. */
  readonly #all = new Set<LiveInterface>();

  constructor(limit: number, counts: InterfaceCounts) {
    this.#limit = limit;
    this.#counts = counts;
  }

  get size(): number {
    return this.#all.size;
  }

  exporter(source: string): LiveExporter | undefined {
    return this.#byKey.get(source);
  }

  all(): Iterable<LiveInterface> {
    return this.#all;
  }

  /** Adds a batch that was put on the queue at `heardMs`. */
  add(batch: SignalBatch, heardMs: number, nowMs: number): void {
    const trust = labelKey(batch.trust);
    const collector = labelKey(batch.collector);
    const time = strided(batch, 'time_s');
    const width = strided(batch, 'width_s');
    const address = strided(batch, 'exporter');
    const index = strided(batch, 'interface');
    const side = strided(batch, 'side');
    const basis = strided(batch, 'basis');
    const rate = strided(batch, 'sampling_rate');
    const octets = strided(batch, 'octets');
    const addressBytes = Buffer.from(address.data.buffer, address.data.byteOffset, address.data.byteLength);
    const window = { first: cellOf(nowMs) - windowCells + 1, last: cellOf(nowMs + aheadS * 1000) - 1 };
    const touched = new Set<LiveInterface>();
    let outside = 0;
    let exporter: LiveExporter | undefined;
    let exporterAt = -1;
    let heard: LiveInterface | undefined;
    for (let row = 0; row < batch.rows; row++) {
      const startS = time.data[row * time.stride]!;
      const seconds = width.data[row * width.stride]! || 1;
      // Before anything is remembered: history that is put in later is not news of an interface.
      if (startS + seconds <= window.first * cellS || startS >= (window.last + 1) * cellS) {
        outside++;
        continue;
      }
      const at = row * address.stride;
      if (exporter === undefined || !sameWords(address.data, at, exporterAt)) {
        exporter = this.#exporterOf(trust, collector, batch.collector, addressBytes.subarray(at * 4, at * 4 + 16));
        heard = undefined;
      }
      exporterAt = at;
      const number = index.data[row * index.stride]!;
      if (heard?.index !== number) {
        heard = exporter.interfaces.get(number) ?? this.#create(exporter, number);
        touched.add(heard);
      }
      const o = row * octets.stride;
      const scaled = (octets.data[o]! + octets.data[o + 1]! * 2 ** 32) * (rate.data[row * rate.stride]! || 1);
      const slot = (side.data[row * side.stride]! & 1) * 3 + Math.min(2, basis.data[row * basis.stride]!);
      const ring = (heard.rings[slot] ??= new CellRing());
      addSpread(ring, startS, seconds, scaled, window);
      exporter.lateness.note(heardMs, heardMs - (startS + seconds) * 1000);
    }
    for (const each of touched) this.#heard(each, heardMs);
    if (outside > 0) this.#counts.onOutside(outside);
    this.#forget(nowMs);
  }

  #exporterOf(trust: number, collector: number, label: string, address: Buffer): LiveExporter {
    const bytes = `${trust}/${collector}/${address.toString('latin1')}`;
    const known = this.#byBytes.get(bytes);
    if (known) return known;
    const text = formatAddress(address);
    const key = sourceKey(trust, collector, text);
    return { key, bytes, trust, collector: label, address: text, interfaces: new Map(), lateness: new RecentMax() };
  }

  #create(exporter: LiveExporter, index: number): LiveInterface {
    if (this.#all.size >= this.#limit) this.#evict();
    const created: LiveInterface = {
      exporter,
      index,
      rings: new Array<CellRing | undefined>(6).fill(undefined),
      heardMs: 0,
      mapped: false,
    };
    exporter.interfaces.set(index, created);
    this.#all.add(created);
    this.#byBytes.set(exporter.bytes, exporter);
    this.#byKey.set(exporter.key, exporter);
    return created;
  }

  #heard(each: LiveInterface, heardMs: number): void {
    if (heardMs > each.heardMs) each.heardMs = heardMs;
    // One that was evicted while its batch was read stays away.
    if (this.#all.delete(each)) this.#all.add(each);
  }

  #forget(nowMs: number): void {
    for (const each of this.#all) {
      if (each.heardMs >= nowMs - windowS * 1000) break;
      this.#remove(each);
    }
  }

  /** A mapped one goes to the end of the line instead, unless there is nothing but mapped ones. */
  #evict(): void {
    let spared = 0;
    for (const each of this.#all) {
      if (each.mapped && spared < this.#all.size) {
        spared++;
        this.#all.delete(each);
        this.#all.add(each);
      } else {
        this.#remove(each);
        this.#counts.onEvicted();
        return;
      }
    }
  }

  #remove({ exporter, index }: LiveInterface): void {
    const each = exporter.interfaces.get(index);
    if (each) this.#all.delete(each);
    exporter.interfaces.delete(index);
    if (exporter.interfaces.size > 0) return;
    this.#byBytes.delete(exporter.bytes);
    this.#byKey.delete(exporter.key);
  }
}

function sameWords(words: Uint32Array | Uint8Array, a: number, b: number): boolean {
  return (
    a === b ||
    (words[a] === words[b] &&
      words[a + 1] === words[b + 1] &&
      words[a + 2] === words[b + 2] &&
      words[a + 3] === words[b + 3])
  );
}

/** Spreads a sum evenly over the cells it covers, as far as they lie in the window. */
function addSpread(ring: CellRing, startS: number, seconds: number, octets: number, window: Window): void {
  const first = Math.max(window.first, Math.floor(startS / cellS));
  const last = Math.min(window.last, Math.floor((startS + seconds - 1) / cellS));
  for (let cell = first; cell <= last; cell++) {
    const from = Math.max(startS, cell * cellS);
    const to = Math.min(startS + seconds, (cell + 1) * cellS);
    ring.add(cell, (octets * (to - from)) / seconds);
  }
}

/**
 * The ring that counts for a side: what was observed at the interface itself when there is any in the window, else what
 * was inferred from records of the other side, else what its counter said. Never two: they tell of the same traffic. What
 * is stored has the counter first; here it comes last, for it comes late.
 */
export function ringOf(each: LiveInterface, side: Side, nowMs: number): CellRing | undefined {
  const oldest = cellOf(nowMs) - windowCells;
  for (const basis of [0, 1, 2]) {
    const ring = each.rings[side * 3 + basis];
    if (ring && ring.newest > oldest) return ring;
  }
  return undefined;
}

/** Whether a ring is of a counter: it tells of a whole period at its end, and of nothing between. */
export const isCounted = (each: LiveInterface, ring: CellRing): boolean => each.rings.indexOf(ring) % 3 === 2;
