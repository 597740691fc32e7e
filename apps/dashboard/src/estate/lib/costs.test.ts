import type { EstateRecord, Kind } from '@linewatch/contract';
import { describe, expect, it } from 'vitest';
import { monthlyOf, yearlyOf } from './costs.ts';
import { formatPence, parseMoney, parseRate } from './rates.ts';

const record = (kind: Kind, id: string, values: Record<string, unknown>): EstateRecord => ({
  kind,
  id,
  revision: 1,
  ended: null,
  managed: false,
  changedMs: 0,
  changedBy: '',
  values,
  hidden: [],
});
const prices = [
  { from: '2026-04-01', monthly: '110.00' },
  { from: '2025-04-01', monthly: '100.50' },
  { from: '2027-04-01', monthly: '120.00' },
];

describe('costs', () => {
  it('are by the price in force', () => {
    expect(monthlyOf({ prices }, '2025-03-31')).toBeNull();
    expect(monthlyOf({ prices }, '2025-04-01')).toBe(10_050);
    expect(monthlyOf({ prices }, '2026-12-31')).toBe(11_000);
  });

  it('count a circuit’s own charge only where its contract has no price', () => {
    const contracts = [record('contract', 'c', { prices }), record('contract', 'd', {})];
    const circuits = [
      record('circuit', '1', { contract: 'c', monthly: '999.00' }),
      record('circuit', '2', { contract: 'd', monthly: '10.00' }),
      record('circuit', '3', { monthly: '1.00' }),
    ];
    expect(yearlyOf(contracts, circuits, '2026-12-31')).toBe(12 * (11_000 + 1000 + 100));
    expect(yearlyOf([], [], '2026-12-31')).toBeNull();
  });

  it('read rates and amounts as the estate writes them', () => {
    expect(['512k', '100M', '1G', '2.5G', '1000'].map(parseRate)).toEqual([512e3, 100e6, 1e9, 2.5e9, 1000]);
    expect(['fast', '', '-1M', '1X', '0'].map(parseRate)).toEqual([null, null, null, null, null]);
    expect(['1234.50', '5', '0.5', '1.234', 'x'].map(parseMoney)).toEqual([123_450, 500, 50, null, null]);
    expect([123_450, 120_000].map(formatPence)).toEqual(['£1,234.50', '£1,200']);
  });
});
