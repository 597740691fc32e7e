import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatClock, formatDay, formatMoment, formatMonth, fromLocalInput, toLocalInput } from './time.ts';

describe('London time', () => {
  it('is ahead of UTC in summer only', () => {
    expect(formatClock(Date.UTC(2026, 0, 5, 9, 30, 7))).toBe('09:30:07');
    expect(formatClock(Date.UTC(2026, 6, 6, 9, 30, 7))).toBe('10:30:07');
  });

  it('writes dates that cannot be read the wrong way round', () => {
    const ms = Date.UTC(2026, 2, 3, 14, 5);
    expect(formatMoment(ms)).toBe('Tue 3 Mar 2026, 14:05');
    expect(formatDay(ms)).toBe('Tue 3 Mar');
    expect(formatMonth(ms)).toBe('Mar 2026');
  });

  it('writes midnight as the start of a day', () => {
    expect(toLocalInput(Date.UTC(2026, 0, 5, 0, 0))).toBe('2026-01-05T00:00');
  });
});

describe('fromLocalInput', () => {
  it('reads times in London', () => {
    expect(fromLocalInput('2026-01-05T09:30')).toBe(Date.UTC(2026, 0, 5, 9, 30));
    expect(fromLocalInput('2026-07-06T10:30')).toBe(Date.UTC(2026, 6, 6, 9, 30));
    expect(fromLocalInput('2026-07-06T10:30:15')).toBe(Date.UTC(2026, 6, 6, 9, 30, 15));
  });

  it('takes the first of the hour that comes twice', () => {
    // 25 October 2026: 02:00 BST becomes 01:00 GMT.
    expect(fromLocalInput('2026-10-25T01:30')).toBe(Date.UTC(2026, 9, 25, 0, 30));
    expect(fromLocalInput('2026-10-25T02:30')).toBe(Date.UTC(2026, 9, 25, 2, 30));
  });

  it('gives the hour that is skipped a place', () => {
    // 29 March 2026: 01:00 GMT becomes 02:00 BST.
    expect(fromLocalInput('2026-03-29T01:30')).toBe(Date.UTC(2026, 2, 29, 1, 30));
    expect(fromLocalInput('2026-03-29T02:00')).toBe(Date.UTC(2026, 2, 29, 1, 0));
  });

  it('refuses what is not a time', () => {
    for (const text of ['', '2026-13-01T00:00', '2026-02-30T00:00', '2026-01-01T24:00', '2026-01-01T10:60', 'now']) {
      expect(fromLocalInput(text)).toBeNull();
    }
  });

  it('reads back what toLocalInput wrote, but for the hour that comes twice', () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(2000, 0) / 60_000, max: Date.UTC(2060, 0) / 60_000 }), (minute) => {
        const ms = minute * 60_000;
        const read = fromLocalInput(toLocalInput(ms));
        expect([ms, ms - 3600_000]).toContain(read);
        if (read !== ms) expect(toLocalInput(ms - 3600_000)).toBe(toLocalInput(ms));
      }),
    );
  });
});
