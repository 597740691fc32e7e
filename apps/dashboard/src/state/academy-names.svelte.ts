/** Names of academies by id, for lists and choices: from the estate's records, which are there before any telemetry. */
import type { RecordList } from '@linewatch/contract';
import { type Request, hasList } from '../lib/request.ts';
import { Resource } from './resource.svelte.ts';

export interface NamedAcademy {
  readonly id: string;
  readonly name: string;
}

export class AcademyNames {
  readonly records = new Resource<RecordList>();
  readonly #request: Request;

  constructor(request: Request) {
    this.#request = request;
  }

  /** By name. */
  readonly all = $derived.by<readonly NamedAcademy[]>(() =>
    (this.records.data?.records ?? [])
      .map(({ id, values }) => ({ id, name: nameIn(values) ?? id }))
      .sort((a, b) => a.name.localeCompare(b.name, 'en-GB', { numeric: true })),
  );
  readonly #byId = $derived.by(() => Object.fromEntries(this.all.map(({ id, name }) => [id, name])));

  /** The id itself while names are not known. */
  nameOf = (id: string): string => this.#byId[id] ?? id;

  async load(): Promise<void> {
    await this.records.load((signal) =>
      this.#request('/api/v1/estate/records/academy', { check: hasList<RecordList>('records'), signal }),
    );
  }
}

function nameIn(values: unknown): string | undefined {
  if (typeof values !== 'object' || values === null || !('name' in values)) return undefined;
  return typeof values.name === 'string' ? values.name : undefined;
}
