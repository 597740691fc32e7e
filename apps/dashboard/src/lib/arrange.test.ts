import { expect, it } from 'vitest';
import { type Arrangeable, arrange, sortKeys } from './arrange.ts';

const of = (name: string, more: Partial<Arrangeable> = {}): Arrangeable => ({
  id: name.toLowerCase().replace(/\W+/g, '-'),
  name,
  state: 'reporting',
  shown: 'up',
  inBps: 0,
  outBps: 0,
  share: null,
  ...more,
});

const names = (list: readonly Arrangeable[]): string[] => list.map(({ name }) => name);

const some = [
  of('St Mary’s Academy', { inBps: 5, share: 0.9 }),
  of('École Bilingue', { state: 'silent' }),
  of('Academy 10', { outBps: 9, share: 0.1 }),
  of('Academy 9', { state: 'awaiting' }),
];

it('sorts by name as people do, numbers by their value', () => {
  expect(names(arrange(some, '', 'name'))).toEqual(['Academy 9', 'Academy 10', 'École Bilingue', 'St Mary’s Academy']);
});

it('sorts by traffic, by utilisation and by state', () => {
  expect(names(arrange(some, '', 'busiest'))[0]).toBe('Academy 10');
  expect(names(arrange(some, '', 'utilisation')).slice(0, 2)).toEqual(['St Mary’s Academy', 'Academy 10']);
  expect(names(arrange(some, '', 'silent')).slice(0, 2)).toEqual(['École Bilingue', 'Academy 9']);
});

it('puts the worst lines first, and can show only those with trouble', () => {
  const lines = [
    of('Fine'),
    of('Weak', { shown: 'degraded' }),
    of('New', { shown: 'unwatched' }),
    of('Works', { shown: 'maintenance' }),
    of('Gone', { shown: 'down' }),
  ];
  expect(names(arrange(lines, '', 'worst'))).toEqual(['Gone', 'Weak', 'Works', 'New', 'Fine']);
  expect(names(arrange(lines, '', 'name', true))).toEqual(['Gone', 'Weak', 'Works']);
});

it('finds by any words of the name, without accents, apostrophes or case', () => {
  expect(names(arrange(some, 'ecole', 'name'))).toEqual(['École Bilingue']);
  expect(names(arrange(some, ' marys  ST ', 'name'))).toEqual(['St Mary’s Academy']);
  expect(names(arrange(some, "st mary's", 'name'))).toEqual(['St Mary’s Academy']);
  expect(arrange(some, 'nowhere', 'name')).toEqual([]);
});

it('leaves the list that it is given as it was', () => {
  const before = [...some];
  for (const key of sortKeys) arrange(some, '', key);
  expect(some).toEqual(before);
});
