/**
 * What every adapter of the queue promises. Run it with a factory; promises of one adapter alone are tested elsewhere.
 */
import { sleep } from '@linewatch/service';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Consumer, Message, PartitionReader, Producer, Queue } from './port.ts';

/** The topics that a factory's queue must have, empty. */
export const contractTopics = {
  /** One partition. */
  single: { name: 'contract.single', partitions: 1 },
  /** Four partitions. */
  spread: { name: 'contract.spread', partitions: 4 },
  /** One partition, compacted. */
  compacted: { name: 'contract.compacted', partitions: 1, compacted: true },
} as const;

/** What `maxMessageBytes` must be in a factory's queue. */
export const contractMaxMessageBytes = 1024 * 1024;

export interface QueueUnderTest {
  /** Another client of the same queue, as another process would be. */
  connect(): Queue;
  /** Closes every client and removes the queue. */
  remove(): Promise<void>;
}

const single = contractTopics.single.name;
const spread = contractTopics.spread.name;
const compacted = contractTopics.compacted.name;
const bytes = (text: string): Uint8Array => Buffer.from(text);
const text = (message: Message): string => Buffer.from(message.value).toString();

/** Waits until `condition` holds; the test's own limit ends it. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(10);
}

/** Collects a group's messages, committing behind each read. */
function collecting(into: Message[]): (reader: PartitionReader) => Promise<void> {
  return async (reader) => {
    while (!reader.signal.aborted) {
      const messages = await reader.read({ maxBytes: 1024 * 1024, waitMs: 1000 });
      into.push(...messages);
      const last = messages.at(-1);
      if (last) await reader.commit({ offset: last.offset + 1, metadata: '' });
    }
  };
}

