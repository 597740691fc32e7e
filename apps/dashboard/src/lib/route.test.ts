import fc from 'fast-check';
import { expect, it } from 'vitest';
import { academyHref, matchRoute } from './route.ts';

it('knows the two pages', () => {
  expect(matchRoute('/')).toEqual({ page: 'overview' });
  expect(matchRoute('/academies/northfield')).toEqual({ page: 'academy', id: 'northfield' });
  expect(matchRoute('/academies/northfield/')).toEqual({ page: 'academy', id: 'northfield' });
});

it('says that anything else is not found', () => {
  for (const path of ['/academies', '/academies/', '/academies/a/b', '/x', '/academies/%E0%A4%A']) {
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
