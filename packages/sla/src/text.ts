/** Figures as people read them. What is shown is cut, never rounded: 99.996 % is not 100 %. */
import { defaultTimeZone } from './model.ts';
import { zoneOf } from './time/zone.ts';

/** `99.99 %`; `–` for null. Digits beyond are cut off, so that it never looks better than it is. */
export function percentText(percent: number | null, digits = 2): string {
  if (percent === null) return '–';
  // The shortest decimal that is this number, so that 99.29 is not taken for 99.28999…; below 10⁻⁶ it would have an exponent.
  const [whole = '0', fraction = ''] = String(Math.abs(percent) < 1e-6 ? 0 : percent).split('.');
  return `${whole}${digits > 0 ? `.${fraction.slice(0, digits).padEnd(digits, '0')}` : ''} %`;
}

const units = [
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const;

/** `737 h 30 min`, exact to the ms; `0 min` of nothing. Hours are the largest unit: what a month has of them differs. */
export function durationText(ms: number): string {
  let left = Math.round(Math.abs(ms));
  const parts: string[] = [];
  for (const [unit, size] of units) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  const text = parts.join(' ') || '0 min';
  return ms <= -0.5 ? `−${text}` : text;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number): string => String(value).padStart(2, '0');

/** `29 Mar 2026 02:00`, as clocks there show it; seconds only where there are any. */
export function timeText(atMs: number, zone: string = defaultTimeZone): string {
  const local = new Date(zoneOf(zone).localMs(atMs));
  const seconds = local.getUTCSeconds() === 0 ? '' : `:${two(local.getUTCSeconds())}`;
  const clock = `${two(local.getUTCHours())}:${two(local.getUTCMinutes())}${seconds}`;
  return `${local.getUTCDate()} ${months[local.getUTCMonth()]!} ${local.getUTCFullYear()} ${clock}`;
}
