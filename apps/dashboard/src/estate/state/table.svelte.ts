/** What someone does in a list: rows that are chosen, the cell that is changed, and what was done last. */
/* eslint-disable svelte/prefer-svelte-reactivity -- maps and sets here are never changed once shown, only made anew */
import type { ChangeProblem, ChangeResult, EstateRecord, Kind } from '@linewatch/contract';
import { toApiError } from '../../lib/request.ts';
import type { Column, Row } from '../lib/columns.ts';
import type { Field } from '../lib/fields.ts';
import { problemOf } from '../lib/validate.ts';
import { getAt, patchAt, same } from '../lib/values.ts';
import type { EstateRecords } from './records.svelte.ts';

export interface Editing {
  readonly id: string;
  readonly key: string;
  readonly field: Field;
  readonly before: unknown;
  readonly revision: number;
  readonly value: unknown;
  readonly problem: string;
  readonly saving: boolean;
  /** Someone else changed the same field meanwhile. */
  readonly theirs: EstateRecord | null;
}

export interface Done {
  readonly text: string;
  /** To undo it by; null = it cannot be undone here. */
  readonly batch: number | null;
}

export class TableState {
  readonly kind: Kind;
  readonly records: EstateRecords;
  chosen = $state.raw<ReadonlySet<string>>(new Set());
  editing = $state.raw<Editing | null>(null);
  done = $state.raw<Done | null>(null);
  failure = $state('');
  busy = $state(false);
  /** From which row a shift-click goes on. */
  #from: string | null = null;

  constructor(kind: Kind, records: EstateRecords) {
    this.kind = kind;
    this.records = records;
  }

  choose(id: string, on: boolean, shown: readonly Row[], range: boolean): void {
    const next = new Set(this.chosen);
    const ids = shown.map(({ record }) => record.id);
    const [from, to] = [this.#from === null ? -1 : ids.indexOf(this.#from), ids.indexOf(id)];
    const part = range && from >= 0 && to >= 0 ? ids.slice(Math.min(from, to), Math.max(from, to) + 1) : [id];
    for (const each of part) {
      if (on) next.add(each);
      else next.delete(each);
    }
    this.#from = id;
    this.chosen = next;
  }

  chooseAll(shown: readonly Row[], on: boolean): void {
    this.chosen = new Set(on ? shown.map(({ record }) => record.id) : []);
  }

  /** What was chosen and is no longer there is forgotten. */
  chosenRecords(rows: readonly Row[]): EstateRecord[] {
    return rows.filter(({ record }) => this.chosen.has(record.id)).map(({ record }) => record);
  }

  edit({ record, values }: Row, { key, field }: Column): void {
    if (!field || this.editing?.saving) return;
    const before = getAt(values, field.path);
    this.failure = '';
    this.editing = {
      id: record.id,
      key,
      field,
      before,
      revision: record.revision,
      value: before,
      problem: '',
      saving: false,
      theirs: null,
    };
  }

  type(value: unknown): void {
    if (this.editing) this.editing = { ...this.editing, value, problem: '' };
  }

  cancel(): void {
    if (!this.editing?.saving) this.editing = null;
  }

  /** @returns whether the cell is left. */
  async commit(): Promise<boolean> {
    const { editing } = this;
    if (!editing || editing.saving) return false;
    if (same(editing.before, editing.value) && !editing.theirs) {
      this.editing = null;
      return true;
    }
    const problem = problemOf(editing.field, editing.value);
    if (problem !== '') {
      this.editing = { ...editing, problem };
      return false;
    }
    this.editing = { ...editing, saving: true };
    try {
      const { id, field, value, revision } = editing;
      const change = { kind: this.kind, id, op: 'update' as const, values: patchAt(field.path, value) };
      const result = await this.#send({ ...change, revision }, field, editing.before);
      if (result.applied) {
        this.editing = null;
        this.done = { text: `${field.title} of ${this.records.nameOf(this.kind, id)} is saved.`, batch: result.batch };
        return true;
      }
      this.#refused(editing, result.problems);
    } catch (reason) {
      const error = toApiError(reason);
      this.editing = { ...editing, saving: false, problem: `${error.title}. ${error.detail}` };
    }
    return false;
  }

  /** When someone changed another field of it meanwhile, both changes stand: it is sent once more. */
  async #send(
    change: { kind: Kind; id: string; op: 'update'; values: Record<string, unknown>; revision: number },
    field: Field,
    before: unknown,
  ): Promise<ChangeResult> {
    const result = await this.records.change({ changes: [change] });
    const current = result.problems.find(({ code }) => code === 'stale')?.current;
    if (!current) return result;
    this.records.take(current);
    if (!same(getAt(current.values, field.path), before)) return result;
    return await this.records.change({ changes: [{ ...change, revision: current.revision }] });
  }

  #refused(editing: Editing, problems: readonly ChangeProblem[]): void {
    const stale = problems.find(({ code }) => code === 'stale')?.current;
    this.editing = stale
      ? { ...editing, saving: false, theirs: stale, revision: stale.revision }
      : { ...editing, saving: false, problem: problems.map(({ message }) => message).join(' ') };
  }

  async undo(): Promise<void> {
    const batch = this.done?.batch;
    if (batch === undefined || batch === null || this.busy) return;
    this.busy = true;
    this.failure = '';
    try {
      const { applied, problems } = await this.records.undo(batch);
      if (applied) this.done = { text: 'Undone: everything is as it was before.', batch: null };
      else this.failure = `Not undone: ${problems.map(({ message }) => message).join(' ')}`;
    } catch (reason) {
      const error = toApiError(reason);
      this.failure = `Not undone: ${error.title}. ${error.detail}`;
    }
    this.busy = false;
  }
}
