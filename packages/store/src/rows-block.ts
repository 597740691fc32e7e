/** A Native block of rows that are objects: for what comes in small numbers (samples, events, the estate's map). */

const fixedWidth = { u8: 1, u32: 4, u64: 8, f64: 8, ip: 16 } as const;

export type RowColumn<Row> = { readonly name: string; readonly clickhouse: string } & (
  | { readonly type: 'u8' | 'u32' | 'u64' | 'f64'; readonly value: (row: Row) => number }
  | { readonly type: 'ip'; readonly value: (row: Row) => Uint8Array }
  | { readonly type: 'text'; readonly value: (row: Row) => string }
);

function putVarint(out: Buffer, at: number, value: number): number {
  let rest = value;
  while (rest > 127) {
    out[at++] = (rest & 127) | 128;
    rest = Math.floor(rest / 128);
  }
  out[at++] = rest;
  return at;
}

const varintLength = (value: number): number => (value < 128 ? 1 : 1 + varintLength(Math.floor(value / 128)));

function texts(values: readonly string[]): Buffer {
  const lengths = values.map((value) => Buffer.byteLength(value));
  const out = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + length + varintLength(length), 0));
  let at = 0;
  values.forEach((value, i) => {
    at = putVarint(out, at, lengths[i]!);
    at += out.write(value, at);
  });
  return out;
}

function fixed<Row>(column: RowColumn<Row> & { type: keyof typeof fixedWidth }, rows: readonly Row[]): Buffer {
  const width = fixedWidth[column.type];
  const out = Buffer.alloc(rows.length * width);
  rows.forEach((row, i) => {
    const at = i * width;
    const value = column.value(row);
    if (value instanceof Uint8Array) out.set(value.length === 16 ? value : value.subarray(0, 16), at);
    else if (column.type === 'f64') out.writeDoubleLE(value, at);
    else if (column.type === 'u64') out.writeBigUInt64LE(BigInt.asUintN(64, BigInt(Math.trunc(value))), at);
    else if (column.type === 'u32') out.writeUInt32LE(value >>> 0, at);
    else out[at] = value;
  });
  return out;
}

/** @returns chunks to write one after another. */
export function rowsBlock<Row>(columns: readonly RowColumn<Row>[], rows: readonly Row[]): Uint8Array[] {
  const head = Buffer.alloc(20);
  const out: Uint8Array[] = [head.subarray(0, putVarint(head, putVarint(head, 0, columns.length), rows.length))];
  for (const column of columns) {
    out.push(texts([column.name, column.clickhouse]));
    out.push(column.type === 'text' ? texts(rows.map((row) => column.value(row))) : fixed(column, rows));
  }
  return out;
}
