/** How old connections are when a firewall first sends an update of them (Cisco ASA): that is its interval of updates. */

/** The longest interval that can be configured is an hour: without updates for longer, none are sent any more. */
const windowMs = 3_600_000;

export class Updates {
  #fromMs = 0;
  #lastMs = 0;
  /** The least age in the present window, and in the one before: an interval made longer is followed. */
  #now = Infinity;
  #before = Infinity;

  /** The least age of a connection that an update was sent of, ms; Infinity where none are sent. */
  youngestMs(nowMs: number): number {
    return nowMs - this.#lastMs > windowMs ? Infinity : Math.min(this.#now, this.#before);
  }

  saw(ageMs: number, nowMs: number): void {
    if (nowMs - this.#lastMs > windowMs) this.#now = Infinity;
    if (nowMs - this.#fromMs > windowMs) {
      this.#before = this.#now;
      this.#now = Infinity;
      this.#fromMs = nowMs;
    }
    this.#lastMs = nowMs;
    this.#now = Math.min(this.#now, ageMs);
  }
}
