import { type BatchIdentity, type ColumnBatch, decodeColumns, encodeColumns } from './batch.ts';
import { type FlowColumns, flowColumns } from './columns.ts';

/** A FlowBatch message of the first `rows` rows. */
export const encodeFlowBatch = (identity: BatchIdentity, columns: FlowColumns, rows: number): Uint8Array =>
  encodeColumns(identity, columns, rows);

/** @throws MessageError */
export const decodeFlowBatch = (bytes: Uint8Array): ColumnBatch => decodeColumns(bytes, flowColumns);
