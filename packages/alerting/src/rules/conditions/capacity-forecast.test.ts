import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Weekly, capacityForecast, reachedMs, weekMs } from './capacity-forecast.ts';
import { trendOf } from './trend.ts';

const dayMs = 86_400_000;
const startMs = Date.UTC(2026, 5, 1);
const M = 1e6;

describe('a trend', () => {
  it('is the line of values on a line', () => {
    expect(trendOf([10, 12, 14, 16])).toMatchObject({ slope: 2, intercept: 10 });
  });

  it('is that of most values: one outlier does not turn it', () => {
    // Slopes of the pairs without it are 2; those with it are six of fifteen at most.
    expect(trendOf([10, 12, 900, 16, 18, 20])).toMatchObject({ slope: 2, intercept: 10 });
  });

  it('has the score of Mann and Kendall', () => {
    // All of 15 pairs rise: S = 15, variance 6 · 5 · 17 / 18 = 28.3, (15 − 1) / 5.32.
    expect(trendOf([1, 2, 3, 4, 5, 6])!.score).toBeCloseTo(2.63, 2);
    // Two tied pairs: S = 13, variance (510 − 2 · 18) / 18 = 26.3, 12 / 5.13.
    expect(trendOf([1, 1, 3, 4, 5, 5])!.score).toBeCloseTo(2.34, 2);
    expect(trendOf([3, 3, 3, 3, 3, 3])!.score).toBe(0);
    expect(trendOf([null, 4, null])).toBeUndefined();
  });

  it('falls as it rises, and moves with what it is of', () => {
    const values = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 2, maxLength: 13 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 50 }), (all, by) => {
        const { slope, intercept, score } = trendOf(all)!;
        const down = trendOf(all.map((each) => -each))!;
        expect(down.slope).toBeCloseTo(-slope, 9);
        expect(down.score).toBeCloseTo(-score, 9);
        expect(trendOf(all.map((each) => each + by))!.intercept).toBeCloseTo(intercept + by, 6);
      }),
    );
  });
});

const weekly = (down: readonly (number | null)[]): Weekly => ({
  startMs,
  down: down.map((each) => each && each * M),
  up: down.map(() => null),
});
const input = (down: readonly (number | null)[]) => ({
  ...{ circuit: 7, name: 'Ash primary', committedDownBps: 100 * M, committedUpBps: 100 * M },
  weekly: weekly(down),
});
const settings = { percent: 80, days: 90 };
/** 40, 42 … 64 Mbit/s in the middles of 13 weeks: 80 after 20 weeks and a half. */
const rising = Array.from({ length: 13 }, (_, i) => 40 + 2 * i);
const endMs = startMs + 13 * weekMs;

describe('a forecast of capacity', () => {
  it('says when the trend reaches the share', () => {
    expect(reachedMs(weekly(rising), 'down', 80 * M)).toBe(startMs + 20.5 * weekMs);
    expect(capacityForecast(input(rising), settings, endMs, new Map())).toEqual([
      {
        subject: 'c7/down',
        startedMs: endMs,
        title: 'Ash primary will be full (download)',
        text: 'By the trend of the last 13 weeks its 95th percentile reaches 80 % of the committed 100 Mbit/s about October 2026.',
        ...{ circuit: 7, academy: null, provider: null, incident: null },
      },
    ]);
  });

  it('is none where it is further away, and goes on for two weeks more', () => {
    const near = { percent: 80, days: 50 }; // it is 52.5 days away
    expect(capacityForecast(input(rising), near, endMs, new Map())).toEqual([]);
    expect(capacityForecast(input(rising), near, endMs, new Map([['c7/down', 5]]))).toMatchObject([{ startedMs: 5 }]);
    expect(capacityForecast(input(rising), { percent: 80, days: 38 }, endMs, new Map([['c7/down', 5]]))).toEqual([]);
  });

  it('says that it has been reached', () => {
    const full = rising.map((each) => each + 20);
    expect(capacityForecast(input(full), settings, endMs, new Map())[0]!.text).toContain('has reached 80 %');
  });

  it.each([
    ['falls', rising.toReversed()],
    ['is flat, however high', rising.map(() => 99)],
    ['goes up and down', rising.map((_, i) => (i % 2 === 0 ? 70 : 75))],
    ['is of five weeks', [null, null, null, null, null, null, null, null, 40, 50, 60, 70, 79]],
    ['is unknown', rising.map(() => null)],
  ])('is none of what %s', (_, values) => {
    expect(capacityForecast(input(values), settings, endMs, new Map())).toEqual([]);
  });

  it('of values that do not rise is never one', () => {
    const falling = fc.array(fc.nat(100), { minLength: 6, maxLength: 13 }).map((all) => all.sort((a, b) => b - a));
    fc.assert(
      fc.property(falling, (values) => {
        expect(capacityForecast(input(values), { percent: 1, days: 730 }, endMs + 30 * dayMs, new Map())).toEqual([]);
      }),
    );
  });
});
