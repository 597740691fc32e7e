/**
 * How far the deduplication of inserts reaches back: ClickHouse remembers the tokens of a table's last blocks
 * (`non_replicated_deduplication_window`), and numbers them.
 */
import type { CallOptions, Store } from './store.ts';

/** What every table that remembers tokens is made with. */
export const deduplicationWindow = 10_000;

/** Tables that one insert of a kind reaches, directly or by a view. */
export const insertTables = {
  flows: ['flows', 'flow_hours'],
  signals: [
    'interface_1m',
    'interface_5m',
    'interface_1h',
    'sums_stored',
    'samples',
    'events',
    'interface_names',
    'element_names',
  ],
} as const;

/** The number of the last block of each table. */
export type BlockMark = Readonly<Record<string, number>>;

/**
 * The last block of each table; undefined where blocks are not numbered by table, as in replicated ones.
 * @throws StoreError
 */
export async function blockMark(
  store: Store,
  tables: readonly string[],
  options?: CallOptions,
): Promise<BlockMark | undefined> {
  const rows = await store.query<{ table: string; blocks: number; numbered: number }>(
    `SELECT table, toFloat64(max(max_block_number)) AS blocks,
      toUInt8(countIf(engine LIKE 'Replicated%' OR engine LIKE 'Shared%') = 0) AS numbered
    FROM system.parts WHERE database = currentDatabase() AND table IN {tables:Array(String)} GROUP BY table`,
    { tables },
    options,
  );
  if (rows.some(({ numbered }) => !numbered)) return undefined;
  return Object.fromEntries(rows.map(({ table, blocks }) => [table, blocks]));
}

/**
 * Whether so many blocks came between two marks that a token from before the first may be forgotten. Said too early
 * rather than too late: from half the window on, and when the numbers make no sense.
 */
export function windowMayBeLeft(then: BlockMark | undefined, now: BlockMark | undefined, window: number): boolean {
  if (!then || !now) return true;
  if (Object.keys(then).some((table) => now[table] === undefined)) return true;
  return Object.entries(now).some(([table, blocks]) => {
    const grown = blocks - (then[table] ?? 0);
    return !(grown >= 0 && grown < window / 2);
  });
}
