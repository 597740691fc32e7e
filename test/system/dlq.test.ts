/** Dead letters: the stream goes on, and what a later version can read is stored once, however often it is replayed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Producer, type Queue, createLmdbQueue, queueLayout } from '@linewatch/queue';
import { maxMessageBytes, topics } from '@linewatch/record';
import { createLogger } from '@linewatch/service';
import { type Store, createStore, migrate } from '@linewatch/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type ClickHouseEngine, startClickHouse } from '../../apps/linewatch/src/engines/clickhouse.ts';
import { freePort } from '../../apps/linewatch/src/engines/engine.ts';
import { encodeDeadLetter } from '../../apps/writer/src/index.ts';
import { flowMessage, signalMessage, storedIn } from '../support/batches.ts';
import { temporaryDirectory, until } from '../support/system.ts';

const logger = createLogger('test', 'silent');
const node = path.join(import.meta.dirname, '../../node_modules/.bin/node');
const main = path.join(import.meta.dirname, '../../apps/linewatch/src/main.ts');
const password = 'secret';

interface Listed {
  readonly place: string;
  readonly reason: string;
  readonly stored: string;
  readonly problem: string;
  readonly octets: number;
}

describe('dead letters', () => {
  const directory = temporaryDirectory('dlq');
  const data = path.join(directory, 'data');
  const file = path.join(directory, 'linewatch.yaml');
  let port = 0;
  let engine: ClickHouseEngine;
  let store: Store;
  let queue: Queue;
  let producer: Producer;
  let writer: ChildProcess | undefined;

  beforeAll(async () => {
    mkdirSync(data);
    port = await freePort();
    const options = { directory: path.join(directory, 'ch'), port, user: 'linewatch', password };
    engine = await startClickHouse({ ...options, memoryBytes: 1e9 });
    store = createStore({ url: engine.url, user: engine.user, password, logger });
    await migrate(store);
    const part = { partitions: 1, quotaBytes: 1024 ** 3, retainHours: 1 };
    const layout = queueLayout({ flows: part, signals: part, diskFloorBytes: 0 }, topics);
    queue = createLmdbQueue({ directory: path.join(data, 'queue'), ...layout, maxMessageBytes, logger });
    producer = await queue.producer();
    writeFileSync(
      file,
      stringify({ data, queue: { diskFloorBytes: 0 }, writer: { signalsWaitMs: 200 }, log: { level: 'warn' } }),
    );
  });
  afterAll(async () => {
    writer?.kill('SIGKILL');
    await queue.close();
    await store.close();
    await engine.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const start = (args: readonly string[], to = port): ChildProcess =>
    spawn(node, [main, ...args, '--config', file], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        CLICKHOUSE_URL: `http://linewatch:${password}@127.0.0.1:${to}`,
        DATABASE_URL: 'postgres://a:b@127.0.0.1:9/c',
        KAFKA_BROKERS: '',
      },
    });

  function dlq(args: readonly string[], to = port): Promise<{ code: number | null; out: string; err: string }> {
    return new Promise((resolve) => {
      const child = start(['dlq', ...args], to);
      let out = '';
      let err = '';
      child.stdout!.on('data', (chunk: Buffer) => (out += chunk.toString()));
      child.stderr!.on('data', (chunk: Buffer) => (err += chunk.toString()));
      child.once('close', (code) => resolve({ code, out, err }));
    });
  }
  async function list(to = port): Promise<Listed[]> {
    const { code, out, err } = await dlq(['list', '--json'], to);
    expect({ code, err: to === port ? err : '' }).toEqual({ code: 0, err: '' });
    return out
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Listed);
  }

  it('the stream goes on past a message that cannot be read, which is listed with its place and reason', async () => {
    const good = (sequence: number): { value: Uint8Array } => ({ value: flowMessage(sequence, 10, () => Date.now()) });
    await producer.append(topics.flows, 0, [good(0), { value: Buffer.from('\u001b[2J not a message') }, good(1)]);
    writer = start(['writer']);
    await until('what is valid is stored', async () => (await storedIn(store))['flows'] === 20);
    const [only, ...others] = await list();
    expect(others).toEqual([]);
    expect(only).toMatchObject({ place: `${topics.flows}:0:1`, stored: 'no', octets: 18 });
    expect(only!.reason).not.toBe('');
    const shown = await dlq(['show', only!.place]);
    expect(shown.out).toContain('1b 5b 32 4a');
    expect(shown.out).not.toContain('\u001b');
    const replayed = await dlq(['replay', only!.place]);
    expect(replayed).toMatchObject({ code: 1 });
    expect(replayed.out).toContain('not stored:');
  });

  it('what this version can read is stored once, in the roll-ups too, however often it is replayed', async () => {
    const before = await storedIn(store);
    // As a version left them that knew no such message; one of them twice, by a crash between.
    const letter = (topic: string, offset: number, value: Uint8Array): { key: string; value: Uint8Array } => {
      const place = `${topic}:0:${offset}`;
      return {
        key: place,
        value: encodeDeadLetter({ place, reason: 'of a later version', timeMs: Date.now() }, value),
      };
    };
    const flows = letter(
      topics.flows,
      1000,
      flowMessage(7, 30, () => Date.now()),
    );
    const signals = letter(topics.signals, 1001, signalMessage(8, 5, Date.now()));
    await producer.append(topics.dead, 0, [flows, flows, signals, { value: Buffer.from('no letter') }]);
    const places = (await list()).filter(({ reason }) => reason === 'of a later version');
    expect(places.map(({ place, stored }) => [place, stored])).toEqual([
      [flows.key, 'no'],
      [signals.key, 'no'],
    ]);
    expect(await dlq(['replay', flows.key])).toMatchObject({ code: 0 });
    for (let i = 0; i < 2; i++) expect((await dlq(['replay', '--all'])).code).toBe(1);
    const after = await storedIn(store);
    expect(Object.fromEntries(Object.entries(after).map(([name, count]) => [name, count - before[name]!]))).toEqual({
      flows: 30,
      hours: 30,
      minutes: 5,
      fives: 5,
      sums: 5,
      ledger: 5,
      samples: 1,
      events: 1,
    });
    expect((await list()).map(({ stored }) => stored)).toEqual(['no', 'yes', 'yes']);
  });

  it('without ClickHouse they are listed all the same, and what is stored is unknown', async () => {
    const listed = await list(9);
    expect(listed.map(({ stored }) => stored)).toEqual(['no', 'unknown', 'unknown']);
  });

  it('a place that is none is refused', async () => {
    expect(await dlq(['show', 'nowhere'])).toMatchObject({ code: 1 });
    expect((await dlq(['show', `${topics.flows}:0:999999`])).err).toContain('there is no dead letter');
    expect(await dlq(['replay'])).toMatchObject({ code: 1 });
  });
});
