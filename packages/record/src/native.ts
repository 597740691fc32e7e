/**
 * ClickHouse Native blocks (https://clickhouse.com/docs/interfaces/formats/Native): varint columns, varint rows, then for
 * each column its name, its type, and its values. Fixed-width values are the batches' octets, handed on without a copy.
 */
import type { ColumnBatch } from './batch.ts';
import { type Column, columnWidth } from './columns.ts';
import { type ElementColumn, nativeElements, text, varint } from './elements.ts';

/** A column that has one value for each batch, not for each row. */
export interface BatchColumn {
  readonly name: string;
  readonly type: 'u32' | 'u64';
  readonly clickhouse: string;
  /** Value for the batch at this position in the block. */
  readonly value: (batch: number) => number;
}

const head = (name: string, type: string): Buffer => Buffer.concat([text(name), text(type)]);

/**
 * One block of all the batches' rows. Columns that are zero in every batch are left out: ClickHouse fills in the default.
 * @returns chunks to write one after another.
 */
export function nativeBlock(
  table: readonly Column[],
  batches: readonly (ColumnBatch & { readonly elements?: ElementColumn | undefined })[],
  extra: readonly BatchColumn[],
): Uint8Array[] {
  const rows = batches.reduce((sum, batch) => sum + batch.rows, 0);
  const present = table.map((_, i) => batches.some((batch) => batch.columns[i] !== undefined));
  const elements = nativeElements(batches);
  const columns = present.filter(Boolean).length + (elements.length > 0 ? 1 : 0) + extra.length;
  const out: Uint8Array[] = [varint(columns), varint(rows)];
  table.forEach((column, i) => {
    if (!present[i]) return;
    out.push(head(column.name, column.clickhouse));
    const width = columnWidth[column.type];
    for (const batch of batches) {
      const length = batch.rows * width;
      const bytes = batch.columns[i];
      if (bytes === undefined) out.push(Buffer.alloc(length));
      else if (bytes.length === length) out.push(bytes);
      else out.push(Buffer.alloc(length, bytes));
    }
  });
  out.push(...elements);
  for (const column of extra) {
    out.push(head(column.name, column.clickhouse));
    batches.forEach((batch, i) => {
      const one = Buffer.alloc(columnWidth[column.type]);
      if (column.type === 'u64') one.writeBigUInt64LE(BigInt(column.value(i)));
      else one.writeUInt32LE(column.value(i));
      out.push(Buffer.alloc(batch.rows * one.length, one));
    });
  }
  return out;
}
