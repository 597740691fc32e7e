import { setImmediate } from 'node:timers/promises';
import { type Logger, describe, sleep } from '@linewatch/service';
import type { Tail } from '../port.ts';
import type { Cluster } from './cluster.ts';
import { Feed, type Loss } from './feed.ts';
import { Fetcher } from './fetcher.ts';
import { type Link, listOffset } from './link.ts';

/** Most octets of values handed over at once. */
const batchBytes = 1024 * 1024;
const waitMs = 60_000;
/** How often it is looked whether the topic has grown, ms. */
const growthMs = 30_000;
/** After a handler failed, ms. */
const retryMs = 1000;

export interface KafkaTailOptions {
  readonly tail: Tail;
  /** By its name on the brokers. */
  readonly topic: string;
  readonly link: Link;
  readonly logger: Logger;
  readonly onLoss: (loss: Loss) => void;
}

/** A call, as the compiler takes the property for constant between two looks. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;

/** Follows every partition of a topic. It is in no group, so there is nothing to join, commit or leave. */
export class KafkaTail {
  readonly #options: KafkaTailOptions;
  readonly #fetcher: Fetcher;
  readonly #feeds = new Map<number, Feed>();
  /** Where each partition ended when the tail began, until it is passed. */
  readonly #ends = new Map<number, number>();
  readonly #running: Promise<void>;
  /** Resolves when it knows where it begins. */
  readonly placed: Promise<void>;

  constructor(options: KafkaTailOptions) {
    this.#options = options;
    this.#fetcher = new Fetcher(options.link);
    this.placed = this.#place();
    this.#running = this.placed.then(
      () => this.#run(),
      // Closed before.
      () => undefined,
    );
  }

  /** Resolves when the handler has finished with what it was given. */
  async close(): Promise<void> {
    this.#fetcher.stop();
    await this.#options.link.close();
    await this.#running;
  }

  async #place(): Promise<void> {
    const { link, tail } = this.#options;
    const at = tail.from === 'newest' ? 'end' : tail.from;
    await link.retrying(
      async (cluster) => {
        const partitions = this.#partitions(cluster);
        if (partitions.length === 0) throw new Error(`topic ${this.#options.topic} has no partitions yet`);
        const places = await Promise.all(
          partitions.map(async (partition) => ({
            partition,
            from: await listOffset(cluster, this.#options.topic, partition, at),
            end: await listOffset(cluster, this.#options.topic, partition, 'end'),
          })),
        );
        for (const { partition, from, end } of places) {
          this.#follow(partition, from);
          this.#ends.set(partition, end);
        }
      },
      () => false,
    );
  }

  #partitions(cluster: Cluster): readonly number[] {
    return cluster.findTopicPartitionMetadata(this.#options.topic).map(({ partitionId }) => partitionId);
  }

  #follow(partition: number, from: number): void {
    const { link, topic, onLoss } = this.#options;
    this.#feeds.set(partition, new Feed({ link, fetcher: this.#fetcher, topic, partition, from, onLoss }));
  }

  async #run(): Promise<void> {
    const { signal } = this.#options.link;
    const growing = this.#grow();
    await Promise.all([this.#read(signal), growing]);
  }

  async #read(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let came = false;
      for (const [partition, feed] of this.#feeds) {
        const messages = feed.take(batchBytes);
        if (messages.length > 0) {
          came = true;
          // A long backlog must leave the event loop room for everything else.
          await setImmediate();
          try {
            await this.#options.tail.onMessages(partition, messages);
          } catch (error) {
            this.#report(error);
            await sleep(retryMs, signal);
          }
        }
        if (isAborted(signal)) return;
      }
      this.#tellCaughtUp();
      if (came) continue;
      const moved = new AbortController();
      const either = AbortSignal.any([signal, moved.signal]);
      await Promise.race([...this.#feeds.values()].map((feed) => feed.wait(waitMs, either)));
      moved.abort();
    }
  }

  /** Partitions that are added later are read from their beginning: nothing of them has been seen. */
  async #grow(): Promise<void> {
    const { link } = this.#options;
    for (;;) {
      await sleep(growthMs, link.signal);
      if (link.signal.aborted) return;
      try {
        const cluster = await link.cluster();
        await cluster.refreshMetadata();
        for (const partition of this.#partitions(cluster)) if (!this.#feeds.has(partition)) this.#follow(partition, 0);
      } catch (error) {
        await link.failed(error);
      }
    }
  }

  #tellCaughtUp(): void {
    if (this.#ends.size === 0) return;
    for (const [partition, end] of this.#ends) {
      const feed = this.#feeds.get(partition)!;
      if (feed.next >= end || feed.isExhausted) this.#ends.delete(partition);
    }
    if (this.#ends.size > 0) return;
    try {
      this.#options.tail.onCaughtUp?.();
    } catch (error) {
      this.#report(error);
    }
  }

  #report(error: unknown): void {
    try {
      this.#options.tail.onError(error);
    } catch (failure) {
      this.#options.logger.error({ reason: describe(failure) }, 'error handler of a tail failed');
    }
  }
}
