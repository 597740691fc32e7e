import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Privacy } from '@linewatch/decode';
import { type LmdbQueue, type Message, QueueError, type QueueErrorCode, createLmdbQueue } from '@linewatch/queue';
import { maxMessageBytes, parseAddress, topics } from '@linewatch/record';
import { createLogger, sleep } from '@linewatch/service';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Publisher } from './publisher.ts';

const logger = createLogger('test', 'silent');

describe('signals that are sent again', () => {
  let directory: string;
  let queue: LmdbQueue;

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'linewatch-publisher-'));
    const limits = { quotaBytes: 1e9, retainBytes: 1e9, retainMs: 3_600_000 };
    queue = createLmdbQueue({
      directory,
      environments: [{ name: 'signals', topics: [{ name: topics.signals, partitions: 1 }], ...limits }],
      diskFloorBytes: 0,
      maxMessageBytes,
      logger,
    });
  });

  afterEach(async () => {
    await queue.close();
    await rm(directory, { recursive: true });
  });

  /** Two rounds with one event; the first append ends in an error with this code, before or after it was done. */
  async function publish(code: QueueErrorCode, isDone: boolean): Promise<Message[]> {
    const real = await queue.producer();
    let isFirst = true;
    const publisher = new Publisher({
      producer: {
        async append(topic, partition, messages) {
          const fails = isFirst;
          isFirst = false;
          if (!fails || isDone) await real.append(topic, partition, messages);
          if (fails) throw new QueueError(code, 'as a test has it');
        },
        close: () => real.close(),
      },
      trust: 'main',
      collector: 'hub',
      epoch: 5,
      flowPartitions: 1,
      signalPartitions: 1,
      inFlightBytes: 1e9,
      privacy: new Privacy({ addresses: 'pseudonym', key: new Uint8Array(32) }),
      now: Date.now,
      logger,
    });
    const exporter = parseAddress('192.0.2.7');
    publisher.polled({ timeMs: Date.now(), exporter, interface: 4, metric: 'interface.speed', value: 1, text: '' });
    await publisher.publishSignals();
    await publisher.publishSignals();
    const messages: Message[] = [];
    let isRead = false;
    const tail = await queue.tail({
      topic: topics.signals,
      from: 'oldest',
      onMessages: (_, some) => void messages.push(...some),
      onCaughtUp: () => void (isRead = true),
      onError: (error) => logger.error(error),
    });
    while (!isRead) await sleep(5);
    await tail.close();
    return messages;
  }

  it('say so where the first append may have been done, and when that was', async () => {
    const [first, second, ...later] = await publish('queue_unavailable', true);
    expect(Buffer.compare(first!.value, second!.value)).toBe(0);
    expect(first!.uncertain).toBeUndefined();
    expect(second!.uncertain!.sinceMs).toBeLessThanOrEqual(first!.timeMs);
    expect(second!.uncertain!.untilMs).toBeGreaterThanOrEqual(first!.timeMs);
    expect(later.length).toBeGreaterThan(0);
    for (const { uncertain } of later) expect(uncertain).toBeUndefined();
  });

  it('do not where a refusal said that it was not', async () => {
    const messages = await publish('queue_full', false);
    expect(messages.length).toBeGreaterThan(1);
    for (const { uncertain } of messages) expect(uncertain).toBeUndefined();
  });
});
