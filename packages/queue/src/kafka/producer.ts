import kafkajs from 'kafkajs';
import { checkAppend } from '../checks.ts';
import { QueueError } from '../errors.ts';
import type { NewMessage, Producer } from '../port.ts';
import { kafkaClient } from './client.ts';
import { encodeHeaders } from './headers.ts';
import type { KafkaQueueOptions } from './options.ts';

export interface KafkaOutletOptions {
  readonly options: KafkaQueueOptions;
  /** How many partitions a topic of ours has, by its name without the prefix; undefined for another one. */
  readonly partitionsOf: (topic: string) => number | undefined;
}

export interface OutletHealth {
  /** Since when the brokers do not answer, Unix ms, and why. */
  readonly away: { readonly sinceMs: number; readonly reason: string } | undefined;
  /** What waits on disk for them, octets as accounted, and its quota. */
  readonly spilledBytes: number;
  readonly spilledMessages: number;
  readonly quotaBytes: number;
}

/** What all producers of a queue share: the way to the brokers, and the spill. */
export interface KafkaOutlet {
  producer(): Producer;
  health(): Promise<OutletHealth>;
  close(): Promise<void>;
}

export function createKafkaOutlet({ options, partitionsOf }: KafkaOutletOptions): KafkaOutlet {
  const compacted = new Set(options.topics.filter((topic) => topic.compacted).map(({ name }) => name));
  const sender = kafkaClient(options).producer({ idempotent: true, maxInFlightRequests: 1 });
  let connecting: Promise<void> | undefined;
  let isClosed = false;
  const pending = new Set<Promise<void>>();
  // One at a time for each partition: what kafkajs tries again must not be overtaken.
  const lanes = new Map<string, Promise<void>>();

  const send = async (topic: string, partition: number, messages: readonly NewMessage[]): Promise<void> => {
    connecting ??= sender.connect();
    await connecting;
    await sender.send({
      topic: `${options.prefix}${topic}`,
      acks: -1,
      compression: kafkajs.CompressionTypes.ZSTD,
      messages: messages.map(({ key = '', value, uncertain }) => ({
        key: key === '' ? null : key,
        value: Buffer.from(value.buffer, value.byteOffset, value.length),
        partition,
        headers: { ...encodeHeaders(uncertain) },
      })),
    });
  };

  const append = async (topic: string, partition: number, messages: readonly NewMessage[]): Promise<void> => {
    if (isClosed) throw new QueueError('queue_closed', 'the producer is closed');
    const partitions = partitionsOf(topic);
    if (partitions === undefined) throw new QueueError('unknown_topic', `the queue has no topic "${topic}"`);
    if (!Number.isInteger(partition) || partition < 0 || partition >= partitions)
      throw new QueueError('unknown_topic', `topic "${topic}" has no partition ${partition}`);
    const { maxMessageBytes } = options;
    checkAppend({ topic, compacted: compacted.has(topic), maxMessageBytes }, messages);
    if (messages.length === 0) return;
    const lane = `${topic} ${partition}`;
    const sent = (lanes.get(lane) ?? Promise.resolve()).then(() => send(topic, partition, messages));
    lanes.set(
      lane,
      sent.catch(() => undefined),
    );
    await sent;
  };

  const track = (appended: Promise<void>, into: Set<Promise<void>>): void => {
    into.add(appended);
    const forget = (): void => void into.delete(appended);
    appended.then(forget, forget);
  };

  return {
    producer() {
      const own = new Set<Promise<void>>();
      let closed = false;
      return {
        append(topic, partition, messages) {
          const appended = closed
            ? Promise.reject(new QueueError('queue_closed', 'the producer is closed'))
            : append(topic, partition, messages);
          track(appended, own);
          track(appended, pending);
          return appended;
        },
        async close() {
          closed = true;
          await Promise.allSettled(own);
        },
      };
    },
    health: () => Promise.resolve({ away: undefined, spilledBytes: 0, spilledMessages: 0, quotaBytes: 0 }),
    async close() {
      isClosed = true;
      await Promise.allSettled(pending);
      await sender.disconnect();
    },
  };
}
