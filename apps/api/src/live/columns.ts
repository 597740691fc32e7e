import { type ColumnBatch, type SumColumnName, columnWidth, sumColumns } from '@linewatch/record';

/** One column of a batch: `data[row * stride]`; a column that is constant or left out has stride 0. */
export interface Strided {
  readonly data: Uint32Array | Uint8Array;
  readonly stride: number;
}

const zero = new Uint32Array(4);

const position = Object.fromEntries(sumColumns.map((column, i) => [column.name, i])) as Record<SumColumnName, number>;

/** u64 columns have two words a row, low first; ip columns four, whose bytes are the address. */
export function strided(batch: ColumnBatch, name: SumColumnName): Strided {
  const at = position[name];
  const bytes = batch.columns[at];
  const type = sumColumns[at]!.type;
  if (bytes === undefined || bytes.length === 0) return { data: zero, stride: 0 };
  const width = columnWidth[type];
  const constant = bytes.length === width && batch.rows !== 1;
  if (type === 'u8') return { data: bytes, stride: constant ? 0 : 1 };
  // Words need an alignment that a view into a message may not have; Buffer's own slice would not copy.
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : Uint8Array.prototype.slice.call(bytes);
  return {
    data: new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4),
    stride: constant ? 0 : width / 4,
  };
}
