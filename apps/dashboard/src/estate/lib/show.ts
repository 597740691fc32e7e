/** Values as text for people, and as what a column is sorted by. */
import type { Kind } from '@linewatch/contract';
import { formatNominalRate } from '../../lib/format.ts';
import type { Field } from './fields.ts';
import { labelOf } from './labels.ts';
import { formatPence, parseMoney, parseRate } from './rates.ts';
import { isPlain } from './values.ts';

/** The name of a record of another kind. */
export type NameOf = (kind: Kind, id: string) => string;

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });

/** `2026-09-01` → `1 Sept 2026`; anything else as it is. */
export function showDay(text: string): string {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  return Number.isNaN(ms) ? text : day.format(ms);
}

const showRate = (text: string): string => formatNominalRate(parseRate(text));

/** `100 / 30 Mbit/s`; empty without either. */
export function showRates(rates: unknown): string {
  if (!isPlain(rates)) return '';
  const parts = ['down', 'up'].map((side) => (typeof rates[side] === 'string' ? showRate(rates[side]) : '–'));
  if (parts.every((part) => part === '–')) return '';
  if (parts[0] === parts[1]) return parts[0]!;
  const [figure, unit] = parts[0]!.split(' ');
  return `${parts[1]!.split(' ')[1] === unit ? figure! : parts[0]!} / ${parts[1]!}`;
}

function showText(field: Field, text: string, nameOf: NameOf): string {
  if (field.ref) return nameOf(field.ref, text);
  if (field.options.length > 0) return labelOf(text);
  switch (field.format) {
    case 'day':
    case 'moment':
      return showDay(text);
    case 'rate':
      return parseRate(text) === null ? text : showRate(text);
    case 'money': {
      const pence = parseMoney(text);
      return pence === null ? text : formatPence(pence);
    }
    default:
      return text;
  }
}

/** Identifiers are no quantities: they are not grouped by thousands. */
const isIdentifier = ({ name }: Field): boolean => ['urn', 'ukprn', 'index', 'firstYear'].includes(name);

/** Empty = nothing is there. */
export function show(field: Field, value: unknown, nameOf: NameOf): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (typeof value === 'number') {
    const text = isIdentifier(field) ? String(value) : value.toLocaleString('en-GB', { maximumFractionDigits: 6 });
    if (field.unit === '') return text;
    return /^[%°]/.test(field.unit) ? text + field.unit : `${text} ${field.unit}`;
  }
  if (typeof value === 'string') return showText(field, value, nameOf);
  if (Array.isArray(value)) {
    if (field.input === 'list') return value.map((item: unknown) => showParts(field.fields, item, nameOf)).join('; ');
    return value.map((each: unknown) => showText(field, String(each), nameOf)).join(', ');
  }
  return showParts(field.fields, value, nameOf);
}

function showParts(fields: readonly Field[], value: unknown, nameOf: NameOf): string {
  if (!isPlain(value)) return '';
  return fields
    .flatMap((part) => {
      const text = show(part, value[part.name], nameOf);
      return text === '' ? [] : [`${part.title.toLowerCase()} ${text}`];
    })
    .join(', ');
}

/** What a column is sorted by: figures by size, names by the alphabet; null comes last. */
export function sortValue(field: Field, value: unknown, nameOf: NameOf): number | string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 0 : 1;
  if (typeof value === 'string') {
    if (field.format === 'rate') return parseRate(value);
    if (field.format === 'money') return parseMoney(value);
    if (field.format === 'day' || field.format === 'moment') return value;
    return showText(field, value, nameOf);
  }
  return show(field, value, nameOf);
}
