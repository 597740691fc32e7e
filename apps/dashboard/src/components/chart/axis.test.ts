import { expect, it } from 'vitest';
import { type Reach, reachOf, timeLabels } from './axis.ts';

const at = (...args: [number, number, number, number?, number?]): number => Date.UTC(...args) / 1000;

it('labels times with the day once', () => {
  const splits = [at(2026, 0, 5, 22), at(2026, 0, 5, 23), at(2026, 0, 6, 0), at(2026, 0, 6, 1)];
  expect(timeLabels(splits, 3600)).toEqual(['22:00\nMon 5 Jan', '23:00', '00:00\nTue 6 Jan', '01:00']);
});

it('labels days and months when these are what is marked', () => {
  expect(timeLabels([at(2026, 0, 5), at(2026, 0, 7)], 2 * 86_400)).toEqual(['5 Jan', '7 Jan']);
  expect(timeLabels([at(2026, 0, 1), at(2026, 1, 1)], 30 * 86_400)).toEqual(['Jan 2026', 'Feb 2026']);
});

const reach: Reach = {
  peakIn: 100,
  peakOut: 50,
  percentileIn: null,
  percentileOut: null,
  committedIn: null,
  committedOut: null,
  fitCommitted: false,
};

it('reaches over the traffic and the percentile', () => {
  const [low, high] = reachOf({ ...reach, peakIn: 1e6, peakOut: 5e5, percentileIn: 2e6 });
  expect(high).toBeCloseTo(2.2e6);
  expect(low).toBeCloseTo(-7e5);
});

it('takes a committed rate into view when it is near, or when that is asked for', () => {
  const far = { ...reach, peakIn: 1e6, committedIn: 1e9 };
  expect(reachOf(far)[1]).toBeLessThan(1.5e6);
  expect(reachOf({ ...far, fitCommitted: true })[1]).toBeGreaterThan(1e9);
  expect(reachOf({ ...far, committedIn: 1.5e6 })[1]).toBeGreaterThan(1.5e6);
});

it('has some height without any traffic, and room on both sides', () => {
  const [low, high] = reachOf({ ...reach, peakIn: 0, peakOut: 0 });
  expect(high).toBeGreaterThan(0);
  expect(low).toBeLessThan(0);
});
