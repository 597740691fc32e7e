import { setImmediate } from 'node:timers/promises';
import { QueueError } from './errors.ts';
import type { Partition } from './partition.ts';
import type { Message, PartitionReader, Position } from './port.ts';
import { encodePosition } from './positions.ts';
import { nameKey } from './records.ts';

export interface LeasedReaderOptions {
  readonly source: Partition;
  readonly group: string;
  readonly generation: number;
  /** As it stood in the transaction that took the lease: no commit of an earlier owner can come after it. */
  readonly committed: Position;
}

/** A call, as the compiler takes the property for constant between two looks. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;

/** A partition as its owner in the group reads it. */
export class LeasedReader implements PartitionReader {
  readonly topic: string;
  readonly log: string;
  readonly partition: number;
  readonly source: Partition;
  readonly generation: number;
  readonly #group: string;
  readonly #abort = new AbortController();
  #committed: Position;
  #next: number;
  #lost = 0;
  #fenced = false;

  constructor({ source, group, generation, committed }: LeasedReaderOptions) {
    this.source = source;
    this.topic = source.topic;
    this.log = source.log;
    this.partition = source.number;
    this.generation = generation;
    this.#group = group;
    this.#committed = committed;
    this.#next = committed.offset;
  }

  get committed(): Position {
    return this.#committed;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get lost(): number {
    return this.#lost;
  }

  /** Asks the handler to end; what it read may still be committed. */
  revoke(): void {
    this.#abort.abort(new QueueError('partition_lost', `${this.topic}[${this.partition}] is being given up`));
  }

  /** Another member owns the partition now. */
  fence(): void {
    this.#fenced = true;
    this.revoke();
  }

  #lostError(): QueueError {
    return new QueueError(
      'partition_lost',
      `${this.topic}[${this.partition}] is read by another consumer of "${this.#group}"`,
    );
  }

  async read({
    maxBytes,
    waitMs,
  }: {
    readonly maxBytes: number;
    readonly waitMs: number;
  }): Promise<readonly Message[]> {
    if (this.signal.aborted) throw this.#lostError();
    // A loop over a long backlog must leave the event loop room for everything else.
    await setImmediate();
    const deadline = performance.now() + waitMs;
    while (!isAborted(this.signal)) {
      const from = this.#next;
      const { messages, next, appends } = this.source.read(from, maxBytes);
      this.#next = next;
      const [first] = messages;
      if (first) {
        if (!this.source.compacted) this.#lost += Math.max(0, first.offset - from);
        return messages;
      }
      const left = deadline - performance.now();
      if (left <= 0) return [];
      await this.source.environment.store.bell.wait(appends, left, this.signal);
    }
    return [];
  }

  seek(offset: number): void {
    if (!Number.isSafeInteger(offset) || offset < 0)
      throw new QueueError('invalid_argument', `cannot seek to offset ${offset}`);
    this.#next = offset;
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- as for lag()
  async offsetAt(timeMs: number): Promise<number> {
    return this.source.offsetAt(timeMs);
  }

  async commit(position: Position): Promise<void> {
    const { environment } = this.source;
    const stored = encodePosition(position);
    if (this.#fenced) throw this.#lostError();
    // The lease's version is its generation: a commit of an earlier owner changes nothing.
    const isOwner = await environment.store.writeIf(
      environment.store.leases,
      nameKey(this.source.id, this.#group),
      this.generation,
      () => void environment.store.positions.put(nameKey(this.source.id, this.#group), stored),
    );
    if (!isOwner) {
      this.fence();
      throw this.#lostError();
    }
    this.#committed = { offset: position.offset, metadata: position.metadata };
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- the port promises a promise, and a rejection, not a throw
  async lag(): Promise<number> {
    return Math.max(0, this.source.head().next - this.#next);
  }
}
