/** The exactly-once loop over a real queue; the store is a list that knows tokens, as ClickHouse does. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Consumer, type Queue, createLmdbQueue, queueLayout } from '@linewatch/queue';
import { MessageError, topics } from '@linewatch/record';
import { Metrics, createLogger } from '@linewatch/service';
import { StoreError } from '@linewatch/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Blocks } from './blocks.ts';
import { DeadLetters } from './dead-letters.ts';
import { ingest } from './ingest.ts';
import type { Kind } from './kind.ts';
import { writerMetrics } from './metrics.ts';

const logger = createLogger('test', 'silent');
const limits = { maxRows: 10, idleWaitMs: 50, steadyWaitMs: 50 };
const maxBytes = (): number => 1_000_000;

/** Messages are numbers in text; "bad" is not valid. */
class Store {
  readonly rows: number[] = [];
  readonly tokens: string[] = [];
  /** Tokens of ranges that were looked for before they were inserted. */
  readonly looked: string[] = [];
  blocks = 0;
  /** Throws instead of, or after, storing. */
  fail: 'before' | 'parts' | 'after' | undefined;
  readonly refused: string[] = [];

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
      if (this.fail === 'parts') {
        this.refused.push(token);
        throw new StoreError('too_many_parts', 'too many parts');
      }
      if (!this.tokens.includes(token)) this.rows.push(...batches);
      this.tokens.push(token);
      if (this.fail === 'after') throw new Error('connection lost');
      this.blocks++;
    },
    insertMissing: async (batches, places, token) => {
      this.looked.push(token);
      const missing = batches.filter((each) => !this.rows.includes(each));
      await this.kind.insert(missing, places, missing.length === batches.length ? token : `${token}+rest`);
      if (missing.length === 0) return 'all';
      return missing.length === batches.length ? 'none' : 'part';
    },
    blocks: () => Promise.resolve({ table: this.blocks }),
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
    window = 1000,
  ): Promise<Consumer> {
    const producer = await queue.producer();
    const deadLetters = new DeadLetters({ producer, metrics: counted, logger, onDead: () => undefined });
    const blocks = new Blocks({
      window,
      read: () => store.kind.blocks(),
      logger,
      signal: new AbortController().signal,
    });
    await blocks.refresh();
    const consumer = await queue.subscribe({
      group: 'test',
      topics: [topics.flows],
      onPartition: (reader) =>
        ingest(reader, kind, {
          limits,
          maxBytes,
          deadLetters,
          blocks,
          metrics: counted,
          logger,
          onProblem: () => undefined,
        }),
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
    const ofRange = (token: string): string => token.replace(/:[A-Za-z0-9_-]{12}$/, '');
    expect(store.tokens.map(ofRange)).toEqual(['0-9', '10-19', '20-24'].map((range) => `${topics.flows}:0:${range}`));
    await append(25);
    await stored(store, 26);
    expect(ofRange(store.tokens.at(-1)!)).toBe(`${topics.flows}:0:25-25`);
    expect(store.looked).toEqual([]);
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
    expect(store.tokens[0]).toMatch(/:0:0-2:[A-Za-z0-9_-]{12}$/);
    expect(await metrics.text()).toMatch(/insert_retries_total\{[^}]*code="unexpected"[^}]*\} [1-9]/);
  });

  it('after a refusal for too many parts, later ranges are larger; the one refused comes again as it was', async () => {
    const store = new Store();
    store.fail = 'parts';
    await append(...range(0, 100));
    await run(store);
    for (let i = 0; i < 400 && store.refused.length < 2; i++) await sleep(10);
    store.fail = undefined;
    await stored(store, 100);
    expect(store.rows).toEqual(range(0, 100));
    expect(store.refused.slice(0, 2)).toEqual([store.tokens[0], store.tokens[0]]);
    const sizes = store.tokens
      .map((token) => /:(\d+)-(\d+):/.exec(token)!)
      .map(([, first, last]) => +last! - +first! + 1);
    // The second was read while the first was tried.
    expect(sizes.slice(0, 2)).toEqual([10, 10]);
    expect(sizes[2]).toBeGreaterThanOrEqual(40);
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

  it('looks at what is stored before it finishes a range that ClickHouse may have forgotten', async () => {
    const store = new Store();
    store.fail = 'after';
    await append(1, 2, 3);
    const consumer = await run(store);
    for (let i = 0; i < 200 && store.tokens.length === 0; i++) await sleep(10);
    await consumer.close();
    const [token] = store.tokens;
    store.fail = undefined;
    // Forgotten: more blocks than it remembers were inserted since.
    store.tokens.length = 0;
    store.blocks += 500;
    await append(4);
    const counted = new Metrics('second');
    await run(store, writerMetrics(counted), store.kind, 1000);
    await stored(store, 4);
    expect(store.rows).toEqual([1, 2, 3, 4]);
    expect(store.looked).toEqual([token]);
    expect(await counted.text()).toMatch(/ranges_found_stored_total\{[^}]*\} 1/);
  });

  it('finishes the range of a version that derived its token under just that token', async () => {
    const store = new Store();
    await append(1, 2, 3);
    let log = '';
    const before = await queue.subscribe({
      group: 'test',
      topics: [topics.flows],
      onPartition: async (reader) => {
        log = reader.log;
        await reader.commit({ offset: 0, metadata: JSON.stringify({ first: 0, last: 1 }) });
        while (!reader.signal.aborted) await sleep(10);
      },
      onError: () => undefined,
    });
    for (let i = 0; i < 200 && log === ''; i++) await sleep(10);
    await before.close();
    await run(store);
    await stored(store, 3);
    expect(store.rows).toEqual([1, 2, 3]);
    expect(store.tokens[0]).toBe(`${topics.flows}@${log}:0:0-1`);
  });

  it('stores a batch once that was appended again, even when its first copy was stored by another process', async () => {
    const store = new Store();
    const kind: Kind<number> = {
      ...store.kind,
      identity: (batch) => ({ trust: 'north', collector: 'hub', epoch: 1, sequence: batch }),
    };
    const sinceMs = Date.now();
    await append(1, 2, 3);
    const first = await run(store, writerMetrics(metrics), kind);
    await stored(store, 3);
    await first.close();
    // Not marked: two batches that happen to have one name are none of ours to judge.
    await append(3);
    const producer = await queue.producer();
    const uncertain = { sinceMs, untilMs: Date.now() };
    const value = (id: number): Uint8Array => Buffer.from(String(id));
    await producer.append(topics.flows, 0, [
      { value: value(2), uncertain },
      { value: value(4), uncertain },
    ]);
    await producer.close();
    await append(4, 5);
    const second = new Metrics('second');
    await run(store, writerMetrics(second), kind);
    await stored(store, 6);
    expect(store.rows).toEqual([1, 2, 3, 3, 4, 5]);
    expect(await second.text()).toMatch(/batches_repeated_total\{[^}]*\} 2/);
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
