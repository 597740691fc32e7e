/** What a body may hold: the fields that are documented, their types and lengths. */
import { Refusal } from './server.ts';

export type Row = Record<string, unknown>;
/** What is wrong with a value; null: nothing. */
export type Check = (value: unknown) => string | null;

export const text =
  (most: number, least = 0): Check =>
  (value) =>
    typeof value !== 'string'
      ? 'is no text'
      : value.length > most
        ? `has ${value.length} characters, ${most} at most`
        : value.trim().length < least
          ? 'is empty'
          : null;
export const line =
  (most: number): Check =>
  (value) =>
    text(most, 1)(value) ?? (/[\r\n]/.test(value as string) ? 'has line ends' : null);
export const whole =
  (least: number, most = Number.MAX_SAFE_INTEGER): Check =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most ? null : 'is no such number';
export const oneOf =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value) ? null : `is ${JSON.stringify(value)}, none of ${values.join(', ')}`;
export const yes: Check = (value) => (typeof value === 'boolean' ? null : 'is neither true nor false');
export const list =
  (each: Check, most: number): Check =>
  (value) =>
    !Array.isArray(value)
      ? 'is no list'
      : value.length > most
        ? `has more than ${most}`
        : (value.map((item: unknown) => each(item)).find((problem) => problem !== null) ?? null);
export const anything: Check = () => null;
export const object =
  (shape: Readonly<Record<string, Check>>, needed: readonly string[] = []): Check =>
  (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'is no object';
    for (const name of needed) if (!(name in value)) return `has no ${name}`;
    for (const [name, inner] of Object.entries(value)) {
      const check = shape[name];
      if (check === undefined) return `has an unknown field ${name}`;
      const problem = check(inner);
      if (problem !== null) return `${name} ${problem}`;
    }
    return null;
  };

/** @throws Refusal with the vendor's status for what it does not take */
export function checked(value: unknown, check: Check, status = 400): Row {
  const problem = check(value);
  if (problem !== null) throw new Refusal(status, { error: problem });
  return value as Row;
}

export const htmlText = (html: unknown): string =>
  String(html)
    .replace(/<br>|<\/p>/g, '\n')
    .replace(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
