/**
 * What of some messages is stored already: for an insert that comes again when its token may be forgotten. Rows carry
 * their place on the queue; offsets begin again on a queue made anew, so their times are looked at too.
 */
import { createHash } from 'node:crypto';
import type { CallOptions, Store } from './store.ts';

export type StoredTable = 'flows' | 'sums' | 'samples' | 'events';

/** Messages of one partition, and between which times their rows are. */
export interface StoredRange {
  readonly partition: number;
  readonly firstOffset: number;
  /** Inclusive. */
  readonly lastOffset: number;
  /** Some of them only, not more than a request can name. */
  readonly offsets?: readonly number[] | undefined;
  /** Unix ms: of `flows` when received, of samples and events when they were, of `sums` when stored. */
  readonly fromMs: number;
  readonly toMs: number;
}

export interface StoredRow {
  readonly offset: number;
  /** The table's partition that they are in: a day or a month, as a number. An insert is whole or not there in each. */
  readonly part: number;
  readonly rows: number;
}

/** A table partition by itself, as its migration says. Sums pass through; what is kept of them is their places. */
export const partOf = {
  flows: "toYYYYMMDD(received_ms, 'UTC')",
  samples: 'toYYYYMM(time)',
  events: 'toYYYYMM(time)',
} as const;

const tables = {
  flows: { rows: 'count()', from: 'flows', part: partOf.flows, time: 'received_ms' },
  sums: { rows: 'sum(s.rows)', from: 'sums_stored AS s', part: '0', time: 'toDateTime64(stored_at, 3)' },
  samples: { rows: 'count()', from: 'samples', part: partOf.samples, time: 'time' },
  events: { rows: 'count()', from: 'events', part: partOf.events, time: 'time' },
} as const;

const maxTimeMs = Date.UTC(2299, 11, 31);
const clamp = (timeMs: number): number => Math.min(maxTimeMs, Math.max(0, Math.trunc(timeMs)));

/** Which rows of these messages are stored. `sums` are known for 7 days, the others as long as they are kept. @throws StoreError */
export function storedRows(
  store: Store,
  what: StoredTable,
  range: StoredRange,
  options: CallOptions = {},
): Promise<StoredRow[]> {
  const { rows, from, part, time } = tables[what];
  return store.query<StoredRow>(
    `SELECT toFloat64(queue_offset) AS offset, toUInt32(${part}) AS part, toFloat64(${rows}) AS rows FROM ${from}
    WHERE queue_partition = {partition:UInt32} AND queue_offset BETWEEN {first:UInt64} AND {last:UInt64}
      ${range.offsets ? 'AND queue_offset IN {offsets:Array(UInt64)}' : ''}
      AND ${time} BETWEEN fromUnixTimestamp64Milli({fromMs:Int64}) AND fromUnixTimestamp64Milli({toMs:Int64})
    GROUP BY queue_offset, part ORDER BY offset, part`,
    {
      partition: range.partition,
      first: range.firstOffset,
      last: range.lastOffset,
      ...(range.offsets && { offsets: range.offsets }),
      fromMs: clamp(range.fromMs),
      toMs: clamp(range.toMs),
    },
    { maxSeconds: 120, ...options },
  );
}

export interface MissingRows {
  /** Offsets of messages of which not every row is stored. */
  readonly offsets: ReadonlySet<number>;
  /** Partitions of the table that have their rows of these messages: theirs are left out. */
  readonly except: readonly number[];
  /** Nothing of any of the messages is stored. */
  readonly isAll: boolean;
}

/** What is left to insert of messages that have so many rows each. */
export function missingRows(
  expected: readonly { readonly offset: number; readonly rows: number }[],
  stored: readonly StoredRow[],
): MissingRows {
  const counts = new Map<number, number>();
  for (const { offset, rows } of stored) counts.set(offset, (counts.get(offset) ?? 0) + rows);
  const offsets = new Set(
    expected.filter(({ offset, rows }) => rows > (counts.get(offset) ?? 0)).map(({ offset }) => offset),
  );
  const except = new Set(stored.filter(({ offset }) => offsets.has(offset)).map(({ part }) => part));
  return { offsets, except: [...except].sort((a, b) => a - b), isAll: stored.length === 0 };
}

/** The token of what is left of an insert: another one than the whole's, and the same whenever the same is left. */
export function tokenOfRest(token: string, { offsets, except }: MissingRows): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([[...offsets], except]))
    .digest('hex');
  return `${token}+${hash.slice(0, 16)}`;
}
