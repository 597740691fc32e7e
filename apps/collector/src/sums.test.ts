import { type FlowColumns, createFlowColumns, formatAddress, parseAddress, sumColumns } from '@linewatch/record';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InterfaceSums } from './sums.ts';

const nowMs = 1_795_000_000_000;
const exporter = { address: parseAddress('192.0.2.1') };

interface Flow {
  octets: number;
  packets?: number;
  startMs: number;
  endMs: number;
  inIf?: number;
  outIf?: number;
  direction?: number;
  reverse?: number;
  counter?: number;
  rate?: number;
}

function columnsOf(flows: readonly Flow[]): FlowColumns {
  const columns = createFlowColumns(Math.max(1, flows.length));
  const { arrays } = columns;
  const put = (array: Uint32Array, row: number, value: number): void => {
    array[2 * row] = value >>> 0;
    array[2 * row + 1] = Math.floor(value / 2 ** 32);
  };
  flows.forEach((flow, row) => {
    put(arrays.octets, row, flow.octets);
    put(arrays.packets, row, flow.packets ?? 1);
    put(arrays.start_ms, row, flow.startMs);
    put(arrays.end_ms, row, flow.endMs);
    arrays.in_if[row] = flow.inIf ?? 1;
    arrays.out_if[row] = flow.outIf ?? 2;
    arrays.direction[row] = flow.direction ?? 0;
    arrays.reverse[row] = flow.reverse ?? 0;
    arrays.counter[row] = flow.counter ?? 0;
    arrays.sampling_rate[row] = flow.rate ?? 1;
  });
  return columns;
}

interface Cell {
  timeS: number;
  widthS: number;
  interface: number;
  side: number;
  basis: number;
  rate: number;
  octets: number;
  packets: number;
  flows: number;
}

function sum(flows: readonly Flow[], now = nowMs): Cell[] {
  const cells: Cell[] = [];
  const sums = new InterfaceSums(({ columns, rows }) => {
    const { arrays } = columns;
    for (let row = 0; row < rows; row++)
      cells.push({
        timeS: arrays.time_s[row]!,
        widthS: arrays.width_s[row]!,
        interface: arrays.interface[row]!,
        side: arrays.side[row]!,
        basis: arrays.basis[row]!,
        rate: arrays.sampling_rate[row]!,
        octets: arrays.octets[2 * row]! + arrays.octets[2 * row + 1]! * 2 ** 32,
        packets: arrays.packets[2 * row]!,
        flows: arrays.flows[row]!,
      });
  });
  sums.add(exporter, columnsOf(flows), 0, flows.length, now);
  sums.flush();
  return cells;
}

const total = (cells: readonly Cell[], side: number): number =>
  cells.filter((cell) => cell.side === side).reduce((all, { octets }) => all + octets, 0);

