interface Gap {
  readonly fromMs: number;
  readonly toMs: number;
}

interface Collector {
  firstMs: number;
  lastMs: number;
  /** It is away since its last heartbeat, and others went on for longer than may be. */
  isAway: boolean;
  /** Between first and last, in order. */
  readonly gaps: Gap[];
}

const maxCollectors = 4096;
const maxGaps = 4096;
/** Changes that are remembered one by one. */
const maxChanges = 64;

/** The bytes are of no watch, or of another version. */
export class WatchError extends Error {
  override readonly name = 'WatchError';
  readonly code = 'watch_invalid';
}

/**
 * When collectors watched, from their heartbeats in any order: not before the first, and not between two that are further
 * apart than `blindMs`, [last, next). The newest heartbeat of all is the time: a collector whose own is older by more than
 * `blindMs` is away. One serves all circuits; a heartbeat costs them nothing.
 */
export class Watch {
  readonly blindMs: number;
  readonly #collectors = new Map<string, Collector>();
  /** From when on each of the latest changes was one. */
  readonly #changes: number[] = [];
  #version = 0;
  #nowMs = -Infinity;
  /** No collector is found to be away before this. */
  #dueMs = Infinity;

  constructor(blindMs: number) {
    this.blindMs = blindMs;
  }

  /** Rises when what `watched` says has changed. */
  get version(): number {
    return this.#version;
  }

  /** The newest heartbeat, or what it was advanced to. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** From when on something has changed since a version. */
  changedSince(version: number): number {
    const count = this.#version - version;
    if (count <= 0) return Infinity;
    return count > this.#changes.length ? -Infinity : Math.min(...this.#changes.slice(-count));
  }

