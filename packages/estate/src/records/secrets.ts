/** The secrets of a credential between its stored form, what is shown, and what is written. */
import type { Report } from './canonical.ts';
import { type Values, put, valueAt, withValue } from './merge.ts';
import type { Stored } from './read.ts';
import type { Sealer } from './seal.ts';
import { hiddenText, secretPaths } from './secret-field.ts';

/** Dotted path → text. */
type Texts = Readonly<Record<string, string>>;

export interface Opened {
  readonly texts: Texts;
  /** There are some, and this server's key does not open them. */
  readonly unreadable: boolean;
}

/** What a sealed text is bound to. */
export const ownerOf = (trust: string, id: string): string => `linewatch/${trust}/credential/${id}`;

export function opened(stored: Stored | undefined, sealer: Sealer, trust: string): Opened {
  if (!stored?.sealed) return { texts: {}, unreadable: false };
  const text = sealer.open(stored.sealed, ownerOf(trust, stored.id));
  return text === undefined ? { texts: {}, unreadable: true } : { texts: JSON.parse(text) as Texts, unreadable: false };
}

/** Puts the stored secrets where `***` stands. */
export function withStoredSecrets(values: Values, { texts, unreadable }: Opened, report: Report): Values {
  let result = values;
  for (const path of secretPaths) {
    if (valueAt(values, path) !== hiddenText) continue;
    const stored = texts[path];
    if (stored !== undefined) result = withValue(result, path, stored);
    else
      report(path, unreadable ? 'cannot be read with the key of this server: enter it again' : 'has no value to keep');
  }
  return result;
}

/** Values with `***` for each secret, and the secrets. */
export function hide(values: Values): { readonly values: Values; readonly secrets: Texts } {
  let shown = values;
  const secrets: Record<string, string> = {};
  for (const path of secretPaths) {
    const text = valueAt(values, path);
    if (typeof text !== 'string') continue;
    secrets[path] = text;
    shown = withValue(shown, path, hiddenText);
  }
  return { values: shown, secrets };
}

/** The whole credential, as those need it who use it. */
export function withTexts(values: Values, texts: Texts): Values {
  const result = structuredClone(values) as Record<string, unknown>;
  for (const [path, text] of Object.entries(texts)) put(result, path, text);
  return result;
}
