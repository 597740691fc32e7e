import { statfs } from 'node:fs/promises';
import { type Logger, sleep } from '@linewatch/service';
import { QueueError } from '../errors.ts';
import { namePattern } from '../limits.ts';
import type { Consumer, Producer, Queue, QueueHealth, Subscription, Tail, TopicState } from '../port.ts';
import { GroupConsumer } from './consumer.ts';
import type { Loss } from './feed.ts';
import { Link, toOffset } from './link.ts';
import { type KafkaQueueOptions, checkKafkaOptions, defaultKafkaTiming } from './options.ts';
import { type KafkaOutlet, type OutletHealth, createKafkaOutlet } from './producer.ts';
import { type Away, Reachability } from './reachability.ts';
import { KafkaTail } from './tail.ts';
import { Topics } from './topics.ts';

/** How long the start of a tail, or of a group, waits for brokers that are not there yet, ms. */
const startMs = 5000;
/** For how long a loss is told in the health, ms. */
const lossMemoryMs = 24 * 3_600_000;
/** Losses that are told in the health at most. */
const maxLosses = 8;

/**
 * A queue on Apache Kafka. Nothing is connected when this returns: what needs the brokers waits for them.
 * @throws QueueError `invalid_argument` for options that could never work.
 */
export function createKafkaQueue(options: KafkaQueueOptions): Queue {
  checkKafkaOptions(options);
  return new KafkaQueue(options);
}

class KafkaQueue implements Queue {
  readonly #options: KafkaQueueOptions;
  readonly #logger: Logger;
  readonly #reachability: Reachability;
  readonly #topics: Topics;
  readonly #users = new Set<{ close(): Promise<void> }>();
  readonly #losses: { readonly timeMs: number; readonly loss: Loss }[] = [];
  /** Messages, since the start. */
  #unread = 0;
  #outlet: KafkaOutlet | undefined;
  #asking: Link | undefined;
  #links = 0;
  #closing: Promise<void> | undefined;

  constructor(options: KafkaQueueOptions) {
    this.#options = options;
    this.#logger = options.logger;
    this.#reachability = new Reachability(options.logger);
    this.#topics = new Topics(options, this.#reachability);
  }

  #checkOpen(): void {
    if (this.#closing) throw new QueueError('queue_closed', 'the queue is closed');
  }

  /** @throws QueueError `unknown_topic`. */
  #find(topics: readonly string[]): readonly string[] {
    for (const topic of topics)
      if (this.#topics.partitionsOf(topic) === undefined)
        throw new QueueError('unknown_topic', `the queue has no topic "${topic}"`);
    return topics.map((topic) => `${this.#options.prefix}${topic}`);
  }

