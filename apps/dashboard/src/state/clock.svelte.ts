/** The time by the server's clock, for ages and "now". */
export class Clock {
  /** How far the server's clock is ahead of this device's, ms. */
  #aheadMs = 0;
  /** Server time, Unix ms, moving once a second. */
  nowMs = $state(Date.now());

  /** Takes the server's word for the time. */
  set(serverNowMs: number): void {
    this.#aheadMs = serverNowMs - Date.now();
    this.#tick();
  }

  start(): () => void {
    const timer = setInterval(() => this.#tick(), 1000);
    return () => clearInterval(timer);
  }

  #tick(): void {
    this.nowMs = Math.floor((Date.now() + this.#aheadMs) / 1000) * 1000;
  }
}
