/** A receiver that fails again and again is left alone for a while, then asked once. */
import type { StoredBreaker } from '@linewatch/estate';

export interface BreakerSettings {
  /** So many in a row. */
  readonly failures: number;
  readonly seconds: number;
  readonly mostSeconds: number;
}

const mostErrorLength = 500;

export class Breaker {
  readonly #settings: BreakerSettings;
  #stored: StoredBreaker;

  /** Goes on where another process left it: one that was trying tries again. */
  constructor(settings: BreakerSettings, stored: StoredBreaker) {
    this.#settings = settings;
    this.#stored = stored.state === 'half-open' ? { ...stored, state: 'open' } : stored;
  }

  /** As it is to be kept. */
  get stored(): StoredBreaker {
    return this.#stored;
  }

  /** Ms until it may be asked: 0 = now. */
  waitMs(nowMs: number): number {
    return this.#stored.state === 'open' ? Math.max(0, (this.#stored.untilMs ?? nowMs) - nowMs) : 0;
  }

  /** It is to be asked once, and nothing else before that is answered. */
  get isTrial(): boolean {
    return this.#stored.state !== 'closed';
  }

  /** The trial begins. */
  begin(): void {
    if (this.#stored.state === 'open') this.#stored = { ...this.#stored, state: 'half-open' };
  }

  /** Returns whether there is anything to keep. */
  succeeded(): boolean {
    const { state, failures, failingSinceMs } = this.#stored;
    if (state === 'closed' && failures === 0 && failingSinceMs === null) return false;
    this.#stored = { state: 'closed', failures: 0, untilMs: null, failingSinceMs: null, lastError: null };
    return true;
  }

  /** Returns whether there is anything to keep: what only counts on is not worth a transaction. */
  failed(nowMs: number, why: string): boolean {
    const before = this.#stored;
    const { failures: limit, seconds, mostSeconds } = this.#settings;
    const failures = before.failures + 1;
    const lastError = why.slice(0, mostErrorLength).toWellFormed();
    const failingSinceMs = before.failingSinceMs ?? nowMs;
    if (before.state === 'closed' && failures < limit) {
      this.#stored = { state: 'closed', failures, untilMs: null, failingSinceMs, lastError };
      return before.failingSinceMs === null || before.lastError !== lastError;
    }
    // What was under way when it opened says nothing new.
    if (before.state === 'open') return false;
    const times = Math.max(0, failures - limit);
    const pauseMs = Math.min(mostSeconds, seconds * 2 ** Math.min(times, 30)) * 1000;
    this.#stored = { state: 'open', failures, untilMs: nowMs + pauseMs, failingSinceMs, lastError };
    return true;
  }
}
