import { setImmediate } from 'node:timers/promises';
import { type Logger, describe, sleep } from '@linewatch/service';
import type { Partition } from './partition.ts';
import type { Tail } from './port.ts';

/** Most octets of values handed over at once. */
const batchBytes = 1024 * 1024;
const waitMs = 60_000;
/** After an error in reading, ms. */
const retryMs = 1000;

/** Follows every partition of a topic, committing nothing. */
export class TailReader {
  readonly #tail: Tail;
  readonly #logger: Logger;
  readonly #positions: Map<Partition, number>;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  /** Where each partition ended when the tail began, until it is passed; empty once `onCaughtUp` was called. */
  readonly #ends: Map<Partition, number>;

  constructor(tail: Tail, partitions: readonly Partition[], logger: Logger) {
    this.#tail = tail;
    this.#logger = logger;
    const start = (partition: Partition): number => {
      if (tail.from === 'oldest') return 0;
      return tail.from === 'newest' ? partition.head().next : partition.offsetAt(tail.from.timeMs);
    };
    this.#positions = new Map(partitions.map((partition) => [partition, start(partition)]));
    this.#ends = new Map(partitions.map((partition) => [partition, partition.head().next]));
    this.#running = this.#run();
  }

  /** Resolves when the handler has finished with what it was given. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    const [any] = this.#positions.keys();
    while (any && !signal.aborted) {
      let appends = Infinity;
      let came = false;
      for (const partition of this.#positions.keys()) {
        // A long backlog must leave the event loop room for everything else.
        await setImmediate();
        try {
          const batch = await this.#next(partition);
          appends = Math.min(appends, batch.appends);
          came ||= batch.came;
        } catch (error) {
          this.#report(error);
          await sleep(retryMs, signal);
        }
      }
      this.#tellCaughtUp();
      if (!came) await any.environment.store.bell.wait(appends, waitMs, signal);
    }
  }

  async #next(partition: Partition): Promise<{ appends: number; came: boolean }> {
    if (this.#stopping.signal.aborted) return { appends: 0, came: false };
    const { messages, next, appends } = partition.read(this.#positions.get(partition)!, batchBytes);
    this.#positions.set(partition, next);
    if (messages.length > 0) await this.#tail.onMessages(partition.number, messages);
    return { appends, came: messages.length > 0 };
  }

  #tellCaughtUp(): void {
    if (this.#ends.size === 0) return;
    for (const [partition, end] of this.#ends) if (this.#positions.get(partition)! >= end) this.#ends.delete(partition);
    if (this.#ends.size === 0) this.#tail.onCaughtUp?.();
  }

  #report(error: unknown): void {
    try {
      this.#tail.onError(error);
    } catch (failure) {
      this.#logger.error({ reason: describe(failure) }, 'error handler of a tail failed');
    }
  }
}
