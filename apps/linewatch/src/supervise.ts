/** Keeps one part running: starts it, waits for its end, starts it again after a pause that grows while it keeps failing. */
import { type Logger, backoffMs, describe, sleep } from '@linewatch/service';

export interface Running {
  /** Resolves when it has ended, with how. */
  readonly exited: Promise<string>;
  /** Ends it, within `limitMs` whatever it does. */
  stop(limitMs: number): Promise<unknown>;
}

export type PartState = 'stopped' | 'starting' | 'running' | 'waiting';

const firstPauseMs = 200;
const maxPauseMs = 3000;
/** After this long without an end, the next failure counts as the first. */
const steadyMs = 10_000;
/** For what came up when the stop had begun: it has hardly begun to work. */
const lateStopMs = 1000;

export class Part {
  readonly name: string;
  readonly #begin: () => Promise<Running>;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  #running: Running | undefined;
  #loop: Promise<void> = Promise.resolve();
  state: PartState = 'stopped';
  restarts = 0;
  lastEnd = '';

  constructor(name: string, begin: () => Promise<Running>, logger: Logger) {
    this.name = name;
    this.#begin = begin;
    this.#logger = logger;
  }

  /** Resolves when it runs; rejects when its first start fails, and then it is not tried again. */
  async start(): Promise<void> {
    this.state = 'starting';
    const running = await this.#begin();
    this.#running = running;
    this.state = 'running';
    this.#loop = this.#keep(running);
  }

  async #keep(first: Running): Promise<void> {
    let running: Running | undefined = first;
    let failures = 0;
    while (!this.#isStopping()) {
      const began = Date.now();
      if (running) {
        this.lastEnd = await running.exited;
        if (Date.now() - began > steadyMs) failures = 0;
      }
      // Aborted while it ran: this end was asked for.
      if (this.#isStopping()) return;
      this.state = 'waiting';
      const pauseMs = backoffMs(failures++, firstPauseMs, maxPauseMs);
      this.#logger.warn(
        { part: this.name, ended: this.lastEnd, pauseMs: Math.round(pauseMs) },
        'part ended and is started again',
      );
      await sleep(pauseMs, this.#stopping.signal);
      if (this.#isStopping()) return;
      this.state = 'starting';
      try {
        running = await this.#begin();
        this.#running = running;
        this.restarts++;
        this.state = 'running';
        // stop() may have looked for something to stop before this was there.
        if (this.#isStopping()) await running.stop(lateStopMs);
      } catch (error) {
        running = undefined;
        this.lastEnd = describe(error);
      }
    }
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** Stops it for good, within `limitMs`. */
  async stop(limitMs: number): Promise<void> {
    this.#stopping.abort();
    await this.#running?.stop(limitMs);
    await this.#loop;
    this.state = 'stopped';
  }
}
