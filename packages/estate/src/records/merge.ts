/** Values as plain JSON: patched, compared, looked up. */
import { slugPattern } from '@linewatch/contract';

export type Values = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const slug = new RegExp(slugPattern);
/** Whether it may be the id of a record; nothing else goes to the database as one. */
export const isSlug = (value: unknown): value is string => typeof value === 'string' && slug.test(value);

/** No schema of ours is nested deeper; what is, is refused by the schema. */
const maxDepth = 12;

/** RFC 7396: null removes, objects are merged, anything else replaces. Objects that become empty go too. */
export function mergePatch(target: Values, patch: Values, depth = 0): Values {
  const merged = new Map(Object.entries(target));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else if (!isObject(value) || depth >= maxDepth) merged.set(key, value);
    else {
      const old = merged.get(key);
      const inner = mergePatch(isObject(old) ? old : {}, value, depth + 1);
      if (Object.keys(inner).length > 0) merged.set(key, inner);
      else merged.delete(key);
    }
  }
  return Object.fromEntries(merged);
}

/** The same JSON, whatever the order of keys. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => same(item, b[i]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
}

/** The value at a dotted path of names. */
export function valueAt(values: unknown, path: string): unknown {
  let node = values;
  for (const key of path.split('.')) {
    if (!isObject(node) || !Object.hasOwn(node, key)) return undefined;
    node = node[key];
  }
  return node;
}

/** Sets a value at a dotted path; undefined and null are left out. */
export function put(values: Record<string, unknown>, path: string, value: unknown): void {
  if (value === undefined || value === null) return;
  const keys = path.split('.');
  const last = keys.pop()!;
  let node = values;
  for (const key of keys) node = (node[key] ??= {}) as Record<string, unknown>;
  node[last] = value;
}

/** A copy with other text at a dotted path. */
export function withValue(values: Values, path: string, value: unknown): Values {
  const [key, ...rest] = path.split('.') as [string, ...string[]];
  if (rest.length === 0) return { ...values, [key]: value };
  const inner = values[key];
  return { ...values, [key]: withValue(isObject(inner) ? inner : {}, rest.join('.'), value) };
}
