/** The Kafka adapter beside others: topics and messages that others made, deletions that others see, a broker that freezes. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Queue } from '@linewatch/queue';
import { createLogger } from '@linewatch/service';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { kafkaClient } from '../../packages/queue/src/kafka/client.ts';
import type { KafkaQueueOptions } from '../../packages/queue/src/kafka/options.ts';
import { type Broker, createBroker } from '../support/kafka/broker.ts';
import { whyNoBroker } from '../support/kafka/libraries.ts';
import { freshPrefix, kafkaTestQueue, testTopic } from '../support/kafka/queues.ts';
import { temporaryDirectory, until } from '../support/system.ts';

const run = promisify(execFile);

describe.skipIf(whyNoBroker())('the queue on Apache Kafka, beside others,', () => {
  const directory = temporaryDirectory('kafka-others');
  const queues: Queue[] = [];
  let broker: Broker;

  beforeAll(async () => {
    broker = await createBroker({ directory: path.join(directory, 'broker') });
    await broker.start();
  });

  afterAll(async () => {
    await broker.kill();
    await rm(directory, { recursive: true, force: true });
  });

  afterEach(async () => {
    broker.thaw();
    await Promise.all(queues.splice(0).map((queue) => queue.close()));
    if (broker.pid === undefined) await broker.start();
  });

  const open = (options: Pick<KafkaQueueOptions, 'prefix' | 'topics'> & Partial<KafkaQueueOptions>): Queue => {
    const queue = kafkaTestQueue({ brokers: [broker.address], ...options });
    queues.push(queue);
    return queue;
  };

  /** What is on a topic, one line a message. */
  async function kcat(topic: string, format: string): Promise<string[]> {
    const { stdout } = await run('kcat', ['-C', '-b', broker.address, '-t', topic, '-e', '-q', '-f', `${format}\n`]);
    return stdout.trimEnd().split('\n');
  }

  async function write(topic: string, partition: number, codec: string, values: readonly string[]): Promise<void> {
    const child = spawn('kcat', ['-P', '-b', broker.address, '-t', topic, '-p', String(partition), '-z', codec]);
    child.stdin.end(values.map((value) => `${value}\n`).join(''));
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(0);
  }

  async function makeTopic(topic: string, settings: Record<string, string>): Promise<void> {
    const logger = createLogger('test', 'silent');
    const options = { brokers: [broker.address], prefix: '', topics: [], replicas: 1, createTopics: false };
    const admin = kafkaClient({ ...options, maxMessageBytes: 1, instance: 'admin', logger }).admin();
    await admin.connect();
    try {
      const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
      await admin.createTopics({ waitForLeaders: false, topics: [{ topic, numPartitions: 1, configEntries }] });
    } finally {
      await admin.disconnect();
    }
  }

  /** Reads all partitions in a group, and commits. */
  async function following(queue: Queue, topic: string): Promise<string[]> {
    const read: string[] = [];
    await queue.subscribe({
      group: 'g',
      topics: [topic],
      onPartition: async (reader) => {
        while (!reader.signal.aborted) {
          const messages = await reader.read({ maxBytes: 100_000, waitMs: 500 });
          read.push(...messages.map(({ value }) => Buffer.from(value).toString()));
          const last = messages.at(-1);
          if (last) await reader.commit({ offset: last.offset + 1, metadata: '' });
        }
      },
      onError: () => undefined,
    });
    return read;
  }

  it('an empty value of a compacted topic is none to Kafka, so that the key goes; one of another topic is empty', async () => {
    const prefix = freshPrefix();
    const queue = open({ prefix, topics: [testTopic('state', 1, { compacted: true }), testTopic('flows', 1)] });
    const producer = await queue.producer();
    const messages = [
      { key: 'a', value: Buffer.from('told') },
      { key: 'a', value: new Uint8Array(0) },
    ];
    await producer.append('state', 0, messages);
    await producer.append('flows', 0, messages);
    // The length of a value that is none is -1.
    expect(await kcat(`${prefix}state`, '%k %S')).toEqual(['a 4', 'a -1']);
    expect(await kcat(`${prefix}flows`, '%k %S')).toEqual(['a 4', 'a 0']);
    const seen: number[] = [];
    await queue.tail({
      topic: 'state',
      from: 'oldest',
      onMessages: (_, got) => void seen.push(...got.map(({ value }) => value.length)),
      onError: () => undefined,
    });
    await until('the deletion is read', () => seen.length === 2);
    expect(seen).toEqual([4, 0]);
  });

  it('tells once of topics whose settings do not fit, and of none that it made itself', async () => {
    const prefix = freshPrefix();
    const warned: string[] = [];
    const logger = createLogger('test', 'silent');
    Object.assign(logger, { warn: (_: unknown, text: string) => void warned.push(text) });
    await makeTopic(`${prefix}flows`, {
      'max.message.bytes': '1000',
      'compression.type': 'lz4',
      'retention.ms': '1000',
    });
    await makeTopic(`${prefix}state`, { 'cleanup.policy': 'delete', 'message.timestamp.type': 'LogAppendTime' });
    const topics = [testTopic('flows', 1), testTopic('state', 1, { compacted: true }), testTopic('own', 1)];
    const queue = open({ prefix, topics, logger });
    const told = await until('the health says so', async () => {
      const { detail } = await queue.health();
      return detail.includes('state') && detail;
    });
    expect(told).toMatch(/flows": .*compression\.type is lz4, which cannot be read here/);
    expect(told).toMatch(/max\.message\.bytes is 1000, at least \d+ is needed/);
    expect(told).toMatch(/message\.timestamp\.type is CreateTime, LogAppendTime is needed/);
    expect(told).toMatch(/retention\.ms is 1000, at least 86400000 is needed/);
    expect(told).toMatch(/state": cleanup\.policy is delete, compact is needed/);
    expect(told).not.toContain('own');
    expect(warned).toEqual(Array.from({ length: 2 }, () => 'settings of a topic do not fit'));
  });

  it.each(['none', 'gzip', 'zstd'])('reads what another client packed with %s', async (codec) => {
    const prefix = freshPrefix();
    const queue = open({ prefix, topics: [testTopic('flows', 1)] });
    await queue.registerGroup('g', ['flows']);
    const values = Array.from({ length: 50 }, (_, i) => `${'same '.repeat(20)}${i}`);
    await write(`${prefix}flows`, 0, codec, values);
    const read = await following(queue, 'flows');
    await until('all is read', () => read.length === values.length);
    expect(read).toEqual(values);
  });

  it.each(['lz4', 'snappy'])('says what it cannot read that came packed with %s, and reads the rest', async (codec) => {
    const prefix = freshPrefix();
    const queue = open({ prefix, topics: [testTopic('flows', 3)] });
    await queue.registerGroup('g', ['flows']);
    await write(`${prefix}flows`, 1, codec, ['same '.repeat(100), 'same '.repeat(100)]);
    const producer = await queue.producer();
    const read = await following(queue, 'flows');
    for (const partition of [0, 2]) await producer.append('flows', partition, [{ value: Buffer.from(`${partition}`) }]);
    await until('the rest is read', () => read.length === 2);
    const told = await until('the health says so', async () => {
      const { detail } = await queue.health();
      return detail.includes('cannot be read since') && detail;
    });
    expect(told).toMatch(new RegExp(`flows\\[1\\] from offset 0 on: a batch is packed with ${codec}`));
    for (const partition of [0, 2]) await producer.append('flows', partition, [{ value: Buffer.from(`${partition}`) }]);
    await until('and what comes later', () => read.length === 4);
  });

  it('what waits on disk is known from the first moment of a new process, and counted', async () => {
    const prefix = freshPrefix();
    const spill = { directory: path.join(directory, 'spill'), quotaBytes: 1e8, diskFloorBytes: 0 };
    const topics = [testTopic('flows', 1)];
    await broker.kill();
    const first = open({ prefix, topics, spill });
    await (await first.producer()).append('flows', 0, [{ value: Buffer.alloc(100_000) }]);
    await first.close();
    const second = open({ prefix, topics, spill });
    await second.producer();
    expect((await second.health()).usedBytes).toBeGreaterThan(100_000);
    await broker.start();
    await until('it is drained', async () => (await second.health()).usedBytes === 0);
    expect((await second.health()).brokers).toMatchObject({
      awaySinceMs: undefined,
      counts: { drained: 1, refused: 0, unread: 0 },
    });
  });

  it('goes on when a frozen broker thaws after its session', { timeout: 180_000 }, async () => {
    const prefix = freshPrefix();
    const topics = [testTopic('flows', 2)];
    const spill = { directory: path.join(directory, 'thaw'), quotaBytes: 1e8, diskFloorBytes: 0 };
    const queue = open({ prefix, topics, spill });
    const producer = await queue.producer();
    const read = await following(queue, 'flows');
    await producer.append('flows', 0, [{ value: Buffer.from('before') }]);
    await until('it is read', () => read.length === 1);
    broker.freeze();
    await producer.append('flows', 1, [{ value: Buffer.from('meanwhile') }]);
    const { awaySinceMs } = await until('it counts as away', async () => {
      const { brokers } = await queue.health();
      return brokers?.awaySinceMs !== undefined && brokers;
    });
    await until('longer than a session', () => Date.now() - awaySinceMs! > 10_000);
    broker.thaw();
    await until('what came meanwhile is read', () => read.includes('meanwhile'));
    await producer.append('flows', 0, [{ value: Buffer.from('after') }]);
    await until('and what comes after', () => read.includes('after'));
  });

  // Whoever stops a process waits 5 s; a broker may be silent for minutes.
  it('closes while the broker is frozen, with what is in flight on disk', { timeout: 25_000 }, async () => {
    const prefix = freshPrefix();
    const topics = [testTopic('flows', 2)];
    const spill = { directory: path.join(directory, 'frozen'), quotaBytes: 1e8, diskFloorBytes: 0 };
    const writing = open({ prefix, topics, spill, timing: {} });
    const reading = open({ prefix, topics, timing: {} });
    const producer = await writing.producer();
    const read = await following(reading, 'flows');
    await producer.append('flows', 0, [{ value: Buffer.from('before') }]);
    await until('it is read', () => read.length === 1);
    broker.freeze();
    const inFlight = producer.append('flows', 0, [{ value: Buffer.from('meanwhile') }]);
    writing.hurry();
    await inFlight;
    await Promise.all([writing.close(), reading.close()]);
  });
});
