/**
 * Where appends wait while the brokers do not take them: a queue of our own on this process's disk, with the same topics
 * and partitions, read by one group that drains it.
 */
import { createLmdbQueue } from '../lmdb.ts';
import type { Producer, PartitionReader, Queue } from '../port.ts';
import type { KafkaQueueOptions, SpillOptions } from './options.ts';

const group = 'drain';
/** What was drained is removed soon: the quota is for what waits. */
const timing = { retentionMs: 1000 };

export interface SpillState {
  /** Octets on disk as accounted. */
  readonly bytes: number;
  readonly quotaBytes: number;
  readonly accepting: boolean;
  /** Empty when all is well. */
  readonly detail: string;
}

export interface SpillSource {
  readonly options: KafkaQueueOptions;
  readonly spill: SpillOptions;
  readonly partitionsOf: (topic: string) => number | undefined;
  /** Drains a partition until the reader's signal aborts. */
  readonly drain: (reader: PartitionReader) => Promise<void>;
}

export class Spill {
  readonly #queue: Queue;
  readonly producer: Producer;

  private constructor(queue: Queue, producer: Producer) {
    this.#queue = queue;
    this.producer = producer;
  }

  /** @throws QueueError when what is on disk cannot be read. */
  static async open({ options, spill, partitionsOf, drain }: SpillSource): Promise<Spill> {
    const { topics, maxMessageBytes, instance, logger } = options;
    const { directory, quotaBytes, diskFloorBytes } = spill;
    const queue = createLmdbQueue({
      directory,
      environments: [
        {
          name: 'spill',
          // Compacted topics too are kept as they came: all of it is soon gone.
          topics: topics.map(({ name, partitions }) => ({
            name,
            partitions: Math.max(partitions, partitionsOf(name) ?? 0),
          })),
          quotaBytes,
          retainBytes: 0,
          retainMs: 0,
        },
      ],
      diskFloorBytes,
      maxMessageBytes,
      instance,
      logger,
      timing,
    });
    try {
      const names = topics.map(({ name }) => name);
      await queue.registerGroup(group, names);
      const opened = new Spill(queue, await queue.producer());
      await queue.subscribe({
        group,
        topics: names,
        onPartition: drain,
        onError: (error, topic, partition) =>
          logger.error({ err: error, topic, partition }, 'draining the spill failed'),
      });
      return opened;
    } catch (error) {
      await queue.close();
      throw error;
    }
  }

  async state(): Promise<SpillState> {
    const { usedBytes, quotaBytes, accepting, detail } = await this.#queue.health();
    return { bytes: usedBytes, quotaBytes, accepting, detail };
  }

  close(): Promise<void> {
    return this.#queue.close();
  }
}
