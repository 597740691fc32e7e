/** Whether a text is what its format says, as far as a browser can tell. The server checks again, and more. */
import type { FieldFormat } from '@linewatch/contract';
import { parseMoney, parseRate } from './rates.ts';

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

function isMoment(text: string): boolean {
  if (isDay(text)) return true;
  const parts =
    /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/.exec(
      text,
    );
  return parts !== null && isDay(parts[1]!);
}

const isIpv4 = (text: string): boolean =>
  /^\d{1,3}(\.\d{1,3}){3}$/.test(text) && text.split('.').every((part) => Number(part) <= 255);

/** By the parser that every browser has: a host in brackets is an IPv6 address or no URL. */
function isIpv6(text: string): boolean {
  if (!/^[0-9a-f:.]{2,45}$/i.test(text) || !text.includes(':')) return false;
  return URL.canParse(`http://[${text}]/`);
}

function isNetwork(text: string): boolean {
  const [address, bits, more] = text.split('/');
  if (address === undefined || more !== undefined) return false;
  const most = isIpv4(address) ? 32 : isIpv6(address) ? 128 : -1;
  if (most < 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
}

const checks: Readonly<Record<FieldFormat, (text: string) => boolean>> = {
  day: isDay,
  moment: isMoment,
  rate: (text) => parseRate(text) !== null,
  money: (text) => parseMoney(text) !== null,
  clock: (text) => /^([01]?\d|2[0-3]):[0-5]\d$|^24:00$/.test(text),
  address: (text) => isIpv4(text) || isIpv6(text),
  network: isNetwork,
  postcode: (text) => /^[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}$/i.test(text),
  email: (text) => /^[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)*$/.test(text),
  phone: (text) => /^[0-9+(). x-]{3,40}$/.test(text) && /\d.*\d.*\d/.test(text),
  url: (text) => /^https?:\/\//i.test(text) && URL.canParse(text),
  'long-text': () => true,
};

export const fits = (format: FieldFormat, text: string): boolean => checks[format](text);
