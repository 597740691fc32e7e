/** A recurrence as a form has it, as RFC 5545 (3.3.10) writes it, and in words. */
import { fromLocalInput } from '../../lib/time.ts';
import { weekdayOf } from '../lib/months.ts';

export const weekdays = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;
export type Weekday = (typeof weekdays)[number];
export const weekdayNames: Readonly<Record<Weekday, string>> = {
  MO: 'Monday',
  TU: 'Tuesday',
  WE: 'Wednesday',
  TH: 'Thursday',
  FR: 'Friday',
  SA: 'Saturday',
  SU: 'Sunday',
};

export const nths = [1, 2, 3, 4, -1] as const;
export type Nth = (typeof nths)[number];
export const nthNames: Readonly<Record<Nth, string>> = {
  1: 'first',
  2: 'second',
  3: 'third',
  4: 'fourth',
  [-1]: 'last',
};

export type Pattern = 'once' | 'weekly' | 'monthly-weekday' | 'monthly-day' | 'raw';

/** Everything that the form holds; what a pattern does not use stays for when it is chosen again. */
export interface Recurrence {
  readonly pattern: Pattern;
  /** Every so many weeks or months. */
  readonly every: number;
  readonly days: readonly Weekday[];
  readonly nth: Nth;
  readonly weekday: Weekday;
  readonly monthDay: number;
  readonly ends: 'never' | 'on' | 'after';
  /** Last day, as `2026-09-01`. */
  readonly until: string;
  readonly count: number;
  readonly raw: string;
}

/** A form as it begins for a first day: what repeats on that day. */
export function recurrenceFrom(day: string): Recurrence {
  const weekday = weekdays[weekdayOf(day)]!;
  const number = Number(day.slice(8));
  const nth = number > 28 ? -1 : (Math.ceil(number / 7) as Nth);
  return {
    pattern: 'once',
    every: 1,
    days: [weekday],
    nth,
    weekday,
    monthDay: number,
    ends: 'never',
    until: '',
    count: 10,
    raw: '',
  };
}

/** `20260901T225959Z`: the end of a day in London, as a rule whose start has a time zone must have it. */
function untilText(day: string): string {
  const ms = fromLocalInput(`${day}T23:59:59`);
  if (ms === null) throw new RangeError(`not a day: ${day}`);
  return new Date(ms).toISOString().replaceAll(/[-:]|\.\d+/g, '');
}

/** The rule; null = it takes place once. @throws RangeError when a part is missing, in words. */
export function ruleOf(form: Recurrence): string | null {
  const { pattern, every, days, nth, weekday, monthDay, ends, until, count } = form;
  if (pattern === 'once') return null;
  if (pattern === 'raw') {
    const raw = form.raw.trim().replace(/^RRULE:/i, '');
    if (raw === '') throw new RangeError('The rule is needed, for example FREQ=WEEKLY;BYDAY=SU.');
    return raw;
  }
  if (!Number.isInteger(every) || every < 1 || every > 52) throw new RangeError('Every how many is from 1 to 52.');
  const parts = [pattern === 'weekly' ? 'FREQ=WEEKLY' : 'FREQ=MONTHLY'];
  if (every > 1) parts.push(`INTERVAL=${every}`);
  if (pattern === 'weekly') {
    if (days.length === 0) throw new RangeError('Choose at least one day of the week.');
    parts.push(`BYDAY=${weekdays.filter((day) => days.includes(day)).join(',')}`);
  } else if (pattern === 'monthly-weekday') parts.push(`BYDAY=${nth}${weekday}`);
  else {
    if (!Number.isInteger(monthDay) || monthDay < 1 || monthDay > 31)
      throw new RangeError('The day of the month is from 1 to 31.');
    parts.push(`BYMONTHDAY=${monthDay}`);
  }
  if (ends === 'on') {
    if (until === '') throw new RangeError('The last day is needed.');
    parts.push(`UNTIL=${untilText(until)}`);
  }
  if (ends === 'after') {
    if (!Number.isInteger(count) || count < 1 || count > 1000)
      throw new RangeError('How many times is from 1 to 1,000.');
    parts.push(`COUNT=${count}`);
  }
  return parts.join(';');
}

