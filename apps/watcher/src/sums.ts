/** Interface sums of a batch, row by row. */
import { type ColumnBatch, type SumColumnName, columnWidth, sumColumns } from '@linewatch/record';

export interface SumRow {
  timeS: number;
  widthS: number;
  /** Of the exporter, in `exporters`. */
  exporterAt: number;
  interface: number;
  side: number;
  basis: number;
  /** Multiplied by the sampling rate. */
  octets: number;
  /** Of counters: ms of the cell that they tell of. */
  flows: number;
}

const position = Object.fromEntries(sumColumns.map((column, i) => [column.name, i])) as Record<SumColumnName, number>;
const zeros = new Uint8Array(16);

interface Strided {
  readonly view: DataView;
  readonly bytes: Uint8Array;
  readonly stride: number;
}

/** A column that is constant, or left out because it is zero, has stride 0. */
function strided(batch: ColumnBatch, name: SumColumnName): Strided {
  const at = position[name];
  const width = columnWidth[sumColumns[at]!.type];
  const bytes = batch.columns[at] ?? zeros;
  const stride = batch.columns[at] === undefined || (bytes.length === width && batch.rows !== 1) ? 0 : width;
  return { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), bytes, stride };
}

/** Calls with the same row again and again; `exporters` has the octets that `exporterAt` is an offset in. */
export function eachSum(batch: ColumnBatch, call: (row: SumRow, exporters: Uint8Array) => void): void {
  if (batch.rows === 0) return;
  const column = (name: SumColumnName): Strided => strided(batch, name);
  const [time, width, exporter, index] = [column('time_s'), column('width_s'), column('exporter'), column('interface')];
  const [side, basis, rate] = [column('side'), column('basis'), column('sampling_rate')];
  const [octets, flows] = [column('octets'), column('flows')];
  const row: SumRow = { timeS: 0, widthS: 0, exporterAt: 0, interface: 0, side: 0, basis: 0, octets: 0, flows: 0 };
  const u32 = ({ view, stride }: Strided, i: number): number => view.getUint32(i * stride, true);
  for (let i = 0; i < batch.rows; i++) {
    row.timeS = u32(time, i);
    row.widthS = width.bytes[i * width.stride]!;
    row.exporterAt = i * exporter.stride;
    row.interface = u32(index, i);
    row.side = side.bytes[i * side.stride]!;
    row.basis = basis.bytes[i * basis.stride]!;
    const at = i * octets.stride;
    const raw = octets.view.getUint32(at + 4, true) * 2 ** 32 + octets.view.getUint32(at, true);
    row.octets = raw * Math.max(1, u32(rate, i));
    row.flows = u32(flows, i);
    call(row, exporter.bytes);
  }
}
