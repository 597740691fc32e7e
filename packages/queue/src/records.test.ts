import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chunkBytes,
  decodeHead,
  decodeRecord,
  decodeRemoved,
  encodeHead,
  encodeRemoved,
  keyOffset,
  offsetKey,
  prepare,
  stampTime,
} from './records.ts';

const pageBytes = 4096;
const count = fc.nat({ max: Number.MAX_SAFE_INTEGER });

describe('stored records', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 50 }),
        fc.uint8Array({ maxLength: 3000 }),
        count,
        (key, value, timeMs) => {
          const { record, chunks, cost } = prepare({ key: key, value: value }, pageBytes);
          stampTime(record, timeMs);
          const decoded = decodeRecord(record, pageBytes);
          expect(decoded).toMatchObject({ key, timeMs, chunks, cost, valueBytes: value.length });
          expect(decoded.value === undefined).toBe(chunks > 0);
          if (decoded.value) expect(Buffer.compare(decoded.value, value)).toBe(0);
        },
      ),
    );
  });

  it('count at least what they take, and large ones hardly more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2_000_000 }), (size) => {
        const { cost } = prepare({ key: '', value: new Uint8Array(size) }, pageBytes);
        expect(cost).toBeGreaterThan(size);
        if (size > chunkBytes) expect(cost).toBeLessThan(size * 1.1);
      }),
    );
  });

  it('sort by partition, then by offset', () => {
    const place = fc.tuple(fc.nat({ max: 0xffffffff }), count);
    fc.assert(
      fc.property(place, place, ([p, a], [q, b]) => {
        expect(keyOffset(offsetKey(p, a))).toBe(a);
        expect(Math.sign(Buffer.compare(offsetKey(p, a), offsetKey(q, b)))).toBe(Math.sign(p - q || a - b));
      }),
    );
  });

  it('of heads and removals come back as they were', () => {
    fc.assert(
      fc.property(count, count, count, count, count, (version, next, bytes, messages, lastTimeMs) => {
        const head = { version, next, bytes, messages, lastTimeMs };
        const removed = { version, first: next, bytes, messages };
        expect(decodeHead(encodeHead(head))).toEqual(head);
        expect(decodeRemoved(encodeRemoved(removed))).toEqual(removed);
      }),
    );
  });
});
