/** What all producers of a queue share: the way to the brokers, and the spill. */
import { type Logger, sleep } from '@linewatch/service';
import { checkAppend } from '../checks.ts';
import { QueueError } from '../errors.ts';
import type { NewMessage, PartitionReader, Producer } from '../port.ts';
import { Gate } from './gate.ts';
import { type Counts, Lane } from './lane.ts';
import { type KafkaQueueOptions, defaultKafkaTiming } from './options.ts';
import { type Away, Sessions } from './sessions.ts';
import { Spill } from './spill.ts';
import { Drain } from './spill-drain.ts';

/**
 * Sessions side by side. kafkajs has one request on its way in each, compression included: two took 135 MB/s of flow
 * batches where one took 95, and four 147.
 */
const ways = 2;
/** Octets on their way in each. */
const inFlightBytes = 8 * 1024 * 1024;
/** Octets in memory from which appends go to the spill, and from which a broker has not `stallMs` to answer but less. */
const crowdedBytes = 16 * 1024 * 1024;
const pressedBytes = 32 * 1024 * 1024;
const pressedStallMs = 1000;
/** Octets in memory beyond which appends are refused, with a spill and without. */
const maxBytes = { spill: 64 * 1024 * 1024, memory: 32 * 1024 * 1024 };
/** How long a close waits for brokers that answer, ms. */
const closeMs = 3000;
/** How long they may be silent once the process is about to end, ms. */
const hurriedStallMs = 1000;

export interface KafkaOutletOptions {
  readonly options: KafkaQueueOptions;
  /** How many partitions a topic of ours has, by its name without the prefix; undefined for another one. */
  readonly partitionsOf: (topic: string) => number | undefined;
}

export interface OutletHealth {
  /** Since when the brokers do not take what is sent, and why. */
  readonly away: Away | undefined;
  /** What waits on disk for them, octets as accounted, and its quota; 0 without a spill. */
  readonly spilledBytes: number;
  readonly spilledMessages: number;
  readonly quotaBytes: number;
  /** Whether the spill has room; empty detail when all is well. */
  readonly accepting: boolean;
  readonly detail: string;
  /** Octets that wait in memory. */
  readonly waitingBytes: number;
  /** Since the start. */
  readonly counts: Readonly<Counts>;
}

export interface KafkaOutlet {
  producer(): Producer;
  /** @throws QueueError when the spill cannot be read. */
  health(): Promise<OutletHealth>;
  /** What is not answered soon goes to the spill from now on; without one it is given up. */
  hurry(): void;
  /** Hurries, and resolves when all is settled. */
  close(): Promise<void>;
}

/** Nothing of Kafka need be there. If the spill cannot be opened, every append rejects with the reason. */
export const createKafkaOutlet = (options: KafkaOutletOptions): KafkaOutlet => new Outlet(options);

class Outlet implements KafkaOutlet {
  readonly #options: KafkaQueueOptions;
  readonly #partitionsOf: KafkaOutletOptions['partitionsOf'];
  readonly #logger: Logger;
  readonly #ways: readonly { readonly sessions: Sessions; readonly gate: Gate }[];
  readonly #spill: Promise<Spill> | undefined;
  readonly #lanes = new Map<string, Lane>();
  readonly #drains = new Set<Drain>();
  readonly #compacted: ReadonlySet<string>;
  readonly #pending = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  readonly #counts: Counts = { spilled: 0, drained: 0, uncertain: 0, lost: 0 };
  #waitingBytes = 0;
  #closed: Promise<void> | undefined;

