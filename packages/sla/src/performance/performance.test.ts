import fc from 'fast-check';
import { expect, test } from 'vitest';
import { total } from '../spans.ts';
import type { Exclusion, Terms } from '../model.ts';
import { judgedSpans } from './judged.ts';
import { performance } from './performance.ts';
import type { PerformanceSample } from './types.ts';

const minute = 60_000;
const hour = 3_600_000;
const fromMs = Date.parse('2026-09-10T00:00+01:00');
const period = { fromMs, toMs: fromMs + 24 * hour };
const sample = (atMs: number, fields: Partial<PerformanceSample> = {}): PerformanceSample => ({
  atMs,
  latencyMs: null,
  jitterMs: null,
  lossPercent: null,
  ...fields,
});

const maybe = (max: number) => fc.option(fc.integer({ min: 0, max }), { nil: null });
const samples = fc.array(
  fc
    .record({
      at: fc.integer({ min: -60, max: 1500 }),
      latencyMs: maybe(100),
      jitterMs: maybe(20),
      lossPercent: maybe(100),
    })
    .map(({ at, ...fields }) => sample(fromMs + at * minute, fields)),
  { maxLength: 300 },
);
const spans = fc.array(
  fc
    .record({ from: fc.integer({ min: -60, max: 1500 }), length: fc.integer({ min: 0, max: 600 }) })
    .map(({ from, length }) => ({ fromMs: fromMs + from * minute, toMs: fromMs + (from + length) * minute })),
  { maxLength: 6 },
);

test('the order of samples and spans does not matter; windows over a limit are of judged time', () => {
  const minutes = fc.option(fc.integer({ min: 1, max: 120 }), { nil: undefined });
  fc.assert(
    fc.property(samples, spans, minutes, (given, judged, performanceMinutes) => {
      const terms: Terms = { latencyMs: 50, lossPercent: 5, ...(performanceMinutes && { performanceMinutes }) };
      const one = performance({ terms, period, samples: given, judged, source: '' });
      const turned = performance({
        terms,
        period,
        samples: given.toReversed(),
        judged: judged.toReversed(),
        source: '',
      });
      // Values are whole numbers: their sums are the same in any order.
      expect(turned).toEqual(one);
      const inside = judgedSpans({}, period, [], [period]);
      expect(inside).toEqual([]);
      expect(one.breachedMs).toBeLessThanOrEqual(total(judgedSpans({}, period, [], [])));
      for (const { windows, breaches, mean, worst } of one.measures) {
        expect(breaches).toBeLessThanOrEqual(windows);
        if (worst !== null && performanceMinutes === undefined) expect(worst).toBe(mean);
      }
    }),
  );
});

test('a limit without any sample has its windows unjudged; without a limit nothing is told of what was not measured', () => {
  const terms: Terms = { jitterMs: 5, performanceMinutes: 60 };
  expect(performance({ terms, period, samples: [], judged: [period], source: 'x' }).measures).toEqual([
    {
      what: 'jitter',
      unit: 'ms',
      limit: 5,
      windowMinutes: 60,
      mean: null,
      worst: null,
      windows: 0,
      breaches: 0,
      unjudged: 24,
      source: 'x',
    },
  ]);
});

test('samples outside of judged time, and those that are no numbers, count nowhere', () => {
  const judged = [{ fromMs, toMs: fromMs + 2 * minute }];
  const given = [
    sample(fromMs, { latencyMs: 10 }),
    sample(fromMs + minute, { latencyMs: Number.NaN }),
    sample(fromMs + minute, { latencyMs: Infinity }),
    sample(fromMs + 2 * minute, { latencyMs: 999 }),
  ];
  expect(performance({ terms: {}, period, samples: given, judged, source: '' }).measures).toMatchObject([
    { what: 'latency', limit: null, mean: 10, worst: 10, windows: 1, breaches: 0 },
  ]);
});

test('of windows without judged time nothing is said', () => {
  const terms: Terms = { latencyMs: 5, performanceMinutes: 60 };
  const judged = [{ fromMs: fromMs + hour, toMs: fromMs + 2 * hour }];
  const { measures } = performance({ terms, period, samples: [], judged, source: '' });
  expect(measures).toMatchObject([{ windows: 0, unjudged: 1 }]);
});

test('judged is what is in service hours, not excused and not down', () => {
  const at = (clock: number): number => fromMs + clock * hour;
  const terms: Terms = { serviceHours: { days: ['thu'], from: '08:00', to: '18:00' } };
  const exclusion = (code: Exclusion['code'], from: number, to: number): Exclusion => ({
    code,
    reason: '',
    fromMs: at(from),
    toMs: at(to),
  });
  const judged = judgedSpans(
    terms,
    period,
    [exclusion('site-power', 9, 10), exclusion('emergency-works', 12, 13)],
    [{ fromMs: at(17), toMs: Infinity }],
  );
  expect(judged).toEqual([
    { fromMs: at(8), toMs: at(9) },
    { fromMs: at(10), toMs: at(17) },
  ]);
});

test('more windows than fit are refused', () => {
  const long = { fromMs, toMs: fromMs + 401 * 24 * hour };
  expect(() =>
    performance({ terms: { performanceMinutes: 1 }, period: long, samples: [], judged: [], source: '' }),
  ).toThrow(RangeError);
});
