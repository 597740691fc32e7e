/**
 * The English school year in Europe/London. Terms are a typical pattern, worked out from the year alone: local
 * authorities differ by a few days.
 */

const dayMs = 86_400_000;

/** Days since 1970-01-01 of a date; month 1 to 12. */
const dayNumber = (year: number, month: number, day: number): number => Date.UTC(year, month - 1, day) / dayMs;

/** 0 = Monday. 1970-01-01 was a Thursday. */
const weekdayOf = (day: number): number => (((day + 3) % 7) + 7) % 7;

/** The last given weekday on or before a day. */
const onOrBefore = (day: number, weekday: number): number => day - ((weekdayOf(day) - weekday + 7) % 7);

/** British Summer Time runs between the last Sundays of March and October, 01:00 UTC. */
export function londonOffsetMs(timeMs: number): number {
  const year = new Date(timeMs).getUTCFullYear();
  const begins = onOrBefore(dayNumber(year, 3, 31), 6) * dayMs + 3_600_000;
  const ends = onOrBefore(dayNumber(year, 10, 31), 6) * dayMs + 3_600_000;
  return timeMs >= begins && timeMs < ends ? 3_600_000 : 0;
}

/** Gregorian Easter Sunday, as a day number (Meeus, Jones, Butcher). */
export function easterSunday(year: number): number {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const h = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const month = Math.floor((h + l - 7 * m + 114) / 31);
  return dayNumber(year, month, ((h + l - 7 * m + 114) % 31) + 1);
}

export type DayKind = 'term' | 'exams' | 'holiday' | 'weekend';

/** Monday of the week that holds a day. */
const monday = (day: number): number => onOrBefore(day, 0);

function isHoliday(day: number, year: number): boolean {
  const within = (first: number, days: number): boolean => day >= first && day < first + days;
  const easter = easterSunday(year);
  return (
    day < monday(dayNumber(year, 1, 4)) + (weekdayOf(dayNumber(year, 1, 4)) > 4 ? 7 : 0) || // Christmas, until early January
    within(monday(dayNumber(year, 2, 17)), 5) || // half term
    within(easter - 6, 14) || // the week before Easter Sunday, the week after it
    day === onOrBefore(dayNumber(year, 5, 7), 0) || // early May bank holiday
    within(onOrBefore(dayNumber(year, 5, 31), 0), 5) || // half term begins with the bank holiday
    within(dayNumber(year, 7, 22), dayNumber(year, 9, 3) - dayNumber(year, 7, 22)) || // summer
    within(monday(dayNumber(year, 10, 28)), 5) || // half term
    day > dayNumber(year, 12, 19) // Christmas
  );
}

export interface LocalTime {
  /** Days since 1970-01-01, local. */
  readonly day: number;
  /** Local minute of the day, whole. */
  readonly minute: number;
  /** 0 = Monday. */
  readonly weekday: number;
}

export function londonTime(timeMs: number): LocalTime {
  const local = timeMs + londonOffsetMs(timeMs);
  const day = Math.floor(local / dayMs);
  return { day, minute: Math.floor((local - day * dayMs) / 60_000), weekday: weekdayOf(day) };
}

/** What kind of a day a local day is. Exams: GCSE and A-level weeks, mid-May to the third week of June. */
export function dayKind(day: number): DayKind {
  if (weekdayOf(day) > 4) return 'weekend';
  const date = new Date(day * dayMs);
  const year = date.getUTCFullYear();
  if (isHoliday(day, year)) return 'holiday';
  return day >= dayNumber(year, 5, 10) && day <= dayNumber(year, 6, 21) ? 'exams' : 'term';
}
