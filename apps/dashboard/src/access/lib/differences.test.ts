import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differences, pathWords, valueWords } from './differences.ts';

describe('differences', () => {
  it('names the fields that changed, inside others too, and no other', () => {
    const before = { name: 'North', pupils: 400, committed: { down: '100M', up: '100M' }, tags: ['a'] };
    const after = { name: 'North', pupils: 410, committed: { down: '200M', up: '100M' }, tags: ['a', 'b'] };
    expect(differences(before, after)).toEqual([
      { path: ['pupils'], before: 400, after: 410 },
      { path: ['committed', 'down'], before: '100M', after: '200M' },
      { path: ['tags'], before: ['a'], after: ['a', 'b'] },
    ]);
  });

  it('tells what a new record has, and what a removed one had', () => {
    expect(differences(null, { name: 'North', sla: { hours: 5 } })).toEqual([
      { path: ['name'], before: undefined, after: 'North' },
      { path: ['sla', 'hours'], before: undefined, after: 5 },
    ]);
    expect(differences({ name: 'North' }, null)).toEqual([{ path: ['name'], before: 'North', after: undefined }]);
  });

  it('tells only of the items of a list that came or went, wherever they stand', () => {
    const first = { from: '2025-04-01', monthly: '100.00' };
    const second = { monthly: '110.00', from: '2026-04-01' };
    const third = { from: '2027-04-01', monthly: '120.00' };
    expect(differences({ prices: [first, second] }, { prices: [third, { ...second }] })).toEqual([
      { path: ['prices'], before: first, after: undefined },
      { path: ['prices'], before: undefined, after: third },
    ]);
  });

  it('keeps apart a value that became an object, and one of another type', () => {
    expect(differences({ a: 'x' }, { a: { b: 1 } })).toEqual([{ path: ['a'], before: 'x', after: { b: 1 } }]);
    expect(differences({ a: 1 }, { a: '1' })).toHaveLength(1);
  });

  it('finds nothing between equals and something between others, whatever they are', () => {
    const json = fc.dictionary(fc.string(), fc.jsonValue({ noUnicodeString: false }));
    fc.assert(
      fc.property(json, (value) => {
        expect(differences(value, structuredClone(value))).toEqual([]);
      }),
    );
    fc.assert(
      fc.property(json, fc.string(), fc.integer(), (value, name, number) => {
        const changed = Object.fromEntries([...Object.entries(value), [name, [number, 'changed']]]);
        if (JSON.stringify(value[name]) === JSON.stringify(changed[name])) return;
        expect(differences(value, changed).map(({ path }) => path[0])).toContain(name);
      }),
    );
  });
});

it('titles fields as their forms do', () => {
  expect(pathWords('academy', ['ukprn'])).toBe('UKPRN');
  expect(pathWords('contract', ['uplift', 'percent'])).toBe('Uplift › Percent');
  expect(pathWords('contract', ['prices', 'monthly'])).toBe('Prices › Monthly charge');
  expect(pathWords('account', ['recoveryCodes'])).toBe('Recovery codes');
  expect(pathWords('constructor', ['name'])).toBe('Name');
});

it('writes a value on one line', () => {
  expect(valueWords({ role: 'noc', academies: ['a', 'b'], note: null })).toBe('role noc, academies a, b');
  expect([valueWords(true), valueWords(0), valueWords('***'), valueWords(null)]).toEqual(['Yes', '0', '(secret)', '']);
});
