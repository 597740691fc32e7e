/** How the two topics' messages become rows. */
import {
  type ColumnBatch,
  type FlowBatch,
  type SignalBatch,
  decodeFlowBatch,
  decodeSignalBatch,
  flowColumns,
  labelKey,
  nativeBlock,
  sumColumns,
} from '@linewatch/record';
import {
  type Origin,
  type Store,
  type StoredTable,
  blockMark,
  insertEvents,
  insertFlows,
  insertSamples,
  insertSums,
  insertTables,
  missingRows,
  originColumns,
  storedRows,
  tokenOfRest,
} from '@linewatch/store';
import type { AskableKind, Found, Place } from './kind.ts';
import { type Sought, extent, together } from './sought.ts';

const originOf = (batch: ColumnBatch, place: Place): Origin => ({
  trust: labelKey(batch.trust),
  collector: labelKey(batch.collector),
  queuePartition: place.partition,
  queueOffset: place.offset,
});

interface Placed<Batch> {
  readonly batch: Batch;
  readonly place: Place;
  readonly origin: Origin;
}

const placed = <Batch extends ColumnBatch>(batches: readonly Batch[], places: readonly Place[]): Placed<Batch>[] =>
  batches.map((batch, i) => ({ batch, place: places[i]!, origin: originOf(batch, places[i]!) }));

/** What is not in partitions of the table given has to be inserted. */
interface Rest {
  readonly except?: readonly number[];
}

/** One table's part in an insert. */
interface Part<Batch> {
  readonly table: StoredTable;
  readonly rows: (batch: Batch) => number;
  /** Between which times the rows are that this table has of a message, Unix ms. */
  readonly times: (item: Placed<Batch>) => readonly [fromMs: number, toMs: number];
  readonly insert: (
    items: readonly Placed<Batch>[],
    token: string,
    options: Rest & { signal?: AbortSignal },
  ) => Promise<void>;
}

const withSignal = (signal: AbortSignal | undefined): { signal?: AbortSignal } => (signal ? { signal } : {});

/** A kind whose rows go to these tables. */
function kindOf<Batch extends ColumnBatch>(
  store: Store,
  tables: readonly string[],
  decode: (value: Uint8Array) => Batch,
  parts: readonly Part<Batch>[],
): AskableKind<Batch> {
  const having = (part: Part<Batch>, items: readonly Placed<Batch>[]): Placed<Batch>[] =>
    items.filter(({ batch }) => part.rows(batch) > 0);

  const soughtOf = (part: Part<Batch>, item: Placed<Batch>): Sought => {
    const rows = part.rows(item.batch);
    const [fromMs, toMs] = rows > 0 ? part.times(item) : [0, 0];
    const { partition, offset } = item.place;
    return { partition, offset, rows, fromMs, toMs };
  };
  const asking = (signal: AbortSignal | undefined) => ({ ...withSignal(signal), maxSeconds: 120 });

  const insertPart = async (
    part: Part<Batch>,
    items: readonly Placed<Batch>[],
    token: string,
    signal: AbortSignal | undefined,
  ): Promise<Found> => {
    const sought = items.map((item) => soughtOf(part, item));
    const missing = missingRows(sought, await storedRows(store, part.table, extent(sought), asking(signal)));
    if (missing.offsets.size === 0) return 'all';
    const isWhole = missing.isAll;
    const rest = items.filter(({ place }) => missing.offsets.has(place.offset));
    const options = { ...withSignal(signal), except: missing.except };
    await part.insert(rest, isWhole ? token : tokenOfRest(token, missing), options);
    return isWhole ? 'none' : 'part';
  };

  return {
    decode,
    rows: (batch) => parts.reduce((sum, part) => sum + part.rows(batch), 0),
    identity: ({ trust, collector, epoch, sequence }) => ({ trust, collector, epoch, sequence }),
    insert: async (batches, places, token, signal) => {
      const items = placed(batches, places);
      for (const part of parts) {
        const own = having(part, items);
        if (own.length > 0) await part.insert(own, token, withSignal(signal));
      }
    },
    insertMissing: async (batches, places, token, signal) => {
      const items = placed(batches, places);
      const found = new Set<Found>();
      for (const part of parts) {
        const own = having(part, items);
        if (own.length > 0) found.add(await insertPart(part, own, token, signal));
      }
      if (found.size > 1) return 'part';
      return [...found][0] ?? 'all';
    },
    expected: (batch, place) => {
      const [item] = placed([batch], [place]);
      return parts.map((part) => soughtOf(part, item!));
    },
    areStored: async (all, signal) => {
      const missing = new Set<number>();
      for (const [table, part] of parts.entries()) {
        const sought = all.map((tables, i) => ({ i, ...tables[table]! })).filter(({ rows }) => rows > 0);
        for (const group of together(sought)) {
          const where = { ...extent(group), offsets: group.map(({ offset }) => offset) };
          const { offsets } = missingRows(group, await storedRows(store, part.table, where, asking(signal)));
          for (const { i, offset } of group) if (offsets.has(offset)) missing.add(i);
        }
      }
      return all.map((tables, i) => !missing.has(i) && tables.some(({ rows }) => rows > 0));
    },
    blocks: (signal) => blockMark(store, tables, withSignal(signal)),
  };
}

