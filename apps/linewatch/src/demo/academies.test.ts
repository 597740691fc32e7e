import { expect, test } from 'vitest';
import { demoAcademies, maxAcademies } from './academies.ts';
import { networkOf } from './flows.ts';

const all = demoAcademies(maxAcademies);

test('every academy has its own name, id, exporter and network', () => {
  for (const of of ['name', 'id', 'exporter', 'network'] as const)
    expect(new Set(all.map((academy) => academy[of])).size).toBe(maxAcademies);
  expect(new Set(all.map(networkOf)).size).toBe(maxAcademies);
});

test('the first academies are the same however many there are', () => {
  expect(demoAcademies(12)).toEqual(all.slice(0, 12));
});

test('twelve academies show every protocol, one of them sampled, and every kind of school', () => {
  const twelve = all.slice(0, 12);
  expect(new Set(twelve.map(({ protocol }) => protocol))).toEqual(new Set(['v5', 'v9', 'ipfix']));
  expect(twelve.filter(({ samplingRate }) => samplingRate > 1)).toHaveLength(1);
  expect(new Set(twelve.map(({ kind }) => kind)).size).toBe(4);
});

test('lines fit the phase: a secondary has a gigabit or more and a backup, a primary 100 Mbit/s or more', () => {
  for (const { kind, circuits } of all) {
    const [primary, backup] = circuits;
    expect(primary.committedDownBps).toBeGreaterThanOrEqual(kind === 'secondary' || kind === 'all-through' ? 1e9 : 1e8);
    if (kind === 'secondary' || kind === 'all-through') expect(backup).toBeDefined();
    if (backup) expect(backup.providerId).not.toBe(primary.providerId);
  }
});

test.each([0, 501, 1.5, Number.NaN])('%s academies are refused', (count) => {
  expect(() => demoAcademies(count)).toThrow(RangeError);
});
