/** Months, quarters, years and days of a time zone as spans of time. A month is as long as its clocks make it: March 2026 in London 743 h. */
import { type Span, defaultTimeZone } from '../model.ts';
import { firstYear, lastYear, zoneOf } from './zone.ts';

const dayMs = 86_400_000;

export type PeriodKind = 'month' | 'quarter' | 'year';

/** A calendar day with the time it lasts. */
export interface Day extends Span {
  /** `2026-03-29` */
  readonly day: string;
}

const monthsIn: Readonly<Record<PeriodKind, number>> = { month: 1, quarter: 3, year: 12 };

/** Months since January of year 0. @throws RangeError when it is not `2026-03`. */
function monthNumber(month: string): number {
  const [, year, of] = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(month) ?? [];
  if (!year || !of || Number(year) < firstYear || Number(year) > lastYear)
    throw new RangeError(
      `"${month.slice(0, 20)}" is not a month such as 2026-03, in the years ${firstYear} to ${lastYear}`,
    );
  return Number(year) * 12 + Number(of) - 1;
}

const monthText = (number: number): string => {
  const year = Math.floor(number / 12);
  return `${String(year).padStart(4, '0')}-${String(number - year * 12 + 1).padStart(2, '0')}`;
};

function monthsSpan(first: number, count: number, zone: string): Span {
  const clock = zoneOf(zone);
  const start = (number: number): number => clock.instantMs(Date.UTC(Math.floor(number / 12), number % 12, 1));
  return { fromMs: start(first), toMs: start(first + count) };
}

/** @throws RangeError for what is not a month (`2026-03`), or not a zone. */
export const monthSpan = (month: string, zone: string = defaultTimeZone): Span =>
  monthsSpan(monthNumber(month), 1, zone);

/** The month, `2026-03`, that a moment lies in. */
export function monthOf(atMs: number, zone: string = defaultTimeZone): string {
  const local = new Date(zoneOf(zone).localMs(atMs));
  return monthText(local.getUTCFullYear() * 12 + local.getUTCMonth());
}

/** The month so many months later, or earlier. */
export const monthAfter = (month: string, count = 1): string => monthText(monthNumber(month) + count);

/** The calendar quarter that a month lies in: of 2026-05, April to June. */
export function quarterSpan(month: string, zone: string = defaultTimeZone): Span {
  const number = monthNumber(month);
  return monthsSpan(number - (number % 3), 3, zone);
}

/** The calendar year that a month lies in. */
export function yearSpan(month: string, zone: string = defaultTimeZone): Span {
  const number = monthNumber(month);
  return monthsSpan(number - (number % 12), 12, zone);
}

/** The calendar month, quarter or year that a moment lies in. */
export function periodSpan(kind: PeriodKind, containingMs: number, zone: string = defaultTimeZone): Span {
  const number = monthNumber(monthOf(containingMs, zone));
  const count = monthsIn[kind];
  return monthsSpan(number - (number % count), count, zone);
}

/** Months, oldest first, that a span touches. */
export function monthsOf(span: Span, zone: string = defaultTimeZone): readonly string[] {
  if (!(span.fromMs < span.toMs)) return [];
  const first = monthNumber(monthOf(span.fromMs, zone));
  const last = monthNumber(monthOf(span.toMs - 1, zone));
  return Array.from({ length: last - first + 1 }, (_, index) => monthText(first + index));
}

/** The day, `2026-03-29`, that a moment lies in. */
export const dayOf = (atMs: number, zone: string = defaultTimeZone): string =>
  dayText(Math.floor(zoneOf(zone).localMs(atMs) / dayMs));

/** Days, oldest first, that a span touches, each from its midnight to the next: 23 to 25 h. */
export function daysOf(span: Span, zone: string = defaultTimeZone): readonly Day[] {
  const clock = zoneOf(zone);
  const midnight = (number: number): number => clock.instantMs(number * dayMs);
  return (
    dayNumbers(span, zone)
      .map((number) => ({ day: dayText(number), fromMs: midnight(number), toMs: midnight(number + 1) }))
      // A day that clocks skip (Samoa's 30 December 2011) has no time in it.
      .filter(({ fromMs, toMs }) => fromMs < toMs)
  );
}

/** Days since 1970 of a calendar day. @throws RangeError when it is not `2026-09-01`. */
export function dayNumber(day: string): number {
  const [, year, month, of] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day) ?? [];
  const ms = Date.UTC(Number(year), Number(month) - 1, Number(of));
  const date = new Date(ms);
  // Date takes 31 February for 3 March, and the year 99 for 1999.
  if (date.getUTCDate() !== Number(of) || date.getUTCMonth() !== Number(month) - 1 || Number(year) < 100)
    throw new RangeError(`"${day.slice(0, 20)}" is not a day such as 2026-09-01`);
  return ms / dayMs;
}

export const dayText = (number: number): string => new Date(number * dayMs).toISOString().slice(0, 10);

/** Local days, as days since 1970, that a span touches. */
export function dayNumbers(span: Span, zone: string): readonly number[] {
  if (!(span.fromMs < span.toMs)) return [];
  const clock = zoneOf(zone);
  const first = Math.floor(clock.localMs(span.fromMs) / dayMs);
  const last = Math.floor(clock.localMs(span.toMs - 1) / dayMs);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
