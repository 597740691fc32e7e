/**
 * Reading configuration: one TypeBox schema is the validator, the type and the documentation. All problems are reported
 * at once, each with its line and path; unknown keys are refused with the nearest known name.
 */
import { LineCounter, type Document, isMap, isNode, isScalar, parseDocument, visit } from 'yaml';
import type { Static, TSchema } from 'typebox';
import { Settings } from 'typebox/system';
import { Value } from 'typebox/value';
import { toError } from './errors.ts';
import { type Complaint, at, choices, messageOf, pointerSteps, schemaNode, withoutAlternatives } from './expect.ts';

export interface Problem {
  /** 1-based line in the file; 0 when it is not in the file. */
  readonly line: number;
  /** Dotted path, e.g. `collector.listen.netflow`. */
  readonly path: string;
  readonly message: string;
}

export type Checked<T> =
  { readonly value: T; readonly problems: readonly [] } | { readonly problems: readonly Problem[] };

/** Line of the node at `keys`, or of the nearest one above it that exists. */
export function lineOf(document: Document, counter: LineCounter, keys: readonly (string | number)[]): number {
  for (let depth = keys.length; depth >= 0; depth--) {
    if (depth > 0) {
      const parent = depth === 1 ? document.contents : document.getIn(keys.slice(0, depth - 1), true);
      if (isMap(parent)) {
        const pair = parent.items.find(
          (item) => String(isNode(item.key) ? item.key.toJSON() : item.key) === String(keys[depth - 1]),
        );
        if (pair && isNode(pair.key) && pair.key.range) return counter.linePos(pair.key.range[0]).line;
      }
    }
    const node = depth === 0 ? document.contents : document.getIn(keys.slice(0, depth), true);
    if (isNode(node) && node.range) return counter.linePos(node.range[0]).line;
  }
  return 0;
}

/** Edit distance, for "did you mean". */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}

/** The known name nearest to `name`, if it is near enough to be meant. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const d = distance(name.toLowerCase(), candidate.toLowerCase());
    if (d < bestDistance) [best, bestDistance] = [candidate, d];
  }
  return best;
}

const pathKeys = (pointer: string): (string | number)[] =>
  pointerSteps(pointer).map((part) => (/^\d+$/.test(part) ? Number(part) : part));

/** Largest YAML file that is read, octets. */
export const maxYamlBytes = 16 * 1024 * 1024;

/** Most problems that are told of one file. */
export const maxProblems = 1000;
/** Most complaints that the validator collects; a value that fits no alternative of a union takes several. */
const maxComplaints = 20_000;

export interface ReadYaml {
  /** The content with defaults filled in, valid or not, for checks that go across entries. */
  readonly raw: unknown;
  /** Line of a dotted path, or of the nearest one above it that exists; 0 when the file could not be read. */
  readonly lines: (path: string) => number;
}

/** Validates YAML text against a schema of closed objects; defaults are filled in. */
export function checkYaml<T extends TSchema>(text: string, schema: T): Checked<Static<T>> & ReadYaml {
  const unreadable = (...problems: Problem[]): Checked<Static<T>> & ReadYaml => ({
    problems,
    raw: undefined,
    lines: () => 0,
  });
  if (text.length > maxYamlBytes) return unreadable({ line: 0, path: '', message: `is over ${maxYamlBytes} octets` });
  const counter = new LineCounter();
  let document: Document;
  let raw: unknown;
  try {
    document = parseDocument(text, { lineCounter: counter, prettyErrors: false, uniqueKeys: false });
    const broken = document.errors.length > 0 ? yamlProblems(document, counter) : keyProblems(document, counter);
    if (broken.length > 0) return unreadable(...broken);
    raw = withDefaults(document.contents === null ? {} : (document.toJS({ maxAliasCount: 100 }) ?? {}), schema);
  } catch (error) {
    return unreadable({ line: 0, path: '', message: `cannot be read: ${yamlReason(toError(error))}` });
  }
  const lines = (dotted: string): number =>
    lineOf(document, counter, dotted === '' ? [] : dotted.split('.').map((k) => (/^\d+$/.test(k) ? Number(k) : k)));
  return { ...checkDefaulted(raw, schema, (keys) => lineOf(document, counter, keys)), raw, lines };
}

