import fc from 'fast-check';
import { expect, it } from 'vitest';
import { academyHref, kindHref, matchRoute, recordHref, withParam } from './route.ts';

const at = (path: string): unknown => {
  const { page, params } = matchRoute(path);
  return [page, params.id, params.kind];
};

it('knows the pages', () => {
  expect(at('/')).toEqual(['overview', '', '']);
  expect(at('/exporters')).toEqual(['exporters', '', '']);
  expect(at('/exporters/')).toEqual(['exporters', '', '']);
  expect(at('/academies')).toEqual(['academies', '', '']);
  expect(at('/academies/northfield')).toEqual(['academy', 'northfield', '']);
  expect(at('/academies/northfield/')).toEqual(['academy', 'northfield', '']);
  expect(at('/academies/northfield/estate')).toEqual(['academy-estate', 'northfield', '']);
  expect(at('/incidents/12')).toEqual(['incident', '12', '']);
  expect(at('/sla/academies/northfield')).toEqual(['sla-academy', 'northfield', '']);
  expect(at('/sla/circuits/line-1')).toEqual(['sla-circuit', 'line-1', '']);
  expect(at('/suppliers')).toEqual(['records', '', 'provider']);
  expect(at('/records/calendar')).toEqual(['records', '', 'calendar']);
});

it('says that anything else is not found', () => {
  for (const path of [
    '/academies/a/b',
    '/academies//estate',
    '/exporters/x',
    '/x',
    '/records',
    '/academies/%E0%A4%A',
  ]) {
    expect(matchRoute(path).page).toBe('not-found');
  }
});

it('lets nobody see a page of the trust before signing in', () => {
  expect(['/sign-in', '/setup'].map((path) => matchRoute(path).access)).toEqual(['public', 'public']);
  expect(matchRoute('/account').access).toBe('signed-in');
  expect(matchRoute('/people').access).toBe('people.read');
  expect(matchRoute('/audit').access).toBe('audit.read');
});

it('finds every academy at the address that it gives', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (id) => {
      expect(at(academyHref(id))).toEqual(['academy', id, '']);
    }),
  );
});

it('lists every kind of record somewhere', () => {
  expect(kindHref('academy')).toBe('/academies');
  for (const kind of ['circuit', 'provider', 'contract', 'equipment', 'calendar', 'cluster'])
    expect(at(kindHref(kind))).toEqual(['records', '', kind]);
});

it('shows one record among those of its kind, and an academy on its own page', () => {
  expect(recordHref('circuit', 'line-1')).toBe('/circuits?record=line-1');
  expect(recordHref('academy', 'north')).toBe('/academies/north/estate');
});

it('sets and removes one part of a query, and leaves the given one alone', () => {
  const query = new URLSearchParams('a=1&b=2');
  expect(withParam(query, 'b', '3').toString()).toBe('a=1&b=3');
  expect(withParam(query, 'b', '').toString()).toBe('a=1');
  expect(withParam(query, 'a', null).toString()).toBe('b=2');
  expect(query.toString()).toBe('a=1&b=2');
});
