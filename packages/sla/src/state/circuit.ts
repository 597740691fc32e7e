import { type Evidence, type EvidenceNote, type StateSettings, defaultStateSettings } from './evidence.ts';
import type { Cause, LineState } from '../model.ts';
import type { WatchedInterval } from './sweep.ts';
import type { Watch } from './watch.ts';

/** An interval as it is told: the last one goes on. */
export interface ToldInterval {
  readonly fromMs: number;
  readonly toMs: number | null;
  readonly state: LineState;
  readonly cause: Cause;
  readonly evidence: readonly EvidenceNote[];
}

/** From `fromMs` on, these are the intervals; what stood there before no longer does. The first begins at `fromMs`. */
export interface StateChange {
  readonly fromMs: number;
  readonly intervals: readonly ToldInterval[];
}

export interface CircuitCounts {
  /** Evidence that is none: a time, hold or name out of bounds, or more sources than are kept. */
  refused: number;
  /** Evidence that came too late to be put into its place: it filled time of which nothing was known, or nothing. */
  late: number;
}

/**
 * The state of one circuit as its evidence comes in, in any order: `intervalsOf` of what came so far. `watch` is shared by
 * all circuits; heartbeats go to it. Usage: `add` each evidence, `advance` to the watermark, `take` what changed.
 */
export declare class CircuitState {
  constructor(watch: Watch, startMs: number, settings?: StateSettings);
  /** @throws SnapshotError when the bytes are none of this version: begin anew. */
  static restore(bytes: Uint8Array, watch: Watch, settings?: StateSettings): CircuitState;
  readonly counts: CircuitCounts;
  /** Up to when it is known. */
  get toMs(): number;
  /** The state at the end of what is known; undefined before the first `advance`. */
  get now(): ToldInterval | undefined;
  add(evidence: Evidence): void;
  /** Time goes on to the watermark; true: `take` has something. */
  advance(watermarkMs: number): boolean;
  /** What changed since it was taken last; undefined: nothing. */
  take(): StateChange | undefined;
  /** From an instant on, as far back as is kept. */
  intervals(fromMs: number): readonly WatchedInterval[];
  snapshot(): Uint8Array;
}
void defaultStateSettings;
