/**
 * What is on the queue is stored exactly once, in every table and every roll-up: several writers that are killed and
 * stopped, a ClickHouse that does not answer, tokens that are forgotten.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Estate } from '@linewatch/estate';
import { type Queue, createLmdbQueue, queueLayout } from '@linewatch/queue';
import {
  decodeFlowBatch,
  decodeSignalBatch,
  flowColumns,
  groups,
  maxMessageBytes,
  nativeBlock,
  sumColumns,
  topics,
} from '@linewatch/record';
import { Metrics, checkValue, createLogger } from '@linewatch/service';
import {
  type Store,
  createStore,
  defaultRetention,
  insertFlows,
  insertSums,
  migrate,
  originColumns,
} from '@linewatch/store';
import { WriterConfig, createWriter } from '../../apps/writer/src/index.ts';
import { flowKind } from '../../apps/writer/src/kinds.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type ClickHouseEngine, startClickHouse } from '../../apps/linewatch/src/engines/clickhouse.ts';
import { freePort } from '../../apps/linewatch/src/engines/engine.ts';
import { Feeder, expectedOf, flowMessage, notOnce, signalMessage, storedIn } from '../support/batches.ts';
import { type Broker, createBroker } from '../support/kafka/broker.ts';
import { whyNoBroker } from '../support/kafka/libraries.ts';
import { kafkaTestQueue } from '../support/kafka/queues.ts';
import { swallowing } from '../support/swallowing.ts';
import { temporaryDirectory, until } from '../support/system.ts';

const logger = createLogger('test', 'silent');
const node = path.join(import.meta.dirname, '../../node_modules/.bin/node');
const main = path.join(import.meta.dirname, '../../apps/linewatch/src/main.ts');
const partitions = 4;
const kills = 12;
const user = 'linewatch';
const password = 'secret';

let directory = '';
let port = 0;
let engine: ClickHouseEngine;
let databases = 0;
let database = '';
let store: Store;
const cleanup: (() => unknown)[] = [];

beforeAll(async () => {
  directory = temporaryDirectory('once');
  port = await freePort();
  engine = await startClickHouse({ directory: path.join(directory, 'ch'), port, user, password, memoryBytes: 2e9 });
});
afterAll(async () => {
  await engine.stop();
  rmSync(directory, { recursive: true, force: true });
});
const connect = (to = port, requestTimeoutMs = 300_000): Store => {
  const opened = createStore({ url: `http://127.0.0.1:${to}`, user, password, database, logger, requestTimeoutMs });
  cleanup.push(() => opened.close());
  return opened;
};
beforeEach(async () => {
  database = `once_${++databases}`;
  store = connect();
  await migrate(store);
});
afterEach(async () => {
  for (const step of cleanup.splice(0).reverse()) await step();
});

async function feederOn(queue: Queue): Promise<Feeder> {
  cleanup.push(() => queue.close());
  await queue.registerGroup(groups.writer, [topics.flows, topics.signals]);
  const producer = await queue.producer();
  cleanup.push(() => producer.close());
  return new Feeder(producer, partitions);
}

function lmdb(data: string): Queue {
  const part = { partitions, quotaBytes: 1024 ** 3, retainHours: 1 };
  const layout = queueLayout({ flows: part, signals: part, diskFloorBytes: 0 }, topics);
  return createLmdbQueue({ directory: path.join(data, 'queue'), ...layout, maxMessageBytes, logger });
}

/** Waits for what was fed, and that nothing comes after it. */
async function settled(feeder: Feeder, inMs = 120_000): Promise<void> {
  const expected = expectedOf(feeder.totals);
  await until(
    'everything is stored',
    async () => {
      const now = await storedIn(store);
      return Object.entries(expected).every(([name, count]) => now[name]! >= count);
    },
    inMs,
  ).catch(() => undefined);
  expect(await notOnce(store, feeder.signals)).toEqual([]);
  expect(await storedIn(store)).toEqual(expected);
  await sleep(3000);
  expect(await storedIn(store)).toEqual(expected);
}

