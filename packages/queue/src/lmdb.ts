import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { Appender } from './appender.ts';
import { openPartitions } from './catalogue.ts';
import { Membership } from './consumer.ts';
import { Disk } from './disk.ts';
import { Environment } from './environment.ts';
import { QueueError } from './errors.ts';
import { type EnvironmentHealth, environmentHealth, refusalMemoryMs, summary } from './health.ts';
import { namePattern } from './limits.ts';
import { moveTopics } from './move.ts';
import { type LmdbQueueOptions, type Timing, checkOptions, defaultTiming } from './options.ts';
import type { Partition } from './partition.ts';
import type { Consumer, Producer, Queue, QueueHealth, Subscription, Tail, TopicState } from './port.ts';
import { registerGroup } from './positions.ts';
import { type ProcessIdentity, thisProcess } from './process.ts';
import { LmdbProducer, type Place } from './producer.ts';
import { Retention } from './retention.ts';
import { Space } from './space.ts';
import { TailReader } from './tail.ts';

export interface LmdbQueueHealth extends QueueHealth {
  readonly environments: readonly EnvironmentHealth[];
}

export interface LmdbQueue extends Queue {
  health(): Promise<LmdbQueueHealth>;
}

interface Opened {
  readonly disk: Disk;
  readonly environments: readonly Environment[];
  readonly partitions: ReadonlyMap<string, readonly Partition[]>;
  readonly places: ReadonlyMap<Partition, Place>;
  readonly retentions: readonly Retention[];
}

/**
 * A queue in LMDB files that the processes of one machine share. Opening begins at once; if it fails, every method rejects
 * with the reason.
 * @throws QueueError `invalid_argument` for options that could never work.
 */
export function createLmdbQueue(options: LmdbQueueOptions): LmdbQueue {
  checkOptions(options);
  return new SharedLmdbQueue(options);
}

class SharedLmdbQueue implements LmdbQueue {
  readonly #options: LmdbQueueOptions;
  readonly #timing: Timing;
  readonly #here: ProcessIdentity = thisProcess();
  readonly #open: Promise<Opened>;
  readonly #users = new Set<{ close(): Promise<void> }>();
  /** When an append to an environment was last refused for want of space, by `performance.now()`. */
  readonly #refusedAt = new Map<string, number>();
  #closing: Promise<void> | undefined;

  constructor(options: LmdbQueueOptions) {
    this.#options = options;
    this.#timing = { ...defaultTiming, ...options.timing };
    this.#open = this.#openAll();
    // Whoever uses the queue is told.
    this.#open.catch(() => undefined);
  }

  async #openAll(): Promise<Opened> {
    const { directory, diskFloorBytes, logger } = this.#options;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const environments: Environment[] = [];
    const partitions = new Map<string, Partition[]>();
    const places = new Map<Partition, Place>();
    const retentions: Retention[] = [];
    const disk = new Disk(directory, diskFloorBytes);
    try {
      for (const each of this.#options.environments) {
        const environment = await Environment.open(directory, each, this.#timing.patienceMs, logger);
        environments.push(environment);
        const own = await openPartitions(environment);
        const space = new Space(environment, disk);
        for (const partition of own) places.set(partition, { partition, appender: new Appender(partition), space });
        for (const { name } of each.topics)
          partitions.set(
            name,
            own.filter((p) => p.topic === name),
          );
        retentions.push(
          new Retention({ environment, partitions: own, here: this.#here, timing: this.#timing, logger }),
        );
      }
      await moveTopics(
        environments,
        (topic) => (partitions.get(topic) ?? []).map((partition) => places.get(partition)!),
        logger,
      );
    } catch (error) {
      await Promise.allSettled(retentions.map((retention) => retention.close()));
      await Promise.allSettled(environments.map((environment) => environment.close()));
      throw error;
    }
    return { disk, environments, partitions, places, retentions };
  }

  async #opened(): Promise<Opened> {
    if (this.#closing) throw new QueueError('queue_closed', 'the queue is closed');
    return this.#open;
  }

  #find(opened: Opened, topics: readonly string[]): Partition[] {
    return topics.flatMap((topic) => {
      const found = opened.partitions.get(topic);
      if (!found) throw new QueueError('unknown_topic', `the queue has no topic "${topic}"`);
      return found;
    });
  }

  #use<T extends { close(): Promise<void> }>(user: T): T {
    this.#users.add(user);
    return user;
  }

