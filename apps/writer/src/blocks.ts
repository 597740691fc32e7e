/** Whether an insert that is tried again may come later than ClickHouse remembers its token. */
import { type Logger, describe, sleep } from '@linewatch/service';
import { type BlockMark, windowMayBeLeft } from '@linewatch/store';

const everyMs = 10_000;

/** A call, as the compiler takes the property for constant between two looks. */
const isOver = (signal: AbortSignal): boolean => signal.aborted;

export interface BlocksOptions {
  /** Blocks of a table whose tokens ClickHouse remembers. */
  readonly window: number;
  readonly read: (signal: AbortSignal) => Promise<BlockMark | undefined>;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Follows how many blocks there were, now and then: an insert asks for nothing, only one that is tried again. */
export class Blocks {
  readonly #options: BlocksOptions;
  #latest: BlockMark | undefined;

  constructor(options: BlocksOptions) {
    this.#options = options;
  }

  /** For an intent: as it was at most a while ago. */
  get latest(): BlockMark | undefined {
    return this.#latest;
  }

  /** @throws StoreError */
  async refresh(): Promise<void> {
    const { read, signal } = this.#options;
    this.#latest = await read(signal);
  }

  /** Runs until the signal aborts. */
  async follow(): Promise<void> {
    const { logger, signal } = this.#options;
    let failing = false;
    while (!signal.aborted) {
      await sleep(everyMs, signal);
      try {
        await this.refresh();
        failing = false;
      } catch (error) {
        // One that a stop cut short is no failure.
        if (!failing && !isOver(signal)) logger.warn({ reason: describe(error) }, 'blocks of the tables are not known');
        failing = true;
      }
    }
  }

  /** @throws StoreError when ClickHouse does not say. */
  async mayHaveLeft(then: BlockMark | undefined): Promise<boolean> {
    await this.refresh();
    return windowMayBeLeft(then, this.#latest, this.#options.window);
  }
}
