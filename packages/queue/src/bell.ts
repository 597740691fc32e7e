/**
 * Time between two looks, by how long nothing has come, ms. Each divides the last, and looks fall on multiples of it: so the
 * bells of a process's environments wake it together when idle, as waking is most of what a look costs.
 */
const paces = [
  { quietMs: 100, everyMs: 5 },
  { quietMs: 500, everyMs: 10 },
  { quietMs: 2000, everyMs: 25 },
  { quietMs: Infinity, everyMs: 50 },
] as const;

/** How long the time of a file's last change may lag behind its changes (a tick of the kernel's clock, amply), ms. */
const changeSlackMs = 50;
/** The tokens are read at least this often, whatever the file's time says, ms. */
const sureMs = 1000;

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
 * 20 times a second when idle and more often when busy; our own at once. Nothing runs while nobody waits.
 */
export class Bell {
  readonly #read: () => Tokens;
  readonly #changedMs: () => number;
  readonly #waiters = new Set<Waiter>();
  readonly #groupListeners = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #rangAt = -Infinity;
  #groups = -1;
  /** Unix ms of the last reading of the tokens; 0 when they must be read again whatever the file says. */
  #readAtMs = 0;
  #closed = false;

  /** `changedMs` is when the file last changed, Unix ms: asking that costs less than a reading. */
  constructor(read: () => Tokens, changedMs: () => number) {
    this.#read = read;
    this.#changedMs = changedMs;
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
      // What came between its reading and now was perhaps seen already, by others.
      this.#readAtMs = 0;
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
    const readAtMs = Date.now();
    let tokens: Tokens;
    try {
      tokens = this.#read();
    } catch {
      // Who waits meets the same error in its own read, and has someone to tell.
      for (const waiter of [...this.#waiters]) waiter.wake();
      return;
    }
    this.#readAtMs = readAtMs;
    const { appends, groups } = tokens;
    for (const waiter of [...this.#waiters]) {
      if (waiter.appends === appends) continue;
      this.#rangAt = performance.now();
      waiter.wake();
    }
    if (groups !== this.#groups) {
      const known = this.#groups !== -1;
      this.#groups = groups;
      if (known) for (const listener of [...this.#groupListeners]) listener();
    }
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const waiter of [...this.#waiters]) waiter.wake();
  }

  #isDue(): boolean {
    const sinceMs = Date.now() - this.#readAtMs;
    if (sinceMs < 0 || sinceMs > sureMs) return true;
    try {
      return this.#changedMs() > this.#readAtMs - changeSlackMs;
    } catch {
      return true;
    }
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#closed) return;
    const now = performance.now();
    const { everyMs } = paces.find(({ quietMs }) => now - this.#rangAt < quietMs) ?? paces[3];
    const untilNextMs = everyMs - (now % everyMs);
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        if (this.#isDue()) this.look();
        if (this.#waiters.size + this.#groupListeners.size > 0) this.#schedule();
      },
      // A timer that fired a little early must not fire again at once.
      untilNextMs < everyMs / 2 ? untilNextMs + everyMs : untilNextMs,
    );
  }
}
