import { type Sample, createSumColumns, encodeSignalBatch, parseAddress } from '@linewatch/record';

export interface Sum {
  readonly timeS: number;
  readonly widthS?: number;
  readonly exporter?: string;
  readonly interface?: number;
  readonly side?: 0 | 1;
  readonly basis?: 0 | 1 | 2;
  readonly samplingRate?: number;
  readonly octets: number;
}

export const exporter = '192.0.2.1';

let sequence = 0;

export interface BatchOptions {
  readonly trust?: string;
  readonly collector?: string;
  readonly epoch?: number;
  readonly sequence?: number;
  readonly samples?: readonly Sample[];
}

/** A SignalBatch message as a collector makes it; each has a sequence number of its own. */
export function sumsMessage(sums: readonly Sum[], options: BatchOptions = {}): Uint8Array {
  const columns = createSumColumns(Math.max(1, sums.length));
  const { arrays, bytes, table } = columns;
  const addresses = bytes[table.findIndex(({ name }) => name === 'exporter')]!;
  sums.forEach((sum, i) => {
    arrays.time_s[i] = sum.timeS;
    arrays.width_s[i] = sum.widthS ?? 1;
    addresses.set(parseAddress(sum.exporter ?? exporter), i * 16);
    arrays.interface[i] = sum.interface ?? 1;
    arrays.side[i] = sum.side ?? 0;
    arrays.basis[i] = sum.basis ?? 0;
    arrays.sampling_rate[i] = sum.samplingRate ?? 1;
    arrays.octets[i * 2] = sum.octets % 2 ** 32;
    arrays.octets[i * 2 + 1] = Math.floor(sum.octets / 2 ** 32);
  });
  const { trust = 'north', collector = 'main', epoch = 1, samples = [] } = options;
  const identity = { trust, collector, epoch, sequence: options.sequence ?? sequence++ };
  return encodeSignalBatch(identity, { columns, rows: sums.length }, samples, []);
}

export const sample = (metric: string, value: number, text = '', over: Partial<Sample> = {}): Sample => ({
  timeMs: 0,
  exporter: new Uint8Array(16),
  interface: 0,
  metric,
  value,
  text,
  ...over,
});
