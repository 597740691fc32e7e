/** Records that a page has fetched, by kind: names of what refers to them, and changes to them. */
/* eslint-disable svelte/prefer-svelte-reactivity -- maps and sets here are never changed once shown, only made anew */
import {
  type ChangeBody,
  type ChangeResult,
  type EstateRecord,
  type Kind,
  type RecordList,
  kinds,
  maxChanges,
} from '@linewatch/contract';
import { SvelteMap } from 'svelte/reactivity';
import type { EstateApi } from '../../lib/estate-api.ts';
import { Resource } from '../../state/resource.svelte.ts';
import { nameIn } from '../lib/columns.ts';
import { fieldsOf, leavesOf } from '../lib/fields.ts';

export class EstateRecords {
  readonly api: EstateApi;
  /** What ended is fetched with the rest: what goes on may still refer to it. */
  readonly #lists = new SvelteMap<Kind, Resource<RecordList>>();
  readonly #aborted = new AbortController();
  readonly #byId = $derived.by(() => {
    const all = new Map<Kind, ReadonlyMap<string, EstateRecord>>();
    for (const [kind, { data }] of this.#lists) all.set(kind, new Map(data?.records.map((each) => [each.id, each])));
    return all;
  });

  constructor(api: EstateApi) {
    this.api = api;
  }

  stop(): void {
    this.#aborted.abort();
    for (const list of this.#lists.values()) list.reset();
  }

  /** Fetches what is not there yet. */
  need(...wanted: readonly Kind[]): void {
    for (const kind of new Set(wanted)) {
      if (this.#lists.has(kind)) continue;
      this.#lists.set(kind, new Resource<RecordList>());
      void this.load(kind);
    }
  }

  async load(kind: Kind): Promise<void> {
    await this.#lists.get(kind)?.load((signal) => this.api.list(kind, { ended: true }, signal));
  }

  async reload(): Promise<void> {
    await Promise.all([...this.#lists.keys()].map((kind) => this.load(kind)));
  }

  list(kind: Kind): Resource<RecordList> | undefined {
    return this.#lists.get(kind);
  }

  /** Everything of a kind, ended ones too. */
  all(kind: Kind): readonly EstateRecord[] {
    return this.#lists.get(kind)?.data?.records ?? [];
  }

  /** What goes on. */
  going(kind: Kind): readonly EstateRecord[] {
    return this.all(kind).filter(({ ended }) => ended === null);
  }

  find(kind: Kind, id: string): EstateRecord | undefined {
    return this.#byId.get(kind)?.get(id);
  }

  readonly nameOf = (kind: Kind, id: string): string => {
    const record = this.find(kind, id);
    return record ? nameIn(record) : id;
  };

  /** Makes changes; what comes back stands in the lists at once. @throws ApiError */
  async change(body: ChangeBody): Promise<ChangeResult> {
    const result = await this.api.change(body, this.#aborted.signal);
    if (result.applied && body.dryRun !== true) {
      const removed = body.changes.filter(({ op }) => op === 'remove');
      this.#take(result.records, removed);
    }
    return result;
  }

  /** @throws ApiError */
  async undo(batch: number): Promise<ChangeResult> {
    const result = await this.api.undo(batch, this.#aborted.signal);
    if (result.applied) await this.reload();
    return result;
  }

  /** Takes a record as the server has it now, e.g. after someone else changed it. */
  take(record: EstateRecord): void {
    this.#take([record], []);
  }

  #take(records: readonly EstateRecord[], removed: readonly { kind: Kind; id: string }[]): void {
    const touched = new Set([...records, ...removed].map(({ kind }) => kind));
    for (const kind of touched) {
      const list = this.#lists.get(kind);
      if (!list?.data) continue;
      const now = new Map(records.filter((each) => each.kind === kind).map((each) => [each.id, each]));
      const gone = new Set(removed.filter((each) => each.kind === kind).map(({ id }) => id));
      const kept = list.data.records
        .filter(({ id }) => !gone.has(id))
        .map((each) => {
          const next = now.get(each.id);
          now.delete(each.id);
          return next ?? each;
        });
      list.data = { ...list.data, records: [...kept, ...now.values()] };
    }
  }
}

/** Kinds that a form of this kind refers to. */
export function referredBy(kind: Kind): Kind[] {
  const found = new Set<Kind>();
  const walk = (fields: ReturnType<typeof fieldsOf>): void => {
    for (const { ref, fields: inner } of leavesOf(fields)) {
      if (ref) found.add(ref);
      walk(inner);
    }
  };
  walk(fieldsOf(kind));
  return [...found];
}

/** Which academy a record belongs to; null = the trust. */
export function academyOf({ kind, id, values }: EstateRecord): string | null {
  const field = 'academyField' in kinds[kind] ? (kinds[kind] as { academyField: string }).academyField : undefined;
  if (field === undefined) return null;
  const academy: unknown = field === 'id' ? id : (values as Record<string, unknown>)[field];
  return typeof academy === 'string' ? academy : null;
}

export const mostChanges = maxChanges;
