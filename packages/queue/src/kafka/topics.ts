/** Topics on the brokers: made, grown, or waited for. */
import { describe, sleep } from '@linewatch/service';
import { QueueError } from '../errors.ts';
import type { Cluster } from './cluster.ts';
import { protocolError } from './failures.ts';
import { Link } from './link.ts';
import type { KafkaQueueOptions, KafkaTopic } from './options.ts';
import type { Reachability } from './reachability.ts';
import { neededSettings, topicSettings, unfitSettings } from './topic-settings.ts';

/** How often a topic is looked for that is not there and may not be made here, ms. */
const lookMs = 2000;
/** How soon after it was made, ms. */
const madeMs = 100;
/** How often it is looked whether settings that do not fit have been changed, ms. */
const unfitMs = 60_000;
/** Number of the kind of resource whose settings are asked for. */
const topicResource = 2;

export class Topics {
  readonly #options: KafkaQueueOptions;
  readonly #reachability: Reachability;
  readonly #closing = new AbortController();
  readonly #counts = new Map<string, number>();
  readonly #ready = new Map<string, Promise<void>>();
  readonly #problems = new Map<string, string>();
  readonly #watching: Promise<void>;
  #controlling: Link | undefined;

  constructor(options: KafkaQueueOptions, reachability: Reachability) {
    this.#options = options;
    this.#reachability = reachability;
    for (const topic of options.topics) this.#ready.set(topic.name, this.#ensure(topic));
    this.#watching = this.#watchSettings();
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

  /** Why topics are not there or not fit; empty when they are, or nobody knows yet. */
  get problem(): string {
    return [...this.#problems.values()].join('; ');
  }

  async close(): Promise<void> {
    this.#closing.abort();
    const controlling = this.#controlling?.close();
    await Promise.all([...this.#ready.values(), this.#watching, controlling]);
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
    const link = this.#control();
    try {
      const controller = await (await link.cluster()).findControllerBroker();
      const configEntries = Object.entries(topicSettings(topic, this.#options)).map(([key, value]) => ({
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

  #control(): Link {
    return (this.#controlling ??= new Link(this.#options, [], 'controller', this.#reachability));
  }

  /** Tells of topics that were made otherwise than they are needed, until they are changed. */
  async #watchSettings(): Promise<void> {
    const { topics, logger } = this.#options;
    const { signal } = this.#closing;
    await Promise.all(this.#ready.values());
    let unfit = topics;
    while (!signal.aborted && unfit.length > 0) {
      try {
        const found = await this.#readSettings(unfit);
        unfit = unfit.filter((topic) => this.#judge(topic, found));
      } catch (error) {
        // Who may not read them is told nothing; what they lead to shows elsewhere.
        logger.debug({ reason: describe(error) }, 'settings of topics cannot be read');
        if (protocolError(error) !== undefined) break;
      }
      if (unfit.length > 0) await sleep(unfitMs, signal);
    }
    await this.#controlling?.close();
  }

  /** @returns whether it has settings that do not fit. */
  #judge(topic: KafkaTopic, found: ReadonlyMap<string, ReadonlyMap<string, string>>): boolean {
    const name = `${this.#options.prefix}${topic.name}`;
    const reason = unfitSettings(topic, this.#options, found.get(name) ?? new Map<string, string>());
    if (reason === '') {
      this.#problems.delete(name);
      return false;
    }
    if (!this.#problems.has(name)) this.#options.logger.warn({ topic: name, reason }, 'settings of a topic do not fit');
    this.#problems.set(name, `topic "${name}": ${reason}`);
    return true;
  }

  /** By the topics' names on the brokers. */
  async #readSettings(topics: readonly KafkaTopic[]): Promise<Map<string, Map<string, string>>> {
    const cluster = await this.#control().cluster();
    const { resources } = await (
      await cluster.findControllerBroker()
    ).describeConfigs({
      resources: topics.map(({ name }) => ({
        type: topicResource,
        name: `${this.#options.prefix}${name}`,
        configNames: neededSettings,
      })),
    });
    return new Map(
      resources.map(({ resourceName, configEntries }) => [
        resourceName,
        new Map(configEntries.map(({ configName, configValue }) => [configName, configValue ?? ''])),
      ]),
    );
  }
}

const reason = (error: unknown): string =>
  error instanceof AggregateError || (error as { errors?: unknown[] }).errors
    ? describe((error as { errors: unknown[] }).errors[0])
    : describe(error);
