/** Something that is fetched: what came last stays while it is fetched again, and when that fails. */
import { type ApiError, toApiError } from '../lib/api.ts';

export class Resource<T> {
  data = $state.raw<T | null>(null);
  error = $state.raw<ApiError | null>(null);
  loading = $state(false);
  #running: AbortController | undefined;

  /** Fetches; an earlier fetch that is still going on is given up. Failures are kept in `error`, never thrown. */
  async load(fetcher: (signal: AbortSignal) => Promise<T>): Promise<void> {
    this.#running?.abort();
    const own = new AbortController();
    this.#running = own;
    this.loading = true;
    try {
      const data = await fetcher(own.signal);
      if (own.signal.aborted) return;
      this.data = data;
      this.error = null;
    } catch (reason) {
      if (own.signal.aborted) return;
      this.error = toApiError(reason);
    }
    this.loading = false;
    this.#running = undefined;
  }

  /** Gives up what is going on and forgets what is there. */
  reset(): void {
    this.#running?.abort();
    this.#running = undefined;
    this.data = null;
    this.error = null;
    this.loading = false;
  }
}
