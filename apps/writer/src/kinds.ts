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
  type StoredRow,
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
import type { Found, Kind, Place } from './kind.ts';

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

/** Stored rows of one partition's messages in one table. */
async function storedOf<Batch>(
  store: Store,
  part: Part<Batch>,
  items: readonly Placed<Batch>[],
  signal: AbortSignal | undefined,
): Promise<StoredRow[]> {
  let fromMs = Infinity;
  let toMs = -Infinity;
  let firstOffset = Infinity;
  let lastOffset = -Infinity;
  for (const item of items) {
    const [from, to] = part.times(item);
    fromMs = Math.min(fromMs, from);
    toMs = Math.max(toMs, to);
    firstOffset = Math.min(firstOffset, item.place.offset);
    lastOffset = Math.max(lastOffset, item.place.offset);
  }
  const { partition } = items[0]!.place;
  return storedRows(
    store,
    part.table,
    { partition, firstOffset, lastOffset, fromMs, toMs },
    { ...withSignal(signal), maxSeconds: 120 },
  );
}

/** A kind whose rows go to these tables. */
function kindOf<Batch extends ColumnBatch>(
  store: Store,
  tables: readonly string[],
  decode: (value: Uint8Array) => Batch,
  parts: readonly Part<Batch>[],
): Kind<Batch> {
  const having = (part: Part<Batch>, items: readonly Placed<Batch>[]): Placed<Batch>[] =>
    items.filter(({ batch }) => part.rows(batch) > 0);

  const insertPart = async (
    part: Part<Batch>,
    items: readonly Placed<Batch>[],
    token: string,
    signal: AbortSignal | undefined,
  ): Promise<Found> => {
    const stored = await storedOf(store, part, items, signal);
    const expected = items.map(({ batch, place }) => ({ offset: place.offset, rows: part.rows(batch) }));
    const missing = missingRows(expected, stored);
    if (missing.offsets.size === 0) return 'all';
    const isWhole = stored.length === 0;
    const rest = items.filter(({ place }) => missing.offsets.has(place.offset));
    const options = { ...withSignal(signal), except: missing.except };
    await part.insert(rest, isWhole ? token : tokenOfRest(token, missing), options);
    return isWhole ? 'none' : 'part';
  };

  return {
    decode,
    rows: (batch) => parts.reduce((sum, part) => sum + part.rows(batch), 0),
    identity: (batch) => batch,
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
    stored: async (batches, places, signal) => {
      const items = placed(batches, places);
      let rows = 0;
      for (const part of parts) {
        const own = having(part, items);
        if (own.length === 0) continue;
        const offsets = new Set(own.map(({ place }) => place.offset));
        for (const row of await storedOf(store, part, own, signal)) if (offsets.has(row.offset)) rows += row.rows;
      }
      return rows;
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

export const flowKind = (store: Store): Kind<FlowBatch> =>
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

export const signalKind = (store: Store): Kind<SignalBatch> =>
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