describe('interface sums', () => {
  it('put a short flow into the second it was in, on both its interfaces', () => {
    const cells = sum([{ octets: 700, packets: 3, startMs: nowMs - 1800, endMs: nowMs - 1200 }]);
    const timeS = Math.floor((nowMs - 1200) / 1000);
    expect(cells).toEqual([
      { timeS, widthS: 1, interface: 1, side: 0, basis: 0, rate: 1, octets: 700, packets: 3, flows: 1 },
      { timeS, widthS: 1, interface: 2, side: 1, basis: 1, rate: 1, octets: 700, packets: 3, flows: 1 },
    ]);
  });

  it('spread a long flow evenly: half an hour is not a spike', () => {
    const cells = sum([{ octets: 1_800_000, packets: 1800, startMs: nowMs - 1_800_000, endMs: nowMs, outIf: 0 }]);
    for (const { octets, widthS, timeS } of cells) {
      const seconds = Math.min(timeS + widthS, nowMs / 1000) - Math.max(timeS, nowMs / 1000 - 1800);
      expect(Math.abs(octets - 1000 * seconds)).toBeLessThanOrEqual(2);
    }
    expect(total(cells, 0)).toBe(1_800_000);
    expect(cells.reduce((all, { flows }) => all + flows, 0)).toBe(1);
    // Seconds at the end, tens before them, minutes before those.
    expect(new Set(cells.map(({ widthS }) => widthS))).toEqual(new Set([1, 10, 60]));
    expect(cells.length).toBeLessThan(60);
  });

  it('keep every octet, whatever the times, in cells that never cross a minute', () => {
    const flow = fc.record({
      octets: fc.nat({ max: 2 ** 48 }),
      packets: fc.nat(),
      startMs: fc.integer({ min: nowMs - 86_400_000, max: nowMs + 5000 }),
      endMs: fc.integer({ min: nowMs - 86_400_000, max: nowMs + 5000 }),
      inIf: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(flow, { maxLength: 20 }), (flows) => {
        const cells = sum(flows);
        const wanted = flows.reduce((all, { octets }) => all + BigInt(octets), 0n);
        expect(cells.filter(({ side }) => side === 0).reduce((all, { octets }) => all + BigInt(octets), 0n)).toBe(
          wanted,
        );
        for (const { timeS, widthS } of cells) {
          expect(timeS % widthS).toBe(0);
          expect(Math.floor(timeS / 60)).toBe(Math.floor((timeS + widthS - 1) / 60));
        }
        const keys = cells.map((cell) => `${cell.timeS}/${cell.widthS}/${cell.interface}/${cell.side}/${cell.basis}`);
        expect(new Set(keys).size).toBe(keys.length);
      }),
      { numRuns: 60 },
    );
  });

  it('say which side was observed and which is inferred', () => {
    const at = { octets: 100, startMs: nowMs, endMs: nowMs };
    const basisOf = (flow: Partial<Flow>) =>
      Object.fromEntries(sum([{ ...at, ...flow }]).map(({ side, basis }) => [side === 0 ? 'in' : 'out', basis]));
    expect(basisOf({ direction: 1 })).toEqual({ in: 0, out: 1 });
    expect(basisOf({ direction: 0 })).toEqual({ in: 0, out: 1 });
    expect(basisOf({ direction: 2 })).toEqual({ in: 1, out: 0 });
    // The other half of a biflow leaves by the interface where the first half came in, and was seen there.
    expect(basisOf({ direction: 1, reverse: 1 })).toEqual({ in: 1, out: 0 });
    expect(basisOf({ direction: 2, reverse: 1 })).toEqual({ in: 0, out: 1 });
  });

  it('leave out running totals, dropped packets, empty records and interface 0, and keep sampling rates apart', () => {
    const at = { startMs: nowMs, endMs: nowMs };
    expect(sum([{ ...at, octets: 5, counter: 1 }])).toEqual([]);
    expect(sum([{ ...at, octets: 5, counter: 3 }])).toEqual([]);
    expect(sum([{ ...at, octets: 0, packets: 0 }])).toEqual([]);
    expect(sum([{ ...at, octets: 5, inIf: 0, outIf: 0 }])).toEqual([]);
    const cells = sum([
      { ...at, octets: 5, outIf: 0, rate: 1 },
      { ...at, octets: 7, outIf: 0, rate: 100 },
      { ...at, octets: 9, outIf: 0, rate: 100 },
    ]);
    expect(cells.map(({ rate, octets }) => [rate, octets])).toEqual([
      [1, 5],
      [100, 16],
    ]);
  });

  it('publish early when a set is full and lose nothing by it', () => {
    let sets = 0;
    let octets = 0;
    const sums = new InterfaceSums(({ columns, rows }) => {
      sets++;
      for (let row = 0; row < rows; row++) octets += columns.arrays.octets[2 * row]!;
    });
    for (let i = 0; i < 40; i++) {
      const flows = Array.from({ length: 1000 }, (_, k) => ({
        octets: 1,
        startMs: nowMs,
        endMs: nowMs,
        inIf: 1 + k,
        outIf: 0,
      }));
      const one = { address: parseAddress(`192.0.2.${i}`) };
      sums.add(one, columnsOf(flows), 0, flows.length, nowMs);
    }
    sums.flush();
    expect(sets).toBeGreaterThan(1);
    expect(octets).toBe(40_000);
  });

  it('remember a bounded number of interfaces, count what is over, and forget those not heard lately', () => {
    const sums = new InterfaceSums(() => undefined);
    const flows = (from: number, count: number) =>
      columnsOf(
        Array.from({ length: count }, (_, k) => ({
          octets: 1,
          startMs: nowMs,
          endMs: nowMs,
          inIf: from + k,
          outIf: 0,
        })),
      );
    sums.add(exporter, flows(1, 16_384), 0, 16_384, nowMs);
    expect(sums.overLimit).toBe(0);
    sums.add(exporter, flows(100_000, 10), 0, 10, nowMs);
    expect(sums.overLimit).toBe(10);
    sums.forget(nowMs + 3_600_000);
    sums.add(exporter, flows(100_000, 10), 0, 10, nowMs);
    expect(sums.overLimit).toBe(10);
  });

  it('remember a bounded number of exporters: who was not heard again gives way, and nothing is lost by it', () => {
    const heard = new Map<string, number>();
    let rows = 0;
    const sums = new InterfaceSums(
      (set) => {
        rows += set.rows;
        for (let row = 0; row < set.rows; row++) {
          const address = formatAddress(
            set.columns.bytes[sumColumns.findIndex(({ name }) => name === 'exporter')]!,
            16 * row,
          );
          heard.set(address, (heard.get(address) ?? 0) + set.columns.arrays.octets[2 * row]!);
        }
      },
      { exporters: 8, interfaces: 4 },
    );
    const columns = columnsOf([{ octets: 100, startMs: nowMs, endMs: nowMs }]);
    const hear = (address: string, of = { address: parseAddress(address) }) => {
      sums.add(of, columns, 0, 1, nowMs);
      return of;
    };
    const steady = hear('192.0.2.1');
    for (let i = 0; i < 250; i++) {
      hear(`198.51.100.${i}`);
      hear('192.0.2.1', steady);
    }
    expect(sums.overLimit).toBe(0);
    sums.flush();
    expect(heard.size).toBe(251);
    expect(heard.get('192.0.2.1')).toBe(251 * 200);
    expect([...heard.values()].reduce((sum, octets) => sum + octets)).toBe(501 * 200);
    // The steady one never began anew: its two rows are still the same.
    expect(rows).toBe(251 * 2);
  });

  it('fill every column of the table', () => {
    expect(sumColumns.map(({ name }) => name).toSorted()).toEqual(
      [
        'basis',
        'exporter',
        'flows',
        'interface',
        'octets',
        'packets',
        'sampling_rate',
        'sampling_stated',
        'side',
        'time_s',
        'width_s',
      ].toSorted(),
    );
  });
});
