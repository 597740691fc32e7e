import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Terms } from '../model.ts';
import { dayNumber, dayText } from '../time/periods.ts';
import { credits } from './credits.ts';
import { workingDaysAfter } from './days.ts';
import type { CreditInput } from './types.ts';

const hour = 3_600_000;
const period = { fromMs: Date.parse('2026-04-01T00:00+01:00'), toMs: Date.parse('2026-05-01T00:00+01:00') };
const countedMs = period.toMs - period.fromMs;
const base: Omit<CreditInput, 'terms'> = { period, monthlyCharge: '1234.50', countedMs, lostMs: 0, outages: [] };
const pence = (due: string | null): number => (due === null ? 0 : Number(due.replace('.', '')));

const percentage = fc.integer({ min: 0, max: 100_000 }).map((n) => n / 1000);
const amount = fc.integer({ min: 0, max: 10_000 }).map((n) => n / 100);
const creditTerms: fc.Arbitrary<Terms> = fc.record(
  {
    target: percentage,
    credits: fc.record(
      {
        unit: fc.constantFrom(
          'percent-of-monthly-charge' as const,
          'days-of-charge' as const,
          'days-per-hour' as const,
        ),
        bands: fc.array(fc.record({ below: percentage, credit: amount }), { maxLength: 4 }),
        step: fc.record({ percent: fc.integer({ min: 1, max: 100_000 }).map((n) => n / 1000), credit: amount }),
        capPercent: amount,
        capOf: fc.constantFrom('month' as const, 'quarter' as const, 'year' as const),
        reportWithinDays: fc.integer({ min: 0, max: 10 }),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['credits'] },
);
const lost = fc.integer({ min: 0, max: countedMs });

describe('whatever the contract says', () => {
  test('more lost time, or more of it over a limit, never lowers the credit', () => {
    fc.assert(
      fc.property(creditTerms, lost, lost, lost, (terms, a, b, breach) => {
        const of = (lostMs: number, performanceBreachMs: number): number =>
          pence(credits({ ...base, terms, lostMs, performanceBreachMs }).due);
        const [less, more] = [Math.min(a, b), Math.max(a, b)];
        expect(of(more, breach)).toBeGreaterThanOrEqual(of(less, breach));
        expect(of(less, breach)).toBeGreaterThanOrEqual(of(less, 0));
      }),
      { numRuns: 500 },
    );
  });

  test('the cap holds, with what was credited earlier, to a penny of rounding', () => {
    fc.assert(
      fc.property(creditTerms, lost, fc.integer({ min: 0, max: 500_000 }), (terms, lostMs, before) => {
        const earlier = (before / 100).toFixed(2);
        const due = pence(credits({ ...base, terms, lostMs, performanceBreachMs: lostMs, earlier }).due);
        const { capPercent, capOf = 'month' } = terms.credits!;
        if (capPercent === undefined) return;
        const cap = (123_450 * { month: 1, quarter: 3, year: 12 }[capOf] * capPercent) / 100;
        expect(due).toBeLessThanOrEqual(Math.max(0, cap - before) + 0.5 + 1e-6);
      }),
      { numRuns: 500 },
    );
  });

  test('the order of outages and of bands does not matter', () => {
    const outages = fc.array(
      fc.record({
        fromMs: fc.integer({ min: period.fromMs, max: period.toMs }),
        countedMs: fc.integer({ min: 0, max: 10 * hour }),
        reportedMs: fc.option(fc.integer({ min: period.fromMs, max: period.toMs }), { nil: null }),
      }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(creditTerms, outages, (terms, given) => {
        const lostMs = given.reduce((sum, each) => sum + each.countedMs, 0);
        const turned = {
          ...terms,
          credits: { ...terms.credits, ...(terms.credits?.bands && { bands: terms.credits.bands.toReversed() }) },
        };
        const one = credits({ ...base, terms, lostMs, outages: given });
        const other = credits({ ...base, terms: turned, lostMs, outages: given.toReversed() });
        expect([other.due, other.percent]).toEqual([one.due, one.percent]);
      }),
    );
  });
});

test('nothing that counts, nothing lost or no credits in the contract: none is due, and it is said', () => {
  const terms: Terms = { credits: { bands: [{ below: 99, credit: 10 }], claimDays: 30 } };
  expect(credits({ ...base, terms, countedMs: 0, lostMs: 0 })).toMatchObject({
    due: null,
    percent: null,
    claimBy: null,
  });
  expect(credits({ ...base, terms }).working.at(-1)).toBe('No credit is due.');
  expect(credits({ ...base, terms: {}, lostMs: hour }).working).toEqual(['The contract has no service credits.']);
});

test('its working tells every step', () => {
  const terms: Terms = {
    target: 99.9,
    credits: {
      bands: [
        { below: 99.9, credit: 5 },
        { below: 99, credit: 10 },
      ],
      step: { percent: 1, credit: 5 },
      capPercent: 12,
      reportWithinDays: 2,
      claimDays: 30,
    },
  };
  const outages = [
    { fromMs: period.fromMs, countedMs: 12 * hour, reportedMs: period.fromMs + hour },
    { fromMs: period.fromMs + 100 * hour, countedMs: hour, reportedMs: null },
  ];
  // 12 h of 720 h are 1.6667 %: below 99 % by 0.6667 %, one step begun. 10 + 5 = 15 % of £1,234.50 are £185.175, 12 % are £148.14.
  expect(credits({ ...base, terms, lostMs: 13 * hour, outages })).toEqual({
    due: '148.14',
    percent: 12,
    claimBy: '2026-05-30',
    working: [
      '1 outage not reported within 2 days of its beginning, 1 h: no credit.',
      '12 h lost of 720 h: 98.333333 %.',
      'Bands: below 99.9 % 5, below 99 % 10; reached: 10.',
      '1 step of 1 %, the last one begun or whole, below 99 %: 1 × 5.',
      '15 % of the monthly charge.',
      'Of £1,234.50 a month: £185.18.',
      "Capped at 12 % of a month's charge, £148.14.",
      'Due: £148.14, to the nearest penny, halves up.',
    ],
  });
});

test.each(['', '-1', '1.234', '1e3', '£5', '1,000', ' 1', '1.', '9'.repeat(13)])(
  'an amount of "%s" is refused',
  (monthlyCharge) => {
    const terms: Terms = { credits: { bands: [{ below: 100, credit: 10 }] } };
    expect(() => credits({ ...base, terms, lostMs: hour, monthlyCharge })).toThrow(RangeError);
  },
);

test('working days are those that counting them day by day gives', () => {
  const first = dayNumber('2025-12-01');
  const day = fc.integer({ min: first, max: first + 500 }).map((number) => dayText(number));
  fc.assert(
    fc.property(day, day, fc.array(day, { maxLength: 20 }), (after, to, holidays) => {
      let count = 0;
      for (let number = dayNumber(after) + 1; number <= dayNumber(to); number++) {
        const weekday = new Date(`${dayText(number)}T12:00Z`).getUTCDay();
        if (weekday !== 0 && weekday !== 6 && !holidays.includes(dayText(number))) count++;
      }
      expect(workingDaysAfter(after, to, holidays)).toBe(count);
    }),
    { numRuns: 300 },
  );
});
