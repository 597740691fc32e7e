/** How many requests a minute a receiver is asked: a token bucket whose tokens are promised in the order in which they are asked for. */
const minuteMs = 60_000;

export class Bucket {
  readonly #capacity: number;
  /** Tokens a ms. */
  readonly #rate: number;
  readonly #now: () => number;
  #tokens: number;
  #atMs: number;

  /** In no minute are there more than `perMinute`: what may come at once is taken off what flows in. */
  constructor(perMinute: number, now: () => number) {
    this.#capacity = Math.ceil(perMinute / 10);
    this.#rate = Math.max(1, perMinute - this.#capacity) / minuteMs;
    this.#now = now;
    this.#tokens = this.#capacity;
    this.#atMs = now();
  }

  /** Takes one; returns after how many ms it may be used. */
  take(): number {
    const nowMs = this.#now();
    this.#tokens = Math.min(this.#capacity, this.#tokens + Math.max(0, nowMs - this.#atMs) * this.#rate);
    this.#atMs = nowMs;
    this.#tokens -= 1;
    return this.#tokens >= 0 ? 0 : Math.ceil(-this.#tokens / this.#rate);
  }
}
