import { type Logger, describe, sleep } from '@linewatch/service';
import type { Position, Subscription } from '../port.ts';
import type { Assignment } from './assign.ts';
import { isFenced } from './failures.ts';
import type { Loss } from './feed.ts';
import { Fetcher } from './fetcher.ts';
import { type Generation, Membership } from './group.ts';
import { type Link, listOffset, toOffset } from './link.ts';
import type { KafkaTiming } from './options.ts';
import { GroupReader } from './reader.ts';

export interface GroupConsumerOptions {
  readonly subscription: Subscription;
  readonly prefix: string;
  readonly link: Link;
  readonly timing: KafkaTiming;
  readonly logger: Logger;
  readonly onLoss: (loss: Loss) => void;
}

interface Held {
  readonly reader: GroupReader;
  readonly settled: Promise<void>;
}

interface Committed {
  readonly position: Position;
  readonly isCommitted: boolean;
}

/** A subscription's part in its group: a handler runs for each partition that is assigned, one at a time. */
export class GroupConsumer {
  readonly #options: GroupConsumerOptions;
  readonly #group: string;
  readonly #fetcher: Fetcher;
  readonly #membership: Membership;
  readonly #held = new Map<string, Held>();
  /** The generation that is in force; undefined between two. */
  #generation: Generation | undefined;
  #log: string | undefined;

  constructor(options: GroupConsumerOptions) {
    this.#options = options;
    const { subscription, prefix, link, timing, logger } = options;
    this.#group = `${prefix}${subscription.group}`;
    this.#fetcher = new Fetcher(link);
    this.#membership = new Membership({
      link,
      group: this.#group,
      topics: subscription.topics.map((topic) => `${prefix}${topic}`),
      timing,
      logger,
      onAssigned: (generation, assignment) => this.#assigned(generation, assignment),
      onRevoked: () => this.#revoke(),
      onFenced: () => this.#fence(),
    });
  }

  async close(): Promise<void> {
    await this.#membership.close();
    this.#fetcher.stop();
  }

  #assigned(generation: Generation, assignment: Assignment): void {
    this.#generation = generation;
    for (const [topic, partitions] of Object.entries(assignment))
      for (const partition of partitions) void this.#offer(generation, topic, partition);
  }

  /** Runs the handler for as long as the generation stands, again and again should it end by itself. */
  async #offer(generation: Generation, topic: string, partition: number): Promise<void> {
    const { logger, link, timing } = this.#options;
    const key = `${topic} ${partition}`;
    const isCurrent = (): boolean => this.#generation === generation && !link.signal.aborted;
    while (isCurrent()) {
      // A handler of before, that was fenced, may still be at work.
      await this.#held.get(key)?.settled;
      try {
        const committed = await this.#committed(topic, partition, isCurrent);
        if (!isCurrent()) return;
        await this.#handle(key, generation, topic, partition, committed);
      } catch (error) {
        if (isCurrent()) logger.error({ topic, partition, reason: describe(error) }, 'partition cannot be offered');
      }
      // One that ended by itself is started again after a while, not at once.
      if (isCurrent()) await sleep(timing.heartbeatMs, link.signal);
    }
  }

  async #committed(topic: string, partition: number, isCurrent: () => boolean): Promise<Committed> {
    const { link } = this.#options;
    return link.retrying(
      async (cluster) => {
        this.#log ??= (await cluster.metadata({ topics: [topic] })).clusterId ?? 'unknown';
        try {
          const coordinator = await this.#membership.coordinator();
          const topics = [{ topic, partitions: [{ partition }] }];
          const { responses } = await coordinator.offsetFetch({ groupId: this.#group, topics });
          const found = responses[0]?.partitions[0];
          const offset = toOffset(found?.offset ?? '-1');
          if (offset >= 0) return { position: { offset, metadata: found?.metadata ?? '' }, isCommitted: true };
        } catch (error) {
          this.#membership.forgetCoordinator();
          throw error;
        }
        const oldest = await listOffset(cluster, topic, partition, 'oldest');
        return { position: { offset: oldest, metadata: '' }, isCommitted: false };
      },
      (error) => isFenced(error) || !isCurrent(),
    );
  }

  async #handle(
    key: string,
    generation: Generation,
    topic: string,
    partition: number,
    { position, isCommitted }: Committed,
  ): Promise<void> {
    const { subscription, prefix, link, logger, onLoss } = this.#options;
    const name = topic.slice(prefix.length);
    const reader = new GroupReader({
      link,
      fetcher: this.#fetcher,
      membership: this.#membership,
      generation,
      group: this.#group,
      topic,
      name,
      partition,
      from: position.offset,
      log: this.#log!,
      committed: position,
      hasCommitted: isCommitted,
      onLoss,
    });
    logger.debug({ group: this.#group, topic, partition, offset: position.offset }, 'partition assigned');
    // The handler starts when the partition stands among the held ones.
    const settled = Promise.resolve()
      .then(() => subscription.onPartition(reader))
      .catch((error: unknown) => subscription.onError(error, name, partition))
      .catch((error: unknown) => logger.error({ reason: describe(error) }, 'error handler of a subscription failed'))
      .finally(() => {
        reader.fence();
        this.#held.delete(key);
      });
    this.#held.set(key, { reader, settled });
    await settled;
  }

  async #revoke(): Promise<void> {
    // What is not offered yet is not offered any more.
    this.#generation = undefined;
    const held = [...this.#held.values()];
    for (const { reader } of held) reader.revoke();
    await Promise.all(held.map(({ settled }) => settled));
  }

  #fence(): void {
    this.#generation = undefined;
    for (const { reader } of this.#held.values()) reader.fence();
  }
}
