/** Whether the brokers answer, as everything that talks to them in one process finds. */
import { type Logger, describe } from '@linewatch/service';
import { isAnswer, isUnreadable } from './failures.ts';

/** What failed this long without an answer in between is told, ms: one lost connection is no outage. */
const toldAfterMs = 2000;

export interface Away {
  /** Unix ms. */
  readonly sinceMs: number;
  readonly reason: string;
  /** `refuses`: a broker answered, with an error. `cannot be read`: with what cannot be unpacked. */
  readonly how: 'is away' | 'refuses' | 'cannot be read';
}

function howOf(error: unknown): Away['how'] {
  if (isUnreadable(error)) return 'cannot be read';
  return isAnswer(error) ? 'refuses' : 'is away';
}

export class Reachability {
  readonly #logger: Logger;
  readonly #failing = new Map<string, Away>();
  #isTold = false;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** `who` got an answer. */
  answered(who: string): void {
    this.#failing.delete(who);
    if (!this.#isTold || this.away()) return;
    this.#isTold = false;
    this.#logger.info('Kafka answers again');
  }

  failed(who: string, error: unknown): void {
    const sinceMs = this.#failing.get(who)?.sinceMs ?? Date.now();
    this.#failing.set(who, { sinceMs, reason: describe(error), how: howOf(error) });
    const away = this.away();
    if (this.#isTold || !away) return;
    this.#isTold = true;
    this.#logger.warn({ reason: away.reason }, `Kafka ${away.how}`);
  }

  /** `who` talks to it no more. */
  forget(who: string): void {
    this.#failing.delete(who);
  }

  /** The longest that somebody has had no answer. */
  away(): Away | undefined {
    let longest: Away | undefined;
    for (const away of this.#failing.values()) if (!longest || away.sinceMs < longest.sinceMs) longest = away;
    return longest && Date.now() - longest.sinceMs >= toldAfterMs ? longest : undefined;
  }
}
