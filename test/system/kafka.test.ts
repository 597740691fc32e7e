/** What the Kafka adapter promises besides the contract: brokers that fail, groups that move, logs that lose messages. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import type { Message, PartitionReader, Queue } from '@linewatch/queue';
import { createLogger } from '@linewatch/service';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { kafkaClient } from '../../packages/queue/src/kafka/client.ts';
import type { KafkaQueueOptions } from '../../packages/queue/src/kafka/options.ts';
import { type Broker, createBroker } from '../support/kafka/broker.ts';
import { whyNoBroker } from '../support/kafka/libraries.ts';
import { freshPrefix, kafkaTestQueue, testTopic } from '../support/kafka/queues.ts';
import { freeTcp } from '../support/ports.ts';
import { temporaryDirectory, until } from '../support/system.ts';
import { findTool } from '../support/tools.ts';

const node = path.join(import.meta.dirname, '../../node_modules/.bin/node');
const child = path.join(import.meta.dirname, '../support/kafka/group.child.ts');

describe.skipIf(whyNoBroker())('the queue on Apache Kafka', () => {
  const directory = temporaryDirectory('kafka');
  const queues: Queue[] = [];
  const children: ChildProcess[] = [];
  let broker: Broker;

  beforeAll(async () => {
    broker = await createBroker({ directory: path.join(directory, 'broker'), secured: true });
    await broker.start();
  });

  afterAll(async () => {
    await broker.kill();
    await rm(directory, { recursive: true, force: true });
  });

  afterEach(async () => {
    for (const each of children.splice(0)) each.kill('SIGKILL');
    await Promise.all(queues.splice(0).map((queue) => queue.close()));
  });

  type Given = Pick<KafkaQueueOptions, 'prefix' | 'topics'> & Partial<KafkaQueueOptions>;
  const open = (options: Given): Queue => {
    const queue = kafkaTestQueue({ brokers: [broker.address], ...options });
    queues.push(queue);
    return queue;
  };

  /** The brokers asked as an operator would, with another client object. */
  async function administer<T>(
    use: (admin: ReturnType<ReturnType<typeof kafkaClient>['admin']>) => Promise<T>,
  ): Promise<T> {
    const logger = createLogger('test', 'silent');
    const options = { brokers: [broker.address], prefix: '', topics: [], replicas: 1, createTopics: false };
    const admin = kafkaClient({ ...options, maxMessageBytes: 1, instance: 'admin', logger }).admin();
    await admin.connect();
    try {
      return await use(admin);
    } finally {
      await admin.disconnect();
    }
  }

  const text = ({ value }: Message): string => Buffer.from(value).toString();
  const numbers = (count: number, from = 0): { value: Buffer }[] =>
    Array.from({ length: count }, (_, i) => ({ value: Buffer.from(String(from + i)) }));

  interface Reading {
    readonly reader: PartitionReader;
    readonly messages: Message[];
  }

  /** Reads a partition for as long as it is held, committing behind each read. */
  async function following(queue: Queue, topic: string, group = 'g'): Promise<() => Reading> {
    let current: Reading | undefined;
    const messages: Message[] = [];
    await queue.subscribe({
      group,
      topics: [topic],
      onPartition: async (reader) => {
        current = { reader, messages };
        while (!reader.signal.aborted) {
          const got = await reader.read({ maxBytes: 1000, waitMs: 500 });
          messages.push(...got);
          const last = got.at(-1);
          if (last) await reader.commit({ offset: last.offset + 1, metadata: '' });
        }
      },
      onError: (error) => {
        if ((error as { code?: string }).code !== 'partition_lost') throw error;
      },
    });
    await until('the partition is assigned', () => current !== undefined);
    return () => current!;
  }

  /** What a tail of the topic has shown so far, from the oldest message on. */
  async function tailing(queue: Queue, topic: string): Promise<readonly string[]> {
    const tailed: string[] = [];
    await queue.tail({
      topic,
      from: 'oldest',
      onMessages: (_, messages) => void tailed.push(...messages.map(text)),
      onError: () => undefined,
    });
    return tailed;
  }

  it('goes on where it was, for groups and tails, when the broker is killed and comes back', async () => {
    const prefix = freshPrefix();
    const queue = open({ prefix, topics: [testTopic('flows', 1)] });
    const producer = await queue.producer();
    await producer.append('flows', 0, numbers(50));
    const reading = await following(queue, 'flows');
    const tailed = await tailing(queue, 'flows');
    await until('all is read', () => reading().messages.length === 50 && tailed.length === 50);
    await broker.kill();
    await until('the health says that it is away', async () => {
      const { detail } = await queue.health();
      return /Kafka is away since \d\d:\d\d:\d\d/.test(detail);
    });
    await broker.start();
    const other = await open({ prefix, topics: [testTopic('flows', 1)] }).producer();
    await other.append('flows', 0, numbers(50, 50));
    const all = numbers(100).map(({ value }) => value.toString());
    await until('the rest is read', () => reading().messages.length >= 100 && tailed.length >= 100);
    expect(reading().messages.map(text)).toEqual(all);
    expect(tailed).toEqual(all);
    expect(reading().reader.lost).toBe(0);
    await until('the health says that all is well', async () => (await queue.health()).detail === '');
  });

  it('waits for a broker that starts later', async () => {
    const port = await freeTcp();
    const late = await createBroker({ directory: path.join(directory, 'late'), port });
    const queue = open({ brokers: [`127.0.0.1:${port}`], prefix: 'late.', topics: [testTopic('flows', 2)] });
    const seen: string[] = [];
    const handle = async (reader: PartitionReader): Promise<void> => {
      while (!reader.signal.aborted) seen.push(...(await reader.read({ maxBytes: 1e6, waitMs: 500 })).map(text));
    };
    await queue.subscribe({ group: 'g', topics: ['flows'], onPartition: handle, onError: () => undefined });
    await queue.registerGroup('g', ['flows']);
    expect(await queue.health()).toMatchObject({ accepting: false });
    await expect(queue.topics()).rejects.toMatchObject({ code: 'queue_unavailable' });
    try {
      await late.start();
      const producer = await queue.producer();
      await until('the topic is there', async () => (await queue.topics())[0]?.partitions === 2);
      await producer.append('flows', 1, numbers(3));
      await until('all is read', () => seen.length === 3);
      expect(await queue.health()).toMatchObject({ accepting: true, detail: '' });
    } finally {
      await Promise.all(queues.splice(0).map((each) => each.close()));
      await late.kill();
    }
  });

  it('stores each message once though consumers of the group are killed, with ranges under way', async () => {
    const prefix = freshPrefix();
    const partitions = 6;
    const count = 1800;
    const producer = await open({ prefix, topics: [testTopic('flows', partitions)] }).producer();
    const file = path.join(directory, 'stored');
    writeFileSync(file, '\n');
    const start = (): ChildProcess => {
      const started = spawn(node, [child, broker.address, prefix, 'flows', String(partitions), 'g', file], {
        stdio: ['ignore', 'inherit', 'inherit'],
      });
      children.push(started);
      return started;
    };
    const stored = (): string[] =>
      readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .flatMap((line) => line.split(' ')[1]!.split(','));
    const writing = (async () => {
      for (let i = 0; i < count; i += 5) {
        await producer.append('flows', (i / 5) % partitions, numbers(5, i));
        await sleep(15);
      }
    })();
    let running = [start(), start()];
    for (let kills = 0; kills < 5; kills++) {
      const before = stored().length;
      await until('more is stored', () => stored().length > before + 20);
      await sleep(Math.random() * 100);
      running[0]!.kill('SIGKILL');
      running = [running[1]!, start()];
    }
    await writing;
    await until('all is stored', () => stored().length >= count);
    expect(
      stored()
        .map(Number)
        .sort((a, b) => a - b),
    ).toEqual(Array.from({ length: count }, (_, i) => i));
  });

  it('a partition moves though its handler does not end, and what that one commits is refused', async () => {
    const prefix = freshPrefix();
    const topics = [testTopic('flows', 2)];
    const held: PartitionReader[] = [];
    const release = Promise.withResolvers<undefined>();
    const offered: number[] = [];
    const first = open({ prefix, topics });
    await first.subscribe({
      group: 'g',
      topics: ['flows'],
      onPartition: async (reader) => {
        offered.push(reader.partition);
        held.push(reader);
        await release.promise;
      },
      onError: () => undefined,
    });
    await until('both are taken', () => held.length === 2);
    const taken: PartitionReader[] = [];
    await open({ prefix, topics }).subscribe({
      group: 'g',
      topics: ['flows'],
      onPartition: async (reader) => {
        taken.push(reader);
        await reader.commit({ offset: 7, metadata: 'new' });
        await until('given up', () => reader.signal.aborted, 120_000);
      },
      onError: () => undefined,
    });
    await until('one has moved', () => taken.length === 1);
    const old = held.find(({ partition }) => partition === taken[0]!.partition)!;
    expect(old.signal.aborted).toBe(true);
    await expect(old.commit({ offset: 1, metadata: 'old' })).rejects.toMatchObject({ code: 'partition_lost' });
    await expect(old.read({ maxBytes: 1, waitMs: 0 })).rejects.toMatchObject({ code: 'partition_lost' });
    // The one that stays is not offered again while its handler is at work.
    await sleep(1000);
    expect(offered.toSorted()).toEqual([0, 1]);
    release.resolve(undefined);
    await until('the other is offered again', () => offered.length > 2);
    expect(offered[2]).toBe(1 - taken[0]!.partition);
    expect(taken[0]!.committed).toEqual({ offset: 7, metadata: 'new' });
  });

  it('counts and tells what was removed before it was read, and reads on at the oldest kept', async () => {
    const prefix = freshPrefix();
    const topics = [testTopic('flows', 1)];
    const queue = open({ prefix, topics });
    const producer = await queue.producer();
    await producer.append('flows', 0, numbers(10));
    const { promise, resolve } = Promise.withResolvers<PartitionReader>();
    const consumer = await queue.subscribe({
      group: 'g',
      topics: ['flows'],
      onPartition: async (reader) => {
        await reader.commit({ offset: 2, metadata: 'intent' });
        resolve(reader);
        await until('given up', () => reader.signal.aborted);
      },
      onError: () => undefined,
    });
    await promise;
    await consumer.close();
    await administer(async (admin) => {
      // It makes the topic known to this client.
      await admin.fetchTopicOffsets(`${prefix}flows`);
      await admin.deleteTopicRecords({ topic: `${prefix}flows`, partitions: [{ partition: 0, offset: '6' }] });
    });
    const reader = Promise.withResolvers<PartitionReader>();
    const read: Message[] = [];
    const again = open({ prefix, topics });
    await again.subscribe({
      group: 'g',
      topics: ['flows'],
      onPartition: async (each) => {
        while (read.length < 4) read.push(...(await each.read({ maxBytes: 1000, waitMs: 500 })));
        reader.resolve(each);
        await until('given up', () => each.signal.aborted);
      },
      onError: () => undefined,
    });
    const found = await reader.promise;
    expect(found.committed).toEqual({ offset: 2, metadata: 'intent' });
    expect(read.map(({ offset }) => offset)).toEqual([6, 7, 8, 9]);
    expect(found.lost).toBe(4);
    expect((await again.health()).detail).toMatch(/flows\[0\]: 4 messages were removed before they were read, \d\d:/);
    // What was noted is still there: nothing was reset.
    const [committed] = await administer((admin) =>
      admin.fetchOffsets({ groupId: `${prefix}g`, topics: [`${prefix}flows`] }),
    );
    expect(committed!.partitions[0]).toMatchObject({ offset: '2', metadata: 'intent' });
  });

  it.each([
    { made: 'shorter', before: 20, after: 5 },
    { made: 'longer', before: 5, after: 20 },
  ])('reads a topic that was removed and made anew, $made, from its beginning', async ({ before, after }) => {
    const prefix = freshPrefix();
    const topics = [testTopic('flows', 1)];
    const queue = open({ prefix, topics });
    await (await queue.producer()).append('flows', 0, numbers(before));
    const reading = await following(queue, 'flows');
    await tailing(queue, 'flows');
    await until('all is read', () => reading().messages.length === before);
    await administer((admin) => admin.deleteTopics({ topics: [`${prefix}flows`] }));
    await until(
      'the topic is gone',
      async () => !(await administer((admin) => admin.listTopics())).includes(`${prefix}flows`),
    );
    await sleep(500);
    const anew = await open({ prefix, topics }).producer();
    const again = open({ prefix, topics });
    await until('the topic is back', async () => (await again.topics()).length === 1);
    await anew.append('flows', 0, numbers(after, 1000));
    const expected = [...numbers(before), ...numbers(after, 1000)].map(({ value }) => value.toString());
    await until('all of the new one is read', () => reading().messages.length >= expected.length);
    expect(reading().messages.map(text)).toEqual(expected);
    expect((await queue.health()).detail).toContain('the log was made anew');
  });

  it('writes what any client reads: value, key and header', async () => {
    const prefix = freshPrefix();
    const queue = open({ prefix, topics: [testTopic('flows', 1)] });
    const producer = await queue.producer();
    await producer.append('flows', 0, [
      { key: 'schlüssel', value: Buffer.from('first'), uncertain: { sinceMs: 1000, untilMs: 2000 } },
      { value: Buffer.from('second') },
    ]);
    const kcat = findTool('kcat');
    expect(kcat).toBeDefined();
    const reading = spawn(kcat!, [
      '-b',
      broker.address,
      '-C',
      '-t',
      `${prefix}flows`,
      '-e',
      '-q',
      '-f',
      '%o|%k|%h|%s\n',
    ]);
    let out = '';
    reading.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    await new Promise((resolve) => reading.once('close', resolve));
    expect(out).toBe('0|schlüssel|linewatch-uncertain=1000 2000|first\n1|||second\n');
  });

  it('makes topics with their own settings, grows them, and readers take what is new', async () => {
    const prefix = freshPrefix();
    const topics = [testTopic('flows', 1), testTopic('state', 1, { compacted: true })];
    const small = open({ prefix, topics });
    await small.registerGroup('g', ['flows', 'state']);
    const described = await administer((admin) =>
      admin.describeConfigs({
        includeSynonyms: false,
        // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- a topic; the enum is the queue's dependency's
        resources: ['flows', 'state'].map((name) => ({ type: 2, name: `${prefix}${name}` })),
      }),
    );
    const settings = described.resources.map(({ configEntries }) =>
      Object.fromEntries(configEntries.map(({ configName, configValue }) => [configName, configValue])),
    );
    expect(settings[0]).toMatchObject({
      'cleanup.policy': 'delete',
      'retention.ms': '86400000',
      'retention.bytes': String(1024 ** 3),
      'message.timestamp.type': 'LogAppendTime',
    });
    expect(settings[1]).toMatchObject({ 'cleanup.policy': 'compact', 'message.timestamp.type': 'LogAppendTime' });
    const grown = open({ prefix, topics: [testTopic('flows', 64)] });
    const seen = new Set<number>();
    await grown.subscribe({
      group: 'g',
      topics: ['flows'],
      onPartition: async (reader) => {
        while (!reader.signal.aborted)
          if ((await reader.read({ maxBytes: 100, waitMs: 500 })).length > 0) seen.add(reader.partition);
      },
      onError: () => undefined,
    });
    const producer = await grown.producer();
    await until('the topic has grown', async () => (await grown.topics())[0]?.partitions === 64);
    await Promise.all(Array.from({ length: 64 }, (_, partition) => producer.append('flows', partition, numbers(1))));
    await until('every partition is read', () => seen.size === 64);
  });

  it('says clearly that a topic is missing which it may not make', async () => {
    const queue = open({ prefix: freshPrefix(), topics: [testTopic('flows', 1)], createTopics: false });
    await expect(queue.registerGroup('g', ['flows'])).rejects.toMatchObject({
      code: 'unknown_topic',
      message: expect.stringMatching(/flows" is not on the brokers, and kafka\.createTopics is off/) as string,
    });
    expect((await queue.health()).detail).toContain('is not on the brokers');
  });

  describe('over TLS with a password', () => {
    const secured = (
      mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512',
      password?: string,
    ): Partial<KafkaQueueOptions> => ({
      brokers: [broker.secured!.address],
      tls: { ca: readFileSync(broker.secured!.ca, 'utf8') },
      sasl: { mechanism, username: broker.secured!.username, password: password ?? broker.secured!.password },
    });

    it.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)('%s is understood', async (mechanism) => {
      const queue = open({ prefix: freshPrefix(), topics: [testTopic('flows', 1)], ...secured(mechanism) });
      await (await queue.producer()).append('flows', 0, numbers(3));
      const reading = await following(queue, 'flows');
      await until('all is read', () => reading().messages.length === 3);
    });

    it.each(['plain', 'scram-sha-512'] as const)(
      'a wrong password by %s is told, and is no secret told',
      async (mechanism) => {
        const lines: string[] = [];
        const record = (...said: unknown[]): void => void lines.push(inspect(said, { depth: 20 }));
        const logger = createLogger('test', 'silent');
        Object.assign(logger, { debug: record, info: record, warn: record, error: record });
        const queue = open({
          prefix: freshPrefix(),
          topics: [testTopic('flows', 1)],
          logger,
          ...secured(mechanism, 'wrong-secret-password'),
        });
        await queue.subscribe({
          group: 'g',
          topics: ['flows'],
          onPartition: () => Promise.resolve(),
          onError: () => undefined,
        });
        const health = await until('the health says so', async () => {
          const told = await queue.health();
          return /Kafka refuses since .*authentication failed/i.test(told.detail) && told;
        });
        expect(health.accepting).toBe(false);
        expect(health.detail).not.toContain('wrong-secret');
        expect(lines.join('')).toMatch(/authentication failed/i);
        expect(lines.join('')).not.toContain('wrong-secret');
      },
    );

    it('a broker that cannot prove who it is is not talked to', async () => {
      const queue = open({ prefix: freshPrefix(), topics: [testTopic('flows', 1)], ...secured('plain'), tls: {} });
      await until('the health says so', async () => /certificate/i.test((await queue.health()).detail));
    });
  });
});
