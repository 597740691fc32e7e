import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mergePatch, put, same, valueAt, withValue } from './merge.ts';

const json = fc.letrec<{ value: unknown; object: Record<string, unknown> }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string({ maxLength: 3 }),
    fc.integer(),
    fc.boolean(),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('object'),
  ),
  object: fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor'), tie('value'), { maxKeys: 3 }),
})).object;

it('a patch sets, merges and removes (RFC 7396)', () => {
  const target = { name: 'Oak', committed: { down: '1G', up: '1G' }, tags: ['a', 'b'] };
  expect(mergePatch(target, { name: null, committed: { up: null }, tags: ['c'], urn: 1 })).toEqual({
    committed: { down: '1G' },
    tags: ['c'],
    urn: 1,
  });
  expect(mergePatch(target, { committed: { up: null, down: null } })).not.toHaveProperty('committed');
  expect(target).toEqual({ name: 'Oak', committed: { down: '1G', up: '1G' }, tags: ['a', 'b'] });
});

it('a patch of nothing changes nothing, and one twice is as one once', () => {
  fc.assert(
    fc.property(json, json, (target, patch) => {
      expect(same(mergePatch(target, {}), target)).toBe(true);
      const once = mergePatch(target, patch);
      expect(same(mergePatch(once, patch), once)).toBe(true);
    }),
  );
});

it('a patch reaches no prototype', () => {
  const merged = mergePatch({}, JSON.parse('{"__proto__": {"polluted": 1}}') as Record<string, unknown>);
  expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

it('a patch of great depth is taken as it is', () => {
  let deep: Record<string, unknown> = {};
  for (let i = 0; i < 10_000; i++) deep = { a: deep };
  expect(() => mergePatch({}, deep)).not.toThrow();
});

it('values are the same whatever the order of their keys, and differ where anything does', () => {
  fc.assert(
    fc.property(json, (value) => {
      const turned = Object.fromEntries(Object.entries(value).toReversed());
      expect(same(value, turned)).toBe(true);
      expect(same(value, { ...value, more: 1 })).toBe(false);
    }),
  );
  expect(same([1, 2], [2, 1])).toBe(false);
  expect(same({ a: undefined }, { b: undefined })).toBe(false);
  expect(same({}, [])).toBe(false);
});

it('paths are found, set and replaced', () => {
  const values: Record<string, unknown> = {};
  put(values, 'auth.password', 'x');
  put(values, 'auth.protocol', null);
  expect(values).toEqual({ auth: { password: 'x' } });
  expect(withValue(values, 'auth.password', '***')).toEqual({ auth: { password: '***' } });
  expect(valueAt(values, 'auth.password')).toBe('x');
  expect(valueAt(values, 'auth.constructor')).toBeUndefined();
});
