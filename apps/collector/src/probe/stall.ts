/**
 * Whether this process ran all the time. One that stood still (a suspended machine, a loop that was blocked) finds its
 * time-outs over and the answers unread: what it then measured is of itself. A clock that was set says the same.
 */

const tickMs = 250;
/** Longer than this without a tick is a stall. */
const stallMs = 1000;

export class Stall {
  readonly #now: () => number;
  #lastMs: number;
  #stalls = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param now Unix ms: a clock that goes on while the machine sleeps */
  constructor(now: () => number) {
    this.#now = now;
    this.#lastMs = now();
  }

  start(): void {
    this.#lastMs = this.#now();
    this.#timer = setInterval(() => this.stalls, tickMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** How many there were. Two equal readings: there was none between them. */
  get stalls(): number {
    const nowMs = this.#now();
    const gapMs = nowMs - this.#lastMs;
    this.#lastMs = nowMs;
    if (gapMs < 0 || gapMs > tickMs + stallMs) this.#stalls++;
    return this.#stalls;
  }
}
