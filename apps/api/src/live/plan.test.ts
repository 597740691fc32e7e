import { labelKey } from '@linewatch/record';
import { expect, test } from 'vitest';
import { academy, circuit, snapshot } from '../testing/estate.ts';
import { planOf } from './plan.ts';

const both = {
  ...snapshot(
    [academy(1, 'ash'), academy(2, 'birch', { trust: 2 })],
    [circuit(1, 'ash-1'), circuit(2, 'birch-1', { trust: 2, academy: 2 })],
  ),
  trusts: ['north', 'south'].map((label, i) => ({ id: i + 1, key: labelKey(label), label, name: `${label} Trust` })),
};

test('of several trusts the one of the label is shown, whichever was imported first', () => {
  for (const [label, slug] of [
    ['north', 'ash'],
    ['south', 'birch'],
  ] as const) {
    const plan = planOf(both, label);
    expect(plan.trust).toMatchObject({ label, name: `${label} Trust`, key: labelKey(label) });
    expect([...plan.academyById.keys()]).toEqual([slug]);
    expect([...plan.circuitById.keys()]).toEqual([`${slug}-1`]);
  }
});

test('while no trust has the label the estate is empty, and the label is the name', () => {
  const plan = planOf(both, 'west');
  expect(plan.trust).toEqual({ key: labelKey('west'), label: 'west', name: 'west' });
  expect(plan.academies).toEqual([]);
  expect(plan.circuitById.size).toBe(0);
});
