/** The series that are summed: of whom, of which interface, and bounds of how many. */
import type { Exporter as DecodedExporter } from '@linewatch/decode';
import { type Used, giveWay } from './second-chance.ts';

/** All that is needed of an exporter: the same object each time, and its address. */
export type Exporter = Pick<DecodedExporter, 'address'>;

/** Cells of one interface, side, basis and sampling rate: where in the set their rows are, by slot of their time. */
export class Series {
  readonly key: number;
  readonly interface: number;
  readonly side: number;
  readonly basis: number;
  readonly rate: number;
  readonly stated: number;
  lastS = 0;
  /** Set, and first second of the finest cells, that the slots below belong to. */
  window = -1;
  readonly seconds = new Int32Array(32).fill(-1);
  readonly tens = new Int32Array(32).fill(-1);
  readonly minutes = new Int32Array(64).fill(-1);
  /** Cells more than an hour old, by their time. */
  readonly older = new Map<number, number>();

  constructor(index: number, side: number, basis: number, rate: number, stated: number) {
    this.key = seriesKey(index, side, basis);
    this.interface = index;
    this.side = side;
    this.basis = basis;
    this.rate = rate;
    this.stated = stated;
  }

  begin(window: number): void {
    this.window = window;
    this.seconds.fill(-1);
    this.tens.fill(-1);
    this.minutes.fill(-1);
    this.older.clear();
  }
}

/** What tells the series of an exporter apart, but for the sampling. */
const seriesKey = (index: number, side: number, basis: number): number => index * 8 + side * 4 + basis;

/** Exporters remembered: anyone can claim to be many. Who gives way begins with new rows, which add up with the old. */
const maxExporters = 8192;
/** Interfaces remembered for one exporter and in all; more are counted and not summed. */
const maxInterfacesPerExporter = 4096;
const maxInterfaces = 50_000;

export interface ExporterSeries extends Used {
  readonly address: Uint8Array;
  /** By interface × 8 + side × 4 + basis; more than one where the sampling rate changed. */
  readonly byKey: Map<number, Series[]>;
  /** The series used last for each key, by the key's low bits. */
  readonly recent: (Series | undefined)[];
  interfaces: number;
}

const recentSlots = 128;

/** All series of all exporters. */
export class AllSeries {
  readonly #exporters = new Map<Exporter, ExporterSeries>();
  readonly #maxExporters: number;
  readonly #maxSeries: number;
  #series = 0;
  /** How often a series was not to be had, because too many are remembered. */
  overLimit = 0;

  constructor({ exporters = maxExporters, interfaces = maxInterfaces } = {}) {
    this.#maxExporters = exporters;
    this.#maxSeries = interfaces * 4;
  }

  of(exporter: Exporter): ExporterSeries {
    let known = this.#exporters.get(exporter);
    if (known) known.used = true;
    else {
      if (this.#exporters.size >= this.#maxExporters) this.#series -= giveWay(this.#exporters)?.interfaces ?? 0;
      known = {
        address: exporter.address,
        byKey: new Map(),
        recent: new Array<Series | undefined>(recentSlots).fill(undefined),
        interfaces: 0,
        used: false,
      };
      this.#exporters.set(exporter, known);
    }
    return known;
  }

  /** Undefined, and counted, beyond the bounds. */
  find(
    known: ExporterSeries,
    index: number,
    side: number,
    basis: number,
    rate: number,
    stated: number,
  ): Series | undefined {
    const key = seriesKey(index, side, basis);
    const slot = key & (recentSlots - 1);
    const recent = known.recent[slot];
    if (recent?.key === key && recent.rate === rate && recent.stated === stated) return recent;
    let list = known.byKey.get(key);
    let found = list?.find((series) => series.rate === rate && series.stated === stated);
    if (!found) {
      if (known.interfaces >= maxInterfacesPerExporter * 4 || this.#series >= this.#maxSeries) {
        this.overLimit++;
        return undefined;
      }
      if (!list) known.byKey.set(key, (list = []));
      found = new Series(index, side, basis, rate, stated);
      list.push(found);
      known.interfaces++;
      this.#series++;
    }
    known.recent[slot] = found;
    return found;
  }

  /** Those that were not heard since, Unix s. */
  forget(beforeS: number): void {
    for (const [exporter, known] of this.#exporters) {
      for (const [key, list] of known.byKey) {
        const kept = list.filter((series) => series.lastS >= beforeS);
        known.interfaces -= list.length - kept.length;
        this.#series -= list.length - kept.length;
        if (kept.length < list.length) known.recent.fill(undefined);
        if (kept.length === 0) known.byKey.delete(key);
        else if (kept.length < list.length) known.byKey.set(key, kept);
      }
      if (known.byKey.size === 0) this.#exporters.delete(exporter);
    }
  }
}