describe('several writers', () => {
  const children = new Set<ChildProcess>();
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL');
  });

  function startWriter(worker: number, file: string): ChildProcess {
    const child = spawn(node, [main, 'writer', '--worker', String(worker), '--config', file], {
      stdio: 'ignore',
      env: {
        ...process.env,
        CLICKHOUSE_URL: `http://${user}:${password}@127.0.0.1:${port}`,
        // Nobody is there, and who only writes does not need anybody.
        DATABASE_URL: 'postgres://a:b@127.0.0.1:9/c',
        KAFKA_BROKERS: '',
      },
    });
    children.add(child);
    child.once('exit', () => children.delete(child));
    return child;
  }

  async function underKills(feeder: Feeder, data: string, more: object): Promise<void> {
    const file = path.join(data, 'linewatch.yaml');
    const part = { partitions };
    writeFileSync(
      file,
      stringify({
        data,
        clickhouse: { database },
        queue: { flows: part, signals: part, diskFloorBytes: 0 },
        writer: { signalsWaitMs: 300 },
        log: { level: 'warn' },
        ...more,
      }),
    );
    const writers = [0, 1, 2].map((worker) => startWriter(worker, file));
    let feeding = true;
    const fed = (async () => {
      for (let i = 0; feeding; i++) {
        await feeder.feed(50 + (i % 100));
        await sleep(5);
      }
    })();
    await until('the first rows are stored', async () => (await storedIn(store))['flows']! > 0);
    for (let kill = 0; kill < kills; kill++) {
      const victim = kill % writers.length;
      await sleep(200 + ((kill * 370) % 1500));
      // Every fifth stands still for longer than its partitions wait for it, and wakes up in the midst of its work.
      if (kill % 5 === 4) {
        writers[victim]!.kill('SIGSTOP');
        await sleep(6000);
        writers[victim]!.kill('SIGCONT');
        continue;
      }
      writers[victim]!.kill('SIGKILL');
      await sleep(100);
      writers[victim] = startWriter(victim, file);
    }
    feeding = false;
    await fed;
    expect(feeder.repeated).toBeGreaterThan(10);
    await settled(feeder);
  }

  it('on LMDB, killed and stopped at random, store each row once', async () => {
    const data = path.join(directory, 'lmdb');
    mkdirSync(data);
    await underKills(await feederOn(lmdb(data)), data, {});
  });

  describe.skipIf(whyNoBroker())('on Kafka', () => {
    let broker: Broker;
    beforeAll(async () => {
      broker = await createBroker({ directory: path.join(directory, 'broker') });
      await broker.start();
    });
    afterAll(() => broker.kill());

    it('killed and stopped at random, store each row once', async () => {
      const data = path.join(directory, 'kafka');
      mkdirSync(data);
      const queue = kafkaTestQueue({
        brokers: [broker.address],
        prefix: 'once-',
        topics: [topics.flows, topics.signals, topics.dead, topics.state].map((name) => ({
          name,
          partitions: name === topics.flows || name === topics.signals ? partitions : 1,
          compacted: name === topics.state,
          retainMs: 3_600_000,
          retainBytes: 1024 ** 3,
        })),
      });
      await underKills(await feederOn(queue), data, { kafka: { brokers: broker.address, prefix: 'once-' } });
    });
  });
});

it('two inserts of one token at once count once, in the table and in every view behind it', async () => {
  const rounds = 40;
  const rows = 2000;
  const other = connect();
  const now = Date.now();
  for (let round = 0; round < rounds; round++) {
    const origins = originColumns([{ trust: 1, collector: 1, queuePartition: 0, queueOffset: round }]);
    // Of two days: two blocks.
    const received = (row: number): number => now - (row % 2) * 86_400_000;
    const flows = nativeBlock(flowColumns, [decodeFlowBatch(flowMessage(round, rows, received))], origins);
    const sums = nativeBlock(sumColumns, [decodeSignalBatch(signalMessage(round, rows, now))], origins);
    await Promise.all(
      [store, other, store].flatMap((each) => [
        insertFlows(each, flows, `round:${round}`),
        insertSums(each, sums, `round:${round}`),
      ]),
    );
  }
  const total = rounds * rows;
  expect(await storedIn(store)).toMatchObject({
    flows: total,
    hours: total,
    minutes: total,
    fives: total,
    sums: total,
    ledger: total,
  });
});