export function describeQueueContract(name: string, create: () => Promise<QueueUnderTest>): void {
  describe(`${name} keeps the queue's promises:`, () => {
    let underTest: QueueUnderTest;
    let queue: Queue;
    let producer: Producer;
    const errors: unknown[] = [];
    const onError = (error: unknown): void => void errors.push(error);

    beforeEach(async () => {
      errors.length = 0;
      underTest = await create();
      queue = underTest.connect();
      producer = await queue.producer();
    });

    afterEach(async () => {
      await underTest.remove();
    });

    /** Runs a subscription's handler on one partition until it returns. */
    async function withReader<T>(from: Queue, group: string, use: (reader: PartitionReader) => Promise<T>): Promise<T> {
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      let started = false;
      const consumer = await from.subscribe({
        group,
        topics: [single],
        onPartition: async (reader) => {
          if (!started) {
            started = true;
            await use(reader).then(resolve, reject);
          }
          await until(() => reader.signal.aborted);
        },
        onError,
      });
      try {
        return await promise;
      } finally {
        await consumer.close();
      }
    }

    const readAll = async (reader: PartitionReader, count: number): Promise<Message[]> => {
      const all: Message[] = [];
      while (all.length < count) all.push(...(await reader.read({ maxBytes: 10_000_000, waitMs: 1000 })));
      return all;
    };

    it('messages come back in order, as they were, with consecutive offsets', async () => {
      await producer.append(single, 0, [{ value: bytes('a'), key: 'k1' }, { value: bytes('b') }]);
      await producer.append(single, 0, [{ value: bytes('ü'), key: 'schlüssel' }]);
      const messages = await withReader(queue, 'g', (reader) => readAll(reader, 3));
      expect(messages.map(text)).toEqual(['a', 'b', 'ü']);
      expect(messages.map((m) => m.key)).toEqual(['k1', '', 'schlüssel']);
      expect(messages.map((m) => m.offset)).toEqual([0, 1, 2]);
      for (const { timeMs } of messages) expect(Math.abs(Date.now() - timeMs)).toBeLessThan(60_000);
    });

    it('values of every size up to the limit come back unchanged', async () => {
      const sizes = [
        0,
        1,
        1023,
        1871,
        1884,
        1885,
        4080,
        65_536,
        262_127,
        262_128,
        262_129,
        524_256,
        500_000,
        contractMaxMessageBytes,
      ];
      const values = sizes.map((size, i) => Buffer.alloc(size, `${i}-${size}-`));
      for (const value of values) await producer.append(single, 0, [{ value }]);
      const messages = await withReader(queue, 'g', (reader) => readAll(reader, sizes.length));
      messages.forEach(({ value }, i) => expect(Buffer.compare(value, values[i]!)).toBe(0));
    });

    it('a value is stored as the bytes it views, not the memory behind it', async () => {
      const memory = Buffer.from('xxhelloxx');
      await producer.append(single, 0, [{ value: memory.subarray(2, 7) }]);
      const [message] = await withReader(queue, 'g', (reader) => readAll(reader, 1));
      expect(text(message!)).toBe('hello');
    });

    it('what was read stays as it was when more is read', async () => {
      await producer.append(single, 0, [{ value: Buffer.alloc(100_000, 'a') }]);
      await producer.append(single, 0, [{ value: Buffer.alloc(100_000, 'b') }]);
      const [a, b] = await withReader(queue, 'g', async (reader) => {
        const first = await reader.read({ maxBytes: 1, waitMs: 5000 });
        const second = await reader.read({ maxBytes: 1, waitMs: 5000 });
        return [first[0]!, second[0]!];
      });
      expect(text(a)).toBe('a'.repeat(100_000));
      expect(text(b)).toBe('b'.repeat(100_000));
    });

    it('a message that may be a repeat says so, and between which times the first may have come', async () => {
      const uncertain = { sinceMs: 1_700_000_000_123, untilMs: 1_700_000_060_456 };
      for (const size of [3, 100_000])
        await producer.append(single, 0, [
          { key: 'k', value: Buffer.alloc(size, 'r'), uncertain },
          { value: Buffer.alloc(size, 'n') },
        ]);
      const messages = await withReader(queue, 'g', (reader) => readAll(reader, 4));
      expect(messages.map((m) => m.uncertain)).toEqual([uncertain, undefined, uncertain, undefined]);
      expect(messages.map((m) => [m.key, m.value.length, text(m)[0]])).toEqual([
        ['k', 3, 'r'],
        ['', 3, 'n'],
        ['k', 100_000, 'r'],
        ['', 100_000, 'n'],
      ]);
    });

    it('the offset at a time is that of the first message appended since', async () => {
      await producer.append(single, 0, [{ value: bytes('a') }, { value: bytes('b') }]);
      await sleep(20);
      const timeMs = Date.now();
      await sleep(20);
      await producer.append(single, 0, [{ value: bytes('c') }]);
      const offsets = await withReader(queue, 'g', async (reader) => [
        await reader.offsetAt(0),
        await reader.offsetAt(timeMs),
        await reader.offsetAt(Date.now() + 60_000),
      ]);
      expect(offsets).toEqual([0, 2, 3]);
    });

    it('a read stops after maxBytes, though never before the first message', async () => {
      await producer.append(
        single,
        0,
        [1, 2, 3, 4].map(() => ({ value: Buffer.alloc(100) })),
      );
      const counts = await withReader(queue, 'g', async (reader) => {
        const small = await reader.read({ maxBytes: 10, waitMs: 5000 });
        const larger = await reader.read({ maxBytes: 200, waitMs: 5000 });
        return [small.length, larger.length];
      });
      expect(counts).toEqual([1, 2]);
    });

    it('a read with nothing to read returns empty after its time', async () => {
      expect(await withReader(queue, 'g', (reader) => reader.read({ maxBytes: 100, waitMs: 50 }))).toEqual([]);
    });

    it('a waiting read returns what another client appends', async () => {
      const other = await underTest.connect().producer();
      const messages = await withReader(queue, 'g', async (reader) => {
        const reading = reader.read({ maxBytes: 100, waitMs: 20_000 });
        await other.append(single, 0, [{ value: bytes('late') }]);
        return reading;
      });
      expect(messages.map(text)).toEqual(['late']);
    });

    it('an append is refused whole when one of its messages is too large', async () => {
      const append = producer.append(single, 0, [
        { value: bytes('small') },
        { value: Buffer.alloc(contractMaxMessageBytes + 1) },
      ]);
      await expect(append).rejects.toMatchObject({ code: 'message_too_large' });
      await producer.append(single, 0, [{ value: bytes('next') }]);
      const [message] = await withReader(queue, 'g', (reader) => readAll(reader, 1));
      expect(text(message!)).toBe('next');
    });

    it('a key over its limit is refused', async () => {
      await expect(producer.append(single, 0, [{ key: 'é'.repeat(513), value: bytes('') }])).rejects.toMatchObject({
        code: 'message_too_large',
      });
    });

    it('topics and partitions that do not exist are refused', async () => {
      await expect(producer.append('no.such', 0, [{ value: bytes('') }])).rejects.toMatchObject({
        code: 'unknown_topic',
      });
      await expect(producer.append(single, 1, [{ value: bytes('') }])).rejects.toMatchObject({ code: 'unknown_topic' });
    });

    it('several producers share a partition, and each keeps its order', async () => {
      const producers = await Promise.all([1, 2, 3].map(() => underTest.connect().producer()));
      const rounds = 30;
      await Promise.all(
        producers.map(async (each, p) => {
          for (let i = 0; i < rounds; i++)
            await each.append(single, 0, [{ value: bytes(`${p}:${i}a`) }, { value: bytes(`${p}:${i}b`) }]);
        }),
      );
      const messages = await withReader(queue, 'g', (reader) => readAll(reader, producers.length * rounds * 2));
      expect(messages.map((m) => m.offset)).toEqual(messages.map((_, i) => i));
      for (let p = 0; p < producers.length; p++) {
        const own = messages.map(text).filter((t) => t.startsWith(`${p}:`));
        expect(own).toEqual(Array.from({ length: rounds }, (_, i) => [`${p}:${i}a`, `${p}:${i}b`]).flat());
      }
    });

    it('a group goes on where it committed, with what it noted', async () => {
      await producer.append(
        single,
        0,
        [0, 1, 2].map((i) => ({ value: bytes(String(i)) })),
      );
      const metadata = JSON.stringify({ last: 7, name: 'ü'.repeat(500) });
      await withReader(queue, 'g', async (reader) => {
        expect(reader.committed).toEqual({ offset: 0, metadata: '' });
        await readAll(reader, 3);
        await reader.commit({ offset: 2, metadata });
      });
      await withReader(underTest.connect(), 'g', async (reader) => {
        expect(reader.committed).toEqual({ offset: 2, metadata });
        expect((await readAll(reader, 1)).map(text)).toEqual(['2']);
      });
      await withReader(queue, 'another', async (reader) => {
        expect(reader.committed).toEqual({ offset: 0, metadata: '' });
        await Promise.resolve();
      });
    });

    it('metadata over its limit is refused and the position stays', async () => {
      await withReader(queue, 'g', async (reader) => {
        await reader.commit({ offset: 0, metadata: 'x'.repeat(4096) });
        await expect(reader.commit({ offset: 1, metadata: 'x'.repeat(4097) })).rejects.toMatchObject({
          code: 'invalid_argument',
        });
        expect(reader.committed.offset).toBe(0);
      });
    });

    it('seek moves the next read, and lag counts what is left', async () => {
      await producer.append(
        single,
        0,
        [0, 1, 2, 3].map((i) => ({ value: bytes(String(i)) })),
      );
      await withReader(queue, 'g', async (reader) => {
        await readAll(reader, 4);
        expect(await reader.lag()).toBe(0);
        reader.seek(1);
        expect(await reader.lag()).toBe(3);
        expect((await readAll(reader, 3)).map(text)).toEqual(['1', '2', '3']);
      });
    });

    it("a group's consumers share the partitions, and each message is read once", async () => {
      const count = 200;
      const collected: Message[] = [];
      const byConsumer = [new Set<number>(), new Set<number>()];
      const consumers: Consumer[] = [];
      for (const owned of byConsumer) {
        const collect = collecting(collected);
        consumers.push(
          await underTest.connect().subscribe({
            group: 'g',
            topics: [spread],
            onPartition: async (reader) => {
              owned.add(reader.partition);
              await collect(reader).finally(() => owned.delete(reader.partition));
            },
            onError,
          }),
        );
      }
      await until(() => byConsumer.every((owned) => owned.size === 2));
      expect([...byConsumer[0]!, ...byConsumer[1]!].sort()).toEqual([0, 1, 2, 3]);
      for (let i = 0; i < count; i++) await producer.append(spread, i % 4, [{ value: bytes(String(i)) }]);
      await until(() => collected.length >= count);
      expect(collected.map((m) => Number(text(m))).sort((a, b) => a - b)).toEqual(
        Array.from({ length: count }, (_, i) => i),
      );
      await Promise.all(consumers.map((c) => c.close()));
    });

    it('when a consumer closes, another takes its partitions from where it committed', async () => {
      const owned = new Map<string, Set<number>>([
        ['first', new Set()],
        ['second', new Set()],
      ]);
      const collected: Message[] = [];
      const join = (who: string): Promise<Consumer> =>
        underTest.connect().subscribe({
          group: 'g',
          topics: [spread],
          onPartition: async (reader) => {
            owned.get(who)!.add(reader.partition);
            await collecting(collected)(reader).finally(() => owned.get(who)!.delete(reader.partition));
          },
          onError,
        });
      const first = await join('first');
      await until(() => owned.get('first')!.size === 4);
      for (let p = 0; p < 4; p++) await producer.append(spread, p, [{ value: bytes(`before ${p}`) }]);
      await until(() => collected.length === 4);
      const second = await join('second');
      await until(() => owned.get('second')!.size === 2);
      await first.close();
      await until(() => owned.get('second')!.size === 4);
      for (let p = 0; p < 4; p++) await producer.append(spread, p, [{ value: bytes(`after ${p}`) }]);
      await until(() => collected.length === 8);
      expect(collected.map(text).sort()).toEqual([0, 1, 2, 3].flatMap((p) => [`after ${p}`, `before ${p}`]).sort());
      await second.close();
    });

    it('a rejecting handler is reported and its partition offered again', async () => {
      let offered = 0;
      const consumer = await queue.subscribe({
        group: 'g',
        topics: [single],
        onPartition: async (reader) => {
          offered += 1;
          if (offered < 2) throw new Error('first time');
          await until(() => reader.signal.aborted);
        },
        onError,
      });
      await until(() => offered === 2);
      expect(errors.map(String)).toEqual(['Error: first time']);
      await consumer.close();
    });

    it('after a consumer closed, its reader reads and commits no more', async () => {
      let kept: PartitionReader | undefined;
      await withReader(queue, 'g', async (reader) => {
        kept = reader;
        await reader.commit({ offset: 0, metadata: 'mine' });
      });
      expect(kept!.signal.aborted).toBe(true);
      await expect(kept!.read({ maxBytes: 1, waitMs: 0 })).rejects.toMatchObject({ code: 'partition_lost' });
      await expect(kept!.commit({ offset: 1, metadata: '' })).rejects.toMatchObject({ code: 'partition_lost' });
    });

    it('a tail from the oldest sees all partitions, each in order, and what comes after', async () => {
      for (let i = 0; i < 8; i++) await producer.append(spread, i % 4, [{ value: bytes(String(i)) }]);
      const seen: string[] = [];
      const tail = await underTest.connect().tail({
        topic: spread,
        from: 'oldest',
        onMessages: (partition, messages) => void seen.push(...messages.map((m) => `${partition}:${text(m)}`)),
        onError,
      });
      await until(() => seen.length === 8);
      await producer.append(spread, 0, [{ value: bytes('8') }]);
      await until(() => seen.length === 9);
      expect(seen.filter((s) => s.startsWith('0:'))).toEqual(['0:0', '0:4', '0:8']);
      await tail.close();
      expect(errors).toEqual([]);
    });

    it('a tail says once that it has passed what was there when it began', async () => {
      for (let i = 0; i < 8; i++) await producer.append(spread, i % 4, [{ value: bytes(String(i)) }]);
      let seen = 0;
      const caughtUp: number[] = [];
      const tail = await queue.tail({
        topic: spread,
        from: 'oldest',
        onMessages: (_, messages) => void (seen += messages.length),
        onCaughtUp: () => void caughtUp.push(seen),
        onError,
      });
      await until(() => caughtUp.length > 0);
      await producer.append(spread, 0, [{ value: bytes('later') }]);
      await until(() => seen === 9);
      await tail.close();
      expect(caughtUp).toEqual([8]);
    });

    it('every client names the log of a partition alike', async () => {
      const log = (from: Queue): Promise<string> => withReader(from, 'g', (reader) => Promise.resolve(reader.log));
      const name = await log(queue);
      expect(name).not.toBe('');
      expect(await log(underTest.connect())).toBe(name);
    });

    it('a tail from the newest sees only what comes after it', async () => {
      await producer.append(single, 0, [{ value: bytes('old') }]);
      const seen: string[] = [];
      const tail = await queue.tail({
        topic: single,
        from: 'newest',
        onMessages: (_, m) => void seen.push(...m.map(text)),
        onError,
      });
      await producer.append(single, 0, [{ value: bytes('new') }]);
      await until(() => seen.length > 0);
      expect(seen).toEqual(['new']);
      await tail.close();
    });

    it('a tail from a time sees what was appended since', async () => {
      for (let i = 0; i < 5; i++) {
        await producer.append(single, 0, [{ value: bytes(`old ${i}`) }]);
        await sleep(2);
      }
      await sleep(20);
      const timeMs = Date.now();
      await sleep(20);
      await producer.append(single, 0, [{ value: bytes('new 0') }, { value: bytes('new 1') }]);
      const seen: string[] = [];
      const tail = await queue.tail({
        topic: single,
        from: { timeMs },
        onMessages: (_, m) => void seen.push(...m.map(text)),
        onError,
      });
      await until(() => seen.length === 2);
      expect(seen).toEqual(['new 0', 'new 1']);
      await tail.close();
    });

    it('an error in a tail handler is reported and the tail goes on', async () => {
      const seen: string[] = [];
      const tail = await queue.tail({
        topic: single,
        from: 'oldest',
        onMessages: (_, messages) => {
          seen.push(...messages.map(text));
          if (seen.length === 1) throw new Error('once');
        },
        onError,
      });
      await producer.append(single, 0, [{ value: bytes('a') }]);
      await until(() => errors.length === 1);
      await producer.append(single, 0, [{ value: bytes('b') }]);
      await until(() => seen.includes('b'));
      await tail.close();
    });

    it('a compacted topic shows a new reader the newest value of each key, and deletions', async () => {
      await producer.append(compacted, 0, [
        { key: 'a', value: bytes('1') },
        { key: 'b', value: bytes('1') },
      ]);
      await producer.append(compacted, 0, [
        { key: 'a', value: bytes('2') },
        { key: 'b', value: bytes('') },
        { key: 'c', value: bytes('1') },
      ]);
      const state = new Map<string, string>();
      const tail = await queue.tail({
        topic: compacted,
        from: 'oldest',
        onMessages: (_, messages) => {
          for (const m of messages)
            if (m.value.length === 0) state.delete(m.key);
            else state.set(m.key, text(m));
        },
        onError,
      });
      await until(() => state.has('c'));
      expect([...state].sort()).toEqual([
        ['a', '2'],
        ['c', '1'],
      ]);
      await tail.close();
    });

    it('a message of a compacted topic needs a key', async () => {
      await expect(producer.append(compacted, 0, [{ value: bytes('x') }])).rejects.toMatchObject({
        code: 'invalid_argument',
      });
    });

    it('a registered group, health and topics can be asked for', async () => {
      await queue.registerGroup('g', [single, spread]);
      await producer.append(spread, 3, [{ value: Buffer.alloc(5000) }]);
      const health = await queue.health();
      expect(health.accepting).toBe(true);
      expect(health.detail).toBe('');
      const state = (await queue.topics()).find((t) => t.topic === spread)!;
      expect(state.partitions).toBe(4);
      expect(state.messages).toBe(1);
      if (state.bytes !== undefined) expect(state.bytes).toBeGreaterThanOrEqual(5000);
    });

    it('what is closed takes nothing more', async () => {
      const other = underTest.connect();
      const closing = await other.producer();
      const last = closing.append(single, 0, [{ value: bytes('last') }]);
      await closing.close();
      await last;
      await expect(closing.append(single, 0, [{ value: bytes('x') }])).rejects.toMatchObject({ code: 'queue_closed' });
      await other.close();
      await expect(other.producer()).rejects.toMatchObject({ code: 'queue_closed' });
    });
  });
}
