/** Rates and times as people write them. */
import type { Converted } from './converted.ts';

const factors: Readonly<Record<string, number>> = { k: 1e3, m: 1e6, g: 1e9, t: 1e12 };
const maxBps = 1e13;

/** Bit/s of a rate: a number of Mbit/s, or text with a unit (`512k`, `100M`, `1G`, `1.5 Gbit/s`). */
export function rateBps(rate: number | string): Converted<number> {
  let bps: number;
  if (typeof rate === 'number') {
    bps = rate * 1e6;
  } else {
    const [, digits, unit] = /^(\d{1,9}(?:\.\d{1,6})?) ?([kmgt])(?:bit\/s|bps)?$/i.exec(rate) ?? [];
    if (!digits || !unit) return { problem: 'must be a number of Mbit/s, or text such as "512k", "100M" or "1G"' };
    bps = Number(digits) * factors[unit.toLowerCase()]!;
  }
  bps = Math.round(bps);
  if (!(bps >= 1000)) return { problem: 'must be at least 1 kbit/s' };
  if (bps > maxBps) return { problem: 'is over 10 Tbit/s; a plain number is Mbit/s' };
  return { value: bps };
}

const london = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', hour: 'numeric', hourCycle: 'h23' });
const minYear = 1990;
const maxYear = 2199;
const dayMs = 86_400_000;

/**
 * Unix ms of a moment. A date alone is its midnight in London: clocks there are 0 or 1 hour ahead of UTC, and change at 01:00
 * UTC, so the hour that London shows at UTC midnight is what to take off.
 */
export function momentMs(text: string): Converted<number> {
  const [, year, month, day, hour, minute, second = '00', zone] =
    /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?(Z|[+-]\d\d:\d\d)?)?$/.exec(text) ?? [];
  if (!year || !month || !day)
    return { problem: 'must be a date such as 2026-09-01, or a time such as 2026-09-01T18:00+01:00' };
  const midnight = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const back = new Date(midnight);
  if (back.getUTCMonth() !== Number(month) - 1 || back.getUTCDate() !== Number(day))
    return { problem: `is not a day of the calendar` };
  if (Number(year) < minYear || Number(year) > maxYear)
    return { problem: `must be in the years ${minYear} to ${maxYear}` };
  if (!hour || !minute) return { value: midnight - Number(london.format(midnight)) * 3_600_000 };
  if (!zone) return { problem: 'needs its offset from UTC after the time, such as Z or +01:00' };
  const value = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`);
  if (Number.isNaN(value) || Math.abs(value - midnight) > 2 * dayMs) return { problem: 'is not a time of the day' };
  return { value };
}

const unitLetters = [
  ['T', 1e12],
  ['G', 1e9],
  ['M', 1e6],
] as const;

/** The shortest text that `rateBps` reads as just this rate: `1.5G`, `100M`, `512k`. */
export function rateText(bps: number): string {
  for (const [letter, factor] of unitLetters) {
    // Six decimals are read at most.
    if (bps >= factor && bps % (factor / 1e6) === 0) return `${decimal(bps, factor)}${letter}`;
  }
  return `${decimal(bps, 1e3)}k`;
}

function decimal(value: number, factor: number): string {
  const digits = String(factor).length - 1;
  const rest = String(value % factor)
    .padStart(digits, '0')
    .replace(/0+$/, '');
  return `${Math.floor(value / factor)}${rest && `.${rest}`}`;
}

const two = (value: number): string => String(value).padStart(2, '0');

/** Text that `momentMs` reads as this moment, to the second: a day where it is midnight in London, else London's time. */
export function momentText(ms: number): string {
  const utcHour = Math.floor(ms / 3_600_000) % 24;
  const ahead = (Number(london.format(ms)) - utcHour + 24) % 24;
  const local = new Date(ms + ahead * 3_600_000);
  const date = `${local.getUTCFullYear()}-${two(local.getUTCMonth() + 1)}-${two(local.getUTCDate())}`;
  const [hour, minute, second] = [local.getUTCHours(), local.getUTCMinutes(), local.getUTCSeconds()];
  if (hour === 0 && minute === 0 && second === 0) return date;
  const seconds = second === 0 ? '' : `:${two(second)}`;
  return `${date}T${two(hour)}:${two(minute)}${seconds}${ahead === 0 ? 'Z' : `+${two(ahead)}:00`}`;
}

/** A calendar day, as it is written. */
export function day(text: string): Converted<string> {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return { problem: 'must be a date such as 2026-09-01' };
  const read = momentMs(text);
  return 'problem' in read ? read : { value: text };
}

/** Pence of an amount in pounds: `1234.50`, `£1,234.50`. */
export function moneyPence(text: string): Converted<number> {
  const [, pounds = '', fraction = ''] = /^£?(\d{1,8}|\d{1,3}(?:,\d{3}){1,2})(?:\.(\d{1,2}))?$/.exec(text) ?? [];
  if (pounds === '') return { problem: 'must be an amount in pounds such as 1234.50' };
  const pence = Number(pounds.replaceAll(',', '')) * 100 + Number(fraction.padEnd(2, '0'));
  return { value: pence };
}

export const moneyText = (pence: number): string => `${Math.floor(pence / 100)}.${two(pence % 100)}`;

/** What is wrong with a name, if anything. */
export function textProblem(text: string): string | undefined {
  if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(text)) return 'must not have control characters or line breaks';
  if (text !== text.trim()) return 'must not begin or end with blanks';
  // As the database counts: code points, of which there are never more than there are units.
  if (text.length > 200 && Array.from(text).length > 200) return 'must be text of 1 to 200 characters';
  return undefined;
}
