import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { durationText, percentText, timeText } from './text.ts';

describe('a percentage as text', () => {
  it.each([
    [99.996, 2, '99.99 %'],
    [100, 2, '100.00 %'],
    [99.95, 2, '99.95 %'],
    // As binary numbers these are a little less than what they are written as.
    [99.29, 2, '99.29 %'],
    [1.15, 2, '1.15 %'],
    [99.9, 3, '99.900 %'],
    [99.999999999999, 3, '99.999 %'],
    [0, 2, '0.00 %'],
    [-0, 2, '0.00 %'],
    [1e-7, 3, '0.000 %'],
    [99.96, 0, '99 %'],
    [null, 2, '–'],
  ])('%d to %d digits is %s', (percent, digits, text) => {
    expect(percentText(percent, digits)).toBe(text);
  });

  it('is never more than the percentage, and less by under one of its last digit', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 100, noNaN: true }), fc.nat(6), (percent, digits) => {
        const shown = Number(percentText(percent, digits).replace(' %', ''));
        expect(shown).toBeLessThanOrEqual(percent);
        expect(percent - shown).toBeLessThan(10 ** -digits + 1e-12);
      }),
    );
  });
});

describe('a duration as text', () => {
  it.each([
    [0, '0 min'],
    [743 * 3_600_000, '743 h'],
    [5_400_000, '1 h 30 min'],
    [61_001, '1 min 1 s 1 ms'],
    [-90_000, '−1 min 30 s'],
  ])('%d ms is %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});

describe('a time as text', () => {
  it('is what clocks there show', () => {
    expect(timeText(Date.parse('2026-07-01T23:05Z'))).toBe('2 Jul 2026 00:05');
    expect(timeText(Date.parse('2026-01-01T23:05:09Z'), 'UTC')).toBe('1 Jan 2026 23:05:09');
  });
});
