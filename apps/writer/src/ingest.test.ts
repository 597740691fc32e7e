/** The exactly-once loop over a real queue; the store is a list that knows tokens, as ClickHouse does. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Consumer, type Queue, createLmdbQueue, queueLayout } from '@linewatch/queue';
import { MessageError, topics } from '@linewatch/record';
import { Metrics, createLogger } from '@linewatch/service';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Kind, ingest } from './ingest.ts';
import { writerMetrics } from './metrics.ts';

const logger = createLogger('test', 'silent');
const limits = { maxRows: 10, maxBytes: 1_000_000, maxWaitMs: 50 };

/** Messages are numbers in text; "bad" is not valid. */
class Store {
  readonly rows: number[] = [];
  readonly tokens: string[] = [];
  /** Throws instead of, or after, storing. */
  fail: 'before' | 'after' | undefined;

  readonly kind: Kind<number> = {
    decode: (value) => {
      const text = Buffer.from(value).toString();
      if (text === 'bad') throw new MessageError('not a number');
      return Number(text);
    },
    rows: () => 1,
    insert: async (batches, _places, token) => {
      await sleep(1);
      if (this.fail === 'before') throw new Error('refused');
      if (!this.tokens.includes(token)) this.rows.push(...batches);
      this.tokens.push(token);
      if (this.fail === 'after') throw new Error('connection lost');
    },
  };
}

