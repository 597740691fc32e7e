import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Message, createLmdbQueue, queueLayout } from '@linewatch/queue';
import { createFlowColumns, encodeFlowBatch, maxMessageBytes, topics } from '@linewatch/record';
import { createLogger } from '@linewatch/service';
import type { Store } from '@linewatch/store';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeDeadLetter } from './dead-letters.ts';
import { type DeadLetter, DeadReader, parseDeadLetter, parsePlace, readDeadLetters } from './dead-reader.ts';

const place = `${topics.flows}:3:17`;
const message = (value: Uint8Array): Message => ({ offset: 0, key: place, value, timeMs: 5 });

it('a dead letter is read as it was written, with every octet', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(), (value, timeMs) => {
      const letter = parseDeadLetter(message(encodeDeadLetter({ place, reason: 'why', timeMs }, value)));
      const { value: read, ...rest } = letter!;
      expect(Buffer.from(read).equals(value)).toBe(true);
      expect(rest).toEqual({
        place,
        topic: topics.flows,
        partition: 3,
        offset: 17,
        reason: 'why',
        timeMs,
        again: false,
        octets: value.length,
      });
    }),
  );
});

it('one that its head makes too large is kept cut, and says how large it was', () => {
  const value = Buffer.alloc(maxMessageBytes, 7);
  const encoded = encodeDeadLetter({ place, reason: 'why', timeMs: 1 }, value);
  expect(encoded.length).toBe(maxMessageBytes);
  const letter = parseDeadLetter(message(encoded))!;
  expect(letter.octets).toBe(maxMessageBytes);
  expect(letter.value.length).toBeLessThan(maxMessageBytes);
});

it('whatever stands on the topic, it is read or passed over', () => {
  const heads = fc.oneof(
    fc.json(),
    fc
      .record({ place: fc.oneof(fc.constant(place), fc.string()), reason: fc.anything(), timeMs: fc.anything() })
      .map((head) => JSON.stringify(head) as string | undefined),
    fc.string(),
  );
  fc.assert(
    fc.property(heads, fc.uint8Array({ maxLength: 50 }), (head, rest) => {
      const letter = parseDeadLetter(message(Buffer.concat([Buffer.from(`${head ?? ''}\n`), rest])));
      expect(letter === undefined || parsePlace(letter.place) !== undefined).toBe(true);
    }),
  );
  expect(parseDeadLetter(message(Buffer.alloc(0)))).toBeUndefined();
  expect(parseDeadLetter(message(Buffer.alloc(100_000, 0x7b)))).toBeUndefined();
});

it('a batch that may be a repeat of an earlier letter is not stored beside it', () => {
  const reader = new DeadReader({} as Store);
  const value = encodeFlowBatch({ trust: 'main', collector: 'hub', epoch: 1, sequence: 2 }, createFlowColumns(1), 1);
  const problems = ([undefined, true, true, undefined] as const).map((again, offset) => {
    const head = { place: `${topics.flows}:0:${offset}`, reason: 'why', timeMs: 1, ...(again && { again }) };
    return reader.read(parseDeadLetter(message(encodeDeadLetter(head, value)))!).problem;
  });
  const repeats = `it repeats ${topics.flows}:0:0`;
  // The last does not say so: two of one name are none of ours to judge.
  expect(problems).toEqual(['', repeats, repeats, '']);
});

it('nothing in a reason reaches the terminal as more than text', () => {
  const reason = 'a\u001b[2Jb\nc\u202Ed\u2028e';
  const letter = parseDeadLetter(message(encodeDeadLetter({ place, reason, timeMs: 1 }, Buffer.alloc(1))))!;
  expect(letter.reason).toBe('a\uFFFD[2Jb\uFFFDc\uFFFDd\uFFFDe');
});

it('its head is read whatever the reason is made of', () => {
  const reason = '\u0001'.repeat(2000);
  const letter = parseDeadLetter(message(encodeDeadLetter({ place, reason, timeMs: 1 }, Buffer.from('x'))));
  expect(letter).toMatchObject({ place, octets: 1 });
});

it('a queue that does not answer is given up on', async () => {
  let closed = 0;
  const close = (): Promise<void> => {
    closed++;
    return Promise.resolve();
  };
  const tail = () => Promise.resolve({ close });
  await expect(readDeadLetters({ tail }, () => undefined, 10)).rejects.toMatchObject({ code: 'queue_unavailable' });
  expect(closed).toBe(1);
});

it('one that was put there twice is one; the same place of another time is another', async () => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'linewatch-dead-'));
  const part = { partitions: 1, quotaBytes: 64 * 1024 * 1024, retainHours: 1 };
  const layout = queueLayout({ flows: part, signals: part, diskFloorBytes: 0 }, topics);
  const logger = createLogger('test', 'silent');
  const queue = createLmdbQueue({ directory, ...layout, maxMessageBytes, logger });
  try {
    const producer = await queue.producer();
    const value = (timeMs: number): Buffer => encodeDeadLetter({ place, reason: 'why', timeMs }, Buffer.from('x'));
    const letters = [value(1), value(1), Buffer.from('not one'), value(2)];
    await producer.append(
      topics.dead,
      0,
      letters.map((each) => ({ key: place, value: each })),
    );
    const read: DeadLetter[] = [];
    expect(await readDeadLetters(queue, (letter) => void read.push(letter))).toBe(1);
    expect(read.map(({ timeMs }) => timeMs)).toEqual([1, 2]);
  } finally {
    await queue.close();
    rmSync(directory, { recursive: true, force: true });
  }
});
