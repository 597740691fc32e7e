/** Whether what people give can be kept. What is wrong is said in a sentence; templates and recurrences are the API's to read. */
import { type Matcher, kinds, slugPattern } from '@linewatch/contract';
import { checkValue } from '@linewatch/service';
import type { ClientBase } from 'pg';
import { RE2JS } from 're2js';
import type { Static, TSchema } from 'typebox';
import { refuse } from './errors.ts';

const most = 5;

const listed = (words: readonly string[]): string =>
  words.slice(0, most).join('; ') + (words.length > most ? '; …' : '');

/** The value with its defaults. @param of what it is, for the sentence, e.g. `settings`. */
export function checked<T extends TSchema>(raw: unknown, schema: T, of: string): Static<T> {
  const result = checkValue(raw, schema);
  if ('value' in result) return result.value;
  const told = result.problems.map(({ path, message }) => `${[of, path].filter(Boolean).join('.') || 'It'} ${message}`);
  return refuse(`${listed(told)}.`);
}

const slug = new RegExp(slugPattern);

export function checkId(id: string): void {
  if (!slug.test(id))
    refuse(
      'Its id may have up to 64 lower-case letters, digits and hyphens, and begins and ends with a letter or digit.',
    );
}

/** RE2: time linear in the text, whatever the expression. */
export function checkMatchers(matchers: readonly Matcher[]): void {
  for (const { name, op, value } of matchers) {
    if (op !== '=~' && op !== '!~') continue;
    try {
      RE2JS.compile(value);
    } catch (error) {
      const reason = error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : '';
      refuse(`What is to match ${name} is not a regular expression of RE2: ${reason.slice(0, 200)}.`);
    }
  }
}

type Named = 'academy' | 'provider' | 'circuit';

/** Refuses with the first of `ids` that there is none of in the trust. */
export async function checkThere(
  client: ClientBase,
  trust: number,
  kind: Named,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  const { rows } = await client.query<{ id: string }>(
    `SELECT n.id FROM unnest($2::text[]) AS n (id)
     WHERE NOT EXISTS (SELECT FROM ${kind} k WHERE k.trust_id = $1 AND k.slug = n.id) ORDER BY n.id`,
    [trust, [...new Set(ids)]],
  );
  if (rows.length > 0) refuse(`There is no ${kinds[kind].one} ${listed(rows.map(({ id }) => `"${id}"`))}.`);
}

export function checkTimeZone(timeZone: string | null): void {
  if (timeZone === null) return;
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone });
  } catch {
    refuse(`"${timeZone}" is no time zone, e.g. Europe/London.`);
  }
}
