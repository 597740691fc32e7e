import type { Traffic } from '@linewatch/contract';
import { expect, it } from 'vitest';
import type { Cell } from './cells.ts';
import { buildSeries, summarise } from './series.ts';

function trafficOf(stepS: number, inBps: (number | null)[], startS = 0): Traffic {
  const nothing = inBps.map(() => null);
  return {
    fromMs: startS * 1000,
    toMs: (startS + inBps.length * stepS) * 1000,
    stepS,
    timesS: inBps.map((_, i) => startS + i * stepS),
    inBps,
    outBps: inBps.map((value) => (value === null ? null : value / 10)),
    inUtilisation: nothing,
    outUtilisation: nothing,
    committedInBps: null,
    committedOutBps: null,
    percentile95: { inBps: null, outBps: null, samples: 0, estimate: true },
    fillingFromMs: 0,
  };
}

it('shows the steps as they came when nothing is live', () => {
  expect(buildSeries(trafficOf(60, [10, null, 30]), [])).toEqual({
    startS: [0, 60, 120],
    endS: [60, 120, 180],
    inBps: [10, null, 30],
    outBps: [1, null, 3],
  });
});

it('appends cells from the first step that they cover whole, with gaps where they miss', () => {
  const cells: Cell[] = [
    [110, 1, 1],
    [120, 2, 2],
    [140, 4, 4],
  ];
  const series = buildSeries(trafficOf(60, [10, 20, 30]), cells);
  expect(series.startS).toEqual([0, 60, 120, 130, 140]);
  expect(series.endS).toEqual([60, 120, 130, 140, 150]);
  expect(series.inBps).toEqual([10, 20, 2, null, 4]);
});

it('keeps the answer when cells do not cover the beginning of a step', () => {
  expect(buildSeries(trafficOf(60, [10, 20]), [[90, 5, 5]]).inBps).toEqual([10, 20]);
});

it('appends by the minute beside longer steps', () => {
  const cells: Cell[] = [];
  for (let s = 300; s < 390; s += 10) cells.push([s, 60, 6]);
  const series = buildSeries(trafficOf(300, [10]), cells);
  expect(series.startS).toEqual([0, 300, 360]);
  expect(series.endS).toEqual([300, 360, 390]);
  expect(series.inBps).toEqual([10, 60, 60]);
});

it('sums up peaks, means and how much was seen of the time that has passed', () => {
  expect(summarise(trafficOf(60, [10, null, 30, null]), 180_000)).toEqual({
    peakInBps: 30,
    peakOutBps: 3,
    meanInBps: 20,
    meanOutBps: 2,
    coverage: 2 / 3,
  });
  expect(summarise(trafficOf(60, [null]), 0).coverage).toBeNull();
});
