/** Which rows a list shows and in what order. */
import type { Column, Row } from './columns.ts';
import { holds, plain, wordsOf } from './find.ts';

const collator = new Intl.Collator('en-GB', { numeric: true, sensitivity: 'base' });

/** Column → the text that it must show. */
type Filters = ReadonlyMap<string, string>;

/** What stands for "nothing is there" among a filter's choices. */
const nothing = '–';

export interface Arrangement {
  readonly search: string;
  readonly filters: Filters;
  readonly sort: Column;
  readonly reverse: boolean;
}

export function arrangeRows(
  rows: readonly Row[],
  columns: readonly Column[],
  { search, filters, sort, reverse }: Arrangement,
): Row[] {
  const words = wordsOf(search);
  const wanted = columns.filter(({ key }) => filters.has(key));
  const found = rows.filter(
    (row) =>
      wanted.every((column) => (column.text(row) || nothing) === filters.get(column.key)) &&
      (words.length === 0 || holds(plain([row.record.id, ...columns.map((each) => each.text(row))].join(' ')), words)),
  );
  // Worked out once a row: a comparison sort would ask many times.
  const keyed = found.map((row) => ({ row, key: sort.sort(row) }));
  const turn = reverse ? -1 : 1;
  keyed.sort(
    (a, b) => turn * compare(a.key, b.key) || nullLast(a.key, b.key) || collator.compare(a.row.name, b.row.name),
  );
  return keyed.map(({ row }) => row);
}

type Key = number | string | null;

function compare(a: Key, b: Key): number {
  if (a === null || b === null) return 0;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return collator.compare(String(a), String(b));
}

/** What has nothing comes last, whichever way round. */
const nullLast = (a: Key, b: Key): number => (a === null ? 1 : 0) - (b === null ? 1 : 0);

export interface Facet {
  readonly value: string;
  readonly count: number;
}

/** The texts that a column shows with how many rows each, most first; empty = too many to choose from. */
export function facetsOf(rows: readonly Row[], column: Column, most = 40): Facet[] {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const text = column.text(row) || nothing;
    counts.set(text, (counts.get(text) ?? 0) + 1);
    if (counts.size > most) return [];
  }
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || collator.compare(a.value, b.value));
}
