/**
 * Keeps commits and openings of LMDB files apart.
 *
 * Who opens a file reads the number of its last commit and a moment later writes it where all processes look for it. A
 * commit that comes between is undone, though it was flushed and its writer was told so: the next one takes its place
 * (LMDB's ITS#9496, which the binding's copy still has). So each commit holds a shared lock, and an opening an exclusive
 * one. They are those of an empty SQLite file beside LMDB's: the kernel drops them when a process dies.
 */
import { DatabaseSync } from 'node:sqlite';
import { sleep, toError } from '@linewatch/service';
import { QueueError } from './errors.ts';

/** Commits of one process that overlap keep the lock no longer than this while others want to begin, ms. */
const longestHoldMs = 100;
/** Between two tries to begin a commit, ms. */
const retryMs = 2;
/** How long an opening waits at a time without leaving the event loop; new commits wait meanwhile, ms. */
const drainMs = 250;

const busy = 5;

const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' && (error.errcode & 0xff) === busy;

export class Gate {
  readonly #lock: DatabaseSync;
  #inside = 0;
  #heldSince = 0;
  #closed = false;
  /** Aborted when the last commit that was under way here has ended. */
  #left = new AbortController();
  /** Those that wait begin in their order. */
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();

  /** @throws QueueError when the file cannot be opened. */
  constructor(file: string) {
    try {
      this.#lock = new DatabaseSync(file, { timeout: 0 });
    } catch (error) {
      throw new QueueError('queue_unavailable', `"${file}": ${toError(error).message}`, { cause: error });
    }
  }

  /** Runs `open` while no process commits or opens. @throws QueueError `queue_unavailable` when commits do not end. */
  async opening<T>(open: () => T, patienceMs: number): Promise<T> {
    const until = performance.now() + patienceMs;
    while (!this.#take('BEGIN EXCLUSIVE', drainMs)) {
      if (performance.now() > until)
        throw new QueueError('queue_unavailable', `another process has not ended a commit in ${patienceMs} ms`);
      await sleep(retryMs);
    }
    try {
      return open();
    } finally {
      this.#lock.exec('ROLLBACK');
    }
  }

  /** Runs `commit` while no process opens. */
  async committing<T>(commit: () => Promise<T>): Promise<T> {
    if (this.#waiting > 0 || !this.#enter()) await this.#turn();
    try {
      return await commit();
    } finally {
      this.#inside -= 1;
      if (this.#inside === 0) {
        this.#lock.exec('ROLLBACK');
        this.#left.abort();
      }
    }
  }

  /** Once nothing is committed any more. */
  close(): void {
    this.#closed = true;
    this.#lock.close();
  }

  #turn(): Promise<void> {
    this.#waiting += 1;
    const turn = this.#last.then(async () => {
      try {
        while (!this.#enter()) {
          this.#left = new AbortController();
          await sleep(retryMs, this.#left.signal);
        }
      } finally {
        this.#waiting -= 1;
      }
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  #enter(): boolean {
    if (this.#closed) throw new QueueError('queue_closed', 'the queue is closed');
    const now = performance.now();
    if (this.#inside === 0) {
      if (!this.#take('BEGIN', 0)) return false;
      this.#heldSince = now;
    } else if (now - this.#heldSince > longestHoldMs) return false;
    this.#inside += 1;
    return true;
  }

  #take(begin: 'BEGIN' | 'BEGIN EXCLUSIVE', waitMs: number): boolean {
    try {
      this.#lock.exec(`PRAGMA busy_timeout = ${waitMs}; ${begin}; SELECT 1 FROM sqlite_schema`);
      return true;
    } catch (error) {
      if (this.#lock.isTransaction) this.#lock.exec('ROLLBACK');
      if (isBusy(error)) return false;
      throw new QueueError('queue_unavailable', `lock of the queue: ${toError(error).message}`, { cause: error });
    }
  }
}
