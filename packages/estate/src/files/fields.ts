/** The schemas of the records as trees of plain nodes, and their fields as flat names with dots. */
import { type FieldFormat, type Kind, type Sensitivity, kinds } from '@linewatch/contract';

/** The parts of JSON Schema, and our keywords, that files need. */
export interface Node {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly title?: string;
  readonly format?: FieldFormat;
  readonly ref?: Kind;
  readonly sensitive?: Sensitivity;
}

export const nodeOf = (kind: Kind): Node => kinds[kind].schema as unknown as Node;

/** How a field stands in a cell: a text, a number, yes or no, a list of texts, or JSON. */
type FieldShape = 'text' | 'number' | 'integer' | 'boolean' | 'list' | 'json';

export interface Field {
  /** With dots, e.g. `committed.down`. */
  readonly name: string;
  readonly node: Node;
  readonly shape: FieldShape;
  /** Of its record, whatever else is given. */
  readonly required: boolean;
  readonly sensitive: Sensitivity | undefined;
}

const choices = (node: Node): unknown[] | undefined => node.anyOf?.map((each) => each.const);

/** The closed list of values that a field has, if it has one. */
export const choicesOf = (node: Node): string[] | undefined => {
  const list = choices(node);
  return list?.every((each) => typeof each === 'string') ? list : undefined;
};

function shapeOf(node: Node): FieldShape {
  if (node.type === 'array') return node.items?.type === 'object' ? 'json' : 'list';
  if (node.type === 'number' || node.type === 'integer' || node.type === 'boolean') return node.type;
  return 'text';
}

function flatten(node: Node, prefix: string, required: boolean, sensitive: Sensitivity | undefined): Field[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]): Field[] => {
    const name = prefix + key;
    const needed = required && (node.required ?? []).includes(key);
    const hidden = child.sensitive ?? sensitive;
    if (child.type === 'object') return flatten(child, `${name}.`, needed, hidden);
    return [{ name, node: child, shape: shapeOf(child), required: needed, sensitive: hidden }];
  });
}

const known = new Map<Kind, readonly Field[]>();

/** In the order of the schema. */
export function fieldsOf(kind: Kind): readonly Field[] {
  const before = known.get(kind);
  if (before) return before;
  const fields = flatten(nodeOf(kind), '', true, undefined);
  known.set(kind, fields);
  return fields;
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Calls `visit` for each leaf that the schema knows and the value has, with its dotted path. */
export function walk(
  node: Node,
  value: unknown,
  path: string,
  visit: (leaf: Node, value: unknown, path: string) => void,
): void {
  if (value === undefined || value === null) return;
  const under = (key: string | number): string => (path === '' ? String(key) : `${path}.${key}`);
  if (node.type === 'object') {
    if (!isObject(value)) return;
    for (const [key, child] of Object.entries(node.properties ?? {}))
      if (Object.hasOwn(value, key)) walk(child, value[key], under(key), visit);
  } else if (node.type === 'array') {
    if (!Array.isArray(value)) return;
    value.forEach((item, i) => {
      if (node.items) walk(node.items, item, under(i), visit);
    });
  } else {
    visit(node, value, path);
  }
}

/** The value with every leaf that the schema knows replaced. */
export function mapLeaves(node: Node, value: unknown, change: (leaf: Node, value: unknown) => unknown): unknown {
  if (node.type === 'object' && isObject(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, child]) => {
        const schema = node.properties && Object.hasOwn(node.properties, key) ? node.properties[key] : undefined;
        return [key, schema ? mapLeaves(schema, child, change) : child];
      }),
    );
  if (node.type === 'array' && Array.isArray(value))
    return value.map((item: unknown) => (node.items ? mapLeaves(node.items, item, change) : item));
  return node.type === 'object' || node.type === 'array' || value === undefined || value === null
    ? value
    : change(node, value);
}

export function getAt(values: unknown, name: string): unknown {
  let value = values;
  for (const key of name.split('.')) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

/** The text of a field; empty where it has none. */
export function textAt(values: unknown, name: string): string {
  const value = getAt(values, name);
  return typeof value === 'string' ? value : '';
}

/** Sets, or with undefined takes away, a field of a plain object that is the caller's; sets that become empty go. */
export function setAt(values: Record<string, unknown>, name: string, value: unknown): void {
  const dot = name.indexOf('.');
  if (dot < 0) {
    if (value === undefined) Reflect.deleteProperty(values, name);
    else values[name] = value;
    return;
  }
  const key = name.slice(0, dot);
  const before = Object.hasOwn(values, key) && isObject(values[key]) ? values[key] : {};
  const inner = { ...before };
  setAt(inner, name.slice(dot + 1), value);
  if (Object.keys(inner).length === 0) Reflect.deleteProperty(values, key);
  else values[key] = inner;
}
