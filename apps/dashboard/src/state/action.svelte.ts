/** Something that is done once at a time, by a button: whether it is under way, and why it failed. */
import { type ApiError, toApiError } from '../lib/request.ts';

export class Action {
  busy = $state(false);
  error = $state.raw<ApiError | null>(null);
  /** By this device's clock: the server takes no other try before. */
  #waitUntilMs = $state(0);
  #nowMs = $state(0);
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Seconds until the next try; 0 = now. */
  readonly waitS = $derived.by(() => Math.max(0, Math.ceil((this.#waitUntilMs - this.#nowMs) / 1000)));
  readonly ready = $derived.by(() => !this.busy && this.waitS === 0);

  /** What `work` gives; undefined when it failed, or when something is under way. Failures are kept in `error`. */
  async run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    if (!this.ready) return undefined;
    this.busy = true;
    this.error = null;
    try {
      return await work(new AbortController().signal);
    } catch (reason) {
      this.error = toApiError(reason);
      if (this.error.status === 429 && this.error.retryAfterS !== null) this.#wait(this.error.retryAfterS);
      return undefined;
    } finally {
      this.busy = false;
    }
  }

  #wait(seconds: number): void {
    clearInterval(this.#timer);
    this.#nowMs = Date.now();
    this.#waitUntilMs = this.#nowMs + seconds * 1000;
    this.#timer = setInterval(() => {
      this.#nowMs = Date.now();
      if (this.waitS === 0) clearInterval(this.#timer);
    }, 500);
  }
}