it('of an insert that is stored in part, what is missing is added and nothing else', async () => {
  const kind = flowKind(store);
  const now = Date.UTC(2026, 10, 20, 0, 0, 5);
  // Rows about midnight: each message has rows of two days.
  const batches = [0, 1, 2].map((sequence) =>
    kind.decode(flowMessage(sequence, 100, (row) => now - (row % 2) * 10_000)),
  );
  const places = [5, 6, 7].map((offset) => ({ partition: 1, offset, timeMs: now }));
  expect(await kind.insertMissing(batches, places, 'token')).toBe('none');
  const expected = batches.map((batch, i) => kind.expected(batch, places[i]!));
  expect(await kind.areStored(expected)).toEqual([true, true, true]);
  // One day's block is gone, and then a message of the other's.
  await store.command('ALTER TABLE flows DROP PARTITION 20261119');
  expect(await kind.areStored(expected)).toEqual([false, false, false]);
  expect(await kind.insertMissing(batches, places, 'token')).toBe('part');
  expect(await kind.areStored(expected)).toEqual([true, true, true]);
  await store.command('ALTER TABLE flows DELETE WHERE queue_offset = 6 SETTINGS mutations_sync = 2');
  expect(await kind.areStored(expected)).toEqual([true, false, true]);
  expect(await kind.insertMissing(batches, places, 'token')).toBe('part');
  expect(await kind.insertMissing(batches, places, 'token')).toBe('all');
  const rows = await store.query<{ offset: number; rows: number; octets: number }>(
    'SELECT toFloat64(queue_offset) AS offset, toFloat64(count()) AS rows, toFloat64(sum(f.octets)) AS octets FROM flows AS f GROUP BY offset ORDER BY offset',
  );
  expect(rows).toEqual([5, 6, 7].map((offset) => ({ offset, rows: 100, octets: 100 })));
  // The same offsets of another log are other rows.
  const later = [kind.decode(flowMessage(9, 100, () => now + 3_600_000))];
  expect(await kind.insertMissing(later, places.slice(0, 1), 'later')).toBe('none');
});

