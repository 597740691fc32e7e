/** The search over everything that someone may see: a hidden field is not looked at, and a record out of scope is not there. */
import {
  type EstateRecord,
  type Kind,
  type SearchResult,
  type Sensitivity,
  kinds,
  maxResults,
} from '@linewatch/contract';
import { isObject, textIn, valueAt } from './fields.ts';
import { type Register, nameOf } from './register.ts';
import type { Sight } from './sight.ts';

/** Most words of a search that are looked for. */
const maxWords = 8;

interface Searched {
  readonly path: readonly string[];
  readonly title: string;
  readonly sensitive: Sensitivity | undefined;
}

interface Text {
  /** Lower case. */
  readonly text: string;
  /** Without blanks: `LS1 4AP` is found as `ls14ap`. */
  readonly tight: string;
  readonly title: string;
  readonly shown: string;
  readonly sensitive: Sensitivity | undefined;
  /** It is the name of something else: what has it itself comes first. */
  readonly borrowed: boolean;
}

interface Entry {
  readonly record: EstateRecord;
  readonly texts: readonly Text[];
}

interface Schema {
  readonly type?: string;
  readonly title?: string;
  readonly sensitive?: Sensitivity;
  readonly format?: string;
  readonly ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

const searchedFormats: readonly (string | undefined)[] = [
  undefined,
  'address',
  'network',
  'postcode',
  'email',
  'phone',
  'url',
];
/** Numbers that people look for. */
const searchedNumbers: readonly string[] = ['urn', 'ukprn'];

/** Which fields are looked at: what identifies something, not what describes it at length. */
function searchedIn(schema: Schema, path: readonly string[] = []): Searched[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    // What a record refers to is found by itself. Every exporter has a collector.
    if (field.sensitive === 'secrets' || field.ref !== undefined || name === 'collector') return [];
    const at = [...path, name];
    const found = { path: at, title: field.title ?? name, sensitive: field.sensitive };
    if (field.type === 'string' && searchedFormats.includes(field.format)) return [found];
    if (field.type === 'integer' && searchedNumbers.includes(name)) return [found];
    if (field.type === 'array' && field.items?.type === 'string') return [found];
    return field.type === 'object' && field.sensitive === undefined ? searchedIn(field, at) : [];
  });
}

const searched = Object.fromEntries(
  Object.entries(kinds).map(([kind, { schema }]) => [kind, searchedIn(schema as Schema)]),
) as unknown as Readonly<Record<Kind, readonly Searched[]>>;

const plain = (text: string): string => text.trim().replaceAll(/\s+/g, ' ').toLowerCase();
const tight = (text: string): string => text.replaceAll(' ', '');

function entryOf(record: EstateRecord, register: Register): Entry {
  const texts: Text[] = [];
  const add = (shown: string, of: Omit<Text, 'text' | 'tight' | 'shown'>): void => {
    const text = plain(shown);
    texts.push({ text, tight: tight(text), shown, ...of });
  };
  for (const { path, title, sensitive } of searched[record.kind]) {
    const value = valueAt(record.values, path);
    for (const each of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (typeof each !== 'string' && typeof each !== 'number') continue;
      add(String(each), { title, sensitive, borrowed: false });
    }
  }
  const supplier = register.get('provider', textIn(record.values, 'provider') ?? '');
  if (supplier) add(nameOf(supplier), { title: 'Supplier', sensitive: undefined, borrowed: true });
  return { record, texts };
}

/** 0: all of it. 1: from the start. 2: from the start of a word. 3: somewhere. */
function rankOf({ text, tight: packed, borrowed }: Text, word: string): number | undefined {
  if (borrowed) return packed.includes(tight(word)) ? 3 : undefined;
  if (text === word || packed === word) return 0;
  const at = text.indexOf(word);
  if (at < 0) return packed.includes(word) ? 3 : undefined;
  if (at === 0) return 1;
  for (let i = at; i >= 0; i = text.indexOf(word, i + 1)) if (/[^a-z0-9]/.test(text[i - 1]!)) return 2;
  return 3;
}

interface Found {
  readonly rank: number;
  readonly text: Text;
}

function best(texts: readonly Text[], word: string): Found | undefined {
  let found: Found | undefined;
  for (const text of texts) {
    const rank = rankOf(text, word);
    if (rank !== undefined && (found === undefined || rank < found.rank)) found = { rank, text };
    if (rank === 0) break;
  }
  return found;
}

export class Search {
  readonly #register: Register;
  readonly #entries: readonly Entry[];

  constructor(register: Register) {
    this.#register = register;
    this.#entries = register.records.map((record) => entryOf(record, register));
  }

  find(query: string, sight: Sight): SearchResult[] {
    const whole = plain(query);
    const words = whole.split(' ').slice(0, maxWords);
    if (whole === '') return [];
    const hits: { readonly rank: number; readonly record: EstateRecord; readonly found: Found }[] = [];
    for (const { record, texts } of this.#entries) {
      if (!this.#register.sees(sight.estate, record)) continue;
      const open = texts.filter(({ sensitive }) => this.#maySee(sensitive, record, sight));
      const found = best(open, whole) ?? eachWord(open, words);
      if (!found) continue;
      // What ended comes after what goes on.
      hits.push({ rank: found.rank * 2 + (record.ended === null ? 0 : 1), record, found });
    }
    return hits
      .sort(
        (a, b) => a.rank - b.rank || compare(nameOf(a.record), nameOf(b.record)) || compare(a.record.id, b.record.id),
      )
      .slice(0, maxResults)
      .map(({ record, found }) => this.#result(record, found, sight));
  }

  #maySee(sensitive: Sensitivity | undefined, record: EstateRecord, sight: Sight): boolean {
    if (sensitive === undefined) return true;
    return sensitive !== 'secrets' && this.#register.sees(sight[sensitive], record);
  }

  #result(record: EstateRecord, { text }: Found, sight: Sight): SearchResult {
    const shown = this.#register.redact(record, sight);
    const { kind, id } = record;
    const name = nameOf(shown);
    const [academy = null] = this.#register.academiesOf(kind, id, record.values);
    const parts = [
      kind === 'academy' ? textIn(shown.values, 'town') : academy === null ? undefined : this.#name('academy', academy),
      this.#name('provider', textIn(isObject(shown.values) ? shown.values : {}, 'provider')),
      text.shown === name || text.borrowed ? undefined : `${text.title}: ${text.shown}`,
      record.ended === null ? undefined : 'ended',
    ];
    return {
      kind,
      id,
      name,
      detail: parts
        .filter((part) => part !== undefined)
        .join(' · ')
        .slice(0, 300),
      academy,
    };
  }

  #name(kind: Kind, id: string | undefined): string | undefined {
    const record = id === undefined ? undefined : this.#register.get(kind, id);
    return record ? nameOf(record) : id;
  }
}

/** Each word somewhere: as good as the worst of them, and not as good as all in one place. */
function eachWord(texts: readonly Text[], words: readonly string[]): Found | undefined {
  if (words.length < 2) return undefined;
  let worst: Found | undefined;
  for (const word of words) {
    const found = best(texts, word);
    if (!found) return undefined;
    if (worst === undefined || found.rank > worst.rank) worst = found;
  }
  return worst && { rank: worst.rank + 4, text: worst.text };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
