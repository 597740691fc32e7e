/** What the core found, to PostgreSQL: one commit at a time, tried again unchanged until it is taken. */
import type { WatcherChange, Watching } from '@linewatch/estate';
import { EstateError } from '@linewatch/estate';
import { type Logger, backoffMs, describe, sleep } from '@linewatch/service';
import type { Core } from './core.ts';
import type { WatcherMetrics } from './metrics.ts';

export interface CommitterOptions {
  readonly watching: Pick<Watching, 'commit'>;
  readonly epoch: number;
  readonly core: Core;
  readonly metrics: WatcherMetrics;
  readonly logger: Logger;
  /** What holds commits up; empty: nothing does. */
  readonly onProblem: (text: string) => void;
  readonly signal: AbortSignal;
}

const mostPauseMs = 5000;

const isEmpty = ({ positions, states, intervals, incidents, entries, quality }: WatcherChange): boolean =>
  [positions, states, intervals, incidents, entries, quality].every((list) => list.length === 0);

export class Committer {
  readonly #options: CommitterOptions;
  #running: Promise<void> = Promise.resolve();
  #waiting: { all: boolean; done: Promise<void> } | undefined;

  constructor(options: CommitterOptions) {
    this.#options = options;
  }

  /**
   * Resolves when all that the core knows now is kept: `all` with how far it has come, else what changed only. Calls while one is
   * under way share the next.
   * @throws EstateError `leadership_lost`
   */
  commit(all: boolean): Promise<void> {
    if (this.#waiting) {
      this.#waiting.all ||= all;
      return this.#waiting.done;
    }
    const next = { all, done: Promise.resolve() };
    this.#waiting = next;
    next.done = this.#running.then(async () => {
      this.#waiting = undefined;
      await this.#once(next.all);
    });
    // Who asked learns of it; the next begins all the same.
    this.#running = next.done.catch(() => undefined);
    return next.done;
  }

  async #once(all: boolean): Promise<void> {
    const { watching, epoch, core, metrics, logger, onProblem, signal } = this.#options;
    const change = all ? core.everything() : core.changes();
    if (isEmpty(change)) return;
    for (let attempt = 0; !signal.aborted; attempt++) {
      const began = performance.now();
      try {
        await watching.commit(epoch, change);
        metrics.commit((performance.now() - began) / 1000);
        onProblem('');
        core.kept(change);
        return;
      } catch (error) {
        if (!(error instanceof EstateError) || error.code === 'leadership_lost') throw error;
        metrics.commitFailed(error.code);
        onProblem(describe(error));
        if (attempt % 12 === 0)
          logger.warn({ attempt, code: error.code, reason: describe(error) }, 'commit is tried again');
        await sleep(backoffMs(attempt, 100, mostPauseMs), signal);
      }
    }
    throw new EstateError('leadership_lost', 'the watch was given up before it was kept');
  }
}
