/** Between two looks, ms: at first, when something came just now, and when nothing has come for a while. */
const busyMs = 5;
const idleMs = 40;

/** Each changes whenever something of its kind was committed by any process. */
export interface Tokens {
  readonly appends: number;
  readonly groups: number;
}

interface Waiter {
  readonly appends: number;
  readonly wake: () => void;
}

/**
 * Wakes who waits for messages or for changes of a group. Other processes' commits are seen by looking at two tokens,
 * some 25 times a second when idle and more often when busy; our own at once. Nothing runs while nobody waits.
 */
export class Bell {
  readonly #read: () => Tokens;
  readonly #waiters = new Set<Waiter>();
  readonly #groupListeners = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #intervalMs = busyMs;
  #groups = -1;
  #closed = false;

  constructor(read: () => Tokens) {
    this.#read = read;
  }

  /** Resolves when something was appended after `appends` (as read with the messages), `waitMs` passed or the signal aborts. */
  wait(appends: number, waitMs: number, signal: AbortSignal): Promise<void> {
    if (this.#closed || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const waiter: Waiter = {
        appends,
        wake: () => {
          clearTimeout(limit);
          signal.removeEventListener('abort', waiter.wake);
          this.#waiters.delete(waiter);
          resolve();
        },
      };
      const limit = setTimeout(waiter.wake, Math.min(waitMs, 0x7fffffff));
      signal.addEventListener('abort', waiter.wake);
      this.#waiters.add(waiter);
      this.#schedule();
    });
  }

  /** Calls `listener` when members, leases or registrations changed, until the returned function is called. */
  onGroups(listener: () => void): () => void {
    this.#groupListeners.add(listener);
    this.#schedule();
    return () => this.#groupListeners.delete(listener);
  }

  /** Looks now: after a commit of our own. */
  look(): void {
    if (this.#closed || this.#waiters.size + this.#groupListeners.size === 0) return;
    let tokens: Tokens;
    try {
      tokens = this.#read();
    } catch {
      // Who waits meets the same error in its own read, and has someone to tell.
      for (const waiter of [...this.#waiters]) waiter.wake();
      return;
    }
    const { appends, groups } = tokens;
    let rang = false;
    for (const waiter of [...this.#waiters]) {
      if (waiter.appends === appends) continue;
      rang = true;
      waiter.wake();
    }
    if (groups !== this.#groups) {
      const known = this.#groups !== -1;
      this.#groups = groups;
      if (known) for (const listener of [...this.#groupListeners]) listener();
    }
    this.#intervalMs = rang ? busyMs : Math.min(idleMs, this.#intervalMs * 1.2);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const waiter of [...this.#waiters]) waiter.wake();
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.look();
      if (this.#waiters.size + this.#groupListeners.size > 0) this.#schedule();
    }, this.#intervalMs);
  }
}
