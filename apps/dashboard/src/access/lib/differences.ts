/** What a change did to a record, field by field, for people to read. */
import { type Kind, kindNames, kinds } from '@linewatch/contract';

export interface Difference {
  /** Names of fields, the outermost first. */
  readonly path: readonly string[];
  /** Undefined: it was not there. */
  readonly before: unknown;
  /** Undefined: it is not there any more. */
  readonly after: unknown;
}

type Plain = Readonly<Record<string, unknown>>;

const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `Array.isArray` says that its items are of any type. */
const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** The same for values that mean the same, in whatever order their fields stand. */
function canonical(value: unknown): string {
  if (isList(value)) return `[${value.map(canonical).join()}]`;
  if (!isPlain(value)) return value === undefined ? 'nothing' : JSON.stringify(value);
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join()}}`;
}

/** Lists of things are compared as heaps: what stands in both, wherever, is no difference. */
function listDifferences(before: readonly unknown[], after: readonly unknown[], path: readonly string[]): Difference[] {
  const left = after.map((value) => ({ value, text: canonical(value) }));
  const gone: Difference[] = [];
  for (const value of before) {
    const text = canonical(value);
    const at = left.findIndex((each) => each.text === text);
    if (at < 0) gone.push({ path, before: value, after: undefined });
    else left.splice(at, 1);
  }
  return [...gone, ...left.map(({ value }) => ({ path, before: undefined, after: value }))];
}

/** In the order in which the fields stand, those of the later state that are new after them. */
export function differences(before: unknown, after: unknown, path: readonly string[] = []): Difference[] {
  if (canonical(before) === canonical(after)) return [];
  const was = before ?? undefined;
  const is = after ?? undefined;
  if ((isPlain(was) || was === undefined) && (isPlain(is) || is === undefined) && (was ?? is) !== undefined) {
    const names = new Set([...Object.keys(was ?? {}), ...Object.keys(is ?? {})]);
    return [...names].flatMap((name) => differences(was?.[name], is?.[name], [...path, name]));
  }
  if (isList(was) && isList(is) && [...was, ...is].some(isPlain)) return listDifferences(was, is, path);
  return [{ path, before: was, after: is }];
}

interface Described {
  readonly title?: string;
  readonly properties?: Readonly<Record<string, Described>>;
  readonly items?: Described;
}

/** `SLA › Availability`: as the schema of its kind titles the fields, else by their names. */
export function pathWords(what: string, path: readonly string[]): string {
  const isKind = (kindNames as readonly string[]).includes(what);
  let schema: Described | undefined = isKind ? (kinds[what as Kind].schema as Described) : undefined;
  const words = path.map((name) => {
    const inside: Described | undefined = schema?.items ?? schema;
    schema = inside?.properties?.[name];
    return schema?.title ?? nameWords(name);
  });
  return words.join(' › ');
}

/** `lastSignInMs` → `Last sign in ms`. */
function nameWords(name: string): string {
  const text = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll('-', ' ')
    .toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A value on one line; empty = nothing is there. */
export function valueWords(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (value === '***') return '(secret)';
  if (typeof value === 'string') return value;
  if (isList(value)) return value.map(valueWords).join(', ');
  if (isPlain(value))
    return Object.entries(value)
      .map(([name, part]) => [nameWords(name).toLowerCase(), valueWords(part)] as const)
      .filter(([, words]) => words !== '')
      .map(([name, words]) => `${name} ${words}`)
      .join(', ');
  return JSON.stringify(value);
}
