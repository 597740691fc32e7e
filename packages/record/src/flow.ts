import { type BatchIdentity, type ColumnBatch, decodeColumns, encodeColumns } from './batch.ts';
import { type FlowColumns, flowColumns } from './columns.ts';
import { type ElementColumn, checkElements, elementFields, writeElements } from './elements.ts';

export interface FlowBatch extends ColumnBatch {
  /** Elements without a column that the collector keeps by name; undefined where no row has any. */
  readonly elements: ElementColumn | undefined;
}

/** A FlowBatch message of the first `rows` rows. */
export const encodeFlowBatch = (
  identity: BatchIdentity,
  columns: FlowColumns,
  rows: number,
  elements?: ElementColumn,
): Uint8Array =>
  encodeColumns(identity, columns, rows, (writer) => {
    if (elements) writeElements(writer, elements);
  });

/** @throws MessageError */
export function decodeFlowBatch(bytes: Uint8Array): FlowBatch {
  const parts: Partial<Record<keyof typeof elementFields, Uint8Array>> = {};
  const batch = decodeColumns(bytes, flowColumns, (field, reader) => {
    for (const part of ['offsets', 'names', 'values'] as const)
      if (field === elementFields[part]) {
        parts[part] = reader.bytes();
        return true;
      }
    return false;
  });
  return { ...batch, elements: checkElements(batch.rows, parts.offsets, parts.names, parts.values) };
}
