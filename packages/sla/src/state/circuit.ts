import type { Cause, LineState } from '../model.ts';
import type { Evidence, EvidenceNote, StateSettings } from './evidence.ts';
import { type CircuitMemory, readSnapshot, writeSnapshot } from './snapshot.ts';
import { checkSettings, isOfVantage, isSound, maxTimeMs, phraseOf, sourceKind } from './sound.ts';
import { Source, maxSpells } from './source.ts';
import { type Heard, type Turn, type WatchedInterval, intervalsOfTurns, nextInstant, sweep } from './sweep.ts';
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
  /** Evidence that came too late to be put into its place: it filled time of which nothing was known, or did nothing. */
  late: number;
}

/** How far back words are kept one by one: evidence that is late by less finds its place. */
const rawMs = 15 * 60_000;
/** How far back what was said may still change, by a word that tells since when. */
const backMs = 24 * 3_600_000;
const maxSources = 64;
/** Intervals that are kept once they are taken, and of all. */
const keptTurns = 64;
const maxTurns = 4096;

/**
 * The state of one circuit while its evidence comes in, in any order: what `intervalsOf` gives for all that came so far.
 * `watch` has the heartbeats and is shared by all circuits. `add` each evidence, `advance` to the watermark, `take` what
 * changed. Where nothing changes, an evidence and an advance cost next to nothing.
 *
 * Words are kept one by one for 15 minutes and 256 a source. What is later than that fills time of which nothing was known,
 * or is left out; counted as late. What was said more than a day ago is not changed any more.
 */
export class CircuitState {
  readonly counts: CircuitCounts = { refused: 0, late: 0 };
  readonly #watch: Watch;
  readonly #settings: StateSettings;
  readonly #sources: Source[];
  #heard: readonly Heard[] = [];
  /** Nothing changes before. */
  #floorMs: number;
  #toMs: number;
  #turns: Turn[];
  /** From when on they are not taken yet. */
  #untakenMs: number;
  /** From when on they have to be made again. */
  #changedMs = Infinity;
  /** When something may change by itself: not before. */
  #dueMs: number;
  #version: number;

  /** `startMs`: when its intervals begin. @throws RangeError for settings or a start that cannot be */
  constructor(watch: Watch, startMs: number, settings: StateSettings, memory?: CircuitMemory) {
    checkSettings(settings);
    if (!(startMs >= 0 && startMs <= maxTimeMs)) throw new RangeError('the start is to be a time from 1970 on');
    this.#watch = watch;
    this.#settings = settings;
    this.#sources = [...(memory?.sources ?? [])];
    this.#floorMs = memory?.floorMs ?? Math.round(startMs);
    this.#toMs = memory?.toMs ?? Math.round(startMs);
    this.#turns = [...(memory?.turns ?? [])];
    this.#untakenMs = memory?.untakenMs ?? Infinity;
    this.#dueMs = this.#toMs;
    this.#version = watch.version;
  }

  /**
   * The watch has to be restored before. Evidence that the snapshot holds already may come again: it changes nothing.
   *
   * @throws SnapshotError when the bytes are none, or of another version: begin anew.
   */
  static restore(bytes: Uint8Array, watch: Watch, settings: StateSettings): CircuitState {
    return new CircuitState(watch, 0, settings, readSnapshot(bytes, settings));
  }

  /** Up to when it is known. */
  get toMs(): number {
    return this.#toMs;
  }

  /** The interval that goes on; undefined before time has come to its start. */
  get now(): ToldInterval | undefined {
    const turn = this.#turns[this.#turns.length - 1];
    return turn && { ...turn, toMs: null };
  }

