import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FetchedMessage } from './cluster.ts';
import { readFetched } from './messages.ts';

/** Records of one batch, as the brokers answer with them; what was compacted away is left out. */
const batch = (first: number, size: number, kept: readonly number[]): FetchedMessage[] =>
  kept
    .filter((delta) => delta < size)
    .map((delta) => ({
      offset: String(first + delta),
      timestamp: '1700000000000',
      key: Buffer.from('ключ'),
      value: Buffer.from([delta]),
      batchContext: { firstOffset: String(first), lastOffsetDelta: size - 1 },
    }));

describe('what a broker answered to a fetch', () => {
  it('is read from the offset that was asked for, and the next fetch begins behind the last batch', () => {
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.integer({ min: 1, max: 20 }),
        fc.subarray(Array.from({ length: 20 }, (_, i) => i)),
        fc.nat(25),
        (first, size, kept, into) => {
          const records = batch(first, size, kept);
          const from = first + into;
          const { messages, bytes, next } = readFetched(from, records);
          const offsets = records.map(({ offset }) => Number(offset)).filter((offset) => offset >= from);
          expect(messages.map(({ offset }) => offset)).toEqual(offsets);
          expect(bytes).toBe(offsets.length);
          expect(next).toBe(records.length === 0 ? from : Math.max(from, first + size));
        },
      ),
    );
  });

  it('has keys as text, deletions as empty values, and none of the marks that transactions leave', () => {
    const [record] = batch(5, 1, [0]);
    const mark = {
      ...record!,
      offset: '6',
      isControlRecord: true,
      batchContext: { firstOffset: '6', lastOffsetDelta: 0 },
    };
    const { messages, next } = readFetched(5, [{ ...record!, value: null, headers: {} }, mark]);
    expect(messages).toEqual([{ offset: 5, key: 'ключ', value: new Uint8Array(0), timeMs: 1_700_000_000_000 }]);
    expect(next).toBe(7);
  });

  it('is refused where its offsets could not be held exactly', () => {
    const [record] = batch(1, 1, [0]);
    expect(() => readFetched(0, [{ ...record!, offset: String(2n ** 53n) }])).toThrow(
      expect.objectContaining({ code: 'queue_corrupt' }),
    );
  });
});