describe('a writer whose ClickHouse', () => {
  interface Running {
    readonly feeder: Feeder;
    readonly metrics: Metrics;
  }

  /** In this process, so that the way to ClickHouse is the test's. */
  async function write(way: Store, deduplicationBlocks?: number): Promise<Running> {
    const data = path.join(directory, `writer-${databases}`);
    mkdirSync(data);
    const queue = lmdb(data);
    const feeder = await feederOn(queue);
    const checked = checkValue({ signalsWaitMs: 100, maxWaitMs: 50 }, WriterConfig);
    if (!('value' in checked)) throw new Error('not valid');
    const metrics = new Metrics('writer');
    const estate = {
      migrate: () => Promise.resolve(),
      whileLeading: () => ({ stop: () => Promise.resolve() }),
    } as unknown as Estate;
    const options = { config: checked.value, retention: defaultRetention, queue, estate, metrics, logger };
    const writer = createWriter({ ...options, store: way, deduplicationBlocks });
    await writer.start();
    cleanup.push(() => writer.stop());
    return { feeder, metrics };
  }

  it('has done what it does not answer: it is done once', async () => {
    const proxy = await swallowing(port);
    cleanup.push(() => proxy.close());
    const { feeder, metrics } = await write(connect(proxy.port));
    for (let round = 0; round < 8; round++) {
      proxy.swallows = true;
      for (let i = 0; i < 8; i++) await feeder.feed(100);
      const before = proxy.swallowed;
      await until('answers are lost', () => proxy.swallowed >= before + 4);
      proxy.swallows = false;
      await until('what was fed is stored', async () => (await storedIn(store))['ledger']! >= feeder.sums);
    }
    await settled(feeder);
    expect(await metrics.text()).toMatch(/insert_retries_total\{[^}]*code="store_unavailable"[^}]*\} [1-9]/);
  });

  it('stands still for longer than it is waited for: each row is stored once', async () => {
    const { feeder, metrics } = await write(connect(port, 1000));
    for (let i = 0; i < 8; i++) await feeder.feed(100);
    await until('it writes', async () => (await storedIn(store))['flows']! > 0);
    for (let round = 0; round < 3; round++) {
      let going = true;
      const fed = (async () => {
        while (going) {
          await feeder.feed(100);
          await sleep(10);
        }
      })();
      await sleep(300);
      engine.child.kill('SIGSTOP');
      await sleep(3500);
      engine.child.kill('SIGCONT');
      await sleep(500);
      going = false;
      await fed;
    }
    await settled(feeder);
    expect(await metrics.text()).toMatch(/insert_retries_total\{[^}]*\} [1-9]/);
  });

  it.each(['flows', 'flow_hours', 'interface_5m'])(
    'refuses for too many parts of %s: the range comes again as it was, and each row is stored once',
    async (table) => {
      const { feeder, metrics } = await write(connect());
      await feeder.feed(10);
      await until('it writes', async () => (await storedIn(store))['events']! > 0);
      await store.command(`SYSTEM STOP MERGES ${table}`);
      await store.command(
        `ALTER TABLE ${table} MODIFY SETTING parts_to_throw_insert = 2, parts_to_delay_insert = 1000`,
      );
      const topic = table.startsWith('flow') ? topics.flows : topics.signals;
      const refused = new RegExp(`insert_retries_total\\{topic="${topic}",code="too_many_parts"\\} [3-9]`);
      await until('inserts are refused', async () => {
        await feeder.feed(100);
        return refused.test(await metrics.text());
      });
      await store.command(`ALTER TABLE ${table} RESET SETTING parts_to_throw_insert, parts_to_delay_insert`);
      await store.command(`SYSTEM START MERGES ${table}`);
      await settled(feeder);
    },
  );

  it('has forgotten the token of what it did: what is stored is found, and not stored again', async () => {
    const window = 8;
    for (const table of [
      'flows',
      'flow_hours',
      'interface_1m',
      'interface_5m',
      'interface_1h',
      'sums_stored',
      'samples',
      'events',
    ])
      await store.command(`ALTER TABLE ${table} MODIFY SETTING non_replicated_deduplication_window = ${window}`);
    const proxy = await swallowing(port);
    cleanup.push(() => proxy.close());
    const { feeder, metrics } = await write(connect(proxy.port), window);
    await feeder.feed(10);
    await until('it writes', async () => (await storedIn(store))['events']! > 0);
    proxy.swallows = true;
    await feeder.feed(100);
    await until('answers are lost', async () => proxy.swallowed > 3 && (await storedIn(store))['flows']! >= 110);
    // As many blocks of others as it remembers, and more; they are rows of another trust.
    const others = 2 * window;
    for (let i = 0; i < others; i++) {
      const origins = originColumns([{ trust: 2, collector: 2, queuePartition: 77, queueOffset: i }]);
      const flows = decodeFlowBatch(flowMessage(i, 1, () => Date.now()));
      await insertFlows(store, nativeBlock(flowColumns, [flows], origins), `other:${i}`);
      const sums = decodeSignalBatch(signalMessage(i, 1, Date.now()));
      await insertSums(store, nativeBlock(sumColumns, [sums], origins), `other:${i}`);
    }
    feeder.flows += others;
    feeder.sums += others;
    proxy.swallows = false;
    await settled(feeder);
    expect(await metrics.text()).toMatch(/ranges_found_stored_total\{topic="linewatch.flows.v1"\} [1-9]/);
  });
});
