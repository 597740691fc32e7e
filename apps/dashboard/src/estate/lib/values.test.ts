import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Values, getAt, isPlain, patchAt, patchOf, same, setAt } from './values.ts';

/** RFC 7396, section 2, word for word. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isPlain(patch)) return patch;
  const result = new Map(isPlain(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) result.delete(name);
    else result.set(name, mergePatch(result.get(name), value));
  }
  return Object.fromEntries(result);
}

const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.string(), { maxLength: 3 }));
const record = fc.dictionary(
  fc.constantFrom('a', 'b', 'c', 'd'),
  fc.oneof(leaf, fc.dictionary(fc.constantFrom('x', 'y'), leaf, { minKeys: 1 })),
);

describe('patches', () => {
  it('make the one record of the other', () => {
    fc.assert(
      fc.property(record, record, (before, after) => {
        expect(mergePatch(before, patchOf(before, after))).toEqual(after);
      }),
    );
  });

  it('say nothing of what is the same', () => {
    fc.assert(fc.property(record, (values) => same(patchOf(values, structuredClone(values)), {})));
    expect(
      patchOf({ name: 'A', rate: { down: '1G', up: '1G' } }, { name: 'A', rate: { down: '1G', up: '2G' } }),
    ).toEqual({
      rate: { up: '2G' },
    });
  });

  it('replace a list as a whole and take away with null', () => {
    expect(patchOf({ tags: ['a', 'b'], notes: 'x' }, { tags: ['b'] })).toEqual({ tags: ['b'], notes: null });
    expect(patchAt(['committed', 'down'], undefined)).toEqual({ committed: { down: null } });
    expect(patchAt(['committed', 'down'], '1G')).toEqual({ committed: { down: '1G' } });
  });
});

describe('setAt', () => {
  const values: Values = { name: 'A', sla: { credits: { bands: [{ below: 99 }] } } };

  it('leaves what it was given alone', () => {
    const copy = structuredClone(values);
    setAt(values, ['sla', 'credits', 'bands', 0, 'below'], 98);
    expect(values).toEqual(copy);
  });

  it('sets what is deep, and makes the groups and items on the way', () => {
    expect(getAt(setAt({}, ['sla', 'credits', 'bands', 0, 'below'], 98), ['sla', 'credits', 'bands', 0, 'below'])).toBe(
      98,
    );
  });

  it('takes away a group that is left empty, and keeps an item that is', () => {
    expect(setAt({ rate: { down: '1G' } }, ['rate', 'down'], undefined)).toEqual({});
    expect(setAt(values, ['sla', 'credits', 'bands', 0, 'below'], undefined)).toEqual({
      name: 'A',
      sla: { credits: { bands: [{}] } },
    });
    expect(setAt(values, ['sla', 'credits', 'bands', 0], undefined)).toEqual({ name: 'A' });
  });
});

it('the same values are the same whatever the order of their names', () => {
  expect(same({ a: 1, b: [{ c: 2 }] }, { b: [{ c: 2 }], a: 1 })).toBe(true);
  expect(same({ a: 1 }, { a: 1, b: undefined })).toBe(false);
  expect(same([1, 2], [2, 1])).toBe(false);
});
