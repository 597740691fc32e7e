/**
 * One LMDB environment: its databases, and the one way to write to it.
 *
 * Flush policy: every commit is synchronous (fdatasync of the pages, then of the page that names them), before it is
 * visible to anyone and before the promise of `write` resolves. The writes that wait meanwhile share the next commit.
 * Pages are written and flushed on a thread of the adapter's, never on the event loop; the transaction's own work runs on
 * the event loop, holding the lock that processes share, so it must be short.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { type Logger, toError } from '@linewatch/service';
import { type Database, type RootDatabase, open } from 'lmdb';
import { Bell } from './bell.ts';
import { QueueError } from './errors.ts';
import { classify, toQueueError } from './failures.ts';
import type { EnvironmentOptions } from './options.ts';
import { type Usage, decodeUsage, encodeUsage } from './records.ts';

export type Table = Database<Buffer, Buffer>;

/** Most octets that one transaction writes, so that other processes never wait long for the lock. */
const maxTransactionBytes = 16 * 1024 * 1024;
/** Address space to map for each octet of quota, so that the map never has to move while the file is fragmented. */
const mapFactor = 4;
const minMapBytes = 2 ** 30;

const usageKey = Buffer.from('usage');

interface Write {
  readonly bytes: number;
  readonly work: () => unknown;
  readonly settle: (error: QueueError | undefined, value: unknown) => void;
}

export class Environment {
  readonly name: string;
  readonly options: EnvironmentOptions;
  readonly logger: Logger;
  readonly bell: Bell;
  readonly pageBytes: number;
  readonly meta: Table;
  readonly heads: Table;
  readonly index: Table;
  readonly body: Table;
  readonly latest: Table;
  readonly groups: Table;
  readonly leases: Table;
  readonly positions: Table;
  readonly #root: RootDatabase<Buffer, Buffer>;
  readonly #patienceMs: number;
  readonly #waiting: Write[] = [];
  #writing: Promise<void> | undefined;
  #usage: { value: Usage; changed: boolean } | undefined;
  #stalled = false;
  #closed = false;

  /** @throws QueueError when the files cannot be opened or are not ours. */
  constructor(directory: string, options: EnvironmentOptions, patienceMs: number, logger: Logger) {
    this.name = options.name;
    this.options = options;
    this.logger = logger;
    this.#patienceMs = patienceMs;
    const where = path.join(directory, options.name);
    try {
      mkdirSync(where, { recursive: true, mode: 0o700 });
      this.#root = open<Buffer, Buffer>({
        path: where,
        // A name with a dot in it would be taken for a file otherwise.
        noSubdir: false,
        encoding: 'binary',
        keyEncoding: 'binary',
        // Commits are flushed before they are visible: the plain LMDB protocol.
        overlappingSync: false,
        mapSize: Math.ceil(Math.max(minMapBytes, mapFactor * options.quotaBytes) / minMapBytes) * minMapBytes,
        maxDbs: 16,
        maxReaders: 256,
      } as Parameters<typeof open>[0]);
      const table = (name: string): Table => this.#root.openDB(name, { encoding: 'binary', keyEncoding: 'binary' });
      this.meta = table('meta');
      this.heads = table('heads');
      this.index = table('index');
      this.body = table('body');
      this.latest = table('latest');
      this.groups = table('groups');
      this.leases = table('leases');
      this.positions = table('positions');
      this.pageBytes = (this.#root.getStats() as { pageSize: number }).pageSize;
    } catch (error) {
      throw classify(toError(error), `opening the queue "${where}"`);
    }
    this.bell = new Bell(() => this.usage());
  }

  /** What the environment holds: inside a write the figure being written, else the last committed. */
  usage(): Usage {
    return this.#usage?.value ?? decodeUsage(this.meta.get(usageKey));
  }

  /** Only inside a write. */
  changeUsage(change: Partial<Usage>): void {
    const transaction = this.#usage;
    if (!transaction) throw new QueueError('invalid_argument', 'usage changes only inside a write');
    transaction.value = { ...transaction.value, ...change };
    transaction.changed = true;
  }

  /** Tells every process that looks after a group that something changed. Only inside a write. */
  groupsChanged(): void {
    this.changeUsage({ groups: this.usage().groups + 1 });
  }

  get isStalled(): boolean {
    return this.#stalled;
  }

  /**
   * Runs `work` in a write transaction, together with others that wait, and resolves when it is flushed to disk. `work` is
   * synchronous, and throws a QueueError only before its first put: then nothing of it is written, and the others are.
   * @param bytes about how much it writes.
   */
  write<T>(work: () => T, bytes = 0): Promise<T> {
    if (this.#closed) return Promise.reject(new QueueError('queue_closed', `queue "${this.name}" is closed`));
    if (this.#stalled) return Promise.reject(this.#stallError());
    return new Promise<T>((resolve, reject) => {
      const settle = (error: QueueError | undefined, value: unknown): void =>
        error ? reject(error) : resolve(value as T);
      this.#waiting.push({ bytes, work, settle });
      if (!this.#writing) this.#writing = this.#writeAll();
    });
  }

  #stallError(): QueueError {
    return new QueueError(
      'queue_unavailable',
      `queue "${this.name}": a write has not settled in ${this.#patienceMs} ms`,
    );
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) await this.#commit();
    this.#writing = undefined;
  }

  async #commit(): Promise<void> {
    const taken: (Write & { value?: unknown; error?: QueueError })[] = [];
    let failure: unknown;
    const stall = setTimeout(() => {
      this.#stalled = true;
      this.logger.error({ environment: this.name }, 'queue write does not settle');
      for (const write of [...taken, ...this.#waiting.splice(0)]) write.settle(this.#stallError(), undefined);
    }, this.#patienceMs);
    try {
      await this.#root.transaction(() => {
        this.#usage = { value: decodeUsage(this.meta.get(usageKey)), changed: false };
        try {
          for (let bytes = 0; bytes < maxTransactionBytes && this.#waiting.length > 0;) {
            const write = this.#waiting.shift()!;
            bytes += write.bytes;
            taken.push(write);
            this.#run(taken.at(-1)!);
          }
          if (this.#usage.changed) void this.meta.put(usageKey, encodeUsage(this.#usage.value));
        } catch (error) {
          failure = error;
          throw error;
        } finally {
          this.#usage = undefined;
        }
      });
      for (const write of taken) write.settle(write.error, write.value);
    } catch (error) {
      const known = await toQueueError(error, `writing to queue "${this.name}"`);
      const first = failure === undefined ? known : await toQueueError(failure, `writing to queue "${this.name}"`);
      const worst = known.code === 'queue_full' ? known : first;
      this.logger.error({ environment: this.name, code: worst.code, reason: worst.message }, 'queue write failed');
      // When not even the transaction began, whoever waits for it would wait for ever.
      for (const write of taken.length > 0 ? taken : this.#waiting.splice(0)) write.settle(worst, undefined);
    } finally {
      clearTimeout(stall);
      this.#stalled = false;
    }
    this.bell.look();
  }

  #run(write: Write & { value?: unknown; error?: QueueError }): void {
    try {
      write.value = write.work();
    } catch (error) {
      if (!(error instanceof QueueError)) throw error;
      write.error = error;
    }
  }

  /** Frees what readers that died still hold. */
  clearDeadReaders(): number {
    return this.#closed ? 0 : this.#root.readerCheck();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.bell.close();
    // What does not settle cannot be waited for; the process's end closes it.
    if (this.#stalled) return;
    await this.#writing;
    await this.#root.close();
  }
}
