/** A file's entries as they stand, which may not have the shape they should, and the problems found in them. */
import { type Problem, maxProblems } from '@linewatch/service';
import { textProblem } from './units.ts';

/** Every field is looked at before use. */
export interface Entry {
  readonly path: string;
  readonly line: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

export type Converted<T> = { readonly value: T } | { readonly problem: string };

const recordOf = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;

/** The field's text, if it is text. */
export function textIn({ fields }: Entry, key: string): string | undefined {
  const value = fields[key];
  return typeof value === 'string' ? value : undefined;
}

export class Reader {
  readonly #problems: Problem[];
  readonly #told: Set<string>;
  readonly #root: Entry;
  readonly #lines: (path: string) => number;

  /** `problems` are those that the schema found: nothing more is said about their paths. */
  constructor(raw: unknown, lines: (path: string) => number, problems: readonly Problem[]) {
    this.#problems = [...problems];
    this.#told = new Set(problems.map(({ path }) => path));
    this.#root = { path: '', line: 1, fields: recordOf(raw) ?? {} };
    this.#lines = lines;
  }

  /** All problems by line. */
  get problems(): Problem[] {
    return this.#problems.toSorted((a, b) => a.line - b.line);
  }

  report(path: string, message: string): void {
    if (this.#problems.length >= maxProblems || this.#told.has(path)) return;
    this.#told.add(path);
    this.#problems.push({ line: this.#lines(path), path, message });
  }

  /** The set of keys in a field; undefined when there is none. */
  section(key: string, { path, fields }: Entry = this.#root): Entry | undefined {
    const inner = recordOf(fields[key]);
    const at = path === '' ? key : `${path}.${key}`;
    return inner && { path: at, line: this.#lines(at), fields: inner };
  }

  /** The entries of a list of sets of keys. */
  entries(key: string, most: number): Entry[] {
    const list = this.#root.fields[key];
    if (!Array.isArray(list)) return [];
    return list.slice(0, most).map((item: unknown, i) => {
      const path = `${key}.${i}`;
      return { path, line: this.#lines(path), fields: recordOf(item) ?? {} };
    });
  }

  /** Reports a value that an earlier entry has too; `what` names it, e.g. "the id of the academy". */
  once(seen: Map<string, number>, value: string | number | undefined, path: string, what: string): void {
    if (value === undefined) return;
    const line = seen.get(String(value));
    if (line === undefined) seen.set(String(value), this.#lines(path));
    else this.report(path, `"${value}" is already ${what} in line ${line}`);
  }

  /** The ids of a list, each with its line. */
  ids(entries: readonly Entry[], what: string): Map<string, number> {
    const ids = new Map<string, number>();
    for (const entry of entries) this.once(ids, textIn(entry, 'id'), `${entry.path}.id`, `the id of the ${what}`);
    return ids;
  }

  checkText(entry: Entry, key: string): void {
    const problem = textProblem(textIn(entry, key) ?? '');
    if (problem) this.report(`${entry.path}.${key}`, problem);
  }

  /** What `read` makes of a value; null when there is none, or when it has a problem, which is reported. */
  convert<In, T>(value: In | undefined, path: string, read: (value: In) => Converted<T>): T | null {
    if (value === undefined) return null;
    const result = read(value);
    if ('value' in result) return result.value;
    this.report(path, result.problem);
    return null;
  }
}
