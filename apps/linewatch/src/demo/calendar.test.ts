import { expect, test } from 'vitest';
import { dayKind, easterSunday, londonOffsetMs, londonTime } from './calendar.ts';

const day = (text: string): number => Date.parse(`${text}T00:00:00Z`) / 86_400_000;

test('local time agrees with the time zone database, hour by hour over four years', () => {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', hour: '2-digit', hourCycle: 'h23' });
  const differing: string[] = [];
  for (let t = Date.UTC(2024, 0, 1); t < Date.UTC(2028, 0, 1); t += 3_600_000)
    if (Number(format.format(t)) !== Math.floor(londonTime(t).minute / 60)) differing.push(new Date(t).toISOString());
  expect(differing).toEqual([]);
});

test('the clocks go forward and back at 01:00 UTC', () => {
  const forward = Date.parse('2026-03-29T01:00:00Z');
  const back = Date.parse('2026-10-25T01:00:00Z');
  expect([forward - 1, forward, back - 1, back].map(londonOffsetMs)).toEqual([0, 3_600_000, 3_600_000, 0]);
  expect(londonTime(forward)).toEqual({ day: day('2026-03-29'), minute: 120, weekday: 6 });
});

test('Easter is where it is', () => {
  expect([2024, 2025, 2026, 2027].map(easterSunday)).toEqual(
    ['2024-03-31', '2025-04-20', '2026-04-05', '2027-03-28'].map(day),
  );
});

test.each([
  ['2026-01-02', 'holiday'],
  ['2026-01-06', 'term'],
  ['2026-02-18', 'holiday'],
  ['2026-03-18', 'term'],
  ['2026-04-03', 'holiday'],
  ['2026-04-10', 'holiday'],
  ['2026-04-13', 'term'],
  ['2026-05-04', 'holiday'],
  ['2026-05-19', 'exams'],
  ['2026-05-27', 'holiday'],
  ['2026-06-10', 'exams'],
  ['2026-08-12', 'holiday'],
  ['2026-09-08', 'term'],
  ['2026-10-28', 'holiday'],
  ['2026-11-14', 'weekend'],
  ['2026-11-18', 'term'],
  ['2026-12-24', 'holiday'],
])('%s is a day of kind %s', (text, kind) => {
  expect(dayKind(day(text))).toBe(kind);
});

test('a school year has about 190 school days', () => {
  let days = 0;
  for (let d = day('2025-09-01'); d < day('2026-09-01'); d++) if (['term', 'exams'].includes(dayKind(d))) days++;
  expect(days).toBeGreaterThan(180);
  expect(days).toBeLessThan(200);
});
