/** One field in one cell of a table. */
import type { Converted } from '../converted.ts';
import { type Field, choicesOf } from './fields.ts';
import { rateBps, rateText } from '../units.ts';
import { guarded } from './table.ts';

const yes = ['true', 'yes', 'y', '1'];
const no = ['false', 'no', 'n', '0'];

export const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '');

function number(text: string, whole: boolean): Converted<number> {
  const digits = /^\d{1,3}(,\d{3})+$/.test(text) ? text.replaceAll(',', '') : text;
  if (!/^-?\d{1,15}(\.\d{1,15})?$/.test(digits))
    return { problem: whole ? 'must be a whole number' : 'must be a number' };
  return { value: Number(digits) };
}

/** Spreadsheets in Britain make 01/09/2026 of a date. */
const isoDay = (text: string): string =>
  text.replace(/^(\d{1,2})\/(\d{1,2})\/(\d{4})$/, (_, day: string, month: string, year: string) =>
    [year, month.padStart(2, '0'), day.padStart(2, '0')].join('-'),
  );

/** A number alone is Mbit/s. */
function mbps(value: number): Converted<string> {
  const bps = rateBps(value);
  return 'value' in bps ? { value: rateText(bps.value) } : bps;
}

function oneText({ node }: Field, text: string): Converted<unknown> {
  const choices = choicesOf(node);
  if (choices) return { value: choices.find((each) => plain(each) === plain(text)) ?? text };
  switch (node.format) {
    case 'rate':
      return /^\d{1,9}(\.\d{1,6})?$/.test(text) ? mbps(Number(text)) : { value: text };
    case 'money':
      return { value: text.replace(/^£ ?/, '').replaceAll(/,(?=\d{3}(\D|$))/g, '') };
    case 'day':
    case 'moment':
      return { value: isoDay(text) };
    default:
      return { value: text };
  }
}

/** Undefined: the cell is empty, and so is the field. Texts are checked further with their record. */
export function readCell(field: Field, text: string): Converted<unknown> {
  if (text === '') return { value: undefined };
  switch (field.shape) {
    case 'number':
    case 'integer':
      return number(text, field.shape === 'integer');
    case 'boolean': {
      const word = text.toLowerCase();
      return yes.includes(word)
        ? { value: true }
        : no.includes(word)
          ? { value: false }
          : { problem: 'must be yes or no' };
    }
    case 'list': {
      const choices = field.node.items && choicesOf(field.node.items);
      const items = text.split(';').flatMap((each) => (each.trim() === '' ? [] : [each.trim()]));
      return { value: items.map((item) => choices?.find((each) => plain(each) === plain(item)) ?? item) };
    }
    case 'json':
      try {
        return { value: JSON.parse(text) as unknown };
      } catch {
        return { problem: 'must be a list as JSON, such as [{"name": "…"}]' };
      }
    default:
      return oneText(field, text);
  }
}

export function cellText({ shape }: Field, value: unknown): string {
  if (value === undefined || value === null) return '';
  switch (shape) {
    case 'list':
      return guarded(Array.isArray(value) ? value.join(';') : '');
    case 'json':
      return Array.isArray(value) && value.length === 0 ? '' : guarded(JSON.stringify(value));
    case 'number':
    case 'integer':
    case 'boolean':
      return JSON.stringify(value);
    default:
      return guarded(typeof value === 'string' ? value : JSON.stringify(value));
  }
}
