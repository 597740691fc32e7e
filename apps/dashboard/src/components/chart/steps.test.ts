import { expect, it } from 'vitest';
import { stepAt } from './steps.ts';

it('finds the step that a moment falls in', () => {
  const starts = [100, 160, 220];
  expect(stepAt(starts, 100)).toBe(0);
  expect(stepAt(starts, 159.9)).toBe(0);
  expect(stepAt(starts, 160)).toBe(1);
  expect(stepAt(starts, 9999)).toBe(2);
  expect(stepAt(starts, 0)).toBe(0);
  expect(stepAt([], 0)).toBeNull();
});
