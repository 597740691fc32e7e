import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createLogger, sleep } from '@linewatch/service';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Claim, checkMessage, crashPartitions, crashTopic, makeMessage, openCrashQueue } from './crash.child.ts';
import type { Message } from './index.ts';
import { closeStore, openStore } from './store.ts';

/** Where a commit takes no time, so many of them meet an opening. */
const quick = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

const key = Buffer.from('key');

describe('while processes open the files of a queue,', { timeout: 60_000 }, () => {
  let directory: string;
  const cleanup: (() => unknown)[] = [];

  beforeEach(async () => {
    directory = await mkdtemp(path.join(quick, 'linewatch-queue-'));
  });
  afterEach(async () => {
    for (const step of cleanup.splice(0).reverse()) await step();
    await rm(directory, { recursive: true });
  });

  const open = (patienceMs: number) =>
    openStore({ directory, mapBytes: 2 ** 30, patienceMs, logger: createLogger('queue-test', 'silent') });

  /** Another process's hold on the lock. */
  function hold(how: 'BEGIN' | 'BEGIN EXCLUSIVE'): () => void {
    const lock = new DatabaseSync(path.join(directory, 'gate.db'));
    lock.exec(`${how}; SELECT 1 FROM sqlite_schema`);
    return () => lock.close();
  }

  it('nothing is committed, and then what waited is, in its order', async () => {
    const store = await open(10_000);
    cleanup.push(() => closeStore(store));
    const release = hold('BEGIN EXCLUSIVE');
    const done: number[] = [];
    const writes = [1, 2, 3].map(async (value) => {
      await store.write(() => void store.meta.put(key, Buffer.of(value)));
      done.push(value);
    });
    await sleep(200);
    expect(done).toEqual([]);
    expect(store.meta.get(key)).toBeUndefined();
    release();
    await Promise.all(writes);
    expect(done).toEqual([1, 2, 3]);
    expect(store.meta.get(key)).toEqual(Buffer.of(3));
  });

  it('they are not opened before a commit that is under way has ended', async () => {
    const release = hold('BEGIN');
    await expect(open(100)).rejects.toMatchObject({ code: 'queue_unavailable' });
    const opening = open(10_000);
    await sleep(200);
    release();
    const store = await opening;
    await store.write(() => void store.meta.put(key, Buffer.of(1)));
    await closeStore(store);
  });

  it('every append that resolved is there, whole and once', async () => {
    const queue = openCrashQueue(directory);
    cleanup.push(() => queue.close());
    // Nothing is removed that it has not read.
    await queue.registerGroup('readers', [crashTopic]);
    const producer = await queue.producer();
    let opened = 0;
    const children = [0, 1].map((): ChildProcess => {
      const child = fork(path.join(import.meta.dirname, 'crash.child.ts'), ['reopen', directory], { execArgv: [] });
      child.on('message', () => opened++);
      cleanup.push(async () => {
        child.kill('SIGKILL');
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      });
      return child;
    });
    let appended = 0;
    while (opened < 200 && children.every(({ exitCode }) => exitCode === null)) {
      const claim: Claim = { producer: 'p', append: appended, part: 0, parts: 1 };
      await producer.append(crashTopic, appended % crashPartitions, [{ value: makeMessage(claim, 3000) }]);
      appended += 1;
    }
    expect(opened).toBeGreaterThanOrEqual(200);
    const found: Message[] = [];
    const errors: unknown[] = [];
    const onMessages = (_: number, messages: readonly Message[]): void => void found.push(...messages);
    const tail = await queue.tail({ topic: crashTopic, from: 'oldest', onMessages, onError: (e) => errors.push(e) });
    for (let i = 0; i < 500 && found.length < appended && errors.length === 0; i++) await sleep(10);
    await tail.close();
    expect(errors).toEqual([]);
    const numbers = found.map((message) => checkMessage(message).append).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: appended }, (_, i) => i));
  });
});
