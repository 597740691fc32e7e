/** Hours of a week and school days, as spans of time. */
import { type SchoolCalendar, type Span, type WeekHours, type Weekday, defaultTimeZone } from './model.ts';
import { clip, union } from './spans.ts';
import { dayNumber, dayNumbers } from './time/periods.ts';
import { zoneOf } from './time/zone.ts';

const dayMs = 86_400_000;
const week: readonly Weekday[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const schoolWeek: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri'];

// 1 January 1970 was a Thursday.
const weekdayOf = (day: number): Weekday => week[(((day + 4) % 7) + 7) % 7]!;

function clockMs(clock: string): number {
  const [, hour, minute] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(clock) ?? (clock === '24:00' ? ['', '24', '00'] : []);
  if (!hour || !minute) throw new RangeError(`"${clock.slice(0, 20)}" is not a time of the day such as 08:30`);
  return (Number(hour) * 60 + Number(minute)) * 60_000;
}

/** The hours of some days within a span. A day's hours that pass midnight belong to the day on which they begin. */
function hoursOn(
  { from, to }: { readonly from: string; readonly to: string },
  on: (day: number) => boolean,
  zoneName: string,
  span: Span,
): readonly Span[] {
  const zone = zoneOf(zoneName);
  const fromClock = clockMs(from);
  const toClock = clockMs(to);
  const endClock = toClock > fromClock ? toClock : toClock + dayMs;
  const touched = dayNumbers(span, zoneName);
  if (touched.length === 0) return [];
  // Those of the day before may reach into the first.
  const days = [touched[0]! - 1, ...touched].filter(on);
  const at = (day: number, clock: number): number => zone.instantMs(day * dayMs + clock);
  return clip(union(days.map((day) => ({ fromMs: at(day, fromClock), toMs: at(day, endClock) }))), span);
}

/**
 * When a service is contracted for: without hours, always. Where clocks change, a time that they show twice is its first, one that
 * they skip is the moment of the change: 22:00 to 06:00 and 06:00 to 22:00 together are always the whole time.
 * @throws RangeError for what is no time of the day or no zone.
 */
export function serviceSpans(hours: WeekHours | undefined, zone: string | undefined, span: Span): readonly Span[] {
  if (!hours) return span.fromMs < span.toMs ? [span] : [];
  const days = new Set(hours.days);
  return hoursOn(hours, (day) => days.has(weekdayOf(day)), zone ?? defaultTimeZone, span);
}

/** A school year begins on 1 September. */
const schoolYearOf = (day: number): number => {
  const date = new Date(day * dayMs);
  return date.getUTCFullYear() - (date.getUTCMonth() < 8 ? 1 : 0);
};

/**
 * When a school teaches: its school day on its weekdays (Monday to Friday without them) in its terms, less INSET days and
 * holidays. Undefined = cannot be said: the calendar has no school day, or no term of a school year that the span touches, as when
 * next year's dates were not entered yet.
 * @throws RangeError for what is no day, no time of the day or no zone.
 */
export function schoolSpans(calendar: SchoolCalendar, span: Span): readonly Span[] | undefined {
  const { schoolDay, terms = [], timeZone = defaultTimeZone } = calendar;
  if (!schoolDay || terms.length === 0) return undefined;
  const ranges = (days: SchoolCalendar['terms'] = []): readonly (readonly [number, number])[] =>
    days.map(({ from, to }) => [dayNumber(from), dayNumber(to)]);
  const taught = ranges(terms);
  const away = [...ranges(calendar.inset), ...ranges(calendar.holidays)];
  const touched = dayNumbers(span, timeZone);
  if (touched.length === 0) return [];
  const known = (year: number): boolean =>
    taught.some(([from, to]) => schoolYearOf(from) <= year && year <= schoolYearOf(to));
  for (let year = schoolYearOf(touched[0]!); year <= schoolYearOf(touched.at(-1)!); year++)
    if (!known(year)) return undefined;

  const weekdays = new Set(calendar.weekdays ?? schoolWeek);
  const within = (day: number, all: readonly (readonly [number, number])[]): boolean =>
    all.some(([from, to]) => day >= from && day <= to);
  return hoursOn(
    schoolDay,
    (day) => weekdays.has(weekdayOf(day)) && within(day, taught) && !within(day, away),
    timeZone,
    span,
  );
}
