/** One line as the watcher keeps it: its state, what is remembered besides, and the intervals as they were told. */
import type { CircuitStateRow, StoredInterval } from '@linewatch/estate';
import { CircuitState, type Evidence, type StateSettings, type Watch } from '@linewatch/sla';
import { rememberMs } from './known.ts';
import { type DeviceMemory, type KeptWatch, type LineMemory, packSnapshot } from './memory.ts';
import type { Line } from './plan.ts';
import type { State } from './incidents.ts';

/** Of a row. */
const maxSnapshotBytes = 64 * 1024;

/** What a line begins with, where it was watched before. */
export interface Restored {
  readonly memory: LineMemory;
  readonly state: Uint8Array;
  readonly told: readonly StoredInterval[];
}

export class WatchedLine {
  line: Line;
  readonly memory: LineMemory;
  readonly #state: CircuitState;
  #told: StoredInterval[];
  /** From when on what was told is to be kept; undefined: all is. */
  #changedMs: number | undefined;
  /** Something of it is not kept yet. */
  isDirty = false;
  /** Its circuit has ended, and so has all that is said of it. */
  isOver = false;

  private constructor(line: Line, memory: LineMemory, state: CircuitState, told: readonly StoredInterval[]) {
    this.line = line;
    this.memory = memory;
    this.#state = state;
    this.#told = [...told];
  }

  static begin(line: Line, memory: LineMemory, watch: Watch, startMs: number, settings: StateSettings): WatchedLine {
    const fromMs = Math.round(Math.max(startMs, line.circuit.validFromMs ?? 0));
    return new WatchedLine(line, memory, new CircuitState(watch, fromMs, settings), []);
  }

  /** @throws SnapshotError when the state is of another form. */
  static restore(line: Line, watch: Watch, { memory, state, told }: Restored, settings: StateSettings): WatchedLine {
    const restored = new WatchedLine(line, memory, CircuitState.restore(state, watch, settings), told);
    restored.isOver = (line.circuit.validToMs ?? Infinity) <= restored.#state.toMs && told.at(-1)?.toMs !== null;
    return restored;
  }

  add(evidence: Evidence): void {
    this.#state.add(evidence);
    this.isDirty = true;
  }

  /** Time goes on; returns the states that it came to be in, if anything changed. */
  advance(watermarkMs: number): readonly State[] | undefined {
    if (this.isOver) return undefined;
    const endMs = this.line.circuit.validToMs ?? Infinity;
    const toMs = Math.min(watermarkMs, endMs);
    if (!this.#state.advance(toMs) && toMs < endMs) return undefined;
    const change = this.#state.take();
    if (change) this.#tell(change.fromMs, change.intervals);
    const last = this.#told.at(-1);
    if (toMs >= endMs && last) {
      this.#tell(last.fromMs, endMs > last.fromMs ? [{ ...last, toMs: endMs }] : []);
      this.isOver = true;
    }
    return change ? change.intervals.map(({ state }) => state) : this.isOver ? [] : undefined;
  }

  get told(): readonly StoredInterval[] {
    return this.#told;
  }

  /** Up to when it is known. */
  get seenMs(): number {
    return this.#state.toMs;
  }

  get state(): State | undefined {
    return this.isOver ? undefined : this.#told.at(-1)?.state;
  }

  /** What is to be kept since the last call. */
  takeChange(): { readonly fromMs: number; readonly intervals: readonly StoredInterval[] } | undefined {
    const fromMs = this.#changedMs;
    if (fromMs === undefined) return undefined;
    this.#changedMs = undefined;
    const intervals = this.#told.filter((interval) => interval.fromMs >= fromMs);
    const forgetMs = this.seenMs - rememberMs;
    const kept = this.#told.findIndex(({ toMs }) => toMs === null || toMs > forgetMs);
    this.#told.splice(0, kept < 0 ? Math.max(0, this.#told.length - 1) : kept);
    return { fromMs, intervals };
  }

  /** Undefined: nothing is known of it yet. */
  row(device: DeviceMemory | undefined, watch: KeptWatch): CircuitStateRow | undefined {
    const last = this.#told.at(-1);
    if (!last) return undefined;
    this.isDirty = false;
    const { state, cause, fromMs: sinceMs } = last;
    const bytes = this.#state.snapshot();
    const kept = { line: this.memory, ...(device && { device }), ...watch };
    const whole = packSnapshot(kept, bytes);
    // When collectors watched, the other rows tell too.
    const snapshot = whole.length <= maxSnapshotBytes ? whole : packSnapshot({ ...kept, watch: '' }, bytes);
    return { circuit: this.line.circuit.id, state, cause, sinceMs, seenMs: this.seenMs, snapshot };
  }

  #tell(fromMs: number, intervals: readonly StoredInterval[]): void {
    const before = this.#told.filter((interval) => interval.fromMs < fromMs);
    const last = before.at(-1);
    if (last && (last.toMs === null || last.toMs > fromMs)) before[before.length - 1] = { ...last, toMs: fromMs };
    this.#told = [...before, ...intervals];
    this.#changedMs = Math.min(fromMs, this.#changedMs ?? Infinity);
    this.isDirty = true;
  }
}
