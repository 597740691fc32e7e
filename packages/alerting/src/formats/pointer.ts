/** JSON pointers (RFC 6901). */

const valid = /^(?:\/(?:[^~/]|~[01])*)*$/;

/** What is wrong with it; null: nothing. */
export const pointerProblem = (pointer: string): string | null =>
  valid.test(pointer) && pointer !== '' ? null : 'is no JSON pointer such as /result/id';

/** The value there; undefined: none. */
export function valueAt(value: unknown, pointer: string): unknown {
  if (!valid.test(pointer)) return undefined;
  let at = value;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(at)) at = /^(0|[1-9][0-9]{0,8})$/.test(name) ? (at as unknown[])[Number(name)] : undefined;
    else if (typeof at === 'object' && at !== null && Object.hasOwn(at, name))
      at = (at as Record<string, unknown>)[name];
    else return undefined;
  }
  return at;
}
