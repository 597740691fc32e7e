import { describe, expect, it } from 'vitest';
import { momentMs, rateBps, textProblem } from './units.ts';

describe('rateBps', () => {
  it.each([
    [100, 100e6],
    [0.5, 500e3],
    ['512k', 512e3],
    ['100M', 100e6],
    ['100m', 100e6],
    ['1G', 1e9],
    ['1.5 Gbit/s', 1.5e9],
    ['10 Mbps', 10e6],
    ['10T', 10e12],
  ])('reads %j as %d bit/s', (rate, bps) => {
    expect(rateBps(rate)).toEqual({ value: bps });
  });

  it.each(['100', '100MB', 'fast', '', '-1M', '1e3M', '1,5G', '100 M B'])('refuses %j', (rate) => {
    expect(rateBps(rate)).toEqual({ problem: 'must be a number of Mbit/s, or text such as "512k", "100M" or "1G"' });
  });

  it('refuses nothing at all, and bit/s written where Mbit/s are meant', () => {
    expect(rateBps(0)).toEqual({ problem: 'must be at least 1 kbit/s' });
    expect(rateBps(-5)).toHaveProperty('problem');
    expect(rateBps(NaN)).toHaveProperty('problem');
    expect(rateBps(Infinity)).toHaveProperty('problem');
    expect(rateBps(100_000_000)).toEqual({ problem: 'is over 10 Tbit/s; a plain number is Mbit/s' });
  });
});

describe('momentMs', () => {
  it.each([
    ['2026-01-15', '2026-01-15T00:00:00Z'],
    ['2026-07-15', '2026-07-14T23:00:00Z'],
    // The days on which clocks change begin in the time before the change.
    ['2026-03-29', '2026-03-29T00:00:00Z'],
    ['2026-03-30', '2026-03-29T23:00:00Z'],
    ['2026-10-25', '2026-10-24T23:00:00Z'],
    ['2026-10-26', '2026-10-26T00:00:00Z'],
    ['2028-02-29', '2028-02-29T00:00:00Z'],
    ['2026-09-01T18:00+01:00', '2026-09-01T17:00:00Z'],
    ['2026-09-01 18:00:30Z', '2026-09-01T18:00:30Z'],
  ])('reads %s as %s', (text, utc) => {
    expect(momentMs(text)).toEqual({ value: Date.parse(utc) });
  });

  it.each([
    ['2026-02-29', 'is not a day of the calendar'],
    ['2026-13-01', 'is not a day of the calendar'],
    ['2026-00-10', 'is not a day of the calendar'],
    ['1066-10-14', 'must be in the years 1990 to 2199'],
    ['2026-09-01T18:00', 'needs its offset from UTC after the time, such as Z or +01:00'],
    ['2026-09-01T25:00Z', 'is not a time of the day'],
    ['2026-09-01T10:00+99:00', 'is not a time of the day'],
    ['01/09/2026', 'must be a date such as 2026-09-01, or a time such as 2026-09-01T18:00+01:00'],
    ['soon', 'must be a date such as 2026-09-01, or a time such as 2026-09-01T18:00+01:00'],
  ])('refuses %s: it %s', (text, problem) => {
    expect(momentMs(text)).toEqual({ problem });
  });
});

describe('textProblem', () => {
  it('takes names as people write them', () => {
    for (const name of ["St Aidan's", 'Ysgol Gŵyr', '学校', 'x', '👩🏽‍🏫 School', 'a'.repeat(200)])
      expect(textProblem(name)).toBeUndefined();
  });

  it('refuses what no database or page should show', () => {
    for (const name of ['a\u0000b', 'a\nb', '\ud800', ' a', 'a ', 'a\u2028b', 'e\u0301'.repeat(101)])
      expect(textProblem(name)).toBeDefined();
  });
});
