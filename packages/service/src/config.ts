/**
 * Reading configuration: one TypeBox schema is the validator, the type and the documentation. All problems are reported
 * at once, each with its line and path; unknown keys are refused with the nearest known name.
 */
import { LineCounter, type Document, isCollection, isMap, isNode, parseDocument } from 'yaml';
import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';

export interface Problem {
  /** 1-based line in the file; 0 when it is not in the file. */
  readonly line: number;
  /** Dotted path, e.g. `collector.listen.netflow`. */
  readonly path: string;
  readonly message: string;
}

export type Checked<T> = { readonly value: T; readonly problems: readonly [] } | { readonly problems: readonly Problem[] };

/** Line of the node at `keys`, or of the nearest one above it that exists. */
export function lineOf(document: Document, counter: LineCounter, keys: readonly (string | number)[]): number {
  for (let depth = keys.length; depth >= 0; depth--) {
    if (depth > 0) {
      const parent = depth === 1 ? document.contents : document.getIn(keys.slice(0, depth - 1), true);
      if (isMap(parent)) {
        const pair = parent.items.find((item) => String(isNode(item.key) ? item.key.toJSON() : item.key) === String(keys[depth - 1]));
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

function schemaAt(schema: TSchema, keys: readonly (string | number)[]): { properties?: Record<string, TSchema> } | undefined {
  let at: { properties?: Record<string, TSchema>; items?: TSchema } | undefined = schema as never;
  for (const key of keys) at = (typeof key === 'number' ? at?.items : at?.properties?.[key]) as never;
  return at;
}

const pathKeys = (pointer: string): (string | number)[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));

/** Largest YAML file that is read, octets. */
export const maxYamlBytes = 16 * 1024 * 1024;

/** Validates YAML text against a schema of closed objects; defaults are filled in. */
export function checkYaml<T extends TSchema>(text: string, schema: T): Checked<Static<T>> & { lines: (path: string) => number } {
  const none = { lines: () => 0 };
  if (text.length > maxYamlBytes) return { problems: [{ line: 0, path: '', message: `is over ${maxYamlBytes} octets` }], ...none };
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  if (document.errors.length > 0)
    return { problems: document.errors.map((e) => ({ line: counter.linePos(e.pos[0]).line, path: '', message: e.message })), ...none };
  const lines = (dotted: string): number =>
    lineOf(document, counter, dotted === '' ? [] : dotted.split('.').map((k) => (/^\d+$/.test(k) ? Number(k) : k)));
  let raw: unknown;
  try {
    raw = isCollection(document.contents) ? document.toJS({ maxAliasCount: 100 }) : {};
  } catch (error) {
    return { problems: [{ line: 0, path: '', message: error instanceof Error ? error.message : 'cannot be read' }], ...none };
  }
  const checked = checkValue(raw, schema, (keys) => lineOf(document, counter, keys));
  return { ...checked, lines };
}

/** Validates a value against a schema; `line` tells where in its file a path stands. */
export function checkValue<T extends TSchema>(
  raw: unknown,
  schema: T,
  line: (keys: readonly (string | number)[]) => number = () => 0,
): Checked<Static<T>> {
  const value = Value.Default(schema, Value.Clone(raw));
  const problems: Problem[] = [];
  for (const error of Value.Errors(schema, value)) {
    const keys = pathKeys(error.instancePath);
    const at = (more: (string | number)[]): { line: number; path: string } => ({
      line: line([...keys, ...more]),
      path: [...keys, ...more].join('.'),
    });
    if (error.keyword === 'additionalProperties') {
      const known = Object.keys(schemaAt(schema, keys)?.properties ?? {});
      for (const key of (error.params as { additionalProperties: string[] }).additionalProperties) {
        const near = nearest(key, known);
        problems.push({ ...at([key]), message: `is not a known setting${near ? `; did you mean "${near}"?` : ''}` });
      }
    } else if (error.keyword === 'required') {
      for (const key of (error.params as { requiredProperties: string[] }).requiredProperties)
        problems.push({ line: line(keys), path: [...keys, key].join('.'), message: 'is missing' });
    } else if (error.keyword !== 'boolean') {
      problems.push({ ...at([]), message: error.message });
    }
  }
  if (problems.length > 0) return { problems };
  return { value: value as Static<T>, problems: [] };
}

/** `file:line: path message`, for people. */
export const formatProblem = (file: string, problem: Problem): string =>
  `${file}${problem.line > 0 ? `:${problem.line}` : ''}: ${problem.path}${problem.path ? ' ' : ''}${problem.message}`;
