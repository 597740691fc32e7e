/** What Kafka's producer promises when brokers fail: a real one is killed, frozen, deafened, filled and taken away. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { KafkaQueueOptions } from '@linewatch/queue';
import { createLogger, sleep } from '@linewatch/service';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { kafkaClient } from '../../packages/queue/src/kafka/client.ts';
import { type KafkaOutlet, createKafkaOutlet } from '../../packages/queue/src/kafka/producer.ts';
import { type Broker, createBroker } from '../support/kafka/broker.ts';
import { Ledger, readTopic, soundFindings } from '../support/kafka/ledger.ts';
import { whyNoBroker } from '../support/kafka/libraries.ts';
import { type Proxy, createProxy } from '../support/kafka/proxy.ts';
import { freeTcp } from '../support/ports.ts';

const MiB = 1024 * 1024;
const topic = 'flows';
const partitions = 3;
/** For tests in which a broker is slow, and not away. */
const patient = { stallMs: 5000 };
const noBroker = whyNoBroker();

describe.skipIf(noBroker)('the producer of a Kafka queue', () => {
  let directory: string;
  let broker: Broker;
  let proxy: Proxy;
  let prefix: string;
  let spillDirectory: string;
  let address: string;
  let tests = 0;
  const outlets = new Set<KafkaOutlet>();

  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'linewatch-kafka-'));
    const port = await freeTcp();
    proxy = await createProxy(() => ({ port }));
    address = `127.0.0.1:${proxy.port}`;
    // Clients are told the proxy's address, so that nobody goes past it.
    broker = await createBroker({
      directory: path.join(directory, 'broker'),
      port,
      settings: { 'advertised.listeners': `PLAINTEXT://${address}` },
    });
    await broker.start();
  });

  afterAll(async () => {
    await proxy.close();
    await broker.kill();
    await rm(directory, { recursive: true, maxRetries: 5 });
  });

  beforeEach(async () => {
    prefix = `test${++tests}.`;
    spillDirectory = path.join(directory, `spill${tests}`);
    await makeTopic(topic);
  });

  afterEach(async () => {
    broker.thaw();
    proxy.mend();
    if (broker.pid === undefined) await broker.start();
    await Promise.all([...outlets].map((outlet) => outlet.close()));
    outlets.clear();
  });

  const options = (more: Partial<KafkaQueueOptions> = {}): KafkaQueueOptions => ({
    brokers: [address],
    prefix,
    topics: [{ name: topic, partitions, retainMs: 3_600_000, retainBytes: 1e9 }],
    replicas: 1,
    createTopics: true,
    maxMessageBytes: 4 * MiB,
    instance: 'test',
    logger: createLogger('kafka-test', 'silent'),
    spill: { directory: spillDirectory, quotaBytes: 500 * MiB, diskFloorBytes: 0 },
    timing: { stallMs: 500 },
    ...more,
  });

  function open(more: Partial<KafkaQueueOptions> = {}): KafkaOutlet {
    const all = options(more);
    const outlet = createKafkaOutlet({
      options: all,
      partitionsOf: (name) => all.topics.find((each) => each.name === name)?.partitions,
    });
    outlets.add(outlet);
    return outlet;
  }

  async function close(outlet: KafkaOutlet): Promise<void> {
    outlets.delete(outlet);
    await outlet.close();
  }

  async function withAdmin<T>(
    use: (admin: ReturnType<ReturnType<typeof kafkaClient>['admin']>) => Promise<T>,
  ): Promise<T> {
    const admin = kafkaClient(options(), { retry: { initialRetryTime: 100, maxRetryTime: 500, retries: 60 } }).admin();
    await admin.connect();
    try {
      return await use(admin);
    } finally {
      await admin.disconnect();
    }
  }

  const makeTopic = (name: string, maxBytes = 5 * MiB): Promise<boolean> =>
    withAdmin((admin) =>
      admin.createTopics({
        waitForLeaders: false,
        topics: [
          {
            topic: `${prefix}${name}`,
            numPartitions: partitions,
            configEntries: [
              { name: 'message.timestamp.type', value: 'LogAppendTime' },
              { name: 'max.message.bytes', value: String(maxBytes) },
            ],
          },
        ],
      }),
    );

  async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await condition())) await sleep(20);
  }

  const drained = (outlet: KafkaOutlet): Promise<void> =>
    until(async () => (await outlet.health()).spilledMessages === 0);

  const stored = (name = topic): ReturnType<typeof readTopic> => readTopic(address, `${prefix}${name}`);

  /** Appends to every partition, three appends of each at a time, until it is told to stop. */
  function load(outlet: KafkaOutlet, ledger: Ledger, size: number): () => Promise<void> {
    const producer = outlet.producer();
    const stop = new AbortController();
    const loops = Array.from({ length: 3 * partitions }, async (_, i) => {
      for (let n = 0; !stop.signal.aborted; n++) {
        await ledger.append(producer, topic, i % partitions, { count: 1 + (n % 3), size });
        await sleep(2);
      }
    });
    return async () => {
      stop.abort();
      await Promise.all(loops);
    };
  }

  it('loses nothing, keeps the order and says what may be a repeat over kills of the broker under load', async () => {
    const outlet = open();
    const ledger = new Ledger();
    const stop = load(outlet, ledger, 5000);
    for (let round = 0; round < 3; round++) {
      await sleep(300 + 200 * round);
      await broker.kill();
      await sleep(800);
      await broker.start();
    }
    await sleep(1000);
    await stop();
    await drained(outlet);
    expect(ledger.errors).toEqual([]);
    const { counts, away } = await outlet.health();
    expect(away).toBeUndefined();
    expect(counts.spilled).toBeGreaterThan(0);
    expect(counts.drained).toBeGreaterThanOrEqual(counts.spilled);
    expect(ledger.check(await stored())).toMatchObject(soundFindings);
  });

  it('sends again what the broker took without being heard, flagged, and swallows nothing behind it', async () => {
    const outlet = open();
    const producer = outlet.producer();
    const ledger = new Ledger();
    await ledger.append(producer, topic, 0);
    proxy.deafen();
    const sent = ledger.append(producer, topic, 0);
    // By then it is on its way, and what comes waits behind it.
    await sleep(200);
    await Promise.all([sent, ledger.append(producer, topic, 0, { count: 2 })]);
    proxy.mend();
    await drained(outlet);
    await ledger.append(producer, topic, 0);
    const messages = await stored();
    expect(ledger.errors).toEqual([]);
    expect(ledger.check(messages)).toMatchObject(soundFindings);
    const flagged = messages.filter(({ uncertain }) => uncertain);
    // What went to disk untried is not in doubt.
    expect(messages.filter(({ number }) => number === 1)).toHaveLength(2);
    expect(flagged.map(({ number }) => number)).toEqual([1]);
    expect(messages.at(-1)).toMatchObject({ number: 4, uncertain: undefined });
  });

  it('without a spill waits in memory, and flags what it sends again', async () => {
    const outlet = open({ spill: undefined });
    const producer = outlet.producer();
    const ledger = new Ledger();
    await ledger.append(producer, topic, 0);
    proxy.deafen();
    const appends = [1, 2, 3].map(() => ledger.append(producer, topic, 0));
    await until(async () => (await outlet.health()).away !== undefined);
    expect(ledger.accepted.get(0)?.size).toBe(1);
    proxy.mend();
    await Promise.all(appends);
    expect(ledger.errors).toEqual([]);
    const findings = ledger.check(await stored());
    expect(findings).toMatchObject(soundFindings);
    expect(findings.repeats).toBe(1);
  });

  it('a broker that freezes and thaws gets everything, in order, with repeats flagged', async () => {
    const outlet = open();
    const ledger = new Ledger();
    const stop = load(outlet, ledger, 20_000);
    await sleep(300);
    broker.freeze();
    await until(async () => (await outlet.health()).counts.spilled > 50);
    expect((await outlet.health()).away).toBeDefined();
    broker.thaw();
    await until(async () => (await outlet.health()).counts.drained > 50);
    await stop();
    await drained(outlet);
    expect(ledger.errors).toEqual([]);
    expect(ledger.check(await stored())).toMatchObject(soundFindings);
  });

  it('comes to the end of what is on disk while as much comes as ever, and then sends directly', async () => {
    const outlet = open({ timing: { stallMs: 2000 } });
    const ledger = new Ledger();
    const stop = load(outlet, ledger, 4000);
    await broker.kill();
    await until(async () => (await outlet.health()).counts.spilled > 3000);
    await broker.start();
    const accepted = (): number[] => [...ledger.accepted.values()].map(({ size }) => size);
    let spilled: number;
    do {
      ({ spilled } = (await outlet.health()).counts);
      const before = accepted();
      await until(() => accepted().every((size, i) => size > before[i]! + 100));
    } while ((await outlet.health()).counts.spilled !== spilled);
    await stop();
    expect(ledger.errors).toEqual([]);
    expect(ledger.check(await stored())).toMatchObject(soundFindings);
  });

  it('any order of cuts, lost answers and freezes loses nothing and leaves no repeat unsaid', async () => {
    const fault = fc.constantFrom('cut', 'deafen', 'freeze', 'reopen');
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({ fault, beforeMs: fc.integer({ min: 0, max: 300 }), forMs: fc.integer({ min: 0, max: 900 }) }),
          {
            minLength: 1,
            maxLength: 5,
          },
        ),
        async (faults) => {
          prefix = `test${++tests}.`;
          spillDirectory = path.join(directory, `spill${tests}`);
          await makeTopic(topic);
          const ledger = new Ledger();
          let outlet = open();
          let stop = load(outlet, ledger, 3000);
          for (const { fault, beforeMs, forMs } of faults) {
            await sleep(beforeMs);
            if (fault === 'cut') proxy.cut();
            if (fault === 'deafen') proxy.deafen();
            if (fault === 'freeze') broker.freeze();
            await sleep(forMs);
            if (fault === 'reopen') {
              await stop();
              await close(outlet);
              outlet = open();
              stop = load(outlet, ledger, 3000);
            }
            proxy.mend();
            broker.thaw();
          }
          await stop();
          await drained(outlet);
          await close(outlet);
          expect(ledger.errors).toEqual([]);
          expect(ledger.check(await stored())).toMatchObject(soundFindings);
        },
      ),
      { numRuns: 6, endOnFailure: true },
    );
  });

  it('starts with no broker at all, and what came meanwhile arrives when there is one', async () => {
    await broker.kill();
    const outlet = open({ timing: patient });
    const producer = outlet.producer();
    const ledger = new Ledger();
    await Promise.all(Array.from({ length: 30 }, (_, i) => ledger.append(producer, topic, i % partitions)));
    const { away, spilledMessages } = await outlet.health();
    expect(away?.reason).toMatch(/ECONNREFUSED|closed|connection/i);
    expect(spilledMessages).toBe(30);
    await broker.start();
    await drained(outlet);
    const messages = await stored();
    expect(ledger.check(messages)).toMatchObject({ ...soundFindings, repeats: 0 });
    // Nobody had tried to send them.
    expect(messages.filter(({ uncertain }) => uncertain)).toEqual([]);
  });

  it('closes while the broker is away, and what was in flight is drained by the next start', async () => {
    const outlet = open();
    const producer = outlet.producer();
    const ledger = new Ledger();
    await ledger.append(producer, topic, 1);
    broker.freeze();
    const appends = [1, 2, 3, 4].map(() => ledger.append(producer, topic, 1));
    await close(outlet);
    await Promise.all(appends);
    expect(ledger.errors).toEqual([]);
    broker.thaw();
    const next = open();
    await until(async () => (await next.health()).counts.drained >= 4);
    expect(ledger.check(await stored())).toMatchObject(soundFindings);
  });

  it('killed at any moment of draining, the next process drains the rest and flags what may be there', async () => {
    await broker.kill();
    const outlet = open();
    const producer = outlet.producer();
    const ledger = new Ledger();
    await Promise.all(
      Array.from({ length: 600 }, (_, i) => ledger.append(producer, topic, i % partitions, { size: 100_000 })),
    );
    expect(ledger.errors).toEqual([]);
    await close(outlet);
    await broker.start();
    const file = path.join(import.meta.dirname, '../support/kafka/drain.child.ts');
    let left = Infinity;
    let kills = 0;
    while (left > 0) {
      const child: ChildProcess = fork(file, [JSON.stringify({ ...options(), logger: undefined })], { execArgv: [] });
      let since = 0;
      await new Promise<void>((resolve) => {
        child.on('message', (told: { spilledMessages: number; counts: { drained: number } }) => {
          if (told.counts.drained > 0) {
            left = told.spilledMessages;
            since ||= performance.now();
          }
          if (left === 0 || (since > 0 && performance.now() - since > 10 * kills)) resolve();
        });
        child.once('exit', () => resolve());
      });
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
      if (left > 0) kills += 1;
    }
    expect(kills).toBeGreaterThan(1);
    const messages = await stored();
    expect(ledger.check(messages)).toMatchObject(soundFindings);
  });

  it('a full spill refuses, and takes again when it was drained', async () => {
    await broker.kill();
    const outlet = open({
      spill: { directory: spillDirectory, quotaBytes: 8 * MiB, diskFloorBytes: 0 },
      timing: patient,
    });
    const producer = outlet.producer();
    const ledger = new Ledger();
    for (let i = 0; i < 20; i++) await ledger.append(producer, topic, 0, { size: MiB });
    expect(ledger.errors.length).toBeGreaterThan(10);
    for (const error of ledger.errors) expect(error).toMatchObject({ code: 'queue_full' });
    expect((await outlet.health()).accepting).toBe(false);
    await broker.start();
    await drained(outlet);
    ledger.errors.length = 0;
    await until(async () => (await outlet.health()).spilledBytes === 0);
    await ledger.append(producer, topic, 0, { size: MiB });
    expect(ledger.errors).toEqual([]);
    expect(ledger.check(await stored())).toMatchObject({ ...soundFindings, repeats: 0 });
  });

  it('holds a bounded amount in memory while the broker is away', async () => {
    broker.freeze();
    const outlet = open({ spill: undefined });
    const producer = outlet.producer();
    const ledger = new Ledger();
    const appends = Array.from({ length: 50 }, () => ledger.append(producer, topic, 0, { size: MiB }));
    await until(() => ledger.errors.length > 0);
    const { waitingBytes, accepting } = await outlet.health();
    expect(waitingBytes).toBeLessThanOrEqual(32 * MiB);
    expect(accepting).toBe(false);
    expect(ledger.errors).toHaveLength(18);
    for (const error of ledger.errors) expect(error).toMatchObject({ code: 'queue_full' });
    broker.thaw();
    await Promise.all(appends);
    expect(ledger.accepted.get(0)?.size).toBe(32);
    expect(ledger.check(await stored())).toMatchObject(soundFindings);
  });

  it('what a broker will never take is refused, and does not hold up the rest', async () => {
    const small = { name: 'small', partitions, retainMs: 3_600_000, retainBytes: 1e9 };
    await makeTopic('small', 100_000);
    const outlet = open({ topics: [small], timing: patient });
    const producer = outlet.producer();
    const random = (bytes: number): Buffer => {
      const value = Buffer.alloc(bytes);
      for (let i = 0; i < bytes; i++) value[i] = 33 + Math.floor(Math.random() * 90);
      return value;
    };
    const send = (number: number, bytes: number): Promise<void> =>
      producer.append('small', 0, [{ value: Buffer.concat([Buffer.from(`${number}:`), random(bytes)]) }]);
    const direct = [send(0, 10), send(1, 10), send(2, 200_000), send(3, 10), send(4, 60_000), send(5, 60_000)];
    const outcomes = await Promise.allSettled(direct);
    expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual([true, true, false, true, true, true]);
    expect(outcomes[2]).toMatchObject({ reason: { code: 'message_too_large' } });
    await broker.kill();
    // On disk nobody knows yet that the broker will not take it.
    await Promise.all([send(6, 10), send(7, 200_000), send(8, 10), send(9, 60_000), send(10, 60_000)]);
    await broker.start();
    await drained(outlet);
    expect((await outlet.health()).counts.lost).toBe(1);
    expect((await stored('small')).map(({ number }) => number)).toEqual([0, 1, 3, 4, 5, 6, 8, 9, 10]);
  });

  it('a topic that is not there waits on disk with its reason, and the others go on', async () => {
    const missing = { name: 'missing', partitions, retainMs: 3_600_000, retainBytes: 1e9 };
    const outlet = open({ topics: [...options().topics, missing], timing: patient });
    const producer = outlet.producer();
    const lost = new Ledger();
    const ledger = new Ledger();
    await lost.append(producer, 'missing', 0);
    for (let i = 0; i < 20; i++) await ledger.append(producer, topic, i % partitions);
    const { away, spilledMessages } = await outlet.health();
    expect(away?.reason).toMatch(/topic/);
    expect(spilledMessages).toBe(1);
    expect(ledger.check(await stored())).toMatchObject({ ...soundFindings, repeats: 0 });
    await makeTopic('missing');
    await drained(outlet);
    expect(lost.check(await stored('missing'))).toMatchObject(soundFindings);
    expect((await outlet.health()).away).toBeUndefined();
  });
});
