import fc from 'fast-check';
import { expect, it } from 'vitest';
import { monthSpan } from './months.ts';
import { lengths, place, ticks } from './strip.ts';

it('cuts off what reaches beyond, and lets what goes on reach to now', () => {
  const placed = place(
    [
      { fromMs: -50, toMs: 20, state: 'up' },
      { fromMs: 20, toMs: 40, state: 'down' },
      { fromMs: 40, toMs: null, state: 'up' },
      { fromMs: 200, toMs: 300, state: 'down' },
    ],
    0,
    100,
    60,
  );
  expect(placed.map(({ left, width }) => [left, width])).toEqual([
    [0, 0.2],
    [0.2, 0.2],
    [0.4, 0.2],
  ]);
  expect([...lengths(placed)]).toEqual([
    ['up', 40],
    ['down', 20],
  ]);
});

it('places what partitions a span without gaps or overlaps', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 30 }), (parts) => {
      let at = 0;
      const stretches = parts.map((part) => ({ fromMs: at, toMs: (at += part) }));
      const placed = place(stretches, 0, at, at);
      expect(placed.reduce((sum, { width }) => sum + width, 0)).toBeCloseTo(1, 9);
      placed.forEach(({ left }, i) => {
        if (i > 0) expect(left).toBeCloseTo(placed[i - 1]!.left + placed[i - 1]!.width, 9);
      });
    }),
  );
});

it('marks days of a month at London’s midnight, and hours of a day', () => {
  const october = monthSpan('2026-10');
  const days = ticks(october.fromMs, october.toMs);
  expect(days[0]).toMatchObject({ left: 0, label: '1 Oct' });
  // Midnight comes an hour earlier by UTC until the clocks have gone back.
  expect([days[0]!.ms, days.at(-1)!.ms].map((ms) => ms % 86_400_000)).toEqual([82_800_000, 0]);
  expect(ticks(october.fromMs, october.fromMs + 86_400_000).map(({ label }) => label)).toEqual([
    '00:00',
    '03:00',
    '06:00',
    '09:00',
    '12:00',
    '15:00',
    '18:00',
    '21:00',
  ]);
  expect(place([], 5, 5, 5)).toEqual([]);
});
