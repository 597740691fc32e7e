/** A flow row as plain JSON data. */
import {
  type FlowColumns,
  counterNames,
  directionNames,
  flowColumns,
  formatAddress,
  tunnelNames,
} from '@linewatch/record';

export type JsonFlow = { readonly type: 'flow' } & Readonly<
  Record<string, string | number | boolean | Readonly<Record<string, string>>>
>;

/** A number while it is exact, else its decimal digits. */
export function jsonInteger(low: number, high: number): number | string {
  return high < 0x200000 ? high * 4_294_967_296 + low : ((BigInt(high) << 32n) | BigInt(low)).toString();
}

/** All columns of a row under their JSON names; times are Unix ms, addresses text. */
export function flowToJson(columns: FlowColumns, row: number): JsonFlow {
  const out: Record<string, string | number | boolean> = { type: 'flow' };
  flowColumns.forEach((column, i) => {
    const array = columns.arrays[column.name];
    if (column.type === 'ip') out[column.json] = formatAddress(columns.bytes[i]!, 16 * row);
    else if (column.type === 'u64') out[column.json] = jsonInteger(array[2 * row]!, array[2 * row + 1]!);
    else {
      const value = array[row]!;
      if (column.name === 'counter') out[column.json] = counterNames[value] ?? value;
      else if (column.name === 'direction') out[column.json] = directionNames[value] ?? value;
      else if (column.name === 'tunnel') out[column.json] = tunnelNames[value] ?? value;
      else out[column.json] = column.name === 'reverse' || column.name === 'sampling_stated' ? value === 1 : value;
    }
  });
  return out as JsonFlow;
}
