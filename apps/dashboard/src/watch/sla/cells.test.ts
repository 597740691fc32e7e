import type { SlaCell } from '@linewatch/contract';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cellWords, standingMarks, standingOfCell, visibleRows } from './cells.ts';

const cell: SlaCell = {
  month: '2026-10',
  rawPercent: 99.8123,
  contractualPercent: 99.9577,
  coveragePercent: 100,
  target: 99.95,
  breaches: 0,
  outages: 2,
  running: false,
};

it('says all three figures, the target and how it stands', () => {
  expect(cellWords('Northfield', cell)).toBe(
    'Northfield, October 2026; 99.957% by contract of 99.95%, target met; 99.812% as measured; 100% of the time could be seen; 2 outages',
  );
  expect(cellWords('Northfield', { ...cell, running: true, breaches: 1 })).toMatch(
    /so far; .*below target; .*1 circuit below target$/,
  );
});

it('claims nothing for time that could not be seen', () => {
  const blind = { ...cell, rawPercent: null, contractualPercent: null, coveragePercent: 0 };
  expect(standingOfCell(blind)).toBe('blind');
  expect(cellWords('Northfield', blind)).toContain('nothing could be seen');
});

it('is missed when any circuit is, and has a mark of its own for each standing', () => {
  expect(standingOfCell({ ...cell, breaches: 1 })).toBe('missed');
  expect(standingOfCell({ ...cell, contractualPercent: 99.9499 })).toBe('missed');
  expect(standingOfCell({ ...cell, target: null })).toBe('untargeted');
  expect(new Set(Object.values(standingMarks)).size).toBe(4);
});

it('draws every row in sight, and no more than a few around', () => {
  fc.assert(
    fc.property(
      fc.nat(2000),
      fc.integer({ min: 20, max: 60 }),
      fc.nat(100_000),
      fc.integer({ min: 100, max: 3000 }),
      (count, row, top, height) => {
        const { from, to } = visibleRows(count, row, top, height);
        expect(from).toBeGreaterThanOrEqual(0);
        expect(to).toBeLessThanOrEqual(count);
        expect(to - from).toBeLessThanOrEqual(Math.ceil(height / row) + 18);
        const first = Math.floor(top / row);
        if (first < count) {
          expect(from).toBeLessThanOrEqual(first);
          expect(to).toBeGreaterThan(first);
        }
      },
    ),
  );
  expect(visibleRows(0, 30, 0, 500)).toEqual({ from: 0, to: 0 });
});