  add(evidence: Evidence): void {
    const source = isSound(evidence) ? this.#sourceOf(evidence) : undefined;
    if (!source) {
      this.counts.refused++;
      return;
    }
    const addedMs = source.add(evidence, source.phraseOf(evidence, phraseOf), this.#toMs - rawMs);
    // A probe that answers may show that its line was back a little before it failed last, by another clock.
    const changedMs = source.kind === 'probe' && addedMs !== undefined ? addedMs - this.#settings.skewMs : addedMs;
    if (changedMs === undefined) this.counts.late++;
    else if (changedMs < this.#toMs) this.#changedMs = Math.min(this.#changedMs, changedMs);
    else if (changedMs < this.#dueMs) this.#dueMs = changedMs;
    if (source.spells > maxSpells) this.#relieve(source);
  }

  /** Time goes on to the watermark, never back. True: `take` has something. */
  advance(watermarkMs: number): boolean {
    const fromMs = this.#toMs;
    if (watermarkMs > fromMs) this.#toMs = Math.floor(Math.min(watermarkMs, maxTimeMs));
    if (this.#version !== this.#watch.version) {
      this.#changedMs = Math.min(this.#changedMs, this.#watch.changedSince(this.#version));
      this.#version = this.#watch.version;
    }
    if (this.#changedMs === Infinity) {
      if (this.#toMs <= this.#dueMs) return this.#untakenMs < Infinity;
      this.#hear();
      this.#dueMs = nextInstant(this.#heard, this.#watch, this.#settings, fromMs);
      if (this.#turns.length === 0) this.#dueMs = this.#floorMs;
    }
    const changedMs = Math.max(Math.min(this.#changedMs, this.#dueMs), this.#floorMs);
    if (changedMs < this.#toMs) this.#make(changedMs);
    return this.#untakenMs < Infinity;
  }

  /** What changed since it was taken last; undefined: nothing. */
  take(): StateChange | undefined {
    const fromMs = this.#untakenMs;
    if (fromMs === Infinity) return undefined;
    this.#untakenMs = Infinity;
    const intervals = this.#told(fromMs);
    if (this.#turns.length > keptTurns) this.#forget(this.#turns[this.#turns.length - keptTurns]!.fromMs);
    return { fromMs, intervals };
  }

  /** Those that end after an instant, as far back as is kept, up to `toMs`. */
  intervals(fromMs: number): readonly WatchedInterval[] {
    return intervalsOfTurns(this.#turns, this.#toMs).filter(({ toMs }) => toMs > fromMs);
  }

  /** At most 48 KiB; usually under 2 KiB. */
  snapshot(): Uint8Array {
    this.advance(this.#toMs);
    if (this.#untakenMs === Infinity) this.#forget(this.#toMs - backMs);
    for (const source of this.#sources) source.settle(this.#toMs - rawMs);
    return writeSnapshot({
      floorMs: this.#floorMs,
      toMs: this.#toMs,
      untakenMs: this.#untakenMs,
      turns: this.#turns,
      sources: this.#sources,
    });
  }

  #sourceOf({ kind: said, name, collector }: Evidence): Source | undefined {
    const kind = sourceKind(said);
    const vantage = isOfVantage(kind) ? collector : '';
    const sources = this.#sources;
    for (let i = 0; i < sources.length; i++) {
      const source = sources[i]!;
      if (source.kind === kind && source.name === name && source.collector === vantage) return source;
    }
    if (sources.length >= maxSources && !this.#retire()) return undefined;
    const source = new Source(kind, name, vantage, this.#settings);
    sources.push(source);
    return source;
  }

  /** Gives up the source that has been silent for the longest time. */
  #retire(): boolean {
    let oldest = 0;
    for (const [i, { silentMs }] of this.#sources.entries()) if (silentMs < this.#sources[oldest]!.silentMs) oldest = i;
    if (this.#sources[oldest]!.silentMs >= this.#toMs) return false;
    this.#sources.splice(oldest, 1);
    return true;
  }

  #hear(): void {
    this.#heard = this.#sources.flatMap((source) => source.heard);
  }

  /** Makes the turns again from an instant on that is before `toMs`. */
  #make(changedMs: number): void {
    this.#hear();
    const kept = this.#turns.filter(({ fromMs }) => fromMs < changedMs);
    const made = sweep(this.#heard, this.#watch, this.#settings, changedMs, this.#toMs);
    const last = kept[kept.length - 1];
    if (last && last.state === made[0]!.state && last.cause === made[0]!.cause) made.shift();
    const turns = [...kept, ...made];
    this.#untakenMs = Math.min(this.#untakenMs, changeOf(this.#turns, turns));
    this.#turns = turns;
    this.#changedMs = Infinity;
    this.#dueMs = nextInstant(this.#heard, this.#watch, this.#settings, this.#toMs);
    if (turns.length <= maxTurns) return;
    // Nobody takes them: the oldest are lost.
    this.#turns = turns.slice(-maxTurns);
    this.#untakenMs = Math.max(this.#untakenMs, this.#turns[0]!.fromMs);
    this.#forget(this.#turns[0]!.fromMs);
  }

  #told(fromMs: number): ToldInterval[] {
    const told: ToldInterval[] = [];
    for (let i = this.#turns.length - 1; i >= 0 && this.#turns[i]!.fromMs >= fromMs; i--)
      told.push({ ...this.#turns[i]!, toMs: this.#turns[i + 1]?.fromMs ?? null });
    return told.reverse();
  }

  /** Many changes at once: what came of the first of them is made now. */
  #relieve(source: Source): void {
    this.advance(this.#toMs);
    this.#forget(source.latest(maxSpells / 2));
  }

  /** What was before no longer changes. What is not taken yet stays, and so does the turn of that instant. */
  #forget(beforeMs: number): void {
    if (beforeMs <= this.#floorMs) return;
    this.#floorMs = beforeMs;
    for (const source of this.#sources) source.forget(beforeMs);
    const first = this.#turns.findLastIndex(({ fromMs }) => fromMs <= Math.min(beforeMs, this.#untakenMs));
    if (first > 0) this.#turns.splice(0, first);
  }
}

const isSame = (a: Turn | undefined, b: Turn | undefined): boolean =>
  a?.fromMs === b?.fromMs &&
  a?.state === b?.state &&
  a?.cause === b?.cause &&
  a?.evidence.length === b?.evidence.length &&
  (a?.evidence ?? []).every(({ atMs, source, text }, i) => {
    const other = b!.evidence[i]!;
    return atMs === other.atMs && source === other.source && text === other.text;
  });

/** From when on others stand there; Infinity: none. An interval that ends later than it did is told again from its beginning. */
function changeOf(before: readonly Turn[], after: readonly Turn[]): number {
  let i = 0;
  while (i < Math.max(before.length, after.length) && isSame(before[i], after[i])) i++;
  if (i === before.length && i === after.length) return Infinity;
  const [was, is] = [before[i]?.fromMs ?? Infinity, after[i]?.fromMs ?? Infinity];
  return was < is ? (after[i - 1]?.fromMs ?? was) : is;
}