  #link(topics: readonly string[], what: string): Link {
    return new Link(this.#options, topics, `${what} ${++this.#links}`, this.#reachability);
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- the port promises a promise, and a rejection, not a throw
  async producer(): Promise<Producer> {
    this.#checkOpen();
    this.#outlet ??= createKafkaOutlet({
      options: this.#options,
      partitionsOf: (topic) => this.#topics.partitionsOf(topic),
    });
    return this.#outlet.producer();
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- as for producer()
  async subscribe(subscription: Subscription): Promise<Consumer> {
    this.#checkOpen();
    checkGroup(subscription.group);
    const names = this.#find(subscription.topics);
    const { prefix, timing, logger } = this.#options;
    const link = this.#link(names, `group ${subscription.group}`);
    let isClosed = false;
    const start = async (): Promise<GroupConsumer | undefined> => {
      await this.#topics.ready(subscription.topics);
      if (isClosed) return undefined;
      return new GroupConsumer({
        subscription,
        prefix,
        link,
        timing: { ...defaultKafkaTiming, ...timing },
        logger,
        onLoss: (loss) => this.#lost(loss),
      });
    };
    let started: GroupConsumer | undefined;
    const starting = start().then((consumer) => {
      started = consumer;
    });
    return this.#use({
      async close() {
        isClosed = true;
        // Topics may never come: then there is nothing to leave.
        if (started) await started.close();
        else void starting.then(() => started?.close());
        await link.close();
      },
    });
  }

  async tail(tail: Tail): Promise<Consumer> {
    this.#checkOpen();
    const [topic] = this.#find([tail.topic]);
    const link = this.#link([topic!], `tail ${tail.topic}`);
    let started: KafkaTail | undefined;
    const start = async (): Promise<void> => {
      await this.#topics.ready([tail.topic]);
      if (link.signal.aborted) return;
      started = new KafkaTail({ tail, topic: topic!, link, logger: this.#logger, onLoss: (loss) => this.#lost(loss) });
      await started.placed.catch(() => undefined);
    };
    const consumer = this.#use({
      async close() {
        await link.close();
        await started?.close();
      },
    });
    await within(startMs, start());
    return consumer;
  }

  #use(user: { close(): Promise<void> }): Consumer {
    this.#users.add(user);
    return {
      close: async () => {
        await user.close();
        this.#users.delete(user);
      },
    };
  }

  /** Retention on the brokers waits for nobody: what can be made sure of is that the topics are there. */
  async registerGroup(group: string, topics: readonly string[]): Promise<void> {
    this.#checkOpen();
    checkGroup(group);
    this.#find(topics);
    if (await within(startMs, this.#topics.ready(topics))) return;
    if (this.#topics.problem !== '') throw new QueueError('unknown_topic', this.#topics.problem);
    this.#logger.warn({ reason: this.#reachability.away()?.reason ?? 'no answer' }, 'Kafka is not there yet');
  }

  #lost(loss: Loss): void {
    const { topic, partition, messages, why, wanted, next } = loss;
    this.#logger.error({ topic, partition, messages, why, wanted, next }, 'messages are gone before they were read');
    this.#unread += messages;
    this.#losses.push({ timeMs: Date.now(), loss });
    if (this.#losses.length > maxLosses) this.#losses.shift();
  }

  async health(): Promise<QueueHealth> {
    this.#checkOpen();
    const outlet = await this.#outlet?.health();
    const away = [this.#reachability.away(), outlet?.away && { ...outlet.away, how: 'is away' as const }]
      .filter((each) => each !== undefined)
      .sort((a, b) => a.sinceMs - b.sinceMs)[0];
    const { spill } = this.#options;
    const freeDiskBytes = spill ? await freeBytes(spill.directory) : Infinity;
    const details = [awayText(away, outlet), outlet?.detail ?? '', this.#topics.problem, ...this.#lossTexts()];
    return {
      // What has a spill accepts while the brokers are away; what only reads has nothing to accept.
      accepting: outlet ? outlet.accepting && (outlet.quotaBytes > 0 || away === undefined) : away === undefined,
      detail: details.filter((text) => text !== '').join('; '),
      usedBytes: outlet?.spilledBytes ?? 0,
      quotaBytes: outlet?.quotaBytes ?? spill?.quotaBytes ?? 0,
      freeDiskBytes,
      brokers: {
        awaySinceMs: away?.sinceMs,
        waitingBytes: outlet?.waitingBytes ?? 0,
        counts: {
          spilled: outlet?.counts.spilled ?? 0,
          drained: outlet?.counts.drained ?? 0,
          uncertain: outlet?.counts.uncertain ?? 0,
          refused: outlet?.counts.lost ?? 0,
          unread: this.#unread,
        },
      },
    };
  }

  #lossTexts(): string[] {
    return this.#losses
      .filter(({ timeMs }) => Date.now() - timeMs < lossMemoryMs)
      .map(({ timeMs, loss: { topic, partition, messages, why } }) => {
        const what =
          why === 'removed before they were read'
            ? `${messages} messages were ${why}`
            : `${why}, ${messages} messages unread`;
        return `${topic}[${partition}]: ${what}, ${clock(timeMs)}`;
      });
  }

  /** Octets are not known, and how many messages a compacted topic holds only at most. */
  async topics(): Promise<readonly TopicState[]> {
    this.#checkOpen();
    const names = this.#options.topics.map(({ name }) => name);
    if (!(await within(startMs, this.#topics.ready(names)))) throw new QueueError('queue_unavailable', 'Kafka is away');
    const link = (this.#asking ??= this.#link(this.#find(names), 'topics'));
    try {
      const cluster = await link.cluster();
      await cluster.refreshMetadataIfNecessary();
      const states = await Promise.all(
        names.map(async (name) => {
          const topic = `${this.#options.prefix}${name}`;
          const partitions = cluster
            .findTopicPartitionMetadata(topic)
            .map(({ partitionId }) => ({ partition: partitionId }));
          const sum = async (fromBeginning: boolean): Promise<number> => {
            const found = await cluster.fetchTopicsOffset([{ topic, partitions, fromBeginning }]);
            return found.flatMap((each) => each.partitions).reduce((total, { offset }) => total + toOffset(offset), 0);
          };
          // The oldest first: what is removed between the two questions is not counted, but never less than nothing.
          const [low, high] = [await sum(true), await sum(false)];
          return {
            topic: name,
            partitions: partitions.length,
            bytes: undefined,
            messages: high - low,
            oldestMs: undefined,
          };
        }),
      );
      link.answered();
      return states;
    } catch (error) {
      void link.failed(error);
      throw new QueueError('queue_unavailable', 'Kafka did not tell the state of its topics', { cause: error });
    }
  }

  hurry(): void {
    this.#outlet?.hurry();
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #closeAll(): Promise<void> {
    await Promise.all([...this.#users].map((user) => user.close()));
    await this.#outlet?.close();
    await Promise.all([this.#asking?.close(), this.#topics.close()]);
  }
}

function checkGroup(group: string): void {
  if (!namePattern.test(group))
    throw new QueueError('invalid_argument', `group "${group}" must be 1 to 200 letters, digits, ".", "_" or "-"`);
}

/** Whether it is done within this time; it goes on if not. */
async function within(ms: number, work: Promise<void>): Promise<boolean> {
  const done = new AbortController();
  let isDone = false;
  const finished = work
    .then(() => {
      isDone = true;
    })
    .finally(() => done.abort());
  await Promise.race([finished, sleep(ms, done.signal)]);
  return isDone;
}

async function freeBytes(directory: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  } catch {
    // It is made when something is appended.
    return Infinity;
  }
}

const clock = (timeMs: number): string => new Date(timeMs).toTimeString().slice(0, 8);

function awayText(away: Away | undefined, outlet: OutletHealth | undefined): string {
  const waits = outlet && outlet.spilledBytes > 0 ? `${Math.ceil(outlet.spilledBytes / 1e6)} MB wait on disk` : '';
  if (!away) return waits;
  const what = `Kafka ${away.how} since ${clock(away.sinceMs)} (${away.reason})`;
  return waits === '' ? what : `${what}, ${waits}`;
}
