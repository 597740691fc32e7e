/** The import page: a file is chosen, tried, and only then taken. */
import type { Batch, ChangeResult, FileFormat, ImportBody, ImportResult, Kind } from '@linewatch/contract';
import type { FilesApi } from '../../lib/files-api.ts';
import { type ApiError, toApiError } from '../../lib/request.ts';
import { Resource } from '../../state/resource.svelte.ts';
import { guess } from './guess.ts';
import { type Mapping, remap } from './mapping.ts';
import { type Encoding, FileProblem, decodeText } from './text.ts';

export interface Chosen {
  readonly name: string;
  readonly text: string;
  /** Null: it was pasted. */
  readonly encoding: Encoding | null;
}

/** What goes on: nothing, trying the file, taking it. */
type Doing = 'nothing' | 'reading' | 'checking' | 'applying';

export class ImportPage {
  file = $state.raw<Chosen | null>(null);
  /** Files that come with it. */
  others = $state.raw<Partial<Record<'second' | 'membership', Chosen>>>({});
  /** Why a file could not be read. */
  refused = $state('');
  format = $state<FileFormat>('csv');
  kind = $state<Kind | null>(null);
  /** The trust in a register or membership file. */
  group = $state('');
  prune = $state(false);
  mapping = $state.raw<Mapping>({});
  places = $state.raw<Readonly<Record<string, string>>>({});
  accepted = $state.raw<readonly string[]>([]);
  doing = $state<Doing>('nothing');
  sinceMs = $state(0);
  /** Of the last try. */
  tried = $state.raw<ImportResult | null>(null);
  /** Once it was taken. */
  done = $state.raw<ImportResult | null>(null);
  error = $state.raw<ApiError | null>(null);
  readonly batches = new Resource<{ batches: Batch[] }>();
  /** The batch that is being undone, and what came of the last that was. */
  undoing = $state<number | null>(null);
  undone = $state.raw<{ readonly batch: number; readonly result: ChangeResult | ApiError } | null>(null);
  readonly #api: FilesApi;
  #running: AbortController | undefined;

  constructor(api: FilesApi) {
    this.#api = api;
  }

  /** What is still to be said before the file can be tried; empty = nothing. */
  readonly missing = $derived.by(() => {
    if (!this.file) return 'file';
    if (this.format === 'csv' && this.kind === null) return 'kind';
    return '';
  });
  readonly ready = $derived(
    this.tried !== null && this.doing === 'nothing' && this.tried.applied && this.error === null && this.done === null,
  );
  /** How many records a taken import would touch. */
  readonly touched = $derived(
    Object.values(this.tried?.counts ?? {}).reduce(
      (sum, { added, changed, ended }) => sum + added + changed + ended,
      0,
    ),
  );

  start(): () => void {
    void this.loadBatches();
    return () => {
      this.#running?.abort();
      this.batches.reset();
    };
  }

  async loadBatches(): Promise<void> {
    await this.batches.load((signal) => this.#api.batches(signal));
  }

  /** Takes the first of the files as the one to import. */
  async choose(file: File): Promise<void> {
    const chosen = await this.#read(file);
    if (chosen) this.#take(chosen);
  }

  paste(text: string): void {
    this.refused = '';
    if (text.trim() !== '') this.#take({ name: 'pasted text', text, encoding: null });
  }

  async addOther(name: 'second' | 'membership', file: File): Promise<void> {
    const chosen = await this.#read(file);
    if (!chosen) return;
    this.others = { ...this.others, [name]: chosen };
    await this.check();
  }

  async removeOther(name: 'second' | 'membership'): Promise<void> {
    this.others = { ...this.others, [name]: undefined };
    await this.check();
  }

  /** Another answer to a question about the file: what depends on the one before is forgotten. */
  async setFormat(format: FileFormat, kind: Kind | null): Promise<void> {
    if (format !== this.format) this.others = {};
    this.format = format;
    this.kind = format === 'csv' ? kind : null;
    this.mapping = {};
    this.places = {};
    this.accepted = [];
    this.prune = false;
    this.tried = null;
    await this.check();
  }

  async map(header: string, field: string | null): Promise<void> {
    this.mapping = remap(this.mapping, this.tried?.columns ?? [], header, field);
    await this.check();
  }

  async place(name: string, academy: string): Promise<void> {
    this.places = Object.fromEntries(Object.entries({ ...this.places, [name]: academy }).filter(([, id]) => id !== ''));
    await this.check();
  }

  async accept(circuits: readonly string[]): Promise<void> {
    this.accepted = circuits;
    await this.check();
  }

  /** Tries the file: nothing is changed. */
  async check(): Promise<void> {
    this.done = null;
    if (this.missing === '') await this.#send(true);
  }

  async apply(): Promise<void> {
    if (this.ready) await this.#send(false);
  }

  cancel(): void {
    this.#running?.abort();
  }

  /** Begins anew. */
  forget(): void {
    this.#running?.abort();
    this.file = null;
    this.others = {};
    this.tried = null;
    this.done = null;
    this.error = null;
    this.refused = '';
    this.undone = null;
  }

  async undo(batch: number): Promise<void> {
    this.undoing = batch;
    try {
      const result = await this.#api.undo(batch, { dryRun: false }, new AbortController().signal);
      this.undone = { batch, result };
    } catch (reason) {
      this.undone = { batch, result: toApiError(reason) };
    }
    this.undoing = null;
    await this.loadBatches();
  }

  async #read(file: File): Promise<Chosen | undefined> {
    this.refused = '';
    this.doing = 'reading';
    try {
      return { name: file.name, ...decodeText(new Uint8Array(await file.arrayBuffer())) };
    } catch (reason) {
      this.refused =
        reason instanceof FileProblem ? `${file.name}: ${reason.message}` : `${file.name} could not be read.`;
      return undefined;
    } finally {
      this.doing = 'nothing';
    }
  }

  #take(chosen: Chosen): void {
    this.forget();
    this.file = chosen;
    const { format, kind } = guess(chosen.name, chosen.text);
    void this.setFormat(format, kind);
  }

  #body(dryRun: boolean): ImportBody {
    const { format, kind, group, mapping, places, accepted, prune, others } = this;
    const file = this.file;
    const schools = format === 'register' || format === 'membership';
    return {
      format,
      text: file?.text ?? '',
      dryRun,
      title: `import of ${file?.name ?? 'a file'}`.slice(0, 200),
      ...(kind !== null && { kind }),
      ...(Object.keys(mapping).length > 0 && { mapping }),
      ...(Object.keys(places).length > 0 && { places }),
      ...(accepted.length > 0 && { accept: [...accepted] }),
      ...(prune && { prune }),
      ...(schools && group.trim() !== '' && { group: group.trim() }),
      ...(others.second && { second: others.second.text }),
      ...(others.membership && { membership: others.membership.text }),
    };
  }

  async #send(dryRun: boolean): Promise<void> {
    this.#running?.abort();
    const own = new AbortController();
    this.#running = own;
    this.doing = dryRun ? 'checking' : 'applying';
    this.sinceMs = Date.now();
    this.error = null;
    try {
      const result = await this.#api.import(this.#body(dryRun), own.signal);
      if (this.#running !== own) return;
      this.tried = result;
      if (!dryRun && result.applied) this.done = result;
    } catch (reason) {
      if (this.#running !== own) return;
      const error = toApiError(reason);
      // Whoever cancels a try knows that; an import that was cancelled may have been done all the same.
      if (error.code !== 'aborted' || !dryRun) this.error = error;
    }
    this.doing = 'nothing';
    this.#running = undefined;
    if (!dryRun) await this.loadBatches();
  }
}
