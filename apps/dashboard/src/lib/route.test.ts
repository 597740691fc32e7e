import fc from 'fast-check';
import { expect, it } from 'vitest';
import { academyHref, matchRoute, withParam } from './route.ts';

it('knows the pages', () => {
  expect(matchRoute('/')).toEqual({ page: 'overview' });
  expect(matchRoute('/exporters')).toEqual({ page: 'exporters' });
  expect(matchRoute('/exporters/')).toEqual({ page: 'exporters' });
  expect(matchRoute('/academies/northfield')).toEqual({ page: 'academy', id: 'northfield' });
  expect(matchRoute('/academies/northfield/')).toEqual({ page: 'academy', id: 'northfield' });
});

it('says that anything else is not found', () => {
  for (const path of ['/academies', '/academies/', '/academies/a/b', '/exporters/x', '/x', '/academies/%E0%A4%A']) {
    expect(matchRoute(path)).toEqual({ page: 'not-found' });
  }
});

it('finds every academy at the address that it gives', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (id) => {
      expect(matchRoute(academyHref(id))).toEqual({ page: 'academy', id });
    }),
  );
});

it('sets and removes one part of a query, and leaves the given one alone', () => {
  const query = new URLSearchParams('a=1&b=2');
  expect(withParam(query, 'b', '3').toString()).toBe('a=1&b=3');
  expect(withParam(query, 'b', '').toString()).toBe('a=1');
  expect(withParam(query, 'a', null).toString()).toBe('b=2');
  expect(query.toString()).toBe('a=1&b=2');
});
