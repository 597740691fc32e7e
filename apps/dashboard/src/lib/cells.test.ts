import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cell, type Steps, extendSteps, meanOfCells, mergeCells } from './cells.ts';

const anyCells = fc.array(
  fc.tuple(
    fc.integer({ min: 0, max: 60 }).map((n) => n * 10),
    fc.nat(1e6),
    fc.nat(1e6),
  ),
);

describe('mergeCells', () => {
  it('keeps the latest word on every cell, in order, without old ones', () => {
    fc.assert(
      fc.property(anyCells, anyCells, fc.integer({ min: 0, max: 600 }), (held, changed, fromS) => {
        const merged = mergeCells(held, changed, fromS);
        const expected = new Map<number, Cell>();
        for (const cell of [...held, ...changed]) if (cell[0] >= fromS) expected.set(cell[0], cell);
        expect(merged.map((cell) => cell[0])).toEqual([...expected.keys()].sort((a, b) => a - b));
        for (const cell of merged) expect(cell).toBe(expected.get(cell[0]));
      }),
    );
  });
});

describe('meanOfCells', () => {
  const cells: Cell[] = [
    [60, 600, 60],
    [70, 0, 0],
    [90, 600, 60],
    [120, 300, 30],
  ];

  it('counts cells that were not sent as nothing', () => {
    expect(meanOfCells(cells, 60, 60)).toEqual({ inBps: 200, outBps: 20, endS: 120 });
  });

  it('divides a step that is not over by what has passed of it', () => {
    expect(meanOfCells(cells, 120, 60)).toEqual({ inBps: 300, outBps: 30, endS: 130 });
  });

  it('knows nothing of a step without cells', () => {
    expect(meanOfCells(cells, 180, 60)).toBeNull();
    expect(meanOfCells([], 0, 60)).toBeNull();
  });
});

describe('extendSteps', () => {
  const steps: Steps = { startS: 0, stepS: 60, inBps: [1, 2, 3], outBps: [4, 5, 6] };

  it('moves the window on and leaves a gap where nothing is known', () => {
    expect(extendSteps(steps, [], 260)).toEqual({ startS: 60, stepS: 60, inBps: [2, 3, null], outBps: [5, 6, null] });
  });

  it('fills new steps from cells and leaves a step alone whose beginning they do not cover', () => {
    const cells: Cell[] = [
      [170, 99, 99],
      [180, 60, 6],
      [230, 120, 12],
      [240, 999, 999],
    ];
    expect(extendSteps(steps, cells, 245)).toEqual({ startS: 60, stepS: 60, inBps: [2, 3, 30], outBps: [5, 6, 3] });
  });

  it('changes nothing when there is nothing new', () => {
    expect(extendSteps(steps, [], 190)).toBe(steps);
    const empty: Steps = { startS: 0, stepS: 60, inBps: [], outBps: [] };
    expect(extendSteps(empty, [[0, 1, 1]], 500)).toBe(empty);
  });

  it('always keeps the number of steps', () => {
    fc.assert(
      fc.property(anyCells, fc.nat(5000), (cells, nowS) => {
        const moved = extendSteps(steps, mergeCells([], cells, 0), nowS);
        expect(moved.inBps).toHaveLength(3);
        expect(moved.outBps).toHaveLength(3);
      }),
    );
  });
});
