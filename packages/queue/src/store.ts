/**
 * The LMDB files of one environment: their tables, and the ways to write to them.
 *
 * Flush policy: every commit is synchronous (fdatasync of the pages, then of the page that names them) before it is
 * visible to anyone and before its promise resolves. What is written meanwhile shares the next commit. All of that runs on
 * a thread of the adapter's, never on the event loop.
 *
 * Processes share one write lock. `writeIf` hands over a list of puts with a condition, which the adapter's thread carries
 * out: the lock never waits for an event loop. `write` runs code under the lock, on the event loop: for what is rare.
 * Nothing is committed while a process opens the files (`gate.ts`).
 */
import { statSync } from 'node:fs';
import { mkdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { type Logger, toError } from '@linewatch/service';
import { type Database, type RootDatabase, open } from 'lmdb';
import { Bell } from './bell.ts';
import { QueueError } from './errors.ts';
import { checkFile, classify, toQueueError } from './failures.ts';
import { Gate } from './gate.ts';
import { encodeDoubles } from './records.ts';

export type Table = Database<Buffer, Buffer>;

export interface StoreOptions {
  readonly directory: string;
  /** Address space to map for the file, octets: enough, and the map never has to move. */
  readonly mapBytes: number;
  /** A write that has not settled after this is given up on, ms. */
  readonly patienceMs: number;
  readonly logger: Logger;
}

const bellKeys = { appends: Buffer.from('appends'), groups: Buffer.from('groups') };
export type BellKind = keyof typeof bellKeys;

/**
 * LMDB's own rule: a process opens a file once (its locks would be lost, and its binding would wait for itself). So whoever
 * asks for the same files again shares what is open.
 */
const opened = new Map<string, { readonly store: Promise<Store>; users: number }>();
const closing = new Map<string, Promise<void>>();

/** @throws QueueError when the files cannot be opened or are not ours. */
export async function openStore(options: StoreOptions): Promise<Store> {
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  const place = await realpath(options.directory);
  while (closing.has(place)) await closing.get(place);
  const known = opened.get(place);
  if (known) {
    known.users += 1;
    return known.store;
  }
  const store = openFiles(options);
  opened.set(place, { store, users: 1 });
  store.catch(() => opened.delete(place));
  return store;
}

async function openFiles(options: StoreOptions): Promise<Store> {
  const gate = new Gate(path.join(options.directory, 'gate.db'));
  try {
    return await gate.opening(() => new Store(options, gate), options.patienceMs);
  } catch (error) {
    gate.close();
    throw error;
  }
}

/** The last user closes the files. */
export async function closeStore(store: Store): Promise<void> {
  for (const [place, entry] of opened) {
    if ((await entry.store.catch(() => undefined)) !== store) continue;
    entry.users -= 1;
    if (entry.users > 0) return;
    opened.delete(place);
    const closed = store.close().finally(() => closing.delete(place));
    closing.set(place, closed);
    await closed;
  }
}

export class Store {
  readonly bell: Bell;
  readonly pageBytes: number;
  readonly meta: Table;
  /** Versioned, as are removals and leases: `writeIf` can make a condition of their records. */
  readonly heads: Table;
  readonly removals: Table;
  readonly leases: Table;
  readonly positions: Table;
  readonly groups: Table;
  readonly index: Table;
  readonly body: Table;
  readonly latest: Table;
  readonly #bells: Table;
  readonly #root: RootDatabase<Buffer, Buffer>;
  readonly #options: StoreOptions;
  readonly #gate: Gate;
  readonly #writes = new Set<Promise<unknown>>();
  #stalled = 0;
  #closed = false;

  /** Only while the gate says that nobody commits. */
  constructor(options: StoreOptions, gate: Gate) {
    this.#options = options;
    this.#gate = gate;
    const { directory } = options;
    try {
      checkFile(path.join(directory, 'data.mdb'));
      this.#root = open<Buffer, Buffer>({
        path: directory,
        // A name with a dot in it would be taken for a file otherwise.
        noSubdir: false,
        encoding: 'binary',
        keyEncoding: 'binary',
        // Commits are flushed before they are visible: the plain LMDB protocol.
        overlappingSync: false,
        // What belongs together is said in `writeIf`; nothing else needs to wait for a turn of the event loop.
        eventTurnBatching: false,
        mapSize: options.mapBytes,
        maxDbs: 16,
        maxReaders: 256,
      } as Parameters<typeof open>[0]);
      const table = (name: string, useVersions = false): Table =>
        this.#root.openDB(name, { encoding: 'binary', keyEncoding: 'binary', useVersions });
      this.meta = table('meta');
      this.heads = table('heads', true);
      this.removals = table('removals', true);
      this.leases = table('leases', true);
      this.positions = table('positions');
      this.groups = table('groups');
      this.index = table('index');
      this.body = table('body');
      this.latest = table('latest');
      this.#bells = table('bells');
      this.pageBytes = (this.#root.getStats() as { pageSize: number }).pageSize;
    } catch (error) {
      throw classify(toError(error), `opening the queue "${directory}"`);
    }
    const file = path.join(directory, 'data.mdb');
    this.bell = new Bell(
      () => ({ appends: this.token('appends'), groups: this.token('groups') }),
      () => statSync(file).mtimeMs,
    );
  }

  /** Changes whenever messages were appended, or something of a group changed. */
  token(kind: BellKind): number {
    return this.#bells.get(bellKeys[kind])?.readDoubleLE(0) ?? 0;
  }

  /** Tells every process that waits, once the write is committed. Only inside a write. */
  ring(kind: BellKind): void {
    void this.#bells.put(bellKeys[kind], encodeDoubles(Math.random()));
  }

  /** A write has not settled in time, and none is taken until it has. */
  get isStalled(): boolean {
    return this.#stalled > 0;
  }

  /**
   * Makes the puts and removals that `emit` makes, all of them if the record still has this version, else none. Resolves
   * with whether they were made, when they are flushed to disk. Values must stay as they are until then.
   */
  writeIf(table: Table, key: Buffer, version: number, emit: () => void): Promise<boolean> {
    return this.#settle(() => table.ifVersion(key, version, emit));
  }

  /**
   * Runs `work` under the write lock and resolves when what it wrote is flushed to disk. It is synchronous, short, and
   * throws only before its first put.
   */
  write<T>(work: () => T): Promise<T> {
    return this.#settle(() => this.#root.transaction(work));
  }

  async #settle<T>(start: () => Promise<T>): Promise<T> {
    const { directory, patienceMs, logger } = this.#options;
    if (this.#closed) throw new QueueError('queue_closed', `queue "${directory}" is closed`);
    const stall = new QueueError(
      'queue_unavailable',
      `queue "${directory}": a write has not settled in ${patienceMs} ms`,
    );
    if (this.isStalled) throw stall;
    const { promise: patience, reject } = Promise.withResolvers<never>();
    let stalled = false;
    const timer = setTimeout(() => {
      stalled = true;
      this.#stalled += 1;
      logger.error({ directory }, 'queue write does not settle');
      reject(stall);
    }, patienceMs);
    const write = this.#gate.committing(start).finally(() => {
      clearTimeout(timer);
      this.#writes.delete(write);
      if (stalled) this.#stalled -= 1;
    });
    this.#writes.add(write);
    try {
      return await Promise.race([write, patience]);
    } catch (error) {
      const known = await toQueueError(error, `writing to queue "${directory}"`);
      if (!(error instanceof QueueError))
        logger.error({ directory, code: known.code, reason: known.message }, 'queue write failed');
      throw known;
    } finally {
      this.bell.look();
    }
  }

  /** Frees what readers that died still hold; how many there were. */
  clearDeadReaders(): number {
    return this.#closed ? 0 : this.#root.readerCheck();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.bell.close();
    // What does not settle cannot be waited for; the process's end closes it.
    if (this.isStalled) return;
    await Promise.allSettled(this.#writes);
    await this.#root.close();
    this.#gate.close();
  }
}
