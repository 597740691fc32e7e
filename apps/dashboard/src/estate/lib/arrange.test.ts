import type { EstateRecord } from '@linewatch/contract';
import { describe, expect, it } from 'vitest';
import { arrangeRows, facetsOf } from './arrange.ts';
import { fieldColumns, rowOf } from './columns.ts';

const record = (id: string, values: Record<string, unknown>): EstateRecord => ({
  kind: 'circuit',
  id,
  revision: 1,
  ended: null,
  managed: false,
  changedMs: 0,
  changedBy: 'Ann',
  values: { id, role: 'primary', academy: 'a', provider: 'p', ...values },
  hidden: [],
});
const rows = [
  record('l-1', { name: 'Line 10', committed: { down: '900M' } }),
  record('l-2', { name: 'Line 9', committed: { down: '1G' }, role: 'backup' }),
  record('l-3', { name: 'École line', academy: 'b' }),
].map(rowOf);
const names: Record<string, string> = { a: "St Mary's", b: 'Hill Top' };
const columns = fieldColumns('circuit', (_, id) => names[id] ?? id);
const column = (key: string) => columns.find((each) => each.key === key)!;
const ids = (asked: Partial<Parameters<typeof arrangeRows>[2]>): string[] =>
  arrangeRows(rows, columns, { search: '', filters: new Map(), sort: column('name'), reverse: false, ...asked }).map(
    (row) => row.record.id,
  );

describe('rows of a list', () => {
  it('are sorted by name as people count, and the other way round', () => {
    expect(ids({})).toEqual(['l-3', 'l-2', 'l-1']);
    expect(ids({ reverse: true })).toEqual(['l-1', 'l-2', 'l-3']);
  });

  it('are sorted by rates, not by their text; what has none comes last either way', () => {
    const sort = column('committed.down');
    expect(ids({ sort })).toEqual(['l-1', 'l-2', 'l-3']);
    expect(ids({ sort, reverse: true })).toEqual(['l-2', 'l-1', 'l-3']);
  });

  it('are found by words in any column, by names of what they refer to, without accents', () => {
    expect(ids({ search: 'marys' })).toEqual(['l-2', 'l-1']);
    expect(ids({ search: 'ecole hill' })).toEqual(['l-3']);
    expect(ids({ search: 'nothing like it' })).toEqual([]);
  });

  it('are filtered by what a column shows, and by nothing', () => {
    expect(ids({ filters: new Map([['role', 'Backup']]) })).toEqual(['l-2']);
    expect(ids({ filters: new Map([['committed.down', '–']]) })).toEqual(['l-3']);
    expect(facetsOf(rows, column('role'))).toEqual([
      { value: 'Primary', count: 2 },
      { value: 'Backup', count: 1 },
    ]);
    expect(facetsOf(rows, column('name'), 2)).toEqual([]);
  });
});
