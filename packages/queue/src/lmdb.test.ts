/** What the LMDB adapter promises beyond the contract: quota, disk, retention, compaction. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLogger, sleep } from '@linewatch/service';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LmdbQueue, type LmdbQueueOptions, type Message, createLmdbQueue, queueLayout } from './index.ts';

const hour = 3_600_000;
const roomy = { quotaBytes: 1e9, retainBytes: 1e9, retainMs: hour };

describe('the LMDB queue', () => {
  let directory: string;
  const queues: LmdbQueue[] = [];

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'linewatch-queue-'));
  });

  afterEach(async () => {
    await Promise.all(queues.splice(0).map((queue) => queue.close()));
    await rm(directory, { recursive: true });
  });

  function open(options: Partial<LmdbQueueOptions>): LmdbQueue {
    const queue = createLmdbQueue({
      directory,
      environments: [{ name: 'flows', topics: [{ name: 'flows', partitions: 1 }], ...roomy }],
      diskFloorBytes: 0,
      maxMessageBytes: 1_000_000,
      logger: createLogger('queue-test', 'error'),
      timing: { heartbeatMs: 50, retentionMs: 50 },
      ...options,
    });
    queues.push(queue);
    return queue;
  }

  async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await condition())) await sleep(10);
  }

  const offsets = async (queue: LmdbQueue, topic = 'flows'): Promise<number[]> =>
    (await everything(queue, topic)).map((m) => m.offset);

  async function everything(queue: LmdbQueue, topic: string): Promise<Message[]> {
    const all: Message[] = [];
    const expected = (await queue.topics()).find((t) => t.topic === topic)!.messages;
    const tail = await queue.tail({
      topic,
      from: 'oldest',
      onMessages: (_, messages) => void all.push(...messages),
      onError: (error) => expect.fail(String(error)),
    });
    await until(() => all.length >= expected);
    await tail.close();
    return all;
  }

  /** Commits this offset for a group, as its consumer. */
  async function commit(queue: LmdbQueue, group: string, offset: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const consumer = await queue.subscribe({
      group,
      topics: ['flows'],
      onPartition: async (reader) => {
        await reader.commit({ offset, metadata: '' }).then(resolve, reject);
        await until(() => reader.signal.aborted);
      },
      onError: reject,
    });
    await promise;
    await consumer.close();
  }

  const small = (name: string, topic: string, quotaBytes: number): LmdbQueueOptions['environments'][number] => ({
    name,
    topics: [{ name: topic, partitions: 1 }],
    quotaBytes,
    retainBytes: 0,
    retainMs: hour,
  });

  it('a full quota refuses appends whole, says so, and takes them again when the slow group has read', async () => {
    const queue = open({ environments: [small('flows', 'flows', 1_000_000)] });
    await queue.registerGroup('slow', ['flows']);
    const producer = await queue.producer();
    const value = Buffer.alloc(100_000);
    let taken = 0;
    let refusal: unknown;
    while (refusal === undefined)
      await producer.append('flows', 0, [{ value }]).then(
        () => taken++,
        (error: unknown) => (refusal = error),
      );
    expect(refusal).toMatchObject({ code: 'queue_full' });
    expect(taken).toBe(9);
    await sleep(300);
    expect(await offsets(queue)).toHaveLength(taken);
    const full = await queue.health();
    expect(full.accepting).toBe(false);
    expect(full.detail).toBe('queue "flows" is full: group "slow" has 9 messages to read');
    expect(full.usedBytes).toBeLessThanOrEqual(full.quotaBytes);

    await commit(queue, 'slow', 5);
    await until(async () => (await queue.topics())[0]!.messages === taken - 5);
    await producer.append('flows', 0, [{ value }]);
    expect(await offsets(queue)).toEqual([5, 6, 7, 8, 9]);
    expect((await queue.health()).accepting).toBe(true);
  });

  it('what fills one environment does not stop another', async () => {
    const queue = open({ environments: [small('flows', 'flows', 50_000), small('signals', 'signals', 50_000)] });
    await queue.registerGroup('slow', ['flows', 'signals']);
    const producer = await queue.producer();
    await expect(producer.append('flows', 0, [{ value: Buffer.alloc(60_000) }])).rejects.toMatchObject({
      code: 'queue_full',
    });
    await producer.append('signals', 0, [{ value: Buffer.from('alarm') }]);
    const { environments } = await queue.health();
    expect(environments.map((e) => e.name)).toEqual(['flows', 'signals']);
    expect(environments[1]!.accepting).toBe(true);
  });

  it('a disk below its floor refuses appends, and health says so', async () => {
    const queue = open({ diskFloorBytes: 1e18 });
    const producer = await queue.producer();
    await expect(producer.append('flows', 0, [{ value: Buffer.from('x') }])).rejects.toMatchObject({
      code: 'queue_full',
    });
    const health = await queue.health();
    expect(health.accepting).toBe(false);
    expect(health.detail).toMatch(/fewer than the floor/);
    expect((await queue.topics())[0]!.messages).toBe(0);
  });

  it('a write that the system refuses is queue_full, and the queue goes on', async () => {
    const child = path.join(import.meta.dirname, 'full.child.ts');
    // A limit on the size of files stands for the end of the disk: 3,000 blocks of 512 octets or, in some shells, 1,024.
    const script = `trap '' XFSZ; ulimit -f 3000; exec "$0" "$@"`;
    const process_ = spawn('sh', ['-c', script, process.execPath, child, directory], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let output = '';
    process_.stdout.on('data', (data: Buffer) => (output += data.toString()));
    await once(process_, 'close');
    const { taken, code, afterwards } = JSON.parse(output) as { taken: number; code: string; afterwards: string };
    expect(code).toBe('queue_full');
    expect(afterwards).toBe('taken');
    // Without the limit, everything that was taken is there and more is taken.
    const queue = open({});
    expect(await offsets(queue)).toEqual(Array.from({ length: taken + 1 }, (_, i) => i));
    await (await queue.producer()).append('flows', 0, [{ value: Buffer.alloc(500_000) }]);
  });

  it('messages over age go when every registered group has read them, oldest first', async () => {
    const queue = open({
      environments: [{ name: 'flows', topics: [{ name: 'flows', partitions: 1 }], ...roomy, retainMs: 1 }],
    });
    await queue.registerGroup('a', ['flows']);
    await queue.registerGroup('b', ['flows']);
    const producer = await queue.producer();
    for (let i = 0; i < 10; i++) await producer.append('flows', 0, [{ value: Buffer.alloc(i * 10_000) }]);
    await commit(queue, 'a', 10);
    await sleep(300);
    expect(await offsets(queue)).toHaveLength(10);
    await commit(queue, 'b', 4);
    await until(async () => (await offsets(queue)).length === 6);
    expect(await offsets(queue)).toEqual([4, 5, 6, 7, 8, 9]);
    await commit(queue, 'b', 10);
    await until(async () => (await queue.topics())[0]!.messages === 0);
    const health = await queue.health();
    expect(health.usedBytes).toBe(0);
    await producer.append('flows', 0, [{ value: Buffer.from('next') }]);
  });

  it('beyond the retained octets the oldest go, and a late reader is told what it lost', async () => {
    const retainBytes = 500_000;
    const queue = open({
      environments: [{ name: 'flows', topics: [{ name: 'flows', partitions: 1 }], ...roomy, retainBytes }],
    });
    const producer = await queue.producer();
    await producer.append('flows', 0, [{ value: Buffer.from('first') }]);
    await commit(queue, 'late', 1);
    for (let i = 1; i < 20; i++) await producer.append('flows', 0, [{ value: Buffer.alloc(100_000) }]);
    await until(async () => (await queue.health()).usedBytes <= retainBytes);
    const kept = await offsets(queue);
    expect(kept.at(-1)).toBe(19);
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, i) => 20 - kept.length + i));
    const { promise, resolve } = Promise.withResolvers<number>();
    const consumer = await queue.subscribe({
      group: 'late',
      topics: ['flows'],
      onPartition: async (reader) => {
        const [message] = await reader.read({ maxBytes: 1, waitMs: 5000 });
        expect(message!.offset).toBe(kept[0]);
        resolve(reader.lost);
        await until(() => reader.signal.aborted);
      },
      onError: (error) => expect.fail(String(error)),
    });
    expect(await promise).toBe(kept[0]! - 1);
    await consumer.close();
  });

  it('the file stops growing while as much is removed as is appended', { timeout: 60_000 }, async () => {
    const retainBytes = 4_000_000;
    const queue = open({
      environments: [{ name: 'flows', topics: [{ name: 'flows', partitions: 1 }], ...roomy, retainBytes }],
    });
    const producer = await queue.producer();
    const memory = Buffer.alloc(600_000, 'x');
    const size = async (): Promise<number> => (await stat(path.join(directory, 'flows', 'data.mdb'))).size;
    let seed = 1;
    for (let appended = 0; appended < 80_000_000;) {
      seed = (seed * 48_271) % 0x7fffffff;
      const value = memory.subarray(0, 20_000 + (seed % 580_000));
      await producer.append('flows', 0, [{ value }]);
      appended += value.length;
      await until(async () => (await queue.health()).usedBytes < 2 * retainBytes);
    }
    expect(await size()).toBeLessThan(5 * retainBytes);
  });

  it('a compacted topic keeps one message a key, and forgets deletions when they are old', async () => {
    const topics = [{ name: 'state', partitions: 1, compacted: true }];
    const queue = open({ environments: [{ name: 'state', topics, ...roomy, retainMs: 200 }] });
    const producer = await queue.producer();
    for (let round = 0; round < 5; round++)
      await producer.append('state', 0, [
        { key: 'a', value: Buffer.alloc(100_000, round) },
        { key: 'b', value: Buffer.from(`early ${round}`) },
        { key: 'b', value: Buffer.from(`b${round}`) },
      ]);
    await producer.append('state', 0, [{ key: 'b', value: Buffer.alloc(0) }]);
    expect((await everything(queue, 'state')).map((m) => [m.key, m.value[0], m.value.length])).toEqual([
      ['a', 4, 100_000],
      ['b', undefined, 0],
    ]);
    await until(async () => (await queue.topics())[0]!.messages === 1);
    await producer.append('state', 0, [{ key: 'a', value: Buffer.alloc(0) }]);
    await until(async () => (await queue.topics())[0]!.messages === 0);
    expect((await queue.health()).usedBytes).toBe(0);
  });

  it('two queues in one process share the files', async () => {
    const [a, b] = [open({}), open({})];
    const producers = await Promise.all([a.producer(), b.producer()]);
    await Promise.all(
      Array.from({ length: 60 }, (_, i) => producers[i % 2]!.append('flows', 0, [{ value: Buffer.from(String(i)) }])),
    );
    expect(await offsets(a)).toEqual(Array.from({ length: 60 }, (_, i) => i));
    await a.close();
    await producers[1].append('flows', 0, [{ value: Buffer.from('more') }]);
    expect(await offsets(b)).toHaveLength(61);
  });

  it('a topic may get more partitions and keeps what it has with fewer', async () => {
    const withPartitions = (partitions: number): LmdbQueue =>
      open({ environments: [{ name: 'flows', topics: [{ name: 'flows', partitions }], ...roomy }] });
    const first = withPartitions(1);
    await (await first.producer()).append('flows', 0, [{ value: Buffer.from('a') }]);
    await first.close();
    const second = withPartitions(3);
    await (await second.producer()).append('flows', 2, [{ value: Buffer.from('b') }]);
    await second.close();
    const third = withPartitions(1);
    expect((await third.topics())[0]).toMatchObject({ partitions: 3, messages: 2 });
  });

  it('files that are no queue are refused as corrupt', async () => {
    const queue = open({});
    await queue.topics();
    await queue.close();
    await writeFile(path.join(directory, 'flows', 'data.mdb'), Buffer.alloc(100_000, 'no queue'));
    await expect(open({}).producer()).rejects.toMatchObject({ code: 'queue_corrupt' });
  });

  it('options that can never work are refused by name', () => {
    const flows = { name: 'flows', topics: [{ name: 'flows', partitions: 1 }], ...roomy };
    for (const [options, message] of [
      [{ environments: [] }, /needs an environment/],
      [{ environments: [flows, flows] }, /environment "flows" is named twice/],
      [{ environments: [{ ...flows, topics: [{ name: '../x', partitions: 1 }] }] }, /topic "\.\.\/x" must be/],
      [{ environments: [{ ...flows, topics: [{ name: 'x', partitions: 0 }] }] }, /partitions must be/],
      [{ environments: [{ ...flows, quotaBytes: 1 }] }, /retainBytes must be within quotaBytes/],
      [{ maxMessageBytes: 0 }, /maxMessageBytes must be/],
      [{ diskFloorBytes: Number.NaN }, /diskFloorBytes/],
    ] as const)
      expect(() => open(options)).toThrow(message);
  });

  it('the standard layout keeps flows, signals and state apart', () => {
    const { environments } = queueLayout(
      {
        flows: { partitions: 4, quotaBytes: 1e10, retainHours: 24 },
        signals: { partitions: 2, quotaBytes: 1e9, retainHours: 48 },
        diskFloorBytes: 1e9,
      },
      { flows: 'f', signals: 's', dead: 'd', state: 'c' },
    );
    expect(environments.map((e) => [e.name, e.topics])).toEqual([
      ['flows', [{ name: 'f', partitions: 4 }]],
      ['signals', [{ name: 's', partitions: 2 }]],
      ['dead', [{ name: 'd', partitions: 1 }]],
      ['state', [{ name: 'c', partitions: 1, compacted: true }]],
    ]);
    expect(environments[0]).toMatchObject({ quotaBytes: 1e10, retainBytes: 5e9, retainMs: 24 * hour });
  });
});
