/** A record while it is written or changed: the draft, what is wrong with it, and what someone else did meanwhile. */
/* eslint-disable svelte/prefer-svelte-reactivity -- maps and sets here are never changed once shown, only made anew */
import type { ChangeProblem, EstateRecord, Kind } from '@linewatch/contract';
import { freeSlug } from '../../onboarding/slug.ts';
import { type ApiError, toApiError } from '../../lib/request.ts';
import { type Difference, type Side, differences, merge } from '../lib/conflict.ts';
import { type Field, fieldsOf, startingValues } from '../lib/fields.ts';
import { type FieldProblem, problemsOf } from '../lib/validate.ts';
import { type Path, type Values, getAt, patchOf, same, setAt } from '../lib/values.ts';
import type { EstateRecords } from './records.svelte.ts';

export interface Conflict {
  readonly theirs: EstateRecord;
  readonly differences: readonly Difference[];
}

/** What the inputs of a form ask of it: of a record, or of settings. */
export interface FieldsForm {
  readonly fields: readonly Field[];
  /** Null = it is a new one. */
  readonly record: object | null;
  get(path: Path): unknown;
  set(path: Path, value: unknown): void;
  problemAt(path: Path): string;
  problemWithin(path: Path): boolean;
  isHidden(field: Field): boolean;
}

export class RecordForm implements FieldsForm {
  readonly kind: Kind;
  readonly fields: readonly Field[];
  /** As it was when the form was opened; null = it is a new one. */
  record = $state.raw<EstateRecord | null>(null);
  draft = $state.raw<Values>({});
  saving = $state(false);
  problems = $state.raw<readonly FieldProblem[]>([]);
  failure = $state.raw<ApiError | null>(null);
  conflict = $state.raw<Conflict | null>(null);
  choices = $state.raw<ReadonlyMap<string, Side>>(new Map());
  /** Of the change that was saved last, to undo it. */
  batch = $state<number | null>(null);
  readonly dirty = $derived.by(() => !same(this.#base, this.draft));
  readonly #byPath = $derived.by(() => new Map(this.problems.map(({ path, message }) => [path, message])));
  #base = $state.raw<Values>({});
  #ownId = false;
  readonly #records: EstateRecords;

  constructor(kind: Kind, record: EstateRecord | null, records: EstateRecords, preset: Values = {}) {
    this.kind = kind;
    this.fields = fieldsOf(kind);
    this.#records = records;
    if (record) this.#open(record);
    else this.#base = this.draft = { ...startingValues(kind), ...preset };
  }

  #open(record: EstateRecord): void {
    this.record = record;
    this.#base = this.draft = record.values as Values;
  }

  /** People know names: the id of a new record follows from its name until someone writes another. */
  #suggestId(name: unknown): void {
    const taken = (id: string): boolean => this.#records.find(this.kind, id) !== undefined;
    this.draft = setAt(this.draft, ['id'], typeof name === 'string' ? freeSlug(name, taken) : undefined);
  }

  get(path: Path): unknown {
    return getAt(this.draft, path);
  }

  set(path: Path, value: unknown): void {
    this.draft = setAt(this.draft, path, value);
    if (path[0] === 'id') this.#ownId = value !== undefined;
    else if (path[0] === 'name' && this.record === null && !this.#ownId) this.#suggestId(value);
    const own = path.join('.');
    // What was said of the field, or of what is in it, was said of what it was before.
    if (this.problems.length > 0)
      this.problems = this.problems.filter((each) => each.path !== own && !each.path.startsWith(`${own}.`));
  }

  problemAt(path: Path): string {
    return this.#byPath.get(path.join('.')) ?? '';
  }

  /** Something is wrong at a field or within it. */
  problemWithin(path: Path): boolean {
    const own = path.join('.');
    return this.problems.some((each) => each.path === own || each.path.startsWith(`${own}.`));
  }

  isHidden(field: Field): boolean {
    return this.record?.hidden.some((name) => name === field.path[0] || name === field.path.join('.')) ?? false;
  }

  /** @returns whether it is saved. */
  async save(): Promise<boolean> {
    if (this.saving) return false;
    this.failure = null;
    this.problems = problemsOf(this.fields, this.draft, { skip: (field) => this.isHidden(field) });
    if (this.problems.length > 0) return false;
    const { record } = this;
    const id = record?.id ?? String(this.draft['id']);
    const values = record ? patchOf(this.#base, this.draft) : this.draft;
    if (record && Object.keys(values).length === 0) return true;
    this.saving = true;
    try {
      const { applied, problems, records, batch } = await this.#records.change({
        changes: [
          {
            kind: this.kind,
            id,
            op: record ? 'update' : 'create',
            values,
            ...(record && { revision: record.revision }),
          },
        ],
      });
      if (applied) {
        this.batch = batch;
        const saved = records.find((each) => each.kind === this.kind && each.id === id);
        if (saved) this.#open(saved);
        else this.#base = this.draft;
      } else this.#refused(problems);
      return applied;
    } catch (reason) {
      this.failure = toApiError(reason);
      return false;
    } finally {
      this.saving = false;
    }
  }

  #refused(problems: readonly ChangeProblem[]): void {
    const stale = problems.find(({ code, current }) => code === 'stale' && current !== undefined);
    this.problems = problems.filter((each) => each !== stale).map(({ path, message }) => ({ path, message }));
    if (!stale?.current) return;
    this.#records.take(stale.current);
    this.choices = new Map();
    this.conflict = {
      theirs: stale.current,
      differences: differences(this.fields, this.#base, this.draft, stale.current.values as Values),
    };
  }

  choose(path: string, side: Side): void {
    this.choices = new Map(this.choices).set(path, side);
  }

  /** Goes on from what the other made, with what was chosen of both; it is not saved by this. */
  settle(): void {
    if (!this.conflict) return;
    const { theirs } = this.conflict;
    const merged = merge(this.fields, this.#base, this.draft, theirs.values as Values, this.choices);
    this.#open(theirs);
    this.draft = merged;
    this.conflict = null;
  }

  discard(): void {
    this.draft = this.#base;
    this.problems = [];
    this.failure = null;
    this.conflict = null;
  }
}
