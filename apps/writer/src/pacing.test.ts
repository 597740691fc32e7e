import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type PaceState, Pacing } from './pacing.ts';

const limits = { maxRows: 500_000, idleWaitMs: 500, steadyWaitMs: 1200 };
const range = (rows: number, tookMs: number, behind = 0) => ({ rows, messages: 10, tookMs, behind });

/** A load through the pacing, as ranges of it are read. */
function run(pacing: Pacing, rowsPerSecond: number, ranges: number): PaceState[] {
  return Array.from({ length: ranges }, () => {
    const { waitMs, enoughRows } = pacing.next();
    const tookMs = Math.min(Math.max(waitMs, 1), (enoughRows / rowsPerSecond) * 1000);
    pacing.read(range((rowsPerSecond * tookMs) / 1000, tookMs));
    return pacing.state;
  });
}

test('few rows wait a short while; a steady rate makes inserts of 100,000 rows, or waits its longest', () => {
  const pacing = new Pacing(limits);
  run(pacing, 500, 5);
  expect(pacing.state).toBe('idle');
  expect(pacing.next()).toEqual({ waitMs: 500, enoughRows: 100_000, maxRows: 500_000 });
  run(pacing, 60_000, 5);
  expect(pacing.state).toBe('steady');
  expect(pacing.next()).toEqual({ waitMs: 1200, enoughRows: 100_000, maxRows: 500_000 });
});

test('more on the queue than a range takes: full ranges, without waiting, until little of it is left', () => {
  const pacing = new Pacing(limits);
  // 10 messages of 10,000 rows each: 50 of them are a range.
  pacing.read(range(100_000, 500, 50));
  expect(pacing.state).toBe('overloaded');
  expect(pacing.next()).toEqual({ waitMs: 0, enoughRows: 500_000, maxRows: 500_000 });
  for (const behind of [40, 20, 10, 10, 13]) pacing.read(range(100_000, 500, behind));
  expect(pacing.state).toBe('overloaded');
  for (let i = 0; i < 4; i++) pacing.read(range(100_000, 500, 2));
  expect(pacing.state).toBe('steady');
});

test('a load about a border does not make it change at every range', () => {
  for (const [low, high] of [
    [9000, 12_000],
    [18_000, 22_000],
  ] as const) {
    const pacing = new Pacing(limits);
    const states = Array.from({ length: 50 }, (_, i) => run(pacing, i % 2 === 0 ? low : high, 1)[0]!);
    const changes = states.filter((state, i) => i > 0 && state !== states[i - 1]).length;
    expect(changes).toBeLessThanOrEqual(1);
  }
});

test('too many parts: later ranges are larger and wait longer, up to a bound, and shrink back slowly', () => {
  const pacing = new Pacing(limits);
  pacing.inserted(true);
  expect(pacing.next()).toEqual({ waitMs: 1000, enoughRows: 200_000, maxRows: 1_000_000 });
  for (let i = 0; i < 10; i++) pacing.inserted(true);
  expect(pacing.next()).toEqual({ waitMs: 4000, enoughRows: 800_000, maxRows: 2_000_000 });
  for (let i = 0; i < 31; i++) pacing.inserted(false);
  expect(pacing.growth).toBe(8);
  pacing.inserted(false);
  expect(pacing.growth).toBe(4);
  for (let i = 0; i < 64; i++) pacing.inserted(false);
  expect(pacing.next()).toEqual({ waitMs: 500, enoughRows: 100_000, maxRows: 500_000 });
});

test('whatever is read, a range keeps to its bounds', () => {
  const event = fc.oneof(
    fc.record({
      rows: fc.nat(2_000_000),
      messages: fc.nat(1000),
      tookMs: fc.nat(100_000),
      behind: fc.nat(1_000_000),
    }),
    fc.boolean(),
  );
  fc.assert(
    fc.property(fc.integer({ min: 1000, max: 2_000_000 }), fc.array(event), (maxRows, events) => {
      const pacing = new Pacing({ ...limits, maxRows });
      for (const each of events) {
        if (typeof each === 'boolean') pacing.inserted(each);
        else pacing.read(each);
        const next = pacing.next();
        expect(next.maxRows).toBeGreaterThanOrEqual(maxRows);
        expect(next.maxRows).toBeLessThanOrEqual(2_000_000);
        expect(next.enoughRows).toBeLessThanOrEqual(next.maxRows);
        expect(next.waitMs).toBeGreaterThanOrEqual(pacing.state === 'overloaded' ? 0 : 500);
        expect(next.waitMs).toBeLessThanOrEqual(10_000);
      }
    }),
  );
});
