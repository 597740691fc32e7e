import { expect, it } from 'vitest';
import { sparkPaths } from './sparkline.ts';

it('puts in above and out below on one scale', () => {
  const paths = sparkPaths([30, 0], [10, 0], 20, 40);
  expect(paths.axisY).toBe(30);
  expect(paths.inArea).toBe('M0 30V0H10V30H20V30Z');
  expect(paths.outArea).toBe('M0 30V40H10V30H20V30Z');
});

it('leaves gaps open', () => {
  expect(sparkPaths([10, null, 10], [null, null, null], 30, 10).inArea).toBe('M0 10V0H10V10ZM20 10V0H30V10Z');
});

it('draws nothing from nothing, and a flat line from silence', () => {
  expect(sparkPaths([], [], 30, 10)).toEqual({ inArea: '', outArea: '', axisY: 10 });
  expect(sparkPaths([0], [0], 30, 10).inArea).toBe('M0 10V10H30V10Z');
});