describe('ingest', () => {
  let directory: string;
  let queue: Queue;
  let metrics: Metrics;
  const consumers: Consumer[] = [];
  beforeEach(() => {
    directory = mkdtempSync(path.join(os.tmpdir(), 'linewatch-ingest-'));
    const part = { partitions: 1, quotaBytes: 64 * 1024 * 1024, retainHours: 1 };
    const layout = queueLayout({ flows: part, signals: part, diskFloorBytes: 0 }, topics);
    queue = createLmdbQueue({ directory, ...layout, maxMessageBytes: 1024 * 1024, logger });
    metrics = new Metrics('writer');
  });
  afterEach(async () => {
    await Promise.all(consumers.splice(0).map((consumer) => consumer.close()));
    await queue.close();
    rmSync(directory, { recursive: true, force: true });
  });

  async function append(...texts: (number | string)[]): Promise<void> {
    const producer = await queue.producer();
    await producer.append(
      topics.flows,
      0,
      texts.map((text) => ({ value: Buffer.from(String(text)) })),
    );
    await producer.close();
  }

  async function run(
    store: Store,
    counted = writerMetrics(metrics),
    kind: Kind<number> = store.kind,
  ): Promise<Consumer> {
    const producer = await queue.producer();
    const consumer = await queue.subscribe({
      group: 'test',
      topics: [topics.flows],
      onPartition: (reader) =>
        ingest(reader, kind, { limits, producer, metrics: counted, logger, onProblem: () => undefined }),
      onError: () => undefined,
    });
    consumers.push(consumer);
    return consumer;
  }

  async function stored(store: Store, count: number): Promise<void> {
    for (let i = 0; i < 400 && store.rows.length < count; i++) await sleep(10);
    await sleep(100);
  }

  const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

  it('stores every message once, in inserts of at most the rows allowed, named by their offsets', async () => {
    const store = new Store();
    await append(...range(0, 25));
    await run(store);
    await stored(store, 25);
    expect(store.rows).toEqual(range(0, 25));
    const [log] = store.tokens[0]!.slice(topics.flows.length + 1).split(':');
    const token = (range: string): string => `${topics.flows}@${log}:0:${range}`;
    expect(store.tokens).toEqual([token('0-9'), token('10-19'), token('20-24')]);
    await append(25);
    await stored(store, 26);
    expect(store.tokens.at(-1)).toBe(token('25-25'));
  });

  it('tries a refused insert again unchanged, though more has come meanwhile', async () => {
    const store = new Store();
    store.fail = 'before';
    await append(1, 2, 3);
    await run(store);
    await sleep(200);
    await append(4, 5);
    await sleep(200);
    expect(store.rows).toEqual([]);
    store.fail = undefined;
    await stored(store, 5);
    expect(store.rows).toEqual([1, 2, 3, 4, 5]);
    expect(store.tokens[0]).toMatch(/:0:0-2$/);
    expect(await metrics.text()).toMatch(/insert_retries_total\{[^}]*code="unexpected"[^}]*\} [1-9]/);
  });

  it('finishes exactly the range that was under way when its process ended', async () => {
    const before = new Store();
    before.fail = 'after';
    await append(1, 2, 3);
    const consumer = await run(before);
    for (let i = 0; i < 200 && before.tokens.length === 0; i++) await sleep(10);
    await consumer.close();
    // The insert was done, its commit was not; more has come since.
    await append(4, 5, 6);
    const after = new Store();
    after.rows.push(...before.rows);
    after.tokens.push(...before.tokens);
    await run(after, writerMetrics(new Metrics('second')));
    await stored(after, 6);
    expect(after.rows).toEqual([1, 2, 3, 4, 5, 6]);
    expect(after.tokens[before.tokens.length]).toBe(before.tokens[0]);
  });

  it('puts a message that is not valid with the dead letters, with its place, and goes on', async () => {
    const store = new Store();
    await append(1, 'bad', 2);
    await run(store);
    await stored(store, 2);
    expect(store.rows).toEqual([1, 2]);
    expect(await metrics.text()).toMatch(/messages_dead_total\{[^}]*\} 1/);
    const dead: string[] = [];
    const tail = await queue.tail({
      topic: topics.dead,
      from: 'oldest',
      onMessages: (_partition, messages) => {
        for (const { key, value } of messages) dead.push(key, Buffer.from(value).toString());
      },
      onError: () => undefined,
    });
    for (let i = 0; i < 100 && dead.length === 0; i++) await sleep(10);
    await tail.close();
    expect(dead[0]).toBe(`${topics.flows}:0:1`);
    expect(dead[1]).toMatch(/"reason":"not a number"[^\n]*\nbad$/);
  });

  it('stores a batch once that is on the queue twice, in one range or in two', async () => {
    const store = new Store();
    const kind: Kind<number> = {
      ...store.kind,
      identity: (batch) => ({
        trust: 'north',
        collector: 'hub',
        epoch: Math.floor(batch / 100),
        sequence: batch % 100,
      }),
    };
    await append(1, 2, 2, ...range(3, 15), 101, 3);
    await run(store, writerMetrics(metrics), kind);
    await stored(store, 15);
    // A range of nothing but repeats is passed over.
    await append(14, 14);
    await sleep(200);
    await append(1, 15);
    await stored(store, 16);
    expect(store.rows).toEqual([...range(1, 15), 101, 15]);
    expect(await metrics.text()).toMatch(/batches_repeated_total\{[^}]*\} 5/);
  });

  it('does not take for repeats what it reads again after it had to give the partition up', async () => {
    const store = new Store();
    const kind: Kind<number> = {
      ...store.kind,
      identity: (batch) => ({ trust: 'north', collector: 'hub', epoch: 1, sequence: batch }),
    };
    store.fail = 'before';
    await append(1, 2, 3);
    const first = await run(store, writerMetrics(metrics), kind);
    await sleep(200);
    await first.close();
    store.fail = undefined;
    await append(3, 4);
    await run(store, writerMetrics(new Metrics('second')), kind);
    await stored(store, 4);
    expect(store.rows).toEqual([1, 2, 3, 4]);
  });

  it('goes on past a range of nothing but dead letters', async () => {
    const store = new Store();
    await append('bad', 'bad');
    await run(store);
    await sleep(200);
    await append(7);
    await stored(store, 1);
    expect(store.rows).toEqual([7]);
  });
});
