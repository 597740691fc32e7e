/** Values of a record: read and set by path, compared, and the RFC 7396 patch from one to another. */

export type Values = Readonly<Record<string, unknown>>;
export type Path = readonly (string | number)[];

export const isPlain = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function getAt(values: unknown, path: Path): unknown {
  let at = values;
  for (const key of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Record<string | number, unknown>)[key];
  }
  return at;
}

/** A copy with one value set; undefined takes it away, and a group that is left empty with it. */
export function setAt(values: Values, path: Path, value: unknown): Values {
  return (put(values, path, value) ?? {}) as Values;
}

function put(at: unknown, path: Path, value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (typeof key === 'number') {
    const items: unknown[] = Array.isArray(at) ? [...(at as unknown[])] : [];
    const item = put(items[key], rest, value);
    // An item stays, though everything in it was taken away: its row is still there.
    if (rest.length > 0) items[key] = item ?? {};
    else if (item === undefined) items.splice(key, 1);
    else items[key] = item;
    return items.length === 0 ? undefined : items;
  }
  const { [key]: old, ...others }: Values = isPlain(at) ? at : {};
  const inner = put(old, rest, value);
  const next = inner === undefined ? others : { ...others, [key]: inner };
  return Object.keys(next).length === 0 ? undefined : next;
}

export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((each, i) => same(each, b[i]));
  if (!isPlain(a) || !isPlain(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
}

/** RFC 7396: what makes `after` of `before`. Null takes a member away; a list is replaced as a whole. */
export function patchOf(before: Values, after: Values): Record<string, unknown> {
  const patch: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const was = before[key];
    const is = after[key];
    if (same(was, is)) continue;
    if (is === undefined) patch[key] = null;
    else patch[key] = isPlain(was) && isPlain(is) ? patchOf(was, is) : is;
  }
  return patch;
}

/** The patch that sets one value and leaves the rest; undefined takes it away. */
export function patchAt(path: readonly string[], value: unknown): Record<string, unknown> {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value ?? null) as Record<string, unknown>;
}
