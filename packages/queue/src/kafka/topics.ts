/** Topics on the brokers: made, grown, or waited for. */
import { describe, sleep } from '@linewatch/service';
import { QueueError } from '../errors.ts';
import { protocolError } from './failures.ts';
import { type Cluster, Link } from './link.ts';
import { type KafkaQueueOptions, type KafkaTopic, brokerMessageBytes } from './options.ts';
import type { Reachability } from './reachability.ts';

/** How often a topic is looked for that is not there and may not be made here, ms. */
const lookMs = 2000;
/** How soon after it was made, ms. */
const madeMs = 100;

const MiB = 1024 * 1024;
const hourMs = 3_600_000;

/** What a topic's own settings are on the brokers. */
function settings(
  { compacted, retainMs, retainBytes }: KafkaTopic,
  options: KafkaQueueOptions,
): Record<string, string> {
  const common = {
    'max.message.bytes': String(brokerMessageBytes(options.maxMessageBytes)),
    // When a message came is for the brokers to say: what repeats it is looked for by that time.
    'message.timestamp.type': 'LogAppendTime',
    ...(options.replicas > 2 && { 'min.insync.replicas': '2' }),
  };
  // Only segments that are closed are compacted or removed.
  const least = 4 * brokerMessageBytes(options.maxMessageBytes);
  if (compacted)
    return {
      ...common,
      'cleanup.policy': 'compact',
      'segment.bytes': String(Math.max(least, 64 * MiB)),
      'segment.ms': String(hourMs),
      'min.cleanable.dirty.ratio': '0.1',
      'max.compaction.lag.ms': String(6 * hourMs),
    };
  return {
    ...common,
    'cleanup.policy': 'delete',
    'retention.ms': String(Math.max(1, Math.floor(retainMs))),
    'retention.bytes': String(retainBytes),
    'segment.bytes': String(Math.max(least, Math.min(1024 * MiB, Math.floor(retainBytes / 8)))),
  };
}

export class Topics {
  readonly #options: KafkaQueueOptions;
  readonly #reachability: Reachability;
  readonly #closing = new AbortController();
  readonly #counts = new Map<string, number>();
  readonly #ready = new Map<string, Promise<void>>();
  readonly #problems = new Map<string, string>();
  #controlling: Link | undefined;

  constructor(options: KafkaQueueOptions, reachability: Reachability) {
    this.#options = options;
    this.#reachability = reachability;
    for (const topic of options.topics) this.#ready.set(topic.name, this.#ensure(topic));
  }

  /** As many as there are, or as there are to be while that is not known; undefined for a topic that is not ours. */
  partitionsOf(name: string): number | undefined {
    return this.#counts.get(name) ?? this.#options.topics.find((topic) => topic.name === name)?.partitions;
  }

  /** Resolves when all of them are there, or the queue is closed. @throws QueueError `unknown_topic` for one not ours. */
  async ready(names: readonly string[]): Promise<void> {
    const waits = names.map((name) => {
      const ready = this.#ready.get(name);
      if (!ready) throw new QueueError('unknown_topic', `the queue has no topic "${name}"`);
      return ready;
    });
    await Promise.all(waits);
  }

  /** Why topics are not there; empty when they are, or nobody knows yet. */
  get problem(): string {
    return [...this.#problems.values()].join('; ');
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#ready.values());
    await this.#controlling?.close();
  }

  async #ensure(topic: KafkaTopic): Promise<void> {
    const { signal } = this.#closing;
    const name = `${this.#options.prefix}${topic.name}`;
    const link = new Link(this.#options, [name], `topic ${name}`, this.#reachability);
    const closeLink = (): void => void link.close();
    signal.addEventListener('abort', closeLink);
    while (!signal.aborted) {
      try {
        const cluster = await link.cluster();
        await cluster.refreshMetadata();
        if (await this.#isWhole(cluster, topic, name)) break;
        await sleep(madeMs, signal);
      } catch (error) {
        if (protocolError(error) === 'UNKNOWN_TOPIC_OR_PARTITION') await this.#make(topic, name);
        else if (protocolError(error) === 'LEADER_NOT_AVAILABLE') await sleep(madeMs, signal);
        else await link.failed(error);
      }
    }
    signal.removeEventListener('abort', closeLink);
    await link.close();
    this.#problems.delete(name);
  }

  async #isWhole(cluster: Cluster, topic: KafkaTopic, name: string): Promise<boolean> {
    const found = cluster.findTopicPartitionMetadata(name);
    if (found.length < topic.partitions && this.#options.createTopics) {
      const controller = await cluster.findControllerBroker();
      await controller.createPartitions({ topicPartitions: [{ topic: name, count: topic.partitions }] });
      this.#options.logger.info({ topic: name, partitions: topic.partitions }, 'topic has grown');
      return false;
    }
    if (found.length === 0 || found.some(({ leader }) => leader < 0)) return false;
    this.#counts.set(topic.name, found.length);
    return true;
  }

  async #make(topic: KafkaTopic, name: string): Promise<void> {
    const { signal } = this.#closing;
    const { createTopics, replicas, logger } = this.#options;
    if (!createTopics) {
      this.#tell(name, `topic "${name}" is not on the brokers, and kafka.createTopics is off`);
      await sleep(lookMs, signal);
      return;
    }
    const link = (this.#controlling ??= new Link(this.#options, [], 'controller', this.#reachability));
    try {
      const controller = await (await link.cluster()).findControllerBroker();
      const configEntries = Object.entries(settings(topic, this.#options)).map(([key, value]) => ({
        name: key,
        value,
      }));
      const wanted = { topic: name, numPartitions: topic.partitions, replicationFactor: replicas, configEntries };
      await controller.createTopics({ topics: [wanted] });
      link.answered();
      logger.info({ topic: name, partitions: topic.partitions, replicas }, 'topic was made');
    } catch (error) {
      // Another process was as quick.
      if (protocolError(error) === 'TOPIC_ALREADY_EXISTS') link.answered();
      else {
        if (protocolError(error) !== undefined) this.#tell(name, `topic "${name}" cannot be made: ${reason(error)}`);
        await link.failed(error);
      }
    }
    await sleep(madeMs, signal);
  }

  #tell(name: string, problem: string): void {
    if (this.#problems.get(name) === problem) return;
    this.#problems.set(name, problem);
    this.#options.logger.error({ topic: name, reason: problem }, 'a topic is missing');
  }
}

const reason = (error: unknown): string =>
  error instanceof AggregateError || (error as { errors?: unknown[] }).errors
    ? describe((error as { errors: unknown[] }).errors[0])
    : describe(error);
