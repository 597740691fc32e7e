import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, formatHours, formatPercent, formatPounds, formatTarget, standingOf } from './figures.ts';

describe('a percentage', () => {
  it.each([
    [100, '100%'],
    [99.9996, '99.999%'],
    [99.9999999999, '99.999%'],
    [99.95, '99.950%'],
    [1.001, '1.001%'],
    [57.2, '57.200%'],
    [0, '0.000%'],
    [null, '–'],
    [Number.NaN, '–'],
  ])('of %s reads %s', (percent, text) => {
    expect(formatPercent(percent)).toBe(text);
  });

  it('is never shown as more than it is, and as 100 only when it is', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 100, noNaN: true }), fc.integer({ min: 0, max: 4 }), (percent, decimals) => {
        const shown = Number(formatPercent(percent, decimals).replace('%', ''));
        expect(shown).toBeLessThanOrEqual(percent + 1e-6);
        expect(shown === 100).toBe(percent === 100);
        expect(percent - shown).toBeLessThan(10 ** -decimals + 1e-6);
      }),
    );
  });

  it('that was agreed stands as it was agreed', () => {
    expect([formatTarget(99.95), formatTarget(100), formatTarget(null)]).toEqual(['99.95%', '100%', '–']);
  });

  it('meets a target that it is equal to, and claims nothing without sight', () => {
    expect([standingOf(99.95, 99.95), standingOf(99.949, 99.95)]).toEqual(['met', 'missed']);
    expect([standingOf(null, 99.95), standingOf(99, null)]).toEqual(['blind', 'untargeted']);
  });
});

it.each([
  [0, '0 s'],
  [999, '0 s'],
  [59_999, '59 s'],
  [245_000, '4 min 05 s'],
  [300_000, '5 min'],
  [719_000, '11 min'],
  [7_500_000, '2 h 05 min'],
  [90_000_000, '25 h 00 min'],
  [172_800_000, '2 days'],
  [187_200_000, '2 days 4 h'],
  [-7_500_000, '−2 h 05 min'],
  [null, '–'],
])('%s ms reads %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

it('writes hours and amounts as people do', () => {
  expect([formatHours(3.259), formatHours(0), formatHours(null)]).toEqual(['3.25 h', '0 h', '–']);
  expect([formatPounds('1234567.80'), formatPounds('12'), formatPounds(null)]).toEqual(['£1,234,567.80', '£12', '–']);
});
