import { describe, expect, it } from 'vitest';
import { heardWords, isNew } from './heard.ts';
import { choices, chosenBy } from './records.ts';

const record = (id: string, name: string) => ({
  kind: 'academy' as const,
  id,
  revision: 1,
  ended: null,
  managed: false,
  changedMs: 0,
  changedBy: '',
  hidden: [],
  values: { id, name },
});

describe('records to choose from', () => {
  const all = choices([record('a', 'Oakfield'), record('b', 'Oakfield'), record('c', 'Hill Top')]);

  it('have labels that tell them apart', () => {
    expect(all.map(({ label }) => label)).toEqual(['Oakfield (a)', 'Oakfield (b)', 'Hill Top']);
  });

  it('are found by label or id', () => {
    expect(chosenBy(all, ' hill top')?.id).toBe('c');
    expect(chosenBy(all, 'b')?.id).toBe('b');
    expect(chosenBy(all, 'Oakfield')).toBeUndefined();
    expect(chosenBy(all, '')).toBeUndefined();
  });
});

describe('what was heard', () => {
  it('is told to the second while it is news', () => {
    expect(heardWords(10_000, 15_400)).toBe('heard 5 s ago');
    expect(heardWords(10_000, 9_000)).toBe('heard 0 s ago');
    expect(heardWords(0, 120_000)).toBe('heard 2 min ago');
    expect(heardWords(null, 0)).toBe('not heard yet');
    expect(isNew(0, 3_599_999)).toBe(true);
    expect(isNew(0, 3_600_000)).toBe(false);
    expect(isNew(null, 0)).toBe(true);
  });
});
