/** The canonical text of each format of a field. Equal values have equal text, and reading it again gives it back. */
import type { FieldFormat } from '@linewatch/contract';
import { deviceAddress, network } from '../address.ts';
import type { Converted } from '../converted.ts';
import { day, momentMs, momentText, moneyPence, moneyText, rateBps, rateText, textProblem } from '../units.ts';

type Read = (text: string) => Converted<string>;

const through =
  (read: (text: string) => Converted<number>, write: (value: number) => string): Read =>
  (text) => {
    const result = read(text);
    return 'problem' in result ? result : { value: write(result.value) };
  };

function clock(text: string): Converted<string> {
  const [, hour, minute] = /^(\d\d?):(\d\d)$/.exec(text) ?? [];
  if (!hour || !minute || Number(minute) > 59 || Number(hour) * 60 + Number(minute) > 24 * 60)
    return { problem: 'must be a time of the day such as 08:30' };
  return { value: `${hour.padStart(2, '0')}:${minute}` };
}

function postcode(text: string): Converted<string> {
  const [, out, inward] = /^([A-Z]{1,2}[0-9][A-Z0-9]?) ?([0-9][A-Z]{2})$/.exec(text.toUpperCase()) ?? [];
  return out && inward ? { value: `${out} ${inward}` } : { problem: 'must be a postcode such as "LS1 4AP"' };
}

const email: Read = (text) =>
  /^[^@\s\p{Cc}]+@[^@\s\p{Cc}.]+(?:\.[^@\s\p{Cc}.]+)*$/u.test(text)
    ? { value: text }
    : { problem: 'must be an e-mail address' };

const phone: Read = (text) =>
  /^[0-9+(). x-]{3,40}$/.test(text) && /[0-9]{3}/.test(text.replace(/[^0-9]/g, '')) && text === text.trim()
    ? { value: text }
    : { problem: 'must be a telephone number: digits, blanks and + ( ) . - x' };

const url: Read = (text) => {
  const problem = 'must be an address that begins with https:// or http://';
  if (!/^https?:\/\/[^\s\p{Cc}]+$/u.test(text) || !URL.canParse(text)) return { problem };
  const { username, password } = new URL(text);
  return username || password ? { problem: 'must not have a name or password in it' } : { value: text };
};

/** Line breaks become plain ones; blanks at the ends go. */
const longText: Read = (text) => {
  const value = text.replace(/\r\n?/g, '\n').trim();
  if (value === '') return { problem: 'is blank' };
  // eslint-disable-next-line no-control-regex -- that is what is looked for
  if (/[\x00-\x08\x0b-\x1f\x7f-\x9f\p{Cs}]/u.test(value)) return { problem: 'must not have control characters' };
  return { value };
};

/** A name or the like, on one line. */
export const line: Read = (text) => {
  const problem = textProblem(text);
  return problem ? { problem } : { value: text };
};

export const formats: Readonly<Record<FieldFormat, Read>> = {
  day,
  moment: through(momentMs, momentText),
  rate: through(rateBps, rateText),
  money: through(moneyPence, moneyText),
  clock,
  address: deviceAddress,
  network,
  postcode,
  email,
  phone,
  url,
  'long-text': longText,
};
