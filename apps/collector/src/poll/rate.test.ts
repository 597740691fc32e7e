import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CounterReading, delta, rate } from './rate.ts';

const at = (atS: number, value: bigint | number, more: Partial<CounterReading> = {}): CounterReading => ({
  atMs: 1_800_000_000_000 + atS * 1000,
  value: BigInt(value),
  bits: 64,
  uptime: 100_000 + atS * 100,
  discontinuity: 0,
  ...more,
});

describe('the rate of a counter', () => {
  it('is bit/s between two readings', () => {
    expect(rate(at(0, 1000), at(60, 1000 + 7500))).toBe(1000);
    expect(rate(at(0, 5), at(60, 5))).toBe(0);
    expect(rate(at(0, 2n ** 63n), at(10, 2n ** 63n + 125n))).toBe(100);
  });

  it('is not told across a reset', () => {
    expect(rate(at(0, 1000), at(60, 999))).toBeUndefined();
    expect(rate(at(0, 1000), at(60, 2000, { uptime: 10 }))).toBeUndefined();
    expect(rate(at(0, 1000), at(60, 2000, { discontinuity: 100_500 }))).toBeUndefined();
    // Started again, and up for longer than it was before: still less than it should be.
    expect(rate(at(0, 1000, { uptime: 100 }), at(600, 2000, { uptime: 30_000 }))).toBeUndefined();
    expect(rate(at(0, 1000, { bits: 32 }), at(60, 2000))).toBeUndefined();
    expect(rate(at(0, 1000), at(0, 2000))).toBeUndefined();
  });

  it('goes on over the end of sysUpTime, and with a clock that is a little off', () => {
    const end = 2 ** 32;
    expect(rate(at(0, 0, { uptime: end - 3000 }), at(60, 7500, { uptime: 3000 }))).toBe(1000);
    expect(rate(at(0, 0), at(60, 7500, { uptime: 100_000 + 6000 + 2900 }))).toBe(1000);
    expect(rate(at(0, 0, { uptime: undefined }), at(60, 7500, { uptime: undefined }))).toBe(1000);
  });

  it('takes a 32-bit counter over its end where the line tells that it passed it once at most', () => {
    const low = (atS: number, value: number, speedBps?: number): CounterReading =>
      at(atS, value, { bits: 32, speedBps });
    const before = 2 ** 32 - 500;
    expect(delta(low(0, before, 10e6), low(60, 500, 10e6))).toBe(1000);
    // 2^32 octets are 34 s of 1 Gbit/s.
    expect(delta(low(0, 0, 1e9), low(60, 1000, 1e9))).toBeUndefined();
    expect(delta(low(0, before), low(60, 500))).toBeUndefined();
    expect(delta(low(0, 0), low(60, 500))).toBe(500);
    // Back to nothing: 10 Mbit/s cannot have passed 2^31 octets in a minute.
    expect(delta(low(0, 2 ** 31, 10e6), low(60, 0, 10e6))).toBeUndefined();
  });

  it('adds up, whatever the counter did', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 52n }), fc.array(fc.nat(), { maxLength: 20 }), (start, steps) => {
        let value = start;
        let sum = 0;
        steps.forEach((step, i) => {
          sum += delta(at(i * 60, value), at(i * 60 + 60, (value += BigInt(step))))!;
        });
        expect(BigInt(sum)).toBe(value - start);
      }),
    );
  });
});