  async producer(): Promise<Producer> {
    const opened = await this.#opened();
    const find = (topic: string, number: number): Place => {
      const partition = this.#find(opened, [topic])[number];
      const place = partition && opened.places.get(partition);
      if (!place) throw new QueueError('unknown_topic', `topic "${topic}" has no partition ${number}`);
      return place;
    };
    const onSpace = (environment: string, isFull: boolean): void => {
      if (isFull) this.#refusedAt.set(environment, performance.now());
      else this.#refusedAt.delete(environment);
    };
    return this.#use(new LmdbProducer({ maxMessageBytes: this.#options.maxMessageBytes, find, onSpace }));
  }

  async subscribe(subscription: Subscription): Promise<Consumer> {
    const opened = await this.#opened();
    checkGroup(subscription.group);
    const wanted = this.#find(opened, subscription.topics);
    const { instance = `${hostname()}-${process.pid}`, logger } = this.#options;
    const memberships = opened.environments
      .map((environment) => ({ environment, partitions: wanted.filter((p) => p.environment === environment) }))
      .filter(({ partitions }) => partitions.length > 0)
      .map(
        (part) => new Membership({ ...part, subscription, instance, here: this.#here, timing: this.#timing, logger }),
      );
    return this.#use({
      async close() {
        await Promise.all(memberships.map((membership) => membership.close()));
      },
    });
  }

  async tail(tail: Tail): Promise<Consumer> {
    const opened = await this.#opened();
    return this.#use(new TailReader(tail, this.#find(opened, [tail.topic]), this.#options.logger));
  }

  async registerGroup(group: string, topics: readonly string[]): Promise<void> {
    const opened = await this.#opened();
    checkGroup(group);
    const wanted = this.#find(opened, topics);
    for (const environment of opened.environments) {
      const own = [...new Set(wanted.filter((p) => p.environment === environment).map((p) => p.topic))];
      if (own.length > 0)
        await environment.store.write(() => {
          for (const topic of own) registerGroup(environment, topic, group);
        });
    }
  }

  async health(): Promise<LmdbQueueHealth> {
    const { disk, environments, partitions } = await this.#opened();
    const freeDiskBytes = await disk.freeBytes();
    const states = environments.map((environment) => {
      const own = [...partitions.values()].flat().filter((p) => p.environment === environment);
      const refused = performance.now() - (this.#refusedAt.get(environment.name) ?? -Infinity) < refusalMemoryMs;
      return environmentHealth(environment, own, refused);
    });
    return { ...summary(states, freeDiskBytes, this.#options.diskFloorBytes), environments: states };
  }

  async topics(): Promise<readonly TopicState[]> {
    const { partitions } = await this.#opened();
    return [...partitions].map(([topic, list]) => {
      const extents = list.map((partition) => partition.extent());
      const oldest = list.map((partition) => partition.oldestMs()).filter((ms) => ms !== undefined);
      return {
        topic,
        partitions: list.length,
        bytes: extents.reduce((sum, extent) => sum + extent.bytes, 0),
        messages: extents.reduce((sum, extent) => sum + extent.messages, 0),
        oldestMs: oldest.length > 0 ? Math.min(...oldest) : undefined,
      };
    });
  }

  // Appends wait for nothing but the disk.
  hurry(): void {}

  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #closeAll(): Promise<void> {
    const opened = await this.#open.catch(() => undefined);
    if (!opened) return;
    await Promise.all([...this.#users].map((user) => user.close()));
    await Promise.all(opened.retentions.map((retention) => retention.close()));
    await Promise.all(opened.environments.map((environment) => environment.close()));
  }
}

function checkGroup(group: string): void {
  if (!namePattern.test(group))
    throw new QueueError('invalid_argument', `group "${group}" must be 1 to 200 letters, digits, ".", "_" or "-"`);
}
