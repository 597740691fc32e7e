import { expect, test } from 'vitest';
import { RecentBatches } from './recent-batches.ts';

const batch = (sequence: number, epoch = 1, collector = 'hub') => ({ trust: 'north', collector, epoch, sequence });

test('a batch is known by all of its identity', () => {
  const recent = new RecentBatches();
  recent.add(batch(7));
  expect(recent.has(batch(7))).toBe(true);
  for (const other of [batch(8), batch(7, 2), batch(7, 1, 'edge'), { ...batch(7), trust: 'south' }])
    expect(recent.has(other)).toBe(false);
});

test('of an epoch the last sequences are known, whatever their order', () => {
  const recent = new RecentBatches();
  for (let sequence = 4200; sequence > 0; sequence--) recent.add(batch(sequence));
  expect(recent.has(batch(4200))).toBe(false);
  expect(recent.has(batch(4096))).toBe(true);
  expect(recent.has(batch(1))).toBe(true);
});

test('epochs that were not heard for longest are forgotten', () => {
  const recent = new RecentBatches();
  recent.add(batch(0, 1));
  recent.add(batch(0, 2));
  recent.add(batch(1, 1));
  for (let epoch = 100; epoch < 163; epoch++) recent.add(batch(0, epoch));
  expect(recent.has(batch(0, 1))).toBe(true);
  expect(recent.has(batch(0, 2))).toBe(false);
});
