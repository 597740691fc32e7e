/** How telling goes, looked at again and again: for metrics, for health and for heartbeats. */
import type { Notifying, NotifyingVitals } from '@linewatch/estate';
import { type Logger, describe, sleep } from '@linewatch/service';

const everyMs = 10_000;
/** A line that is watched is seen at least so often; twice that, and whoever watches does not. */
const staleMs = 5 * 60_000;
/** What is due is tried by then. */
const overdueMs = 5 * 60_000;
/** Without an answer of the database for so long nothing is known. */
const unknownMs = 60_000;

export class Vitals {
  readonly #notifying: Pick<Notifying, 'vitals'>;
  readonly #logger: Logger;
  readonly #now: () => number;
  readonly #startedMs: number;
  #latest: NotifyingVitals | undefined;
  #latestMs = 0;
  #seenMs: number | null = null;
  #movedMs = 0;

  constructor(notifying: Pick<Notifying, 'vitals'>, logger: Logger, now: () => number) {
    this.#notifying = notifying;
    this.#logger = logger;
    this.#now = now;
    this.#startedMs = now();
  }

  get latest(): NotifyingVitals | undefined {
    return this.#latest;
  }

  get lagSeconds(): number {
    const untakenMs = this.#latest?.untakenMs ?? null;
    return untakenMs === null ? 0 : Math.max(0, (this.#latestMs - untakenMs) / 1000);
  }

  async run(signal: AbortSignal): Promise<void> {
    const isOver = (): boolean => signal.aborted;
    while (!isOver()) {
      try {
        const latest = await this.#notifying.vitals();
        const nowMs = this.#now();
        if (latest.seenMs !== this.#seenMs || this.#movedMs === 0) this.#movedMs = nowMs;
        this.#seenMs = latest.seenMs;
        this.#latest = latest;
        this.#latestMs = nowMs;
      } catch (error) {
        if (!isOver()) this.#logger.warn({ reason: describe(error) }, 'how telling goes could not be read');
      }
      await sleep(everyMs, signal);
    }
  }

  /** Why not all is well; undefined: all is. `lateMs`: by how much the longest waiting delivery is overdue. */
  trouble(lateMs: number): string | undefined {
    const nowMs = this.#now();
    if (nowMs - (this.#latestMs || this.#startedMs) > unknownMs || !this.#latest) return 'the database does not answer';
    if (lateMs > overdueMs) return 'deliveries are overdue';
    if (this.lagSeconds * 1000 > overdueMs) return 'changes of incidents wait';
    // Of an installation that watches no line nothing moves.
    if (this.#seenMs !== null && nowMs - this.#movedMs > staleMs) return 'the lines are not watched';
    return undefined;
  }
}
