import { expect, test } from 'vitest';
import { demoAcademies } from './academies.ts';
import { outageOf } from './outages.ts';

const academies = demoAcademies(12);
const all = Array.from({ length: 40 }, (_, i) => outageOf(academies, 0, i));

test('outages are the same in every run, last for minutes, and never overlap', () => {
  expect(all[5]).toEqual(outageOf(demoAcademies(12), 0, 5));
  for (const [i, { fromMs, toMs }] of all.entries()) {
    expect(toMs - fromMs).toBeGreaterThanOrEqual(3 * 60_000);
    expect(toMs - fromMs).toBeLessThanOrEqual(25 * 60_000);
    if (i > 0) expect(fromMs).toBeGreaterThan(all[i - 1]!.toMs);
  }
});

test('now and then a school loses all of its lines', () => {
  const sites = all.filter(({ circuits }) => circuits.length > 1);
  expect(sites).toHaveLength(10);
  for (const { academy, circuits } of sites) expect(circuits).toEqual(academy.circuits);
});
