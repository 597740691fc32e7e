import { describe, expect, it } from 'vitest';
import { Certificates } from './certificates.ts';
import { circuitOf, minute, planFor, t0 } from './testing.ts';

const url = 'https://192.0.2.9/';
const day = 24 * 60 * minute;
const plan = planFor(circuitOf(1, { probe: url }));
const line = plan.lines.get(1)!;

describe('certificates', () => {
  it('are kept when they are seen first, when they differ, and four times a day', () => {
    const certificates = new Certificates();
    const at = (ms: number, expiresMs: number): unknown[] => {
      certificates.add(line, url, t0 + ms, (expiresMs - t0 - ms) / day);
      const due = certificates.due();
      certificates.kept(due);
      return due;
    };
    const row = { circuit: 1, target: url, expiresMs: t0 + 30 * day, seenMs: t0 };
    expect(at(0, t0 + 30 * day)).toEqual([row]);
    expect(at(minute, t0 + 30 * day)).toEqual([]);
    expect(at(day / 4, t0 + 30 * day)).toEqual([{ ...row, seenMs: t0 + day / 4 }]);
    const renewed = { ...row, expiresMs: t0 + 120 * day, seenMs: t0 + day / 4 + minute };
    expect(at(day / 4 + minute, t0 + 120 * day)).toEqual([renewed]);
    // Told late: an older word.
    expect(at(minute, t0 + 30 * day)).toEqual([]);
  });

  it('are told again until they are kept, and forgotten with their probe', () => {
    const certificates = new Certificates();
    certificates.add(line, url, t0, 1);
    expect(certificates.due()).toHaveLength(1);
    expect(certificates.due()).toHaveLength(1);
    certificates.follow(planFor(circuitOf(1)).lines);
    expect(certificates.due()).toEqual([]);
  });

  it('without an end that a certificate can have are none', () => {
    const certificates = new Certificates();
    for (const days of [Number.NaN, Infinity, 1e9, -1e9]) certificates.add(line, url, t0, days);
    expect(certificates.due()).toEqual([]);
  });
});