  beat(collector: string, timeMs: number): void {
    if (!Number.isFinite(timeMs)) return;
    const atMs = Math.round(timeMs);
    const known = this.#collectors.get(collector);
    if (!known) {
      if (this.#collectors.size >= maxCollectors) return;
      this.#collectors.set(collector, {
        firstMs: atMs,
        lastMs: atMs,
        isAway: this.#nowMs - atMs > this.blindMs,
        gaps: [],
      });
      this.#changed(-Infinity);
    } else if (atMs > known.lastMs) this.#onwards(known, atMs);
    else if (atMs < known.firstMs) {
      this.#insert(known, 0, atMs, known.firstMs);
      known.firstMs = atMs;
      this.#changed(atMs);
    } else this.#between(known, atMs);
    // What was before is not remembered: so it was not seen.
    if (known && known.gaps.length > maxGaps) known.firstMs = known.gaps.shift()!.toMs;
    this.#dueMs = Math.min(this.#dueMs, atMs + this.blindMs);
    this.advance(atMs);
  }

  /** Time goes on without a heartbeat, where something else tells it. */
  advance(nowMs: number): void {
    if (nowMs <= this.#nowMs) return;
    this.#nowMs = nowMs;
    if (nowMs <= this.#dueMs) return;
    this.#dueMs = Infinity;
    for (const collector of this.#collectors.values()) {
      if (collector.isAway) continue;
      if (nowMs - collector.lastMs <= this.blindMs) {
        this.#dueMs = Math.min(this.#dueMs, collector.lastMs + this.blindMs);
        continue;
      }
      collector.isAway = true;
      this.#changed(collector.lastMs);
    }
  }

  watched(collector: string, atMs: number): boolean {
    const known = this.#collectors.get(collector);
    if (!known || atMs < known.firstMs) return false;
    if (atMs >= known.lastMs) return !known.isAway;
    const gap = known.gaps[gapBefore(known.gaps, atMs)];
    return gap === undefined || atMs >= gap.toMs;
  }

  /** When it began or ended to watch, within [fromMs, toMs). */
  edges(collector: string, fromMs: number, toMs: number, call: (atMs: number) => void): void {
    const known = this.#collectors.get(collector);
    if (!known) return;
    const within = (atMs: number): void => {
      if (atMs >= fromMs && atMs < toMs) call(atMs);
    };
    within(known.firstMs);
    if (known.isAway) within(known.lastMs);
    for (let i = Math.max(0, gapBefore(known.gaps, fromMs)); i < known.gaps.length; i++) {
      const gap = known.gaps[i]!;
      if (gap.fromMs >= toMs) break;
      within(gap.fromMs);
      within(gap.toMs);
    }
  }

  /** `sinceMs`: gaps that ended before are left out, and so is what was watched before them. */
  snapshot(sinceMs: number): Uint8Array {
    const collectors = [...this.#collectors].map(([label, { firstMs, lastMs, gaps }]) => {
      const kept = gaps.filter((gap) => gap.toMs > sinceMs);
      const left = gaps.length > kept.length ? gaps[gaps.length - kept.length - 1]!.toMs : firstMs;
      return [label, left, lastMs, kept.flatMap((gap) => [gap.fromMs, gap.toMs])];
    });
    const now = Number.isFinite(this.#nowMs) ? this.#nowMs : null;
    return new TextEncoder().encode(JSON.stringify({ version: 1, now, collectors }));
  }

  /** @throws WatchError */
  static restore(bytes: Uint8Array, blindMs: number): Watch {
    const watch = new Watch(blindMs);
    try {
      const value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Partial<Kept> | null;
      if (value?.version !== 1 || !Array.isArray(value.collectors)) throw new WatchError('not a watch of version 1');
      if (value.collectors.length > maxCollectors) throw new WatchError('too many collectors');
      const collectors = (value.collectors as readonly unknown[]).map(readCollector);
      watch.#nowMs = Math.max(
        Number.isFinite(value.now) ? (value.now as number) : -Infinity,
        ...collectors.map(([, { lastMs }]) => lastMs),
      );
      for (const [label, collector] of collectors) {
        collector.isAway = watch.#nowMs - collector.lastMs > blindMs;
        watch.#dueMs = Math.min(watch.#dueMs, collector.lastMs + blindMs);
        watch.#collectors.set(label, collector);
      }
      watch.#changed(-Infinity);
    } catch (error) {
      if (error instanceof WatchError) throw error;
      throw new WatchError('not a watch', { cause: error });
    }
    return watch;
  }

  #onwards(known: Collector, atMs: number): void {
    const { lastMs, isAway } = known;
    const isGap = atMs - lastMs > this.blindMs;
    if (isGap) this.#insert(known, known.gaps.length, lastMs, atMs);
    known.lastMs = atMs;
    known.isAway = this.#nowMs - atMs > this.blindMs;
    // What was away up to now was told of already.
    if (isGap || isAway) this.#changed(isAway && isGap ? atMs : lastMs);
  }

  #between(known: Collector, atMs: number): void {
    const i = gapBefore(known.gaps, atMs);
    const gap = known.gaps[i];
    if (gap === undefined || atMs >= gap.toMs || atMs === gap.fromMs) return;
    known.gaps.splice(i, 1);
    this.#insert(known, i, atMs, gap.toMs);
    this.#insert(known, i, gap.fromMs, atMs);
    this.#changed(gap.fromMs);
  }

  #insert(known: Collector, i: number, fromMs: number, toMs: number): void {
    if (toMs - fromMs <= this.blindMs) return;
    known.gaps.splice(i, 0, { fromMs, toMs });
  }

  #changed(fromMs: number): void {
    this.#version++;
    this.#changes.push(fromMs);
    if (this.#changes.length > maxChanges) this.#changes.shift();
  }
}

interface Kept {
  readonly version: unknown;
  readonly now: unknown;
  readonly collectors: unknown;
}

/** @throws WatchError */
function readCollector(value: unknown): [string, Collector] {
  const [label, firstMs, lastMs, edges] = (Array.isArray(value) ? value : []) as readonly unknown[];
  const times = Array.isArray(edges) ? [firstMs, ...(edges as readonly unknown[]), lastMs] : [];
  const isRight =
    typeof label === 'string' &&
    times.length >= 2 &&
    times.length % 2 === 0 &&
    times.length <= 2 * maxGaps + 2 &&
    times.every((time, i) => Number.isFinite(time) && (i === 0 || (times[i - 1] as number) <= (time as number)));
  if (!isRight) throw new WatchError('a collector is not one');
  const gaps: Gap[] = [];
  for (let i = 1; i < times.length - 1; i += 2) gaps.push({ fromMs: times[i] as number, toMs: times[i + 1] as number });
  return [label, { firstMs: firstMs as number, lastMs: lastMs as number, isAway: false, gaps }];
}

/** The last gap that begins at or before; -1: none. */
function gapBefore(gaps: readonly Gap[], atMs: number): number {
  let [low, high] = [0, gaps.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (gaps[middle]!.fromMs <= atMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
