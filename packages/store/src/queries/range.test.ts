import { createLogger } from '@linewatch/service';
import { expect, test } from 'vitest';
import { createStore } from '../store.ts';
import { monthOf, monthRange } from './percentile-month.ts';
import { rollUpFor } from './scope.ts';
import { type TrafficRange, trafficSeries } from './traffic.ts';

const store = createStore({
  url: 'http://127.0.0.1:9',
  user: 'u',
  password: 'p',
  logger: createLogger('test', 'silent'),
});
const ask = (range: TrafficRange): Promise<unknown> => trafficSeries(store, { trust: 1, circuit: 1 }, range);

test('a month is that of Europe/London', () => {
  const hours = (month: string): number => (monthRange(month).toS - monthRange(month).fromS) / 3600;
  expect(hours('2026-03')).toBe(743);
  expect(hours('2026-10')).toBe(745);
  expect(hours('2026-12')).toBe(744);
  expect(monthRange('2026-07').fromS).toBe(Date.UTC(2026, 5, 30, 23) / 1000);
  expect(monthOf(Date.UTC(2026, 5, 30, 23))).toBe('2026-07');
  expect(monthOf(Date.UTC(2026, 11, 31, 23, 59))).toBe('2026-12');
});

test('what is not a month is refused', () => {
  for (const month of ['2026-13', '2026-1', '', "2026-01'; DROP TABLE flows"])
    expect(() => monthRange(month)).toThrow(expect.objectContaining({ code: 'input_invalid' }));
});

test('a step is read from the coarsest roll-up that divides it', () => {
  expect([60, 120, 300, 900, 3600, 86_400].map(rollUpFor)).toEqual([
    'interface_1m',
    'interface_1m',
    'interface_5m',
    'interface_5m',
    'interface_1h',
    'interface_1h',
  ]);
});

test('a range that cannot be answered is refused before anything is asked', async () => {
  const bad = { code: 'input_invalid' };
  await expect(ask({ fromS: 0, toS: 600, stepS: 59 })).rejects.toMatchObject(bad);
  await expect(ask({ fromS: 30, toS: 600, stepS: 60 })).rejects.toMatchObject(bad);
  await expect(ask({ fromS: 600, toS: 600, stepS: 60 })).rejects.toMatchObject(bad);
  await expect(ask({ fromS: 0, toS: 60 * 20_001, stepS: 60 })).rejects.toMatchObject(bad);
  await expect(ask({ fromS: Number.NaN, toS: 600, stepS: 60 })).rejects.toMatchObject(bad);
});

test('a server that is not there is unavailable', async () => {
  await expect(ask({ fromS: 0, toS: 600, stepS: 60 })).rejects.toMatchObject({ code: 'store_unavailable' });
  await expect(store.ping()).rejects.toMatchObject({ code: 'store_unavailable' });
});
