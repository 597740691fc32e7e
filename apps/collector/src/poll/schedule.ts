/**
 * Which device is to be asked when. Each has its own place in the period, by its address, so that they spread over it;
 * one where something happens, or that stops answering, is asked soon and more often for a while; one that has not answered
 * for long is asked ever less often. Time is an argument.
 */
import { fnv1a } from '@linewatch/record';

export interface ScheduleOptions {
  readonly everyMs: number;
  /** Devices asked at the same time. */
  readonly concurrency: number;
}

/** Longest between two attempts at a device that does not answer, unless the period itself is longer. */
const longestMs = 600_000;
/** The first attempt at a new device comes within this. */
const firstMs = 10_000;
/** Never more often than this, whatever is asked for. */
const leastMs = 5000;
/** After something happened: as often as this, for so long. */
const hurryEveryMs = 10_000;
const hurryMs = 60_000;
/** Who answered so lately is asked at each period, whether it answers or not: when it is back is when a line was. */
const knownMs = 24 * 3_600_000;

interface Entry<T> {
  target: T;
  readonly phaseMs: number;
  dueMs: number;
  startedMs: number;
  answeredMs: number;
  failures: number;
  hurryUntilMs: number;
  running: boolean;
}

export class Schedule<T> {
  readonly #entries = new Map<string, Entry<T>>();
  #options: ScheduleOptions;
  #running = 0;

  constructor(options: ScheduleOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  get running(): number {
    return this.#running;
  }

  /** Replaces what is asked; who stays keeps its place. */
  set(targets: ReadonlyMap<string, T>, options: ScheduleOptions, nowMs: number): void {
    const moved = options.everyMs !== this.#options.everyMs;
    this.#options = options;
    for (const [key, entry] of this.#entries) {
      const target = targets.get(key);
      if (target === undefined) this.#entries.delete(key);
      else {
        // Perhaps with another credential: worth an attempt.
        if (target !== entry.target && entry.failures > 0) entry.dueMs = Math.min(entry.dueMs, nowMs + leastMs);
        entry.target = target;
        if (moved) entry.dueMs = Math.min(entry.dueMs, this.#place(entry, nowMs));
      }
    }
    for (const [key, target] of targets) {
      if (this.#entries.has(key)) continue;
      const phaseMs = fnv1a(Buffer.from(key));
      const dueMs = nowMs + (phaseMs % Math.min(firstMs, options.everyMs));
      this.#entries.set(key, {
        target,
        phaseMs,
        dueMs,
        startedMs: -Infinity,
        answeredMs: -Infinity,
        failures: 0,
        hurryUntilMs: 0,
        running: false,
      });
    }
  }

  /** The device's next place in the period, after `nowMs`. */
  #place({ phaseMs }: Entry<T>, nowMs: number): number {
    const { everyMs } = this.#options;
    return nowMs + everyMs - ((((nowMs - phaseMs) % everyMs) + everyMs) % everyMs);
  }

  /** Who is to be asked now, longest due first; each is then running until `done`. */
  next(nowMs: number): [key: string, target: T][] {
    const free = this.#options.concurrency - this.#running;
    if (free <= 0) return [];
    const due = [...this.#entries].filter(([, entry]) => !entry.running && entry.dueMs <= nowMs);
    due.sort(([, a], [, b]) => a.dueMs - b.dueMs);
    return due.slice(0, free).map(([key, entry]) => {
      entry.running = true;
      entry.startedMs = nowMs;
      this.#running++;
      return [key, entry.target];
    });
  }

  done(key: string, answered: boolean, nowMs: number): void {
    this.#running--;
    const entry = this.#entries.get(key);
    // One that was taken out, and perhaps in again, meanwhile.
    if (!entry?.running) return;
    entry.running = false;
    const { everyMs } = this.#options;
    entry.failures = answered ? 0 : Math.min(entry.failures + 1, 30);
    if (answered) entry.answeredMs = nowMs;
    const isKnown = nowMs - entry.answeredMs < knownMs;
    // In doubt: one answer that was lost is not to be taken for a device that is gone.
    if (isKnown && entry.failures === 1) entry.hurryUntilMs = nowMs + hurryMs;
    let dueMs = this.#place(entry, nowMs);
    if (entry.failures > 1 && !isKnown) {
      const wait = Math.max(everyMs, Math.min(longestMs, everyMs * 2 ** (entry.failures - 1)));
      dueMs = Math.max(dueMs, entry.startedMs + wait);
    }
    if (nowMs < entry.hurryUntilMs) dueMs = Math.min(dueMs, entry.startedMs + hurryEveryMs);
    entry.dueMs = Math.max(dueMs, entry.startedMs + leastMs);
  }

  /** Something happened there: ask within seconds, and more often for a while. */
  soon(key: string, nowMs: number): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    entry.hurryUntilMs = nowMs + hurryMs;
    if (!entry.running) entry.dueMs = Math.min(entry.dueMs, Math.max(nowMs + 1000, entry.startedMs + leastMs));
  }
}