/** The form of a rule; one that the form cannot tell in its own fields is shown as it is written. */
export function recurrenceOf(rule: string | null, day: string): Recurrence {
  const first = recurrenceFrom(day);
  if (rule === null) return first;
  const raw: Recurrence = { ...first, pattern: 'raw', raw: rule };
  const parts = new Map(
    rule
      .toUpperCase()
      .split(';')
      .map((part) => part.split('=', 2) as [string, string]),
  );
  const known = ['FREQ', 'INTERVAL', 'BYDAY', 'BYMONTHDAY', 'UNTIL', 'COUNT'];
  if ([...parts.keys()].some((name) => !known.includes(name))) return raw;
  const form = patternOf(parts, first);
  if (!form) return raw;
  const whole = { ...form, every: Number(parts.get('INTERVAL') ?? 1), ...endOf(parts) };
  try {
    // Only what comes out as it went in is told in fields.
    return ruleOf(whole) === rule.toUpperCase() ? { ...whole, raw: rule } : raw;
  } catch {
    return raw;
  }
}

function patternOf(parts: ReadonlyMap<string, string>, first: Recurrence): Recurrence | null {
  const byDay = parts.get('BYDAY') ?? '';
  const monthDay = parts.get('BYMONTHDAY');
  if (parts.get('FREQ') === 'WEEKLY' && monthDay === undefined) {
    const days = byDay.split(',');
    return days.every((day) => (weekdays as readonly string[]).includes(day))
      ? { ...first, pattern: 'weekly', days: days as Weekday[] }
      : null;
  }
  if (parts.get('FREQ') !== 'MONTHLY') return null;
  if (monthDay !== undefined)
    return byDay === '' ? { ...first, pattern: 'monthly-day', monthDay: Number(monthDay) } : null;
  const [, nth = '', weekday = ''] = /^(-?\d)([A-Z]{2})$/.exec(byDay) ?? [];
  const known = nths.find((each) => String(each) === nth);
  return known !== undefined && (weekdays as readonly string[]).includes(weekday)
    ? { ...first, pattern: 'monthly-weekday', nth: known, weekday: weekday as Weekday }
    : null;
}

function endOf(parts: ReadonlyMap<string, string>): Pick<Recurrence, 'ends'> & Partial<Recurrence> {
  const until = parts.get('UNTIL');
  if (until !== undefined) {
    const [, y, m, d, h, min, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(until) ?? [];
    if (y === undefined) return { ends: 'never' };
    const ms = Date.UTC(Number(y), Number(m) - 1, Number(d), Number(h), Number(min), Number(s));
    return { ends: 'on', until: new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/London' }).format(ms) };
  }
  const count = parts.get('COUNT');
  return count === undefined ? { ends: 'never' } : { ends: 'after', count: Number(count) };
}

/** `every second Sunday of the month`; a rule that has no simple words is shown as it is written. */
export function recurrenceWords(rule: string | null, day: string): string {
  if (rule === null) return 'once';
  const form = recurrenceOf(rule, day);
  const end =
    form.ends === 'on' ? `, until ${form.until}` : form.ends === 'after' ? `, ${form.count} times in all` : '';
  const span = (one: string): string => (form.every === 1 ? `every ${one}` : `every ${form.every} ${one}s`);
  switch (form.pattern) {
    case 'weekly':
      return `${span('week')} on ${form.days.map((each) => weekdayNames[each]).join(', ')}${end}`;
    case 'monthly-weekday':
      return `${span('month')} on the ${nthNames[form.nth]} ${weekdayNames[form.weekday]}${end}`;
    case 'monthly-day':
      return `${span('month')} on day ${form.monthDay}${form.monthDay > 28 ? ' (where the month has it)' : ''}${end}`;
    default:
      return rule;
  }
}
