import { createDecoder } from '@linewatch/decode';
import { createFlowColumns, parseAddress } from '@linewatch/record';
import { describe, expect, it } from 'vitest';
import { RunningTotals } from './running-totals.ts';

const began = Date.UTC(2026, 0, 5, 9);

interface Told {
  readonly port?: number;
  readonly counter?: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly octets: number;
  readonly packets: number;
  readonly from?: string;
}

function setup(most?: number) {
  const columns = createFlowColumns(16);
  const sink = { columns, rows: 0, flush: () => undefined, decoded: () => undefined, sample: () => undefined, event: () => undefined }; // prettier-ignore
  const decoder = createDecoder({ sink });
  const totals = new RunningTotals(began, most);
  const { arrays } = columns;
  const word = (column: 'start_ms' | 'end_ms' | 'octets' | 'packets', value: number): void => {
    arrays[column].set([value % 2 ** 32, Math.floor(value / 2 ** 32)], 2 * 3);
  };
  return {
    totals,
    /** What row 3 becomes. */
    tell: (told: Told) => {
      arrays.counter[3] = told.counter ?? 1;
      arrays.src_port[3] = told.port ?? 50_000;
      word('start_ms', began + told.startMs);
      word('end_ms', began + told.endMs);
      word('octets', told.octets);
      word('packets', told.packets);
      totals.apply(decoder.exporter(parseAddress(told.from ?? '192.0.2.1')), columns, 3, 4);
      const read = (column: 'start_ms' | 'end_ms' | 'octets' | 'packets'): number =>
        arrays[column][6]! + arrays[column][7]! * 2 ** 32;
      return {
        counter: arrays.counter[3],
        startMs: read('start_ms') - began,
        endMs: read('end_ms') - began,
        octets: read('octets'),
        packets: read('packets'),
      };
    },
  };
}

describe('running totals', () => {
  it('become what was added since they were told before', () => {
    const { tell } = setup();
    expect(tell({ startMs: 0, endMs: 60_000, octets: 2 ** 40, packets: 9 })).toEqual({
      counter: 5,
      startMs: 0,
      endMs: 60_000,
      octets: 2 ** 40,
      packets: 9,
    });
    expect(tell({ startMs: 400, endMs: 120_000, octets: 2 ** 40 + 7, packets: 10 })).toEqual({
      counter: 5,
      startMs: 60_000,
      endMs: 120_000,
      octets: 7,
      packets: 1,
    });
  });

  it('that are told again, or come late, add nothing', () => {
    const { tell } = setup();
    tell({ startMs: 0, endMs: 60_000, octets: 500, packets: 5 });
    expect(tell({ startMs: 0, endMs: 60_000, octets: 500, packets: 5 })).toMatchObject({ octets: 0, packets: 0 });
    expect(tell({ startMs: 0, endMs: 30_000, octets: 300, packets: 3 })).toMatchObject({ octets: 0, packets: 0 });
    expect(tell({ startMs: 0, endMs: 90_000, octets: 600, packets: 6 })).toMatchObject({ octets: 100, packets: 1 });
  });

  it('of another flow, another exporter or a later flow of the same key count whole', () => {
    const { tell } = setup();
    tell({ startMs: 0, endMs: 60_000, octets: 500, packets: 5 });
    expect(tell({ startMs: 0, endMs: 60_000, octets: 400, packets: 4, port: 50_001 })).toMatchObject({ octets: 400 });
    expect(tell({ startMs: 0, endMs: 60_000, octets: 300, packets: 3, from: '192.0.2.2' })).toMatchObject({
      octets: 300,
    });
    expect(tell({ startMs: 70_000, endMs: 80_000, octets: 200, packets: 2 })).toMatchObject({
      octets: 200,
      startMs: 70_000,
    });
  });

  it('of a flow from before the collector began stay totals; what is added counts', () => {
    const { tell } = setup();
    expect(tell({ startMs: -900_000, endMs: 1000, octets: 5000, packets: 50 })).toMatchObject({
      counter: 1,
      octets: 5000,
    });
    expect(tell({ startMs: -900_000, endMs: 2000, octets: 5400, packets: 54 })).toMatchObject({
      counter: 5,
      octets: 400,
    });
  });

  it('leave alone what is none', () => {
    const { tell, totals } = setup();
    for (const counter of [0, 2, 3, 4, 5])
      expect(tell({ counter, startMs: 0, endMs: 1000, octets: 7, packets: 1 })).toMatchObject({ counter, octets: 7 });
    expect(totals.size).toBe(0);
  });

  it('are remembered for a bounded number of flows', () => {
    const { tell, totals } = setup(10);
    for (let port = 1; port <= 100; port++) tell({ port, startMs: 0, endMs: 1000, octets: 7, packets: 1 });
    expect(totals.size).toBe(10);
  });
});
