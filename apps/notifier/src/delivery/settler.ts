/** What came of attempts, to PostgreSQL: many in one transaction, tried again until it is taken. */
import { EstateError, type Notifying, type Settled } from '@linewatch/estate';
import { type Logger, backoffMs, describe, sleep } from '@linewatch/service';
import type { NotifierMetrics } from '../metrics.ts';

export interface SettlerOptions {
  readonly notifying: Pick<Notifying, 'settle'>;
  readonly epoch: number;
  readonly metrics: NotifierMetrics;
  readonly logger: Logger;
  readonly onProblem: (text: string) => void;
  /** Nothing more is kept: another one leads. */
  readonly onLost: (error: unknown) => void;
  readonly signal: AbortSignal;
}

interface Waiting {
  readonly settled: Settled;
  readonly done: () => void;
}

const gatherMs = 20;
const mostAtOnce = 200;
const mostPauseMs = 5000;

export class Settler {
  readonly #options: SettlerOptions;
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(options: SettlerOptions) {
    this.#options = options;
  }

  /** Resolves when it is kept, or never will be by this one (the signal has aborted). */
  add(settled: Settled): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ settled, done: resolve });
      if (this.#waiting.length >= mostAtOnce) this.#begin();
      else this.#timer ??= setTimeout(() => this.#begin(), gatherMs);
    });
  }

  /** What waits is kept first, if the database takes it. */
  async end(): Promise<void> {
    this.#begin();
    await this.#running;
  }

  #begin(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      if (this.#waiting.length > 0) this.#begin();
    });
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, mostAtOnce);
      try {
        await this.#keep(batch.map(({ settled }) => settled));
      } catch (error) {
        this.#options.onLost(error);
      }
      for (const { done } of batch) done();
    }
  }

  /** @throws EstateError `leadership_lost`, `closed` */
  async #keep(settled: readonly Settled[]): Promise<void> {
    const { notifying, epoch, metrics, logger, onProblem, signal } = this.#options;
    for (let attempt = 0; ; attempt++) {
      const began = performance.now();
      try {
        await notifying.settle(epoch, settled);
        metrics.settle((performance.now() - began) / 1000);
        onProblem('');
        return;
      } catch (error) {
        if (!(error instanceof EstateError) || error.code === 'leadership_lost' || error.code === 'closed') throw error;
        metrics.retried('settle', error.code);
        onProblem(describe(error));
        if (attempt % 12 === 0)
          logger.warn({ attempt, code: error.code, reason: describe(error) }, 'results of deliveries are kept again');
        // The database does not take one of them as it is: the others are not to wait for it.
        if (error.code === 'query_failed' && attempt >= 2 && settled.length > 1) {
          for (const each of settled) await this.#keep([each]);
          return;
        }
        if (error.code === 'query_failed' && attempt === 4)
          settled = settled.map((each) => ({
            ...each,
            exchanges: [],
            ticket: null,
            error: each.error && 'see the log',
          }));
        if (signal.aborted) throw error;
        await sleep(backoffMs(attempt, 100, mostPauseMs), signal);
      }
    }
  }
}
