/** The way to the brokers for what reads: connected when it is used, anew when it fails, and soon closed. */
import { backoffMs, sleep } from '@linewatch/service';
import { QueueError } from '../errors.ts';
import { type Cluster, type Connection, makeConnection } from './cluster.ts';
import type { KafkaQueueOptions } from './options.ts';
import type { Reachability } from './reachability.ts';

const firstRetryMs = 100;
const maxRetryMs = 3000;
/** After so many failures in a row everything is connected anew: kafkajs may know only brokers that have moved. */
const renewAfter = 5;
/** How long the end of a connection is waited for, ms. */
const closeMs = 500;

export class Link {
  readonly #options: KafkaQueueOptions;
  readonly #topics: readonly string[];
  readonly #reachability: Reachability;
  readonly #name: string;
  readonly #closing = new AbortController();
  #connection: Connection | undefined;
  #connecting: Promise<Cluster> | undefined;
  #isConnected = false;
  #failures = 0;
  /** What is known of the brokers may be wrong. */
  #isStale = false;

  /** `topics` by their names on the brokers; `name` is for what is told of it. */
  constructor(options: KafkaQueueOptions, topics: readonly string[], name: string, reachability: Reachability) {
    this.#options = options;
    this.#topics = topics;
    this.#name = name;
    this.#reachability = reachability;
  }

  /** Aborts when it is closed. */
  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  /** Connected, and knowing the topics. @throws what kept it from that; the caller says so to `failed`. */
  async cluster(): Promise<Cluster> {
    if (this.signal.aborted) throw new QueueError('queue_closed', 'the connection to Kafka is closed');
    if (this.#connection && this.#isConnected && !this.#isStale) return this.#connection.cluster;
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  async #connect(): Promise<Cluster> {
    if (this.#connection && this.#failures >= renewAfter) {
      void this.#end(this.#connection);
      this.#connection = undefined;
      this.#isConnected = false;
    }
    const { cluster } = (this.#connection ??= makeConnection(this.#options, this.#name));
    await cluster.connect();
    await cluster.addMultipleTargetTopics(this.#topics);
    if (this.#isStale) await cluster.refreshMetadata();
    this.#isStale = false;
    this.#isConnected = true;
    return cluster;
  }

  get isFailing(): boolean {
    return this.#failures > 0;
  }

  answered(): void {
    this.#failures = 0;
    this.#reachability.answered(this.#name);
  }

  /** The brokers answer, with what cannot be read of this partition; undefined when it can be again, or is given up. */
  unreadable(partition: string, error: unknown): void {
    const who = `${this.#name} ${partition}`;
    if (error === undefined) this.#reachability.answered(who);
    else this.#reachability.failed(who, error);
  }

  /** Waits a while that grows with each failure; at most until `signal` aborts or the link is closed. */
  async failed(error: unknown, signal?: AbortSignal): Promise<void> {
    if (this.signal.aborted) return;
    this.#isStale = true;
    this.#reachability.failed(this.#name, error);
    const ms = backoffMs(this.#failures++, firstRetryMs, maxRetryMs);
    await sleep(ms, signal ? AbortSignal.any([signal, this.signal]) : this.signal);
  }

  /** Tries until it is done. @throws what `isFinal` names, and `queue_closed`. */
  async retrying<T>(use: (cluster: Cluster) => Promise<T>, isFinal: (error: unknown) => boolean): Promise<T> {
    for (;;) {
      if (this.signal.aborted) throw new QueueError('queue_closed', 'the connection to Kafka is closed');
      try {
        const result = await use(await this.cluster());
        this.answered();
        return result;
      } catch (error) {
        if (isFinal(error)) throw error;
        await this.failed(error);
      }
    }
  }

  async close(): Promise<void> {
    if (this.signal.aborted) return;
    this.#closing.abort();
    this.#reachability.forget(this.#name);
    if (this.#connection) await this.#end(this.#connection);
  }

  async #end({ cluster, sockets }: Connection): Promise<void> {
    const ended = new AbortController();
    const ending = cluster
      .disconnect()
      .catch(() => undefined)
      .finally(() => ended.abort());
    await sleep(closeMs, ended.signal);
    sockets.destroy();
    await Promise.race([ending, sleep(closeMs, ended.signal)]);
  }
}

/** Kafka's offsets are 64 bits wide; ours are exact to 2^53. @throws QueueError `queue_corrupt`. */
export function toOffset(text: string): number {
  const offset = Number(text);
  if (!Number.isSafeInteger(offset)) throw new QueueError('queue_corrupt', `offset ${text} cannot be held`);
  return offset;
}

/** One of a partition's offsets: its oldest, its end, or the first appended at a time or later. */
export async function listOffset(
  cluster: Cluster,
  topic: string,
  partition: number,
  at: 'oldest' | 'end' | { readonly timeMs: number },
): Promise<number> {
  const ask = async (which: { fromBeginning: boolean } | { fromTimestamp: number }): Promise<number> => {
    const [found] = await cluster.fetchTopicsOffset([{ topic, partitions: [{ partition }], ...which }]);
    const offset = found?.partitions[0]?.offset;
    if (offset === undefined) throw new QueueError('queue_unavailable', `${topic}[${partition}] has no leader`);
    return toOffset(offset);
  };
  if (typeof at === 'string') return ask({ fromBeginning: at === 'oldest' });
  const offset = await ask({ fromTimestamp: Math.max(0, Math.floor(at.timeMs)) });
  return offset >= 0 ? offset : ask({ fromBeginning: false });
}
