/**
 * Whether a line's flows and its interface's counters tell the same: compared by quarters of an hour, once no more of one is
 * expected. Exporters report a long flow when it ends, half an hour later at most by their defaults.
 */
import type { SumRow } from './sums.ts';

export interface GapSettings {
  /** Relative, 0.1 = 10 %. */
  readonly gap: number;
  /** For how long they have to differ, ms. */
  readonly forMs: number;
  /** Mean rate below which they are not compared, bit/s. */
  readonly leastBps: number;
}

const windowMs = 15 * 60_000;
const lateMs = 35 * 60_000;
/** Of a window that counters have to tell of. */
const leastCounted = 0.9;
const maxWindows = 8;

/** Octets of one side: of flows observed at the interface, of those inferred, of counters, and ms that these tell of. */
interface Side {
  observed: number;
  inferred: number;
  counted: number;
  countedMs: number;
}

type Window = readonly [Side, Side];

const newSide = (): Side => ({ observed: 0, inferred: 0, counted: 0, countedMs: 0 });

export interface Compared {
  /** Relative difference over the windows; null = they agree again. */
  readonly value: number | null;
  readonly atMs: number;
}

/** One line's. */
export class Gap {
  readonly #settings: GapSettings;
  readonly #windows = new Map<number, Window>();
  /** It was not there from the beginning of this one. */
  readonly #fromMs: number;
  #comparedMs = 0;
  /** Since when they differ; null = they do not. */
  #sinceMs: number | null = null;
  #told = false;

  constructor(settings: GapSettings, nowMs: number, told: boolean) {
    this.#settings = settings;
    this.#fromMs = Math.ceil(nowMs / windowMs) * windowMs;
    this.#told = told;
  }

  add({ timeS, side, basis, octets, flows }: Readonly<SumRow>): void {
    const start = Math.floor((timeS * 1000) / windowMs) * windowMs;
    if (start < this.#fromMs || start <= this.#comparedMs || side > 1) return;
    let window = this.#windows.get(start);
    if (!window) {
      if (this.#windows.size >= maxWindows) return;
      this.#windows.set(start, (window = [newSide(), newSide()]));
    }
    const at = window[side as 0 | 1];
    if (basis === 0) at.observed += octets;
    else if (basis === 1) at.inferred += octets;
    else if (basis === 2) {
      at.counted += octets;
      at.countedMs += flows;
    }
  }

  /** What changed by windows that are complete at a time. */
  due(nowMs: number): Compared | undefined {
    let changed: Compared | undefined;
    const complete = [...this.#windows.keys()].filter((start) => start + windowMs + lateMs <= nowMs);
    for (const start of complete.sort((a, b) => a - b)) {
      const gap = this.#gapOf(this.#windows.get(start)!);
      this.#windows.delete(start);
      this.#comparedMs = Math.max(this.#comparedMs, start);
      // Too little to compare: nothing is known better than before.
      if (gap === undefined) continue;
      const endMs = start + windowMs;
      if (gap <= this.#settings.gap) {
        this.#sinceMs = null;
        if (this.#told) changed = { value: null, atMs: endMs };
        this.#told = false;
      } else {
        this.#sinceMs ??= start;
        if (endMs - this.#sinceMs < this.#settings.forMs) continue;
        changed = { value: Math.round(gap * 1000) / 1000, atMs: endMs };
        this.#told = true;
      }
    }
    return changed;
  }

  /** The larger of both sides; undefined where there is nothing to compare. */
  #gapOf(window: Window): number | undefined {
    const gaps = window.flatMap(({ observed, inferred, counted, countedMs }) => {
      const flows = observed > 0 ? observed : inferred;
      const bps = (Math.max(counted, flows) * 8000) / windowMs;
      if (countedMs < windowMs * leastCounted || flows === 0 || bps < this.#settings.leastBps) return [];
      return [Math.abs(flows - counted) / Math.max(1, counted)];
    });
    return gaps.length === 0 ? undefined : Math.max(...gaps);
  }
}
