import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sleep } from '@linewatch/service';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Claim, checkMessage, crashPartitions, crashTopic, openCrashQueue } from './crash.child.ts';
import type { LmdbQueue, Message } from './index.ts';

interface Told {
  readonly appended?: number;
  readonly holds?: number;
  readonly from?: number;
  readonly gaveUp?: number;
  readonly partition?: number;
  readonly committed?: number;
  readonly code?: string;
}

describe('with processes killed at any moment,', { timeout: 60_000 }, () => {
  let directory: string;
  let queue: LmdbQueue;
  const children = new Set<ChildProcess>();

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'linewatch-queue-'));
    queue = openCrashQueue(directory);
  });

  afterEach(async () => {
    await Promise.all([...children].map(kill));
    await queue.close();
    await rm(directory, { recursive: true });
  });

  function start(
    role: 'produce' | 'consume',
    name: string,
    onTold: (told: Told) => void,
    leaseMs?: number,
  ): ChildProcess {
    const file = path.join(import.meta.dirname, 'crash.child.ts');
    const child = fork(file, [role, directory, name, ...(leaseMs === undefined ? [] : [String(leaseMs)])], {
      execArgv: [],
    });
    child.on('message', (message) => onTold(message as Told));
    children.add(child);
    return child;
  }

  async function kill(child: ChildProcess): Promise<void> {
    children.delete(child);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await sleep(10);
  }

  /** Everything in the queue, partition by partition. */
  async function readEverything(): Promise<Message[][]> {
    const all: Message[][] = Array.from({ length: crashPartitions }, () => []);
    const expected = (await queue.topics()).reduce((sum, topic) => sum + topic.messages, 0);
    const errors: unknown[] = [];
    const tail = await queue.tail({
      topic: crashTopic,
      from: 'oldest',
      onMessages: (partition, messages) => void all[partition]!.push(...messages),
      onError: (error) => errors.push(error),
    });
    await until(() => errors.length > 0 || all.flat().length >= expected);
    await tail.close();
    expect(errors).toEqual([]);
    return all;
  }

  it('every append that resolved is there, whole, once, and no other is there in part', async () => {
    await queue.registerGroup('readers', [crashTopic]);
    const acknowledged = new Map<string, number[]>();
    const produce = (name: string): ChildProcess => {
      const list: number[] = [];
      acknowledged.set(name, list);
      return start('produce', name, ({ appended }) => appended !== undefined && list.push(appended));
    };
    produce('steady');
    for (let round = 0; round < 6; round++) {
      const victim = produce(`victim-${round}`);
      await until(() => acknowledged.get(`victim-${round}`)!.length >= 3 + round * 3);
      await kill(victim);
    }
    await Promise.all([...children].map(kill));

    const partitions = await readEverything();
    const claims = partitions.flatMap((messages) => {
      expect(messages.map((m) => m.offset)).toEqual(messages.map((_, i) => i));
      return messages.map(checkMessage);
    });
    const parts = new Map<string, Claim[]>();
    for (const claim of claims) {
      const name = `${claim.producer}/${claim.append}`;
      parts.set(name, [...(parts.get(name) ?? []), claim]);
    }
    for (const list of parts.values())
      expect(list.map((c) => c.part)).toEqual(Array.from({ length: list[0]!.parts }, (_, i) => i));
    for (const [producer, appends] of acknowledged)
      for (const append of appends) expect(parts.has(`${producer}/${append}`), `${producer}/${append}`).toBe(true);
    const health = await queue.health();
    expect(health.accepting).toBe(true);
    await (await queue.producer()).append(crashTopic, 0, [{ value: Buffer.from('after') }]);
  });

  it("a killed consumer's commits hold, and another goes on from them though the lease has not run out", async () => {
    const committed = [0, 0];
    const producer = start('produce', 'p', () => undefined);
    for (let round = 0; round < 4; round++) {
      const holds = new Map<number, number>();
      const consumer = start('consume', 'c', (told) => {
        if (told.holds !== undefined) holds.set(told.holds, told.from!);
        if (told.committed !== undefined) committed[told.partition!] = told.committed;
      });
      const before = [...committed];
      await until(() => holds.size === crashPartitions && committed.every((offset, p) => offset > before[p]!));
      // What the parent was told of is the least that was committed.
      for (const [partition, from] of holds) expect(from).toBeGreaterThanOrEqual(before[partition]!);
      await kill(consumer);
    }
    await kill(producer);
    const found = new Map<number, number>();
    const consumer = await queue.subscribe({
      group: 'readers',
      topics: [crashTopic],
      onPartition: async (reader) => {
        expect(reader.committed.metadata).toBe(`after ${reader.committed.offset - 1}`);
        found.set(reader.partition, reader.committed.offset);
        await until(() => reader.signal.aborted);
      },
      onError: (error) => expect.fail(String(error)),
    });
    await until(() => found.size === crashPartitions);
    for (const [partition, offset] of found) expect(offset).toBeGreaterThanOrEqual(committed[partition]!);
    await consumer.close();
  });

  it('a consumer that does nothing for longer than its lease loses its partitions, and is fenced when it wakes', async () => {
    const leaseMs = 500;
    const told: Told[] = [];
    const sleeper = start('consume', 'c', (message) => void told.push(message), leaseMs);
    start('produce', 'p', () => undefined);
    await until(() => told.filter((t) => t.committed !== undefined).length > 4);
    const taken = new Set<number>();
    const waking = openCrashQueue(directory, leaseMs);
    sleeper.send({ blockMs: 4000 });
    const consumer = await waking.subscribe({
      group: 'readers',
      topics: [crashTopic],
      onPartition: async (reader) => {
        taken.add(reader.partition);
        while (!reader.signal.aborted) {
          const last = (await reader.read({ maxBytes: 1_000_000, waitMs: 100 })).at(-1);
          if (last) await reader.commit({ offset: last.offset + 1, metadata: `after ${last.offset}` });
        }
      },
      onError: () => undefined,
    });
    await until(() => taken.size === crashPartitions);
    await until(() => told.some((t) => t.code === 'partition_lost' || t.gaveUp !== undefined));
    await consumer.close();
    await waking.close();
  });
});
