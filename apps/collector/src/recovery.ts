/** Has what an earlier start left summed while datagrams are taken already: the queue may be away for hours. */
import { type Logger, backoffMs, describe, sleep } from '@linewatch/service';

const settledEveryMs = 1000;

export interface RecoveryOptions {
  /** Resolves with how many batches were summed. */
  readonly recover: (signal: AbortSignal) => Promise<number>;
  /** Whether all that was accepted is where it can be read: what waits on disk for the brokers is not. */
  readonly isSettled: () => Promise<boolean>;
  readonly logger: Logger;
}

export class Recovery {
  readonly #options: RecoveryOptions;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  /** Until then the next start must look back as far as this one does. */
  isDone = false;

  constructor(options: RecoveryOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { recover, isSettled, logger } = this.#options;
    const { signal } = this.#stopping;
    for (let attempt = 0; !this.#isStopping();) {
      try {
        if (!(await isSettled())) {
          await sleep(settledEveryMs, signal);
          continue;
        }
        const batches = await recover(signal);
        this.isDone = true;
        if (batches > 0) logger.info({ batches }, 'summed flows that a crash had left');
        return;
      } catch (error) {
        if (this.#isStopping()) return;
        if (attempt % 10 === 0) logger.warn({ reason: describe(error) }, 'flows that a crash left are not summed yet');
        await sleep(backoffMs(attempt++, 500, 30_000), signal);
      }
    }
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }
}
