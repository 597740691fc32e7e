/** Calendar days as text, `2026-09-01`: their order is that of the text. No time zone is in them. */

const dayMs = 86_400_000;
const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const msOf = (day: string): number => Date.parse(`${day}T00:00:00Z`);

const london = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Europe/London',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});

/** The day that it is in London, Unix ms. */
export const londonDay = (nowMs: number): string => london.format(nowMs);

export const addDays = (day: string, days: number): string => iso(msOf(day) + days * dayMs);

export const daysBetween = (from: string, to: string): number => Math.round((msOf(to) - msOf(from)) / dayMs);

/** Calendar months; a day that the month does not have is its last. */
export function addMonths(day: string, months: number): string {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return iso(Date.UTC(year, month - 1 + months, Math.min(date, last)));
}

/** Whole months from a day to another that is as many months later; undefined: it is not so. */
export function monthsBetween(from: string, to: string): number | undefined {
  const [y1 = 0, m1 = 0] = from.split('-').map(Number);
  const [y2 = 0, m2 = 0] = to.split('-').map(Number);
  const months = (y2 - y1) * 12 + m2 - m1;
  return months > 0 && addMonths(from, months) === to ? months : undefined;
}
