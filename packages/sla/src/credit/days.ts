/** Calendar and working days as numbers: days since 1970. */
import { dayNumber } from '../time/periods.ts';

// 1 January 1970 was a Thursday: Monday is 0.
const weekdayOf = (day: number): number => (((day + 3) % 7) + 7) % 7;

/** Mondays to Fridays of the days before one. */
const weekdaysBefore = (day: number): number => {
  const weeks = Math.floor((day + 3) / 7);
  return weeks * 5 + Math.min(5, day + 3 - weeks * 7);
};

/**
 * Working days after one day, up to and with another: Monday to Friday but for bank holidays. 0 when the other is not later.
 * @throws RangeError for what is no day.
 */
export function workingDaysAfter(after: string, to: string, bankHolidays: readonly string[]): number {
  const first = dayNumber(after) + 1;
  const last = dayNumber(to);
  if (last < first) return 0;
  const holidays = new Set(bankHolidays.map((day) => dayNumber(day)));
  const off = [...holidays].filter((day) => day >= first && day <= last && weekdayOf(day) < 5).length;
  return weekdaysBefore(last + 1) - weekdaysBefore(first) - off;
}
