/** Recurrence rules (RFC 5545, 3.3.10) as people write them for a maintenance: what is allowed of them, and what they mean. */
import { RRuleTemporal } from 'rrule-temporal';
import { Temporal } from 'temporal-polyfill';
import { timeText } from '../text.ts';
import { defaultTimeZone } from '../model.ts';
import { type Zone, zoneOf } from '../time/zone.ts';
import { MaintenanceError } from './types.ts';

const longestRule = 500;
const mostCount = 1000;
const mostInterval = 1000;
/** A rule that names no day in so many years names none: 29 February comes at least every 8. */
const lookMs = 30 * 366 * 86_400_000;

const list = (item: string): RegExp => new RegExp(String.raw`^(?:${item})(?:,(?:${item})){0,400}$`);
const whole = (most: number): RegExp => {
  const digits = String(most).length;
  return new RegExp(String.raw`^\d{1,${digits}}$`);
};
const day = '(?:MO|TU|WE|TH|FR|SA|SU)';
const parts: Readonly<
  Record<string, { readonly form: RegExp; readonly range?: readonly [number, number]; readonly is: string }>
> = {
  FREQ: { form: /^(?:DAILY|WEEKLY|MONTHLY|YEARLY)$/, is: 'DAILY, WEEKLY, MONTHLY or YEARLY' },
  INTERVAL: { form: whole(mostInterval), range: [1, mostInterval], is: `a number from 1 to ${mostInterval}` },
  COUNT: { form: whole(mostCount), range: [1, mostCount], is: `a number from 1 to ${mostCount}` },
  UNTIL: { form: /^\d{8}(?:T\d{6}Z?)?$/, is: 'a day or time such as 20261231 or 20261231T235959Z' },
  BYDAY: { form: list(String.raw`[+-]?[1-5]?\d?${day}`), is: 'days such as SU, or 2SU for the second Sunday' },
  BYMONTH: { form: list(String.raw`\d{1,2}`), range: [1, 12], is: 'months from 1 to 12' },
  BYMONTHDAY: {
    form: list(String.raw`[+-]?\d{1,2}`),
    range: [1, 31],
    is: 'days of the month from 1 to 31, or -1 for the last',
  },
  BYYEARDAY: { form: list(String.raw`[+-]?\d{1,3}`), range: [1, 366], is: 'days of the year from 1 to 366' },
  BYWEEKNO: { form: list(String.raw`[+-]?\d{1,2}`), range: [1, 53], is: 'weeks of the year from 1 to 53' },
  BYSETPOS: { form: list(String.raw`[+-]?\d{1,3}`), range: [1, 366], is: 'places from 1 to 366, or -1 for the last' },
  WKST: { form: new RegExp(`^${day}$`), is: 'a day such as MO' },
};

const invalid = (message: string, cause?: unknown): MaintenanceError =>
  new MaintenanceError('rrule_invalid', message, cause === undefined ? undefined : { cause });

function readParts(text: string): ReadonlyMap<string, string> {
  if (text.length > longestRule) throw invalid(`the rule is over ${longestRule} characters`);
  const read = new Map<string, string>();
  for (const part of text
    .trim()
    .replace(/^RRULE:/i, '')
    .replace(/;$/, '')
    .split(';')) {
    const [key = '', value, ...more] = part.toUpperCase().split('=');
    if (value === undefined || more.length > 0) throw invalid(`"${part.slice(0, 40)}" is not of the form NAME=value`);
    if (key === 'BYHOUR' || key === 'BYMINUTE' || key === 'BYSECOND')
      throw invalid(`${key} is not allowed: the time of the day is that of the start`);
    const known = Object.hasOwn(parts, key) ? parts[key] : undefined;
    if (!known)
      throw invalid(`${key.slice(0, 20)} is not a part of a rule; known are ${Object.keys(parts).join(', ')}`);
    if (read.has(key)) throw invalid(`${key} is there twice`);
    const numbers = known.range ? value.split(',').map((each) => Math.abs(Number(each))) : [];
    if (!known.form.test(value) || numbers.some((each) => each < known.range![0] || each > known.range![1]))
      throw invalid(`${key}=${value.slice(0, 40)} must be ${known.is}`);
    read.set(key, value);
  }
  if (!read.has('FREQ')) throw invalid('FREQ is missing: how often it recurs, such as FREQ=WEEKLY');
  if (read.has('COUNT') && read.has('UNTIL')) throw invalid('COUNT and UNTIL must not both be there');
  return read;
}

