/** How the partitions that this writer has are: for its health and its metrics. */
import { type Health, sleep } from '@linewatch/service';
import type { Progress } from './ingest.ts';
import type { Lag } from './metrics.ts';

/** How often lag is looked at, ms. */
const everyMs = 10_000;
/** How long a look waits for the queue, ms. */
const lagMs = 500;
/** Behind by more than this, s, and further behind at each of so many looks: it does not keep up. */
const lateS = 60;
const growingLooks = 3;
/** A partition that failed is taken up again within seconds, here or elsewhere, ms. */
const failureMs = 30_000;

interface State {
  readonly topic: string;
  readonly partition: number;
  progress?: Progress | undefined;
  problem: string;
  failure?: { readonly text: string; readonly atMs: number } | undefined;
  seconds: number;
  growing: number;
}

export class Partitions {
  readonly #states = new Map<string, State>();
  readonly #nowMs: () => number;
  #dead = 0;
  #lastDead = '';

  constructor(nowMs: () => number = Date.now) {
    this.#nowMs = nowMs;
  }

  #of(topic: string, partition: number): State {
    const place = `${topic}:${partition}`;
    let state = this.#states.get(place);
    if (!state) this.#states.set(place, (state = { topic, partition, problem: '', seconds: 0, growing: 0 }));
    return state;
  }

  began(topic: string, partition: number, progress: Progress): void {
    this.#of(topic, partition).progress = progress;
  }

  /** How many of a topic's this writer has, at least one. */
  count(topic: string): number {
    return Math.max(1, [...this.#states.values()].filter((each) => each.progress && each.topic === topic).length);
  }

  /** It was given up, whole or not. */
  ended(topic: string, partition: number): void {
    const state = this.#of(topic, partition);
    Object.assign(state, { progress: undefined, problem: '', seconds: 0, growing: 0 });
  }

  /** What holds inserts up; empty when nothing does. */
  problem(topic: string, partition: number, text: string): void {
    const state = this.#of(topic, partition);
    state.problem = text;
    if (text === '') state.failure = undefined;
  }

  failed(topic: string, partition: number, text: string): void {
    this.#of(topic, partition).failure = { text, atMs: this.#nowMs() };
  }

  dead(place: string, reason: string): void {
    this.#dead++;
    this.#lastDead = `${place}, ${reason.slice(0, 200)}`;
  }

  async lags(): Promise<Lag[]> {
    // Brokers that are away answer when they are back: who asks how the writer is does not wait for them.
    const patience = new AbortController();
    const late = sleep(lagMs, patience.signal).then(() => undefined);
    const lags = [...this.#states.values()].map(async ({ topic, partition, progress }): Promise<Lag | undefined> => {
      if (!progress) return undefined;
      const oldestMs = progress.oldestMs();
      const seconds = oldestMs === undefined ? 0 : Math.max(0, (this.#nowMs() - oldestMs) / 1000);
      const messages = await Promise.race([progress.lagMessages().catch(() => 0), late]);
      return { topic, partition, messages, seconds };
    });
    const known = await Promise.all(lags);
    patience.abort();
    return known.filter((lag) => lag !== undefined);
  }

  /** Compares with the look before. */
  async look(): Promise<void> {
    for (const { topic, partition, seconds } of await this.lags()) {
      const state = this.#of(topic, partition);
      state.growing = seconds > lateS && seconds > state.seconds ? state.growing + 1 : 0;
      state.seconds = seconds;
    }
  }

  /** Runs until the signal aborts. */
  async watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(everyMs, signal);
      await this.look();
    }
  }

  health(): Health {
    const wrong = [...this.#states.values()].flatMap(({ topic, partition, problem, failure, seconds, growing }) => {
      const place = `${topic}:${partition}`;
      if (problem !== '') return [`${place}: ${problem}`];
      if (failure && this.#nowMs() - failure.atMs < failureMs) return [`${place}: ${failure.text}`];
      if (growing >= growingLooks) return [`${place}: ${Math.round(seconds)} s behind, and falling further behind`];
      return [];
    });
    if (wrong.length > 0) return { ready: false, detail: wrong.join('; ') };
    const dead =
      this.#dead === 0 ? '' : `; ${this.#dead} messages went to the dead letters, the last: ${this.#lastDead}`;
    return { ready: true, detail: `writing${dead}` };
  }
}
