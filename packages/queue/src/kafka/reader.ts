import { QueueError } from '../errors.ts';
import { maxMetadataBytes } from '../limits.ts';
import type { Message, PartitionReader, Position } from '../port.ts';
import { isFenced, protocolError } from './failures.ts';
import { Feed, type FeedOptions } from './feed.ts';
import type { Generation, Membership } from './group.ts';
import { listOffset } from './link.ts';

export interface GroupReaderOptions extends FeedOptions {
  readonly membership: Membership;
  readonly generation: Generation;
  /** On the brokers. */
  readonly group: string;
  /** The topic as the queue names it. */
  readonly name: string;
  readonly log: string;
  readonly committed: Position;
  /** Whether the group had committed here before. */
  readonly hasCommitted: boolean;
}

/** A call, as the compiler takes the property for constant between two looks. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;

/** A partition as its owner in the group reads it; what it commits counts under one generation only. */
export class GroupReader implements PartitionReader {
  readonly topic: string;
  readonly partition: number;
  readonly log: string;
  readonly generation: Generation;
  readonly #options: GroupReaderOptions;
  readonly #feed: Feed;
  readonly #abort = new AbortController();
  #committed: Position;
  #hasCommitted: boolean;
  readonly #fence = new AbortController();

  constructor(options: GroupReaderOptions) {
    this.#options = options;
    this.topic = options.name;
    this.partition = options.partition;
    this.log = options.log;
    this.generation = options.generation;
    this.#committed = options.committed;
    this.#hasCommitted = options.hasCommitted;
    this.#feed = new Feed({ ...options, wasRemade: () => this.#wasRemade() });
  }

  get committed(): Position {
    return this.#committed;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get lost(): number {
    return this.#feed.lost;
  }

  /** Asks the handler to end; what it read may still be committed. */
  revoke(): void {
    this.#feed.close();
    this.#abort.abort(new QueueError('partition_lost', `${this.topic}[${this.partition}] is being given up`));
  }

  /** Another generation of the group has the partition now. */
  fence(): void {
    this.revoke();
    this.#fence.abort();
  }

  #lostError(): QueueError {
    return new QueueError('partition_lost', `${this.topic}[${this.partition}] is no longer read by this consumer`);
  }

  async read(options: { readonly maxBytes: number; readonly waitMs: number }): Promise<readonly Message[]> {
    if (this.signal.aborted) throw this.#lostError();
    const deadline = performance.now() + options.waitMs;
    while (!isAborted(this.signal)) {
      const messages = this.#feed.take(options.maxBytes);
      if (messages.length > 0) return messages;
      const left = deadline - performance.now();
      if (left <= 0) return [];
      await this.#feed.wait(left, this.signal);
    }
    return [];
  }

  seek(offset: number): void {
    if (!Number.isSafeInteger(offset) || offset < 0)
      throw new QueueError('invalid_argument', `cannot seek to offset ${offset}`);
    this.#feed.seek(offset);
  }

  offsetAt(timeMs: number): Promise<number> {
    return this.#list({ timeMs });
  }

  async lag(): Promise<number> {
    return Math.max(0, (await this.#list('end')) - this.#feed.next);
  }

  async #list(at: 'end' | { readonly timeMs: number }): Promise<number> {
    const { link, topic, partition } = this.#options;
    return link.retrying(
      (cluster) => listOffset(cluster, topic, partition, at),
      () => this.#fence.signal.aborted,
    );
  }

  async commit({ offset, metadata }: Position): Promise<void> {
    if (!Number.isSafeInteger(offset) || offset < 0)
      throw new QueueError('invalid_argument', `cannot commit offset ${offset}`);
    if (Buffer.byteLength(metadata) > maxMetadataBytes)
      throw new QueueError('invalid_argument', `metadata is over ${maxMetadataBytes} octets`);
    const { membership, link, group: groupId, topic, partition } = this.#options;
    const { id: groupGenerationId, memberId } = this.generation;
    const position = { partition, offset: String(offset), metadata };
    for (;;) {
      if (this.#fence.signal.aborted) throw this.#lostError();
      try {
        const coordinator = await membership.coordinator();
        // The brokers look at the generation: the same commit twice is one, a late one is refused.
        await coordinator.offsetCommit({
          groupId,
          groupGenerationId,
          memberId,
          topics: [{ topic, partitions: [position] }],
        });
        break;
      } catch (error) {
        if (isFenced(error)) {
          this.fence();
          throw this.#lostError();
        }
        if (protocolError(error) === 'OFFSET_METADATA_TOO_LARGE')
          throw new QueueError('invalid_argument', 'the brokers refuse metadata of this size', { cause: error });
        membership.forgetCoordinator();
        await link.failed(error, this.#fence.signal);
      }
    }
    link.answered();
    this.#hasCommitted = true;
    this.#committed = { offset, metadata };
  }

  /** What the group committed goes when the brokers remove the topic. */
  async #wasRemade(): Promise<boolean> {
    if (!this.#hasCommitted) return false;
    const { membership, group: groupId, topic, partition } = this.#options;
    try {
      const coordinator = await membership.coordinator();
      const { responses } = await coordinator.offsetFetch({
        groupId,
        topics: [{ topic, partitions: [{ partition }] }],
      });
      return Number(responses[0]?.partitions[0]?.offset ?? -1) < 0;
    } catch (error) {
      membership.forgetCoordinator();
      throw error;
    }
  }
}
