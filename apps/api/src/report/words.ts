/** How a report says numbers: the same on every machine. */
import { defaultTimeZone, durationText, percentText, timeText } from '@linewatch/sla';

const monthNames = [
  'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December',
]; // prettier-ignore

/** `September 2026` */
export const monthName = (month: string): string => `${monthNames[Number(month.slice(5)) - 1]} ${month.slice(0, 4)}`;

/** `12.3 Mbit/s`; a dash of nothing. */
export function rateText(bps: number | null): string {
  if (bps === null) return '–';
  if (bps >= 1e9) return `${(bps / 1e9).toFixed(1)} Gbit/s`;
  return bps >= 1e6 ? `${(bps / 1e6).toFixed(1)} Mbit/s` : `${(bps / 1e3).toFixed(1)} kbit/s`;
}

export const hoursText = (hours: number | null): string =>
  hours === null ? '–' : durationText(Math.round(hours * 60) * 60_000);

export const msText = (ms: number | null): string => (ms === null ? '–' : durationText(ms));
/** In London. */
export const atText = (atMs: number | null): string => (atMs === null ? '–' : timeText(atMs, defaultTimeZone));
export const percent = (value: number | null): string => percentText(value, 3);

/** Pounds and pence, added up without fractions. */
export function addPounds(amounts: readonly string[]): string {
  const pence = amounts.reduce((sum, each) => sum + BigInt(each.replace('.', '')), 0n);
  return `${pence / 100n}.${String(pence % 100n).padStart(2, '0')}`;
}

/** `30 October 2026` of `2026-10-30`. */
export const dayWords = (day: string | null): string =>
  day === null ? '–' : `${Number(day.slice(8))} ${monthName(day.slice(0, 7))}`;

const causeWords: Readonly<Record<string, string>> = {
  link: 'the line lost its link',
  admin: 'switched off at the device',
  path: 'its tunnels or paths were down',
  probe: 'its far end did not answer',
  silent: 'neither its device nor its far end answered',
  corrected: 'as a person corrected it',
};
export const causeText = (cause: string): string => causeWords[cause] ?? cause;
/** `site power` of `site-power`. */
export const codeText = (code: string): string => code.replaceAll('-', ' ');

/** `1 academy`, `3 academies`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',')} ${count === 1 ? one : many}`;

export const yesNo = (value: boolean | null): string => (value === null ? '–' : value ? 'yes' : 'no');
