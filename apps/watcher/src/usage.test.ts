import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Line } from './plan.ts';
import type { SumRow } from './sums.ts';
import { circuitOf, minute, planFor, t0 } from './testing.ts';
import { Usage } from './usage.ts';

const first = t0 / minute;
/** 7,500 octets in a minute are 1,000 bit/s. */
const kbit = 7500;

const cell = (at: number, more: Partial<SumRow> = {}): SumRow => ({
  timeS: (t0 + at * minute) / 1000,
  widthS: 60,
  exporterAt: 0,
  interface: 2,
  side: 0,
  basis: 0,
  octets: kbit,
  flows: 1,
  ...more,
});
const counter = (at: number, octets: number, ms = minute): SumRow => cell(at, { basis: 2, octets, flows: ms });

const lineOf = (...args: Parameters<typeof circuitOf>): Line => planFor(circuitOf(...args)).lines.get(args[0])!;
const line = lineOf(1);

const put = (usage: Usage, row: SumRow, of = line): void => {
  usage.heard(of.device!, row.timeS, t0);
  usage.add(of, row, t0);
};

/** What is told when everything up to a minute, and two more, is known. */
const told = (usage: Usage, at: number, last = 5) =>
  usage
    .due(() => t0 + (at + 3) * minute)
    .map(({ minuteMs, inBps, outBps }) => ({
      at: minuteMs / minute - first,
      inBps: inBps.slice(-last),
      outBps: outBps.slice(-last),
    }));

describe('use of a line', () => {
  it('is of whole minutes, by direction, and unknown where nothing was seen', () => {
    const usage = new Usage([]);
    put(usage, cell(-1)); // began before it was there
    put(usage, cell(0, { octets: kbit / 2 }));
    put(usage, cell(0, { timeS: t0 / 1000 + 30, octets: kbit / 2 }));
    put(usage, cell(2, { side: 1, octets: 3 * kbit }));
    expect(told(usage, 2)).toEqual([
      { at: 2, inBps: [null, null, 1000, null, 0], outBps: [null, null, 0, null, 3000] },
    ]);
  });

  it('is upside down where the interface faces the academy', () => {
    const usage = new Usage([]);
    put(usage, cell(0), lineOf(1, { downloadSide: 'out' }));
    expect(told(usage, 0, 1)).toEqual([{ at: 0, inBps: [0], outBps: [1000] }]);
  });

  it('is by the counter where that tells of all of a minute, else by flows, and at least what the counter says', () => {
    const usage = new Usage([]);
    for (const row of [cell(0), counter(0, 2 * kbit)]) usage.add(line, row, t0);
    for (const row of [cell(1), counter(1, 0)]) usage.add(line, row, t0); // one that never moves
    for (const row of [cell(2), counter(2, 2 * kbit, 30_000)]) usage.add(line, row, t0);
    for (const row of [cell(3), cell(3, { basis: 1, octets: 9 * kbit })]) usage.add(line, row, t0);
    usage.add(line, cell(4, { basis: 1, octets: 4 * kbit }), t0);
    expect(told(usage, 4)[0]!.inBps).toEqual([2000, 1000, 2000, 1000, 4000]);
  });

  it('is none where its device tells of something else, and where its counter stands', () => {
    const usage = new Usage([]);
    usage.add(line, cell(0), t0);
    usage.heard(line.device!, t0 / 1000 + 60, t0);
    usage.add(line, counter(2, 0), t0);
    expect(told(usage, 2, 3)[0]!.inBps).toEqual([1000, 0, 0]);
  });

  it('takes what comes late for a quarter of an hour, and nothing of a clock that is ahead', () => {
    const usage = new Usage([]);
    for (let at = 0; at < 20; at++) usage.add(line, cell(at), t0 + at * minute);
    usage.add(line, cell(5, { octets: kbit }), t0 + 20 * minute);
    usage.add(line, cell(2, { octets: kbit }), t0 + 20 * minute);
    usage.add(line, cell(500), t0 + 20 * minute);
    const [row] = told(usage, 19, 20);
    expect(row!.inBps[5]).toBe(2000);
    expect(row!.inBps[2]).toBe(1000);
    expect(row!.at).toBe(19);
  });

  it('goes on after a restart: what was kept stays, and minutes that were seen in part only are unknown', () => {
    const usage = new Usage([]);
    for (let at = 0; at < 10; at++) usage.add(line, cell(at), t0 + at * minute);
    const before = usage.due(() => t0 + 8 * minute);
    const again = new Usage(before);
    // Read again from the middle of minute 8 on.
    for (let at = 8; at < 12; at++) again.add(line, cell(at), t0 + Math.max(8.5, at) * minute);
    expect(told(again, 11, 12)[0]!.inBps).toEqual([...Array<number>(6).fill(1000), null, null, null, 1000, 1000, 1000]);
  });

  it('is told of each minute while there is much of it, else each five; and again when it could not be kept', () => {
    const full = lineOf(1, { committedDownBps: 1000 });
    const times = (of: Line, isKept = true): number => {
      const usage = new Usage([]);
      let count = 0;
      for (let at = 0; at < 20; at++) {
        usage.add(of, cell(at, { octets: kbit / 2 }), t0 + at * minute);
        const rows = usage.due(() => t0 + (at + 3) * minute);
        count += rows.length;
        if (isKept) usage.kept(rows);
        expect(usage.due(() => t0 + (at + 3) * minute)).toEqual([]);
      }
      return count;
    };
    expect(times(full)).toBe(20);
    expect(times(lineOf(1, { committedDownBps: 100_000 }))).toBe(5);
    expect(times(lineOf(1, { committedDownBps: 100_000 }), false)).toBe(20);
  });

  it('is the same in whatever order the rows of a quarter of an hour come', () => {
    const rows = fc.array(
      fc.record({
        at: fc.nat(14),
        side: fc.constantFrom(0, 1),
        basis: fc.constantFrom(0, 1, 2),
        octets: fc.nat(1000),
        flows: fc.constantFrom(10_000, 30_000, 60_000),
      }),
      { maxLength: 60 },
    );
    const used = (all: readonly { at: number }[]): unknown => {
      const usage = new Usage([]);
      for (const { at, ...row } of all) usage.add(line, cell(at, row), t0);
      return told(usage, 14, 120);
    };
    fc.assert(
      fc.property(rows, (all) => {
        expect(used(all.toReversed())).toEqual(used(all));
      }),
    );
  });
});
