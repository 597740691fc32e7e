/** Weekly 95th percentiles of lines, for forecasts: read once a week of each line, beside everything else, and kept in memory. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Weekly, trendWeeks, weekMs } from '@linewatch/alerting';
import { type Logger, describe } from '@linewatch/service';
import { type FiveMinutes, percentile } from '@linewatch/sla';

const stepMs = 300_000;
const stepsAWeek = weekMs / stepMs;
/** Of a week, for its percentile to stand for it. */
const leastSteps = stepsAWeek / 2;
/** Weeks of one question: answers have an upper bound. */
const weeksAtOnce = 7;
/** Since 1970: weeks begin on Mondays, 00:00 UTC. */
const firstMondayMs = 4 * 86_400_000;
/** What comes late is in by then. */
const lateMs = 2 * 3_600_000;
const queryMs = 60_000;
/** A server that did not answer is left alone so long; one that does is asked with a pause after each line. */
const awayMs = 10 * 60_000;
const restMs = 20;

/** Stored 5-minute means of a circuit, between two times that are whole steps, Unix s; of the trust with this label. */
export type FiveMinuteSource = (
  trust: string,
  circuit: number,
  fromS: number,
  toS: number,
  signal: AbortSignal,
) => Promise<FiveMinutes>;

interface Known {
  /** Number of the week after the last. */
  readonly end: number;
  readonly down: readonly (number | null)[];
  readonly up: readonly (number | null)[];
}

export interface WeeklyOptions {
  readonly source: FiveMinuteSource;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

const weekOf = (atMs: number): number => Math.floor((atMs - firstMondayMs) / weekMs);
const beginMs = (week: number): number => firstMondayMs + week * weekMs;

/** A week's percentiles out of means that begin with it. */
function weekFrom({ inBps, outBps, counted }: FiveMinutes, at: number): readonly [number | null, number | null] {
  const [from, to] = [at * stepsAWeek, (at + 1) * stepsAWeek];
  const samples = {
    startMs: 0,
    inBps: inBps.subarray(from, to),
    outBps: outBps.subarray(from, to),
    counted: counted.subarray(from, to),
  };
  const found = percentile({ terms: {}, samples, committedBps: null });
  return found.samples < leastSteps ? [null, null] : [found.inBps, found.outBps];
}

export class WeeklyUse {
  readonly #options: WeeklyOptions;
  readonly #known = new Map<number, Known>();
  /** Trusts of which all lines were read once. */
  readonly #whole = new Set<string>();
  readonly #running = new Set<string>();
  #awayUntilMs = 0;

  constructor(options: WeeklyOptions) {
    this.#options = options;
  }

  /** Undefined: it was not read yet. */
  of(circuit: number): Weekly | undefined {
    const known = this.#known.get(circuit);
    return known && { startMs: beginMs(known.end - trendWeeks), down: known.down, up: known.up };
  }

  /** Whether anything can be said of a trust's lines. */
  knows(trust: string): boolean {
    return this.#whole.has(trust);
  }

  /** Reads what is not known yet, beside the caller; one at a time for a trust. */
  refresh(trust: string, circuits: readonly number[], nowMs: number): void {
    if (nowMs < this.#awayUntilMs || this.#running.has(trust)) return;
    const end = weekOf(nowMs - lateMs);
    const due = circuits.filter((circuit) => this.#known.get(circuit)?.end !== end);
    if (due.length === 0) {
      this.#whole.add(trust);
      return;
    }
    this.#running.add(trust);
    this.#read(trust, due, end)
      .then(
        () => this.#whole.add(trust),
        (error: unknown) => {
          this.#awayUntilMs = nowMs + awayMs;
          if (!this.#options.signal.aborted)
            this.#options.logger.warn({ trust, reason: describe(error) }, 'use of past weeks could not be read');
        },
      )
      .finally(() => this.#running.delete(trust))
      .catch(() => undefined);
  }

  async #read(trust: string, circuits: readonly number[], end: number): Promise<void> {
    const { signal } = this.#options;
    for (const circuit of circuits) {
      signal.throwIfAborted();
      const known = this.#known.get(circuit);
      const from = Math.max(end - trendWeeks, known?.end ?? 0);
      const down = [...(known?.down ?? [])];
      const up = [...(known?.up ?? [])];
      for (let week = from; week < end; week += weeksAtOnce) {
        const to = Math.min(end, week + weeksAtOnce);
        const means = await this.#means(trust, circuit, week, to);
        for (let at = 0; at < to - week; at++) {
          const [ins, outs] = weekFrom(means, at);
          down.push(ins);
          up.push(outs);
        }
      }
      this.#known.set(circuit, { end, down: down.slice(-trendWeeks), up: up.slice(-trendWeeks) });
      await pause(restMs, undefined, { signal });
    }
  }

  #means(trust: string, circuit: number, from: number, to: number): Promise<FiveMinutes> {
    const { source, signal } = this.#options;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(queryMs)]);
    return source(trust, circuit, beginMs(from) / 1000, beginMs(to) / 1000, limit);
  }
}