const receivedColumn = flowColumns.findIndex(({ name }) => name === 'received_ms');

/** The least and the greatest of a batch's receive times, Unix ms. */
function receivedTimes({ columns }: ColumnBatch): readonly [number, number] {
  const bytes = columns[receivedColumn];
  if (!bytes) return [0, 0];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let from = Infinity;
  let to = -Infinity;
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    const timeMs = view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
    if (timeMs < from) from = timeMs;
    if (timeMs > to) to = timeMs;
  }
  return [from, to];
}

/** Stored after it was appended, but by another clock. */
const storedSlackMs = 60_000;
const forEver = Number.MAX_SAFE_INTEGER;

const timesOf = (rows: readonly { readonly timeMs: number }[]): readonly [number, number] => {
  let from = Infinity;
  let to = -Infinity;
  for (const { timeMs } of rows) {
    if (timeMs < from) from = timeMs;
    if (timeMs > to) to = timeMs;
  }
  return [from, to];
};

export const flowKind = (store: Store): AskableKind<FlowBatch> =>
  kindOf(store, insertTables.flows, decodeFlowBatch, [
    {
      table: 'flows',
      rows: (batch) => batch.rows,
      times: ({ batch }) => receivedTimes(batch),
      insert: (items, token, options) => {
        const block = nativeBlock(
          flowColumns,
          items.map(({ batch }) => batch),
          originColumns(items.map(({ origin }) => origin)),
        );
        return insertFlows(store, block, token, options);
      },
    },
  ]);

export const signalKind = (store: Store): AskableKind<SignalBatch> =>
  kindOf(store, insertTables.signals, decodeSignalBatch, [
    {
      table: 'sums',
      rows: (batch) => batch.rows,
      times: ({ place }) => [place.timeMs - storedSlackMs, forEver],
      insert: (items, token, options) => {
        const block = nativeBlock(
          sumColumns,
          items.map(({ batch }) => batch),
          originColumns(items.map(({ origin }) => origin)),
        );
        return insertSums(store, block, token, withSignal(options.signal));
      },
    },
    {
      table: 'samples',
      rows: (batch) => batch.samples.length,
      times: ({ batch }) => timesOf(batch.samples),
      insert: (items, token, options) => {
        const groups = items.map(({ batch, origin }) => ({ origin, samples: batch.samples }));
        return insertSamples(store, groups, token, options);
      },
    },
    {
      table: 'events',
      rows: (batch) => batch.events.length,
      times: ({ batch }) => timesOf(batch.events),
      insert: (items, token, options) => {
        const groups = items.map(({ batch, origin }) => ({ origin, events: batch.events }));
        return insertEvents(store, groups, token, options);
      },
    },
  ]);
