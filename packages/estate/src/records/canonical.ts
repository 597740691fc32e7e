/** Brings a record's values to their canonical form by the schema of its kind, telling what is wrong with them. */
import { type FieldFormat, type Kind, kinds } from '@linewatch/contract';
import { checkValue } from '@linewatch/service';
import { Compile } from 'typebox/compile';
import { formats, line } from './formats.ts';
import { type Values, isObject } from './merge.ts';

/** What we read of a schema. */
export interface Node {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly format?: FieldFormat;
  readonly ref?: Kind;
  readonly pattern?: string;
  readonly title?: string;
  readonly default?: unknown;
}

export const nodeOf = (kind: Kind): Node => kinds[kind].schema as unknown as Node;

/** A problem of one field; the path has dots. */
export type Report = (path: string, message: string) => void;

const compiled = new Map<Kind, (value: unknown) => boolean>();
function fits(kind: Kind, values: Values): boolean {
  let check = compiled.get(kind);
  if (!check) {
    const made = Compile(kinds[kind].schema);
    check = (value) => made.Check(value);
    compiled.set(kind, check);
  }
  return check(values);
}

const join = (path: string, key: string | number): string => (path === '' ? String(key) : `${path}.${key}`);

/** Lists whose order means nothing are in the order of their text; those of periods and prices by their first day. */
const byText = (a: unknown, b: unknown): number => (String(a) < String(b) ? -1 : 1);
const byDay = (a: unknown, b: unknown): number =>
  isObject(a) && isObject(b) && String(a.from) < String(b.from) ? -1 : 1;
const orders: ReadonlyMap<string, typeof byText> = new Map([
  ...['tags', 'networks'].map((key) => [key, byText] as const),
  ...['prices', 'terms', 'inset', 'holidays'].map((key) => [key, byDay] as const),
]);

function text(node: Node, value: string, path: string, report: Report): string {
  // Words of a closed list and ids are checked by the schema.
  if (node.type !== 'string' || (node.pattern !== undefined && !node.format)) return value;
  const read = node.format ? formats[node.format](value) : line(value);
  if ('value' in read) return read.value;
  report(path, read.problem);
  return value;
}

/** Keys in the schema's order; empty lists and objects are left out, as nothing is said by them. */
function walk(node: Node, value: unknown, path: string, report: Report): unknown {
  if (typeof value === 'string') return text(node, value, path, report);
  if (Array.isArray(value)) {
    const { items } = node;
    return items ? value.map((item, i) => walk(items, item, join(path, i), report)) : value;
  }
  if (!isObject(value) || !node.properties) return value;
  const result: [string, unknown][] = [];
  for (const [key, inner] of Object.entries(node.properties)) {
    const given = Object.hasOwn(value, key) ? value[key] : undefined;
    if (given === undefined) {
      if (path === '' && inner.default !== undefined) result.push([key, inner.default]);
      continue;
    }
    const made = walk(inner, given, join(path, key), report);
    const empty = Array.isArray(made) ? made.length === 0 : isObject(made) && Object.keys(made).length === 0;
    if (!empty) result.push([key, made]);
  }
  // Unknown keys stay for the schema to complain of.
  for (const key of Object.keys(value)) if (!Object.hasOwn(node.properties, key)) result.push([key, value[key]]);
  return Object.fromEntries(result);
}

function sorted(values: Values): Values {
  const inOrder = ([key, value]: [string, unknown]): [string, unknown] => {
    const order = orders.get(key);
    return [key, order && Array.isArray(value) ? value.toSorted(order) : value];
  };
  return Object.fromEntries(Object.entries(values).map(inOrder));
}

/** Only the order of keys: for what comes from the database. */
export const inSchemaOrder = (kind: Kind, values: Values): Values => {
  const place = (node: Node, value: unknown): unknown => {
    if (Array.isArray(value)) return node.items ? value.map((item) => place(node.items!, item)) : value;
    if (!isObject(value) || !node.properties) return value;
    const keys = Object.keys(node.properties).filter((key) => value[key] !== undefined);
    return Object.fromEntries(keys.map((key) => [key, place(node.properties![key]!, value[key])]));
  };
  return place(nodeOf(kind), values) as Values;
};

/** Of a circuit: what is so without being said is not said. */
export const withoutDefaults = (kind: Kind, values: Values): Values =>
  kind !== 'circuit'
    ? values
    : Object.fromEntries(
        Object.entries(values).filter(
          ([key, value]) => !(key === 'collector' && value === 'main') && !(key === 'download' && value === 'in'),
        ),
      );

/** @returns the values in canonical form; those that are wrong as they are. Each path is complained of once. */
export function canonical(kind: Kind, values: Values, report: Report): Values {
  const told = new Set<string>();
  const once: Report = (path, message) => {
    if (told.has(path)) return;
    told.add(path);
    report(path, message);
  };
  // Money and rates may be given as numbers by mistake: what the schema says comes first.
  const found: (readonly [string, string])[] = [];
  const result = walk(nodeOf(kind), values, '', (path, message) => void found.push([path, message]));
  const plain = isObject(result) ? result : values;
  if (!fits(kind, plain))
    for (const { path, message } of checkValue(plain, kinds[kind].schema).problems) once(path, message);
  for (const [path, message] of found) once(path, message);
  return sorted(plain);
}
