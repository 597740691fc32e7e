/** The log of deliveries, newest first, a page at a time. */
import type { Delivery, ReplayBody } from '@linewatch/contract';
import { Action } from '../../state/action.svelte.ts';
import type { Clock } from '../../state/clock.svelte.ts';
import { Resource } from '../../state/resource.svelte.ts';
import type { AlertsApi } from '../lib/alerts-api.ts';

const pageSize = 100;
const againMs = 15_000;
/** What the log is narrowed to, as the page's address has it. */
export const deliveryFilters = ['q', 'subscription', 'state', 'incident'] as const;

/** The API's query for what the page's address says. */
export function deliveryQuery(from: URLSearchParams): URLSearchParams {
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- never shown
  const query = new URLSearchParams();
  for (const name of deliveryFilters) {
    const value = from.get(name)?.trim() ?? '';
    if (value !== '') query.set(name, value);
  }
  return query;
}

export class DeliveriesPage {
  readonly list = new Resource<readonly Delivery[]>();
  readonly replaying = new Action();
  /** Ask with this for older ones; null = there are none. */
  next = $state<number | null>(null);
  readonly #api: Pick<AlertsApi, 'deliveries' | 'replay'>;
  readonly #clock: Clock;
  #query = '';

  constructor(api: Pick<AlertsApi, 'deliveries' | 'replay'>, clock: Clock) {
    this.#api = api;
    this.#clock = clock;
  }

  /** Shows what the query asks for; fresh as long as no older ones were asked for. The function that it returns ends that. */
  show(query: string): () => void {
    if (query !== this.#query) this.list.reset();
    this.#query = query;
    void this.load();
    const timer = setInterval(() => {
      if (!document.hidden && (this.list.data?.length ?? 0) <= pageSize) void this.load();
    }, againMs);
    return () => clearInterval(timer);
  }

  load(): Promise<void> {
    return this.#read([]);
  }

  older(): Promise<void> {
    return this.#read(this.list.data ?? []);
  }

  async #read(before: readonly Delivery[]): Promise<void> {
    await this.list.load(async (signal) => {
      // eslint-disable-next-line svelte/prefer-svelte-reactivity -- never shown
      const query = new URLSearchParams(this.#query);
      query.set('limit', String(pageSize));
      if (before.length > 0 && this.next !== null) query.set('before', String(this.next));
      const { nowMs, deliveries, next } = await this.#api.deliveries(query, signal);
      this.#clock.set(nowMs);
      this.next = next;
      return [...before, ...deliveries];
    });
  }

  /** How many are sent again; undefined when it was refused. */
  async replay(body: ReplayBody): Promise<number | undefined> {
    const done = await this.replaying.run((signal) => this.#api.replay(body, signal));
    if (done) await this.load();
    return done?.replayed;
  }
}