/** The parser recurses: a file of brackets only ends its stack. */
const yamlReason = (error: Error): string =>
  /call stack/.test(error.message) ? 'it is nested too deeply' : error.message.replaceAll('\n', ' ');

/** Each complaint once a line: one missing bracket ends many things at the same place. */
function yamlProblems(document: Document, counter: LineCounter): Problem[] {
  const problems = new Map<string, Problem>();
  for (const error of document.errors) {
    const problem = { line: counter.linePos(error.pos[0]).line, path: '', message: yamlReason(error) };
    if (problems.size < maxProblems) problems.set(`${problem.line} ${problem.message}`, problem);
  }
  return [...problems.values()];
}

/** Most keys of one map: every object of ours is far smaller. */
const maxKeys = 1000;

/** Keys given twice. The parser's own check compares each key with each other, without a limit. */
function keyProblems(document: Document, counter: LineCounter): Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Map: (_, map) => {
      const seen = new Map<string, number>();
      if (problems.length >= maxProblems) return visit.BREAK;
      if (map.items.length > maxKeys) {
        const line = map.range ? counter.linePos(map.range[0]).line : 0;
        problems.push({ line, path: '', message: `there are over ${maxKeys} keys in one place` });
        return visit.SKIP;
      }
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        const line = key.range ? counter.linePos(key.range[0]).line : 0;
        const first = seen.get(name);
        if (first === undefined) seen.set(name, line);
        else problems.push({ line, path: '', message: `"${name}" is given twice, first in line ${first}` });
      }
      return undefined;
    },
  });
  return problems.slice(0, maxProblems);
}

const withDefaults = (raw: unknown, schema: TSchema): unknown => Value.Default(schema, Value.Clone(raw));

/** All complaints of the validator, which by itself stops after a few. */
function complaintsOf(schema: TSchema, value: unknown): Complaint[] {
  const { maxErrors } = Settings.Get();
  Settings.Set({ maxErrors: maxComplaints });
  try {
    return withoutAlternatives(Value.Errors(schema, value), schema, value);
  } finally {
    Settings.Set({ maxErrors });
  }
}

/** Validates a value against a schema; `line` tells where in its file a path stands. */
export function checkValue<T extends TSchema>(
  raw: unknown,
  schema: T,
  line: (keys: readonly (string | number)[]) => number = () => 0,
): Checked<Static<T>> {
  return checkDefaulted(withDefaults(raw, schema), schema, line);
}

function checkDefaulted<T extends TSchema>(
  value: unknown,
  schema: T,
  line: (keys: readonly (string | number)[]) => number,
): Checked<Static<T>> {
  const problems: Problem[] = [];
  for (const complaint of complaintsOf(schema, value)) {
    if (problems.length >= maxProblems) break;
    const keys = pathKeys(complaint.instancePath);
    const node = schemaNode(schema, complaint.schemaPath);
    const add = (message: string, ...more: string[]): void =>
      void problems.push({ line: line([...keys, ...more]), path: [...keys, ...more].join('.'), message });
    if (complaint.keyword === 'additionalProperties') {
      const known = Object.keys(node.properties ?? {});
      const { additionalProperties: unknown } = complaint.params as { additionalProperties: string[] };
      for (const key of unknown.slice(0, maxProblems - problems.length))
        add(`is not a known setting${didYouMean(key, known)}`, key);
    } else if (complaint.keyword === 'required') {
      for (const key of (complaint.params as { requiredProperties: string[] }).requiredProperties)
        add('is missing', key);
    } else if (complaint.keyword !== 'boolean') {
      const bad = at(value, keys);
      const hint = typeof bad === 'string' ? didYouMean(bad, choices(node) ?? []) : '';
      add(messageOf(complaint, node, bad) + hint);
    }
  }
  if (problems.length > 0) return { problems };
  return { value: value as Static<T>, problems: [] };
}

/** `; did you mean "name"?` when a known name is near, else nothing. */
export function didYouMean(name: string, known: readonly string[]): string {
  const near = name.length <= 100 ? nearest(name, known) : undefined;
  return near ? `; did you mean "${near}"?` : '';
}

/** `file:line: path message`, for people. */
export const formatProblem = (file: string, problem: Problem): string =>
  `${file}${problem.line > 0 ? `:${problem.line}` : ''}: ${problem.path}${problem.path ? ' ' : ''}${problem.message}`;
