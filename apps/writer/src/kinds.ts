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
  insertEvents,
  insertFlows,
  insertSamples,
  insertSums,
  originColumns,
} from '@linewatch/store';
import type { Kind, Place } from './ingest.ts';

const originOf = (batch: ColumnBatch, place: Place): Origin => ({
  trust: labelKey(batch.trust),
  collector: labelKey(batch.collector),
  queuePartition: place.partition,
  queueOffset: place.offset,
});

export const flowKind = (store: Store): Kind<FlowBatch> => ({
  decode: decodeFlowBatch,
  rows: (batch) => batch.rows,
  identity: (batch) => batch,
  insert: (batches, places, token, signal) => {
    const origins = batches.map((batch, i) => originOf(batch, places[i]!));
    return insertFlows(store, nativeBlock(flowColumns, batches, originColumns(origins)), token, { signal });
  },
});

export const signalKind = (store: Store): Kind<SignalBatch> => ({
  decode: decodeSignalBatch,
  rows: (batch) => batch.rows + batch.samples.length + batch.events.length,
  identity: (batch) => batch,
  insert: async (batches, places, token, signal) => {
    const placed = batches.map((batch, i) => ({ batch, origin: originOf(batch, places[i]!) }));
    const summed = placed.filter(({ batch }) => batch.rows > 0);
    if (summed.length > 0) {
      const extra = originColumns(summed.map(({ origin }) => origin));
      const block = nativeBlock(
        sumColumns,
        summed.map(({ batch }) => batch),
        extra,
      );
      await insertSums(store, block, token, { signal });
    }
    const samples = placed.map(({ batch, origin }) => ({ origin, samples: batch.samples }));
    await insertSamples(store, samples, token, { signal });
    const events = placed.map(({ batch, origin }) => ({ origin, events: batch.events }));
    await insertEvents(store, events, token, { signal });
  },
});
