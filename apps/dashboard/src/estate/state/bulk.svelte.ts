/** One field of many records set at once: tried first, then made as one batch. */
import type { Change, ChangeProblem, EstateRecord, Kind } from '@linewatch/contract';
import { toApiError } from '../../lib/request.ts';
import { type Field, fieldsOf, fullTitle, leavesOf, pathText } from '../lib/fields.ts';
import { problemOf } from '../lib/validate.ts';
import { getAt, patchAt, same } from '../lib/values.ts';
import { type EstateRecords, mostChanges } from './records.svelte.ts';

export interface Preview {
  readonly changes: readonly Change[];
  /** Have this value already. */
  readonly unchanged: number;
  readonly problems: readonly ChangeProblem[];
}

export class BulkEdit {
  readonly kind: Kind;
  readonly targets: readonly EstateRecord[];
  /** Come from the estate file, or ended: left out. */
  readonly skipped: number;
  readonly fields: readonly Field[];
  field = $state.raw<Field | null>(null);
  value = $state.raw<unknown>(undefined);
  problem = $state('');
  preview = $state.raw<Preview | null>(null);
  busy = $state(false);
  readonly #records: EstateRecords;

  constructor(
    kind: Kind,
    chosen: readonly EstateRecord[],
    records: EstateRecords,
    may: (record: EstateRecord) => boolean,
  ) {
    this.kind = kind;
    this.#records = records;
    this.targets = chosen.filter((each) => !each.managed && each.ended === null && may(each));
    this.skipped = chosen.length - this.targets.length;
    this.fields = leavesOf(fieldsOf(kind)).filter(
      ({ name, input, sensitive, path }) =>
        name !== 'id' &&
        input !== 'list' &&
        sensitive !== 'secrets' &&
        !this.targets.some(({ hidden }) => hidden.includes(path[0]!)),
    );
  }

  titleOf(field: Field): string {
    return fullTitle(fieldsOf(this.kind), field.path);
  }

  pick(key: string): void {
    this.field = this.fields.find(({ path }) => pathText(path) === key) ?? null;
    this.set(undefined);
  }

  set(value: unknown): void {
    this.value = value;
    this.problem = '';
    this.preview = null;
  }

  get tooMany(): boolean {
    return this.targets.length > mostChanges;
  }

  /** Asks the server what would come of it, and changes nothing. */
  async try(): Promise<void> {
    const { field } = this;
    if (!field || this.busy) return;
    this.problem = problemOf(field, this.value);
    if (this.problem !== '') return;
    const changing = this.targets.filter(({ values }) => !same(getAt(values, field.path), this.value));
    const changes: Change[] = changing.map(({ kind, id, revision }) => ({
      kind,
      id,
      op: 'update',
      values: patchAt(field.path, this.value),
      revision,
    }));
    const unchanged = this.targets.length - changing.length;
    if (changes.length === 0) {
      this.preview = { changes, unchanged, problems: [] };
      return;
    }
    await this.#send(async () => {
      const { problems } = await this.#records.change({ changes, dryRun: true });
      this.preview = { changes, unchanged, problems };
    });
  }

  /** @returns the number of the batch; undefined = nothing was changed. */
  async apply(): Promise<number | null | undefined> {
    const { preview, field } = this;
    if (!preview || !field || preview.problems.length > 0 || preview.changes.length === 0) return undefined;
    let batch: number | null | undefined;
    await this.#send(async () => {
      const title = `${this.titleOf(field)} of ${preview.changes.length} at once`;
      const result = await this.#records.change({ changes: [...preview.changes], title });
      if (result.applied) batch = result.batch;
      else this.preview = { ...preview, problems: result.problems };
    });
    return batch;
  }

  async #send(work: () => Promise<void>): Promise<void> {
    this.busy = true;
    try {
      await work();
    } catch (reason) {
      const error = toApiError(reason);
      this.problem = `${error.title}. ${error.detail}`;
    }
    this.busy = false;
  }
}
