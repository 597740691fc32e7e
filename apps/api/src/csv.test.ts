import { expect, test } from 'vitest';
import { csvOf } from './csv.ts';

test('what has a separator, a quote or a line end in it is quoted', () => {
  expect(csvOf([['a,b', 'say "x"', 'two\r\nlines', 'plain']])).toBe('"a,b","say ""x""","two\r\nlines",plain\r\n');
});

test.each(['=1+1', '+44', '-1', '@SUM(A1)', '\tx', '\rx'])('text that begins like a formula is inert: %j', (text) => {
  expect(csvOf([[text]])).toMatch(/^"?'/);
});

test('numbers are numbers, also below zero; nothing is empty', () => {
  expect(csvOf([[-1.5, 0, null, true, '']])).toBe('-1.5,0,,true,\r\n');
});
