import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Terms } from '../model.ts';
import { percentile } from './percentile.ts';
import type { FiveMinutes } from './types.ts';

const startMs = Date.parse('2026-04-01T00:00+01:00');
const stepMs = 300_000;

const samplesOf = (ins: readonly number[], outs: readonly number[], counted = true): FiveMinutes => ({
  startMs,
  inBps: Float64Array.from(ins),
  outBps: Float64Array.from(outs),
  counted: new Uint8Array(ins.length).fill(counted ? 1 : 0),
});
const of = (
  rule: NonNullable<Terms['percentile']>,
  samples: FiveMinutes,
  school?: { fromMs: number; toMs: number }[],
) => percentile({ terms: { percentile: rule }, samples, committedBps: 50, ...(school && { school }) });

/** The smallest value that at least 95 of 100 do not exceed, looked for by trying. */
const naive = (values: readonly number[]): number | null => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.find((value) => values.filter((each) => each <= value).length * 100 >= values.length * 95) ?? null;
};

const rate = fc.option(fc.integer({ min: 0, max: 1000 }), { nil: Number.NaN, freq: 5 });
const pairs = fc.array(fc.tuple(rate, rate), { maxLength: 120 });

test('is what a naive search finds, by every rule, with gaps left out or as zero', () => {
  fc.assert(
    fc.property(pairs, fc.boolean(), (given, zero) => {
      const samples = samplesOf(
        given.map(([i]) => i),
        given.map(([, o]) => o),
      );
      const there = given.filter(([i, o]) => !Number.isNaN(i + o));
      const taken = zero ? [...there, ...Array<[number, number]>(given.length - there.length).fill([0, 0])] : there;
      const gaps = zero ? 'zero' : 'left-out';
      const ins = there.length === 0 ? null : naive(taken.map(([i]) => i));
      const outs = there.length === 0 ? null : naive(taken.map(([, o]) => o));
      expect(of({ gaps }, samples)).toMatchObject({
        inBps: ins,
        outBps: outs,
        billedBps: ins === null ? null : Math.max(ins, outs!),
        samples: there.length,
        missing: given.length - there.length,
      });
      const sums = there.length === 0 ? null : naive(taken.map(([i, o]) => i + o));
      expect(of({ gaps, rule: 'combined' }, samples).billedBps).toBe(sums);
      const over = ins === null ? null : Math.max(0, ins - 50) + Math.max(0, outs! - 50);
      expect(of({ gaps, rule: 'separate' }, samples)).toMatchObject({ billedBps: null, overBps: over });
    }),
    { numRuns: 300 },
  );
});

test('leaves its samples as they are', () => {
  const samples = samplesOf([3, 1, 2], [1, 3, 2]);
  of({}, samples);
  expect([[...samples.inBps], [...samples.outBps]]).toEqual([
    [3, 1, 2],
    [1, 3, 2],
  ]);
});

test('school hours have a percentile of their own: steps that begin in them', () => {
  const at = (step: number): number => startMs + step * stepMs;
  const samples = samplesOf([1, 2, 30, 40, 5], [0, 0, 3, 4, 0]);
  const school = [
    { fromMs: at(3), toMs: at(4) },
    { fromMs: at(2) - 1, toMs: at(3) },
  ];
  expect(of({}, samples, school)).toMatchObject({
    schoolInBps: 40,
    schoolOutBps: 4,
    peakInBps: 40,
    inBps: 40,
  });
  expect(of({}, samples, [{ fromMs: at(0) + 1, toMs: at(1) }])).toMatchObject({ schoolInBps: null });
  expect(of({}, samples)).toMatchObject({ schoolInBps: null, schoolOutBps: null });
});

test('is an estimate as soon as one sample is not of counters alone; a gap is none', () => {
  const counted = samplesOf([1, 2, Number.NaN], [1, 2, Number.NaN]);
  counted.counted[2] = 0;
  expect(of({}, counted).estimate).toBe(false);
  counted.counted[1] = 0;
  expect(of({}, counted).estimate).toBe(true);
});

test('without any sample there is no figure and no charge, also where gaps are zero', () => {
  const none = samplesOf([Number.NaN], [Number.NaN]);
  expect(of({ gaps: 'zero', burstPrice: 2 }, none)).toMatchObject({
    inBps: null,
    billedBps: null,
    peakInBps: null,
    overBps: null,
    burstCharge: null,
    missing: 1,
    estimate: false,
  });
});

test('arrays of different lengths are refused', () => {
  const samples = { ...samplesOf([1, 2], [1, 2]), outBps: new Float64Array(1) };
  expect(() => of({}, samples)).toThrow(RangeError);
});
