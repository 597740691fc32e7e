import type { BatchColumn, Event, Sample } from '@linewatch/record';
import { StoreError } from './errors.ts';
import { type RowColumn, rowsBlock } from './rows-block.ts';
import type { CallOptions, InsertOptions, Store } from './store.ts';
import { partOf } from './stored.ts';

/** Who sent a message and where it stands on the queue. `trust` and `collector` are `labelKey()` of their labels. */
export interface Origin {
  readonly trust: number;
  readonly collector: number;
  readonly queuePartition: number;
  readonly queueOffset: number;
}

/** The columns that every stored row has beside those of its message: pass to `nativeBlock()` with its batches. */
export const originColumns = (origins: readonly Origin[]): BatchColumn[] => [
  { name: 'trust', type: 'u32', clickhouse: 'UInt32', value: (i) => origins[i]!.trust },
  { name: 'collector', type: 'u32', clickhouse: 'UInt32', value: (i) => origins[i]!.collector },
  { name: 'queue_partition', type: 'u32', clickhouse: 'UInt32', value: (i) => origins[i]!.queuePartition },
  { name: 'queue_offset', type: 'u64', clickhouse: 'UInt64', value: (i) => origins[i]!.queueOffset },
];

export interface RestOptions extends CallOptions {
  /** Partitions of the table (`StoredRow.part`) whose rows are left out: they are stored already. */
  readonly except?: readonly number[];
}

const leavingOut = (table: keyof typeof partOf, { except = [], ...options }: RestOptions = {}): InsertOptions =>
  except.length === 0 ? options : { ...options, except: { expression: partOf[table], values: except } };

/** Most samples, or events, in one insert: they are made into a block in memory. */
export const maxInsertRows = 2_000_000;

/**
 * Inserts one Native block (`nativeBlock(flowColumns, …, originColumns(…))`) of flows. The same token, whatever happened
 * to the first try, adds nothing twice: neither to `flows` nor to the roll-up behind it.
 * @throws StoreError
 */
export const insertFlows = (
  store: Store,
  chunks: readonly Uint8Array[],
  token: string,
  options?: RestOptions,
): Promise<void> => store.insertBlock('flows', chunks, token, leavingOut('flows', options));

/** The same for interface sums (`nativeBlock(sumColumns, …)`): three roll-ups and the list of stored offsets. */
export const insertSums = (
  store: Store,
  chunks: readonly Uint8Array[],
  token: string,
  options?: CallOptions,
): Promise<void> => store.insertBlock('interface_sums', chunks, token, options);

interface Placed<T> {
  readonly origin: Origin;
  readonly of: T;
}

const originOf = <T>(): RowColumn<Placed<T>>[] => [
  { name: 'trust', type: 'u32', clickhouse: 'UInt32', value: (row) => row.origin.trust },
  { name: 'collector', type: 'u32', clickhouse: 'UInt32', value: (row) => row.origin.collector },
  { name: 'queue_partition', type: 'u32', clickhouse: 'UInt32', value: (row) => row.origin.queuePartition },
  { name: 'queue_offset', type: 'u64', clickhouse: 'UInt64', value: (row) => row.origin.queueOffset },
];

const sampleColumns: readonly RowColumn<Placed<Sample>>[] = [
  ...originOf<Sample>(),
  { name: 'time', type: 'u64', clickhouse: "DateTime64(3, 'UTC')", value: (row) => row.of.timeMs },
  { name: 'exporter', type: 'ip', clickhouse: 'IPv6', value: (row) => row.of.exporter },
  { name: 'interface', type: 'u32', clickhouse: 'UInt32', value: (row) => row.of.interface },
  { name: 'metric', type: 'text', clickhouse: 'String', value: (row) => row.of.metric },
  { name: 'value', type: 'f64', clickhouse: 'Float64', value: (row) => row.of.value },
  { name: 'text', type: 'text', clickhouse: 'String', value: (row) => row.of.text },
];

const eventColumns: readonly RowColumn<Placed<Event>>[] = [
  ...originOf<Event>(),
  { name: 'time', type: 'u64', clickhouse: "DateTime64(3, 'UTC')", value: (row) => row.of.timeMs },
  { name: 'exporter', type: 'ip', clickhouse: 'IPv6', value: (row) => row.of.exporter },
  { name: 'interface', type: 'u32', clickhouse: 'UInt32', value: (row) => row.of.interface },
  { name: 'kind', type: 'text', clickhouse: 'String', value: (row) => row.of.kind },
  { name: 'detail', type: 'text', clickhouse: 'String', value: (row) => row.of.detail },
];

async function insertPlaced<T>(
  store: Store,
  table: 'samples' | 'events',
  columns: readonly RowColumn<Placed<T>>[],
  rows: readonly Placed<T>[],
  token: string,
  options?: RestOptions,
): Promise<void> {
  if (rows.length === 0) return;
  if (rows.length > maxInsertRows)
    throw new StoreError('input_invalid', `${rows.length} rows in one insert into ${table} are over ${maxInsertRows}`);
  await store.insertBlock(table, rowsBlock(columns, rows), token, leavingOut(table, options));
}

/** One message's samples, with its place. */
export interface SampleGroup {
  readonly origin: Origin;
  readonly samples: readonly Sample[];
}

/** Inserts the samples of some messages as one block. Nothing is sent when there are none. @throws StoreError */
export function insertSamples(
  store: Store,
  groups: readonly SampleGroup[],
  token: string,
  options?: RestOptions,
): Promise<void> {
  const rows = groups.flatMap(({ origin, samples }) => samples.map((of) => ({ origin, of })));
  return insertPlaced(store, 'samples', sampleColumns, rows, token, options);
}

/** One message's events, with its place. */
export interface EventGroup {
  readonly origin: Origin;
  readonly events: readonly Event[];
}

/** Inserts the events of some messages as one block. Nothing is sent when there are none. @throws StoreError */
export function insertEvents(
  store: Store,
  groups: readonly EventGroup[],
  token: string,
  options?: RestOptions,
): Promise<void> {
  const rows = groups.flatMap(({ origin, events }) => events.map((of) => ({ origin, of })));
  return insertPlaced(store, 'events', eventColumns, rows, token, options);
}
