/** What to change of one record: an RFC 7396 merge patch. */
import { type Values, isObject, same } from '../records/merge.ts';

/** From canonical values to canonical values. Undefined: they are the same. */
export function difference(before: Values, after: Values): Record<string, unknown> | undefined {
  const patch: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [from, to] = [before[key], after[key]];
    if (same(from, to)) continue;
    if (to === undefined) patch[key] = null;
    else patch[key] = isObject(from) && isObject(to) ? difference(from, to) : to;
  }
  return Object.keys(patch).length > 0 ? patch : undefined;
}