/** The last moment of UNTIL, as local time: a day is meant to its end; with Z it is of UTC. */
function untilMs(value: string, zone: Zone): number {
  const [, year, month, date, hour = '23', minute = '59', second = '59'] =
    /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)Z?)?$/.exec(value)!;
  const ms = Date.parse(`${year}-${month}-${date}T${hour}:${minute}:${second}Z`);
  // Date takes 31 February for 3 March.
  if (Number.isNaN(ms) || new Date(ms).getUTCDate() !== Number(date))
    throw invalid(`UNTIL=${value} is no day of the calendar`);
  return value.endsWith('Z') ? zone.localMs(ms) : ms;
}

const local = (ms: number): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO('UTC');

/** Local times (in the form of `Zone.localMs`) at which occurrences begin. */
export interface Rule {
  /** In order, both ends included. @throws MaintenanceError `too_many` */
  between(fromMs: number, toMs: number): readonly number[];
}

/**
 * A rule that begins at a local time. It is worked out in local time, without any clock change, so an hour that a clock skips takes
 * none of its occurrences: works that were announced for 01:30 do take place on the night when 01:30 is left out.
 * @throws MaintenanceError `rrule_invalid` with what is wrong.
 */
export function readRule(text: string, startLocalMs: number, zone: Zone): Rule {
  const read = readParts(text);
  const until = read.get('UNTIL');
  const ruleText = [...read].filter(([key]) => key !== 'UNTIL').map(([key, value]) => `${key}=${value}`);
  let rule: RRuleTemporal;
  try {
    rule = new RRuleTemporal({
      rruleString: `RRULE:${ruleText.join(';')}`,
      dtstart: local(startLocalMs),
      tzid: 'UTC',
      strict: true,
      cache: false,
      ...(until !== undefined && { until: local(untilMs(until, zone)) }),
    });
  } catch (error) {
    if (error instanceof MaintenanceError) throw error;
    throw invalid(`the rule cannot be read: ${error instanceof Error ? error.message : ''}`, error);
  }
  return {
    between: (fromMs, toMs) => {
      if (fromMs > toMs) return [];
      try {
        return rule.between(local(fromMs), local(toMs), true).map((each) => each.epochMilliseconds);
      } catch (error) {
        throw new MaintenanceError('too_many', 'the rule takes too long to work out for this time', { cause: error });
      }
    },
  };
}

/**
 * Refuses a rule that cannot be read, is not allowed here (more often than daily, over 1,000 times), names no day that comes, or not
 * the day that it begins on. @throws MaintenanceError
 */
export function checkRrule(
  text: string,
  { startMs, timeZone }: { readonly startMs: number; readonly timeZone: string | null },
): void {
  const zone = maintenanceZone(timeZone);
  const startLocalMs = zone.localMs(startMs);
  const rule = readRule(text, startLocalMs, zone);
  let first: number | undefined;
  // A year first: most rules have an occurrence in it, and the library gives up on those that have none in thousands of days.
  for (const ms of [366 * 86_400_000, lookMs]) {
    try {
      [first] = rule.between(startLocalMs, startLocalMs + ms);
    } catch {
      // Too long to work out: as good as none.
    }
    if (first !== undefined) break;
  }
  if (first === undefined) throw invalid('the rule names no day that comes');
  if (first !== startLocalMs)
    throw invalid(
      `the rule does not name the day that the maintenance begins on, ${timeText(startMs, zone.name)}: by the rule it would begin at ${timeText(first, 'UTC')}`,
    );
}

/** @throws MaintenanceError `times_invalid` */
export function maintenanceZone(name: string | null): Zone {
  try {
    return zoneOf(name ?? defaultTimeZone);
  } catch (error) {
    throw new MaintenanceError('times_invalid', error instanceof Error ? error.message : 'no time zone', {
      cause: error,
    });
  }
}
