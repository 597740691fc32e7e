import type { PlanItem } from '@linewatch/contract';
import { describe, expect, it } from 'vitest';
import { noticeDaysOf } from './place.ts';
import { byMonth, priceWords, timeLeft, timeline, yearlyOfItems } from './plan.ts';

const item = (record: string, day: string, daysLeft: number, more: Partial<PlanItem> = {}): PlanItem => ({
  id: `contract/${record}/notice`,
  reason: 'notice',
  day,
  daysLeft,
  kind: 'contract',
  record,
  name: record,
  detail: '',
  provider: null,
  ends: null,
  noticeDay: day,
  noticeGiven: false,
  renewal: null,
  circuits: 0,
  academies: [],
  price: null,
  hidden: [],
  ...more,
});
const price = { monthly: '100.00', yearly: '1200.00', source: 'contract', next: null, uplift: null } as const;

describe('the plan', () => {
  const items = [
    item('b', '2027-01-31', 70, { price, reason: 'term' }),
    item('a', '2026-11-01', -21),
    item('b', '2026-12-31', 39, { price }),
  ];

  it('is by month, what is past first', () => {
    expect(byMonth(items).map(({ title, items: due }) => [title, due.length])).toEqual([
      ['Overdue', 1],
      ['December 2026', 1],
      ['January 2027', 1],
    ]);
  });

  it('has a bar for each month, empty ones too', () => {
    const bars = timeline(items, '2026-11-22', 3);
    expect(bars.map(({ key, count, urgent }) => [key, count, urgent])).toEqual([
      ['2026-11', 0, 0],
      ['2026-12', 1, 1],
      ['2027-01', 1, 0],
      ['2027-02', 0, 0],
    ]);
    expect(bars.map(({ year }) => year)).toEqual(['2026', '', '2027', '']);
  });

  it('counts the cost of a contract once, whatever is due of it', () => {
    expect(yearlyOfItems(items)).toBe(120_000);
    expect(yearlyOfItems([items[1]!])).toBeNull();
    expect(priceWords({ price, hidden: [] })).toBe('£1,200 a year');
    expect(priceWords({ price: null, hidden: ['price'] })).toBe('hidden');
  });

  it('tells how long there is', () => {
    expect([0, 1, 39, 400, -1, -90].map(timeLeft)).toEqual([
      'today',
      'in 1 day',
      'in 39 days',
      'in 13 months',
      '1 day ago',
      '3 months ago',
    ]);
  });

  it('knows the next day to give notice of each contract', () => {
    expect([...noticeDaysOf([...items, item('c', '2027-05-01', 160, { noticeGiven: true })])]).toEqual([
      ['b', '2027-01-31'],
      ['a', '2026-11-01'],
    ]);
  });
});
