import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type RowColumn, rowsBlock } from './rows-block.ts';

interface Row {
  n: number;
  text: string;
}

const columns: RowColumn<Row>[] = [
  { name: 'n', type: 'u64', clickhouse: 'UInt64', value: (row) => row.n },
  { name: 't', type: 'text', clickhouse: 'String', value: (row) => row.text },
];

/** Reads what the block says, by the format's grammar. */
function read(bytes: Buffer): Row[] {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  const string = (): string => {
    const length = varint();
    return bytes.toString('utf8', at, (at += length));
  };
  expect(varint()).toBe(2);
  const rows = varint();
  expect([string(), string()]).toEqual(['n', 'UInt64']);
  const numbers = Array.from({ length: rows }, () => Number(bytes.readBigUInt64LE((at += 8) - 8)));
  expect([string(), string()]).toEqual(['t', 'String']);
  const out = numbers.map((n) => ({ n, text: string() }));
  expect(at).toBe(bytes.length);
  return out;
}

test('a block holds the rows that went in', () => {
  const row = fc.record({ n: fc.maxSafeNat(), text: fc.string({ unit: 'binary', maxLength: 300 }) });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 200 }), (rows) => {
      const wellFormed = rows.map(({ n, text }) => ({ n, text: text.toWellFormed() }));
      expect(read(Buffer.concat(rowsBlock(columns, wellFormed)))).toEqual(wellFormed);
    }),
  );
});

test('addresses of a wrong length never shift the rows behind them', () => {
  const ip: RowColumn<Uint8Array>[] = [{ name: 'a', type: 'ip', clickhouse: 'IPv6', value: (row) => row }];
  const chunks = rowsBlock(ip, [new Uint8Array(4).fill(1), new Uint8Array(20).fill(2), new Uint8Array(16).fill(3)]);
  const data = Buffer.from(chunks.at(-1)!);
  expect(data.length).toBe(48);
  expect(data.subarray(16, 32).every((byte) => byte === 2)).toBe(true);
  expect(data.subarray(32).every((byte) => byte === 3)).toBe(true);
});
