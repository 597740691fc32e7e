import { parseAddress } from '@linewatch/record';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openEndS } from '../estate-map.ts';
import { type NameEntry, resolveNames } from './names.ts';

const exporter = parseAddress('10.0.0.1');
const entry = (index: number, name: string, firstS: number, lastS: number): NameEntry => ({
  trust: 1,
  collector: 2,
  exporter,
  kind: 'name',
  interface: index,
  name,
  firstS,
  lastS,
});
const spans = (entries: NameEntry[], name: string): [number, number, number][] =>
  resolveNames(entries)
    .filter((each) => each.name === name)
    .map((each) => [each.interface, each.validFromS, each.validToS]);

test('a name that always meant one index means it for all time', () => {
  expect(spans([entry(3, 'Gi0/1', 500, 900)], 'Gi0/1')).toEqual([[3, 0, openEndS]]);
});

test('a renumbered interface keeps its data from both indexes', () => {
  const entries = [entry(3, 'Gi0/1', 500, 900), entry(7, 'Gi0/1', 1000, 1500)];
  expect(spans(entries, 'Gi0/1')).toEqual([
    [3, 0, 1000],
    [7, 1000, openEndS],
  ]);
});

test('an index that was given to another name ends the first one', () => {
  const entries = [entry(3, 'Gi0/1', 500, 900), entry(3, 'Gi0/2', 1000, 1500)];
  expect(spans(entries, 'Gi0/1')).toEqual([[3, 0, 1000]]);
  expect(spans(entries, 'Gi0/2')).toEqual([[3, 1000, openEndS]]);
});

test('a name that came back to its old index means it again', () => {
  const entries = [entry(3, 'Gi0/1', 500, 3000), entry(7, 'Gi0/1', 1000, 1500)];
  expect(spans(entries, 'Gi0/1')).toContainEqual([3, 0, 1000]);
  expect(spans(entries, 'Gi0/1')).toContainEqual([3, 1501, openEndS]);
});

test('other exporters and kinds are no rivals', () => {
  const other = { ...entry(3, 'Gi0/1', 100, 200), exporter: parseAddress('10.0.0.2') };
  const alias = { ...entry(3, 'to the hub', 100, 200), kind: 'alias' as const };
  expect(spans([entry(3, 'Gi0/1', 500, 900), other, alias], 'Gi0/1')).toEqual([
    [3, 0, openEndS],
    [3, 0, openEndS],
  ]);
});

const anyEntries = fc.uniqueArray(
  fc
    .tuple(fc.integer({ min: 1, max: 4 }), fc.constantFrom('a', 'b', 'c', 'd'), fc.nat(20), fc.nat(20))
    .map(([index, name, firstS, length]) => entry(index, name, firstS, firstS + length)),
  { maxLength: 16, selector: (each) => `${each.interface} ${each.name}` },
);

test('intervals are never empty, whatever was told', () => {
  fc.assert(
    fc.property(anyEntries, (all) => {
      for (const { validFromS, validToS } of resolveNames(all)) expect(validToS).toBeGreaterThan(validFromS);
    }),
  );
});

/** The rule as it reads: each entry against all others. */
function plainly(one: NameEntry, all: readonly NameEntry[]): [number, number][] {
  const rivals = all.filter((each) => each !== one && (each.name === one.name || each.interface === one.interface));
  const from = rivals.some((each) => each.firstS < one.firstS) ? one.firstS : 0;
  const later = rivals.filter((each) => each.firstS >= one.firstS);
  if (later.length === 0) return [[from, openEndS]];
  const until = Math.min(...later.map((each) => each.firstS));
  const end = Math.max(...later.map((each) => each.lastS));
  return [
    ...(until > from ? [[from, until] as const] : []),
    ...(one.lastS > end ? [[end + 1, openEndS] as const] : []),
  ].map(([a, b]) => [a, b]);
}

test('what is compared by order is what comparing all with all says', () => {
  fc.assert(
    fc.property(anyEntries, (all) => {
      const expected = all.flatMap((one) => plainly(one, all).map((span) => [one.interface, one.name, ...span]));
      const told = resolveNames(all).map((each) => [each.interface, each.name, each.validFromS, each.validToS]);
      expect(told).toEqual(expected);
    }),
  );
});

test('many invented names of one index are resolved, only the last of which is still so', () => {
  const invented = Array.from({ length: 100_000 }, (_, i) => entry(1, `x${i}`, i, i));
  const open = resolveNames(invented).filter(({ validToS }) => validToS === openEndS);
  expect(open.map(({ name }) => name)).toEqual(['x99999']);
});
