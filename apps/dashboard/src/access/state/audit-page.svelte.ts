/** The audit log, newest first, a page at a time. */
import type { AuditEntry } from '@linewatch/contract';
import type { AccessApi } from '../../lib/access-api.ts';
import { fromLocalInput } from '../../lib/time.ts';
import { Action } from '../../state/action.svelte.ts';
import { Resource } from '../../state/resource.svelte.ts';

/** How many entries come at once. */
const pageSize = 100;
/** How many a CSV has at most. */
export const csvSize = 1000;

/** What the log is narrowed to: as the page's address has it. Times are London's, as a form shows them. */
export const auditFilters = ['what', 'record', 'actor', 'from', 'to'] as const;

/** The API's query for what the page's address says. */
export function auditQuery(from: URLSearchParams): URLSearchParams {
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- never shown
  const query = new URLSearchParams();
  for (const name of auditFilters) {
    const value = from.get(name)?.trim() ?? '';
    if (value === '') continue;
    if (name === 'from' || name === 'to') {
      const ms = fromLocalInput(value);
      if (ms !== null) query.set(name, String(ms));
    } else query.set(name, value);
  }
  return query;
}

export class AuditPage {
  readonly list = new Resource<readonly AuditEntry[]>();
  readonly saving = new Action();
  /** There may be older ones. */
  more = $state(false);
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- never shown
  #query = new URLSearchParams();
  readonly #api: Pick<AccessApi, 'audit' | 'auditCsv'>;

  constructor(api: Pick<AccessApi, 'audit' | 'auditCsv'>) {
    this.#api = api;
  }

  /** Shows the newest of what the query asks for. */
  async show(query: URLSearchParams): Promise<void> {
    if (query.toString() !== this.#query.toString()) this.list.reset();
    this.#query = query;
    await this.#load([]);
  }

  async older(): Promise<void> {
    await this.#load(this.list.data ?? []);
  }

  /** The newest that match, as many as the server gives at once. */
  csv(): Promise<string | undefined> {
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- never shown
    const query = new URLSearchParams(this.#query);
    query.set('limit', String(csvSize));
    return this.saving.run((signal) => this.#api.auditCsv(query, signal));
  }

  async #load(before: readonly AuditEntry[]): Promise<void> {
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- never shown
    const query = new URLSearchParams(this.#query);
    query.set('limit', String(pageSize));
    const last = before.at(-1);
    if (last) query.set('before', String(last.id));
    await this.list.load(async (signal) => {
      const { entries } = await this.#api.audit(query, signal);
      this.more = entries.length === pageSize;
      return [...before, ...entries];
    });
  }
}
