/** Incidents: those that go on, and those that are over, newest first, a page at a time. */
import type { Incident } from '@linewatch/contract';
import { fromLocalInput } from '../../lib/time.ts';
import type { Clock } from '../../state/clock.svelte.ts';
import { Resource } from '../../state/resource.svelte.ts';
import type { WatchApi } from '../lib/watch-api.ts';

const pageSize = 50;
/** Whoever watches the list sees a new one within this time. */
const againMs = 15_000;

/** What the list is narrowed to, as the page's address has it. Times are London's, as a form shows them. */
export const incidentFilters = ['academy', 'circuit', 'provider', 'kind', 'from', 'to'] as const;

/** The API's query for what the page's address says. */
export function incidentQuery(from: URLSearchParams): URLSearchParams {
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- never shown
  const query = new URLSearchParams();
  for (const name of incidentFilters) {
    const value = from.get(name)?.trim() ?? '';
    if (value === '') continue;
    if (name === 'from' || name === 'to') {
      const ms = fromLocalInput(value);
      if (ms !== null) query.set(name, String(ms));
    } else query.set(name, value);
  }
  return query;
}

export class IncidentsPage {
  readonly open = new Resource<readonly Incident[]>();
  readonly closed = new Resource<readonly Incident[]>();
  /** Ask with this for older ones; null = there are none. */
  next = $state<number | null>(null);
  readonly #api: Pick<WatchApi, 'incidents'>;
  readonly #clock: Clock;
  #query = '';

  constructor(api: Pick<WatchApi, 'incidents'>, clock: Clock) {
    this.#api = api;
    this.#clock = clock;
  }

  /** Shows what the query asks for and keeps it fresh; the function that it returns ends that. */
  show(query: string): () => void {
    if (query !== this.#query) {
      this.open.reset();
      this.closed.reset();
    }
    this.#query = query;
    void this.load();
    const timer = setInterval(() => {
      if (!document.hidden) void this.#refresh();
    }, againMs);
    return () => clearInterval(timer);
  }

  stop(): void {
    this.open.reset();
    this.closed.reset();
  }

  async load(): Promise<void> {
    await Promise.all([this.#loadOpen(), this.#loadClosed([])]);
  }

  async older(): Promise<void> {
    await this.#loadClosed(this.closed.data ?? []);
  }

  /** One that ends moves to the other list; what was paged to stays while nothing ends. */
  async #refresh(): Promise<void> {
    const before = this.open.data?.map(({ id }) => id).join();
    await this.#loadOpen();
    const now = this.open.data?.map(({ id }) => id).join();
    if (before !== now || this.closed.error) await this.#loadClosed([]);
  }

  async #loadOpen(): Promise<void> {
    await this.open.load(async (signal) => {
      const { nowMs, incidents } = await this.#api.incidents(this.#asked('open', 500), signal);
      this.#clock.set(nowMs);
      return incidents;
    });
  }

  async #loadClosed(before: readonly Incident[]): Promise<void> {
    await this.closed.load(async (signal) => {
      const query = this.#asked('closed', pageSize);
      if (before.length > 0 && this.next !== null) query.set('before', String(this.next));
      const { incidents, next } = await this.#api.incidents(query, signal);
      this.next = next;
      return [...before, ...incidents];
    });
  }

  #asked(state: 'open' | 'closed', limit: number): URLSearchParams {
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- never shown
    const query = new URLSearchParams(this.#query);
    query.set('state', state);
    query.set('limit', String(limit));
    return query;
  }
}
