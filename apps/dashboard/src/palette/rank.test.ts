import { describe, expect, it } from 'vitest';
import { navigationFor } from '../lib/navigation.ts';
import { matchRoute } from '../lib/route.ts';
import { academyEntries, actionEntries, pageEntries } from './entries.ts';
import { rank } from './rank.ts';

const academies = academyEntries([
  { id: 'northfield', name: 'Northfield Primary' },
  { id: 'st-marys', name: 'St Mary’s Primary' },
  { id: 'great-north', name: 'Great Northfield School' },
  { id: 'ecole', name: 'École du Nord' },
]);
const titles = (typed: string, most = 10): string[] => rank(academies, typed, most).map(({ title }) => title);

describe('the palette', () => {
  it('puts a title that begins with the word before one that has it later', () => {
    expect(titles('north')).toEqual(['Northfield Primary', 'Great Northfield School']);
  });

  it('wants every word, in any order, without accents and apostrophes', () => {
    expect(titles('primary north')).toEqual(['Northfield Primary']);
    expect(titles('st marys')).toEqual(['St Mary’s Primary']);
    expect(titles('ecole')).toEqual(['École du Nord']);
    expect(titles('north zebra')).toEqual([]);
  });

  it('finds by what stands beside the title after those that it finds by title', () => {
    const entries = [...academies, { href: '/plan', title: 'Plan', detail: 'What ends', also: 'north' }];
    expect(rank(entries, 'north', 3).map(({ title }) => title)).toEqual([
      'Northfield Primary',
      'Great Northfield School',
      'Plan',
    ]);
    expect(titles('great-north')).toEqual(['Great Northfield School']);
  });

  it('keeps the order given, and to the most asked for, when nothing is typed', () => {
    expect(titles('  ', 2)).toEqual(['Northfield Primary', 'St Mary’s Primary']);
  });

  it('offers only what whoever is at the page may open, at addresses that there are', () => {
    const all = [...pageEntries(navigationFor(() => true)), ...actionEntries(() => true)];
    for (const { href } of all) expect(matchRoute(href.replace(/\?.*/, '')).page).not.toBe('not-found');
    expect(new Set(all.map(({ href, title }) => href + title)).size).toBe(all.length);
    const few = [
      ...pageEntries(navigationFor((access) => access === 'audit.read')),
      ...actionEntries((access) => access === 'signed-in'),
    ];
    expect(few.map(({ href }) => href)).toEqual(['/audit', '/account']);
  });
});
