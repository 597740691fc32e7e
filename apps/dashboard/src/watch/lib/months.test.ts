import { expect, it } from 'vitest';
import { dayOf, daysOf, monthName, monthOf, monthSpan, monthTitle, shiftMonth, weekdayOf, weeksOf } from './months.ts';

it('has months as long as they are in London', () => {
  const hours = (month: string): number => (monthSpan(month).toMs - monthSpan(month).fromMs) / 3_600_000;
  expect(['2026-02', '2026-03', '2026-09', '2026-10'].map(hours)).toEqual([672, 743, 720, 745]);
});

it('knows the month and the day of a moment by London’s clocks', () => {
  // Half past eleven at night in UTC is the next day in summer.
  const ms = Date.UTC(2026, 5, 30, 23, 30);
  expect([monthOf(ms), dayOf(ms)]).toEqual(['2026-07', '2026-07-01']);
});

it('counts months across years', () => {
  expect([shiftMonth('2026-01', -1), shiftMonth('2026-12', 1), shiftMonth('2026-05', -29)]).toEqual([
    '2025-12',
    '2027-01',
    '2023-12',
  ]);
  expect([monthName('2026-09'), monthTitle('2026-09')]).toEqual(['Sept 2026', 'September 2026']);
});

it('lays a month out in whole weeks from Monday', () => {
  const weeks = weeksOf('2026-11');
  expect([weeks[0]?.[0], weeks.at(-1)?.[6], weeks.length]).toEqual(['2026-10-26', '2026-12-06', 6]);
  expect(weeks.flat().filter((day) => day.startsWith('2026-11'))).toEqual(daysOf('2026-11'));
  expect(weekdayOf('2026-11-22')).toBe(6);
});
