import { expect, test } from 'vitest';
import { ordinalAddress } from './path.ts';

test('an ordinal is written as the next hop that carries it', () => {
  expect(ordinalAddress(1)).toBe('::ffff:0.0.0.1');
  expect(ordinalAddress(0xfffefdfc)).toBe('::ffff:255.254.253.252');
});
