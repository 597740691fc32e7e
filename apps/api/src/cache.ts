interface Entry<T> {
  value: Promise<T>;
  untilMs: number;
}

/**
 * Keeps answers for a short time, and asks once for all who want the same at the same time. A failure is not kept.
 * At most `limit` answers; the oldest gives way.
 */
export class ShortCache<T> {
  readonly #limit: number;
  readonly #ttlMs: number;
  readonly #clock: () => number;
  readonly #entries = new Map<string, Entry<T>>();

  constructor(limit: number, ttlMs: number, clock: () => number) {
    this.#limit = limit;
    this.#ttlMs = ttlMs;
    this.#clock = clock;
  }

  get(key: string, make: () => Promise<T>): Promise<T> {
    const known = this.#entries.get(key);
    if (known && this.#clock() < known.untilMs) return known.value;
    const entry: Entry<T> = { value: make(), untilMs: Infinity };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.#limit) this.#entries.delete(oldest!);
    entry.value.then(
      () => (entry.untilMs = this.#clock() + this.#ttlMs),
      () => {
        if (this.#entries.get(key) === entry) this.#entries.delete(key);
      },
    );
    return entry.value;
  }
}

/** Lets `limit` tasks run at once and `waiting` more wait for their turn. */
export class Turnstile {
  readonly #limit: number;
  readonly #waiting: number;
  #running = 0;
  readonly #queue: (() => void)[] = [];

  constructor(limit: number, waiting: number) {
    this.#limit = limit;
    this.#waiting = waiting;
  }

  /** Undefined, at once, when there is no room to wait. */
  run<T>(task: () => Promise<T>): Promise<T> | undefined {
    if (this.#running < this.#limit) return this.#start(task);
    if (this.#queue.length >= this.#waiting) return undefined;
    return new Promise<void>((resolve) => this.#queue.push(resolve)).then(() => this.#start(task));
  }

  async #start<T>(task: () => Promise<T>): Promise<T> {
    this.#running++;
    try {
      return await task();
    } finally {
      this.#running--;
      this.#queue.shift()?.();
    }
  }
}
