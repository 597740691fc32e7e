/** Months of London's calendar, as `2026-09`. */
import { formatMonth, fromLocalInput, toLocalInput } from '../../lib/time.ts';

export const monthPattern = /^20\d{2}-(0[1-9]|1[0-2])$/;

/** The month that a moment lies in, in London. */
export const monthOf = (ms: number): string => toLocalInput(ms).slice(0, 7);

/** The month that an address names, none after the last; without one, another. */
export function monthIn(query: URLSearchParams, last: string, otherwise = last): string {
  const asked = query.get('month') ?? '';
  return monthPattern.test(asked) && asked <= last ? asked : otherwise;
}

/** So many months later; earlier, when negative. */
export function shiftMonth(month: string, by: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const count = year * 12 + number - 1 + by;
  return `${String(Math.floor(count / 12)).padStart(4, '0')}-${String((count % 12) + 1).padStart(2, '0')}`;
}

/** Midnight in London, Unix ms. `day` as `2026-09-01`. */
export function startOfDay(day: string): number {
  const ms = fromLocalInput(`${day}T00:00`);
  if (ms === null) throw new RangeError(`not a day: ${day}`);
  return ms;
}

/** Half open, Unix ms: 743 h in March, 745 h in October. */
export function monthSpan(month: string): { readonly fromMs: number; readonly toMs: number } {
  return { fromMs: startOfDay(`${month}-01`), toMs: startOfDay(`${shiftMonth(month, 1)}-01`) };
}

/** `Sep 2026` */
export const monthName = (month: string): string => formatMonth(startOfDay(`${month}-15`));

const long = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', month: 'long', year: 'numeric' });
/** `September 2026` */
export const monthTitle = (month: string): string => long.format(Date.parse(`${month}-15T00:00:00Z`));

/** Days of a month: `2026-09-01`, … */
export function daysOf(month: string): string[] {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const count = new Date(Date.UTC(year, number, 0)).getUTCDate();
  return Array.from({ length: count }, (_, i) => `${month}-${String(i + 1).padStart(2, '0')}`);
}

/** The day after, and so on. */
export function shiftDay(day: string, by: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + by * 86_400_000).toISOString().slice(0, 10);
}

/** Monday = 0. */
export const weekdayOf = (day: string): number => (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;

/** The day that a moment lies in, in London. */
export const dayOf = (ms: number): string => toLocalInput(ms).slice(0, 10);

/** Whole weeks, from Monday, that hold a month. */
export function weeksOf(month: string): string[][] {
  const days = daysOf(month);
  const first = shiftDay(days[0]!, -weekdayOf(days[0]!));
  const weeks: string[][] = [];
  for (let day = first; day <= days.at(-1)!; day = shiftDay(day, 7))
    weeks.push(Array.from({ length: 7 }, (_, i) => shiftDay(day, i)));
  return weeks;
}
