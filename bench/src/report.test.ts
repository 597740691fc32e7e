import { expect, test } from 'vitest';
import { percentile, ratio, short, table } from './report.ts';

test('numbers keep three significant figures', () => {
  expect([0.1234, 5.678, 56.78, 999.4, 5678, 56_780, 1_234_567, Number.NaN].map(short)).toEqual([
    '0.123',
    '5.68',
    '56.8',
    '999',
    '5678',
    '56.8 k',
    '1.23 M',
    '–',
  ]);
});

test('a ratio without a peer is a dash', () => {
  expect(ratio(2_000_000, 60_000)).toBe('33 ×');
  expect(ratio(9, 10)).toBe('0.90 ×');
  expect(ratio(1, undefined)).toBe('–');
  expect(ratio(1, 0)).toBe('–');
});

test('a table lines up its columns and fills in missing cells', () => {
  expect(table(['what', 'n'], [['a long name', '1'], ['b']])).toBe(
    ['| what        |   n |', '| ----------- | --: |', '| a long name |   1 |', '| b           |     |'].join('\n'),
  );
});

test('percentiles are nearest rank', () => {
  const values = Array.from({ length: 100 }, (_, i) => 100 - i);
  expect([0.5, 0.95, 0.99, 1].map((p) => percentile(values, p))).toEqual([50, 95, 99, 100]);
  expect(percentile([], 0.5)).toBeNaN();
});
