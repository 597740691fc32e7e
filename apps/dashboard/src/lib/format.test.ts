import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  busierUtilisation,
  formatAge,
  formatNominalPair,
  formatNominalRate,
  formatNumberOf,
  formatRate,
  formatShare,
  formatStep,
  loadOf,
  utilisation,
} from './format.ts';

describe('formatRate', () => {
  it('writes three significant figures with SI prefixes', () => {
    expect(formatRate(0)).toBe('0 bit/s');
    expect(formatRate(532)).toBe('532 bit/s');
    expect(formatRate(1234)).toBe('1.23 kbit/s');
    expect(formatRate(12_340_000)).toBe('12.3 Mbit/s');
    expect(formatRate(940_400_000)).toBe('940 Mbit/s');
    expect(formatRate(10_000_000_000)).toBe('10.0 Gbit/s');
  });

  it('moves to the next prefix where rounding would need a fourth figure', () => {
    expect(formatRate(999.4)).toBe('999 bit/s');
    expect(formatRate(999.6)).toBe('1.00 kbit/s');
    expect(formatRate(999_950)).toBe('1.00 Mbit/s');
    expect(formatRate(9_996)).toBe('10.0 kbit/s');
    expect(formatRate(99_960)).toBe('100 kbit/s');
  });

  it('says that a figure is missing', () => {
    expect(formatRate(null)).toBe('–');
    expect(formatRate(undefined)).toBe('–');
    expect(formatRate(Number.NaN)).toBe('–');
  });

  it('never writes a negative nothing', () => {
    expect(formatRate(-0)).toBe('0 bit/s');
    expect(formatRate(-0.2)).toBe('0 bit/s');
  });

  it('stays within half a percent of what it was given', () => {
    const factors: Record<string, number> = { '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15 };
    fc.assert(
      fc.property(fc.double({ min: 100, max: 9e17, noNaN: true }), (bps) => {
        const parts = /^([\d.]+) ([kMGTP]?)bit\/s$/.exec(formatRate(bps));
        expect(parts).not.toBeNull();
        const read = Number(parts?.[1]) * (factors[parts?.[2] ?? ''] ?? 0);
        expect(Math.abs(read - bps) / bps).toBeLessThanOrEqual(0.00501);
      }),
    );
  });
});

it('writes agreed rates without trailing zeros', () => {
  expect(formatNominalRate(1e9)).toBe('1 Gbit/s');
  expect(formatNominalRate(2.5e9)).toBe('2.5 Gbit/s');
  expect(formatNominalRate(100e6)).toBe('100 Mbit/s');
  expect(formatNominalRate(10e9)).toBe('10 Gbit/s');
  expect(formatNominalRate(null)).toBe('–');
});

it('names the unit of two agreed rates once', () => {
  expect(formatNominalPair(1e9, 1e9)).toBe('1 Gbit/s');
  expect(formatNominalPair(100e6, 30e6)).toBe('100 / 30 Mbit/s');
  expect(formatNominalPair(1e9, 500e6)).toBe('1 Gbit/s / 500 Mbit/s');
  expect(formatNominalPair(1e9, null)).toBe('1 Gbit/s / –');
  expect(formatNominalPair(null, null)).toBeNull();
});

it('keeps a small share visible', () => {
  expect(formatShare(0)).toBe('0%');
  expect(formatShare(0.001)).toBe('<1%');
  expect(formatShare(0.384)).toBe('38%');
  expect(formatShare(1.239)).toBe('124%');
  expect(formatShare(null)).toBe('–');
});

it('tells ages in steps that do not flicker', () => {
  const now = 1_700_000_000_000;
  expect(formatAge(now + 5000, now)).toBe('just now');
  expect(formatAge(now - 9_999, now)).toBe('just now');
  expect(formatAge(now - 47_000, now)).toBe('40 s ago');
  expect(formatAge(now - 61_000, now)).toBe('1 min ago');
  expect(formatAge(now - 3 * 3600_000, now)).toBe('3 h ago');
  expect(formatAge(now - 86_400_000, now)).toBe('1 day ago');
  expect(formatAge(now - 5 * 86_400_000, now)).toBe('5 days ago');
});

it('names steps and counts', () => {
  expect(formatStep(10)).toBe('10 s');
  expect(formatStep(300)).toBe('5 min');
  expect(formatStep(21_600)).toBe('6 h');
  expect(formatStep(86_400)).toBe('1 day');
  expect(formatNumberOf(1, 'academy', 'academies')).toBe('1 academy');
  expect(formatNumberOf(1200, 'academy', 'academies')).toBe('1,200 academies');
});

it('knows utilisation only where a rate was committed', () => {
  expect(utilisation(5e8, 1e9)).toBe(0.5);
  expect(utilisation(5e8, null)).toBeNull();
  expect(utilisation(5e8, 0)).toBeNull();
  expect(busierUtilisation(0.2, 0.7)).toBe(0.7);
  expect(busierUtilisation(null, 0.7)).toBe(0.7);
  expect(busierUtilisation(null, null)).toBeNull();
});

it('calls a line high over 80 % and full from 95 %', () => {
  expect(loadOf(null)).toBe('normal');
  expect(loadOf(0.8)).toBe('normal');
  expect(loadOf(0.81)).toBe('high');
  expect(loadOf(0.95)).toBe('full');
});