  constructor({ options, partitionsOf }: KafkaOutletOptions) {
    this.#options = options;
    this.#partitionsOf = partitionsOf;
    this.#logger = options.logger;
    this.#compacted = new Set(options.topics.filter((topic) => topic.compacted).map(({ name }) => name));
    const { stallMs } = { ...defaultKafkaTiming, ...options.timing };
    this.#ways = Array.from({ length: ways }, () => ({
      sessions: new Sessions(options, stallMs),
      gate: new Gate(inFlightBytes),
    }));
    const { spill } = options;
    if (!spill) return;
    this.#spill = Spill.open({ options, spill, partitionsOf, drain: (reader) => this.#drain(reader) });
    // Who appends is told.
    this.#spill.catch(() => undefined);
  }

  producer(): Producer {
    const own = new Set<Promise<void>>();
    let closed = false;
    return {
      append: async (topic, partition, messages) => {
        if (closed) throw new QueueError('queue_closed', 'the producer is closed');
        const appended = this.#append(topic, partition, messages);
        own.add(appended);
        try {
          await appended;
        } finally {
          own.delete(appended);
        }
      },
      close: async () => {
        closed = true;
        // What the brokers still owe by then is settled when the queue is closed.
        await withinMs(closeMs, Promise.allSettled(own));
      },
    };
  }

  async #append(topic: string, partition: number, messages: readonly NewMessage[]): Promise<void> {
    if (this.#closed) throw new QueueError('queue_closed', 'the queue is closed');
    const partitions = this.#partitionsOf(topic);
    if (partitions === undefined) throw new QueueError('unknown_topic', `the queue has no topic "${topic}"`);
    if (!Number.isInteger(partition) || partition < 0 || partition >= partitions)
      throw new QueueError('unknown_topic', `topic "${topic}" has no partition ${partition}`);
    const { maxMessageBytes } = this.#options;
    const bytes = checkAppend({ topic, compacted: this.#compacted.has(topic), maxMessageBytes }, messages);
    if (messages.length === 0) return;
    this.#makeRoom(bytes);
    const appended = this.#lane(topic, partition).append(messages, bytes);
    this.#waitingBytes += bytes;
    this.#pending.add(appended);
    try {
      await appended;
    } finally {
      this.#waitingBytes -= bytes;
      this.#pending.delete(appended);
    }
  }

  /** @throws QueueError `queue_full`. */
  #makeRoom(bytes: number): void {
    const after = this.#waitingBytes + bytes;
    if (this.#spill && after > pressedBytes)
      for (const { sessions } of this.#ways)
        if (sessions.silentMs > pressedStallMs) sessions.abandon(`no answer in ${pressedStallMs} ms, and much waits`);
    const limit = this.#spill ? maxBytes.spill : maxBytes.memory;
    if (this.#waitingBytes > 0 && after > limit)
      throw new QueueError('queue_full', `${this.#waitingBytes} octets wait for the brokers, at most ${limit} may`);
  }

  #lane(topic: string, partition: number): Lane {
    const name = `${topic} ${partition}`;
    let lane = this.#lanes.get(name);
    if (!lane) {
      lane = new Lane({
        topic,
        partition,
        ...this.#ways[this.#lanes.size % ways]!,
        spill: this.#spill?.then(({ producer }) => producer),
        isCrowded: () => this.#waitingBytes > crowdedBytes,
        counts: this.#counts,
        closing: this.#closing.signal,
      });
      this.#lanes.set(name, lane);
    }
    return lane;
  }

  async #drain(reader: PartitionReader): Promise<void> {
    const drain = new Drain(reader, this.#lane(reader.topic, reader.partition), this.#logger);
    this.#drains.add(drain);
    await drain.run().finally(() => this.#drains.delete(drain));
  }

  async health(): Promise<OutletHealth> {
    const spill = await (await this.#spill)?.state();
    const lags = await Promise.all([...this.#drains].map((drain) => drain.lag()));
    const away = [
      ...this.#ways.map(({ sessions }) => sessions.away),
      ...[...this.#lanes.values()].map(({ problem }) => problem),
    ].find((each) => each !== undefined);
    return {
      away,
      spilledBytes: spill?.bytes ?? 0,
      spilledMessages: lags.reduce((sum, lag) => sum + lag, 0),
      quotaBytes: spill?.quotaBytes ?? 0,
      accepting: spill?.accepting ?? this.#waitingBytes < maxBytes.memory,
      detail: spill?.detail ?? '',
      waitingBytes: this.#waitingBytes,
      counts: { ...this.#counts },
    };
  }

  hurry(): void {
    for (const { sessions } of this.#ways) sessions.hurry(hurriedStallMs);
    if (!this.#spill) void sleep(hurriedStallMs, this.#closing.signal).then(() => this.#closing.abort());
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.hurry();
    await withinMs(closeMs, Promise.allSettled(this.#pending));
    const endSends = (): void => {
      this.#closing.abort();
      for (const { sessions } of this.#ways) sessions.abandon('the queue is closed');
    };
    if (this.#pending.size > 0) endSends();
    await Promise.allSettled(this.#pending);
    const spill = await this.#spill?.catch(() => undefined);
    const emptied = spill?.close() ?? Promise.resolve();
    // A drain's send that is not answered by then is told from its intent at the next start.
    if (!(await withinMs(closeMs, emptied))) endSends();
    await emptied;
    await Promise.all(this.#ways.map(({ sessions }) => sessions.close()));
  }
}

/** Whether the work was done by then. */
async function withinMs(ms: number, work: Promise<unknown>): Promise<boolean> {
  const timer = new AbortController();
  const isDone = await Promise.race([work.then(() => true), sleep(ms, timer.signal).then(() => false)]);
  timer.abort();
  return isDone;
}
