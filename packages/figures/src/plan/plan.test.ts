import type { EstateRecord, Kind, PlanItem } from '@linewatch/contract';
import { describe, expect, test } from 'vitest';
import { addMonths, londonDay, monthsBetween } from './days.ts';
import { planItems } from './plan.ts';

const record = (kind: Kind, id: string, values: object, over: Partial<EstateRecord> = {}): EstateRecord => ({
  kind,
  id,
  revision: 1,
  ended: null,
  managed: false,
  changedMs: 0,
  changedBy: 'test',
  values: { id, name: `The ${id}`, ...values },
  hidden: [],
  ...over,
});

const contract = (values: object, over?: Partial<EstateRecord>): EstateRecord =>
  record('contract', 'west', { provider: 'north', ...values }, over);

const items = (today: string, months: number, ...records: readonly EstateRecord[]): PlanItem[] =>
  planItems({ records, today, months });

const brief = (of: readonly PlanItem[]): string[] => of.map(({ reason, day }) => `${day} ${reason}`);

describe('days', () => {
  test.each([
    ['2027-03-31', -1, '2027-02-28'],
    ['2028-03-31', -1, '2028-02-29'],
    ['2028-02-29', 12, '2029-02-28'],
    ['2027-01-31', 1, '2027-02-28'],
    ['2027-01-15', -13, '2025-12-15'],
    ['2027-12-31', 2, '2028-02-29'],
  ])('%s and %i months are %s', (day, months, then) => expect(addMonths(day, months)).toBe(then));

  test('whole months only are a number of months', () => {
    expect(monthsBetween('2024-09-01', '2027-09-01')).toBe(36);
    expect(monthsBetween('2024-09-01', '2027-09-02')).toBeUndefined();
    expect(monthsBetween('2024-09-01', '2024-09-01')).toBeUndefined();
  });

  test('a day in London begins at its own midnight, in summer an hour before that of UTC', () => {
    expect(londonDay(Date.parse('2026-06-30T22:59:59Z'))).toBe('2026-06-30');
    expect(londonDay(Date.parse('2026-06-30T23:00:00Z'))).toBe('2026-07-01');
    expect(londonDay(Date.parse('2026-12-31T23:59:59Z'))).toBe('2026-12-31');
  });
});

describe('a contract in its minimum term', () => {
  const west = contract({ start: '2024-04-01', end: '2027-03-31', noticeMonths: 3, rolling: 'yearly' });

  test('needs notice as many calendar months before its end', () => {
    const [notice, term] = items('2026-11-22', 6, west);
    expect(notice).toMatchObject({ reason: 'notice', day: '2026-12-31', daysLeft: 39, ends: '2027-03-31' });
    expect(notice!.renewal).toEqual({ period: 'yearly', day: '2027-04-01', noticeDay: '2027-12-31' });
    expect(term).toMatchObject({ reason: 'term', day: '2027-03-31', noticeDay: '2026-12-31', noticeGiven: false });
  });

  test('is in the plan on the last day of the horizon, and not one day beyond', () => {
    expect(brief(items('2026-09-30', 3, west))).toEqual([]);
    expect(brief(items('2026-09-30', 6, west))).toEqual(['2026-12-31 notice']);
    expect(brief(items('2026-10-01', 6, west))).toEqual(['2026-12-31 notice', '2027-03-31 term']);
  });

  test('can be given notice on the last day, and the day after only for the end of the next period', () => {
    expect(brief(items('2026-12-31', 3, west))).toEqual(['2026-12-31 notice', '2027-03-31 term']);
    const late = items('2027-01-01', 12, west);
    expect(brief(late)).toEqual(['2027-03-31 term', '2027-12-31 notice']);
    expect(late[0]!.noticeDay).toBeNull();
    expect(late[1]!.ends).toBe('2028-03-31');
  });

  test('ends with nothing to give notice of where no notice is stated, and where it was given', () => {
    expect(brief(items('2026-11-22', 6, contract({ end: '2027-03-31' })))).toEqual(['2027-03-31 term']);
    const given = contract({ end: '2027-03-31', noticeMonths: 3, rolling: 'monthly', noticeGiven: '2026-11-01' });
    expect(items('2026-11-22', 6, given)).toMatchObject([
      { reason: 'term', day: '2027-03-31', noticeGiven: true, noticeDay: '2026-11-01', renewal: null },
    ]);
  });

  test('ends a period later when notice came too late', () => {
    const given = contract({ end: '2027-03-31', noticeMonths: 3, rolling: 'monthly', noticeGiven: '2027-01-01' });
    expect(brief(items('2027-01-02', 6, given))).toEqual(['2027-04-30 term']);
  });
});

describe('a contract past its minimum term', () => {
  const rolling = (how: string, more: object = {}): EstateRecord =>
    contract({ end: '2026-01-31', noticeMonths: 1, rolling: how, ...more });

  test('goes on month by month, to the last day of each', () => {
    const [second, first] = items('2026-02-01', 3, rolling('monthly'));
    expect(first).toMatchObject({ reason: 'rolling', day: '2026-02-28', noticeDay: null });
    expect(first!.renewal).toEqual({ period: 'monthly', day: '2026-03-01', noticeDay: '2026-02-28' });
    expect(second).toMatchObject({ reason: 'notice', day: '2026-02-28', ends: '2026-03-31' });
  });

  test.each([
    ['quarterly', '2026-10-31'],
    ['yearly', '2027-01-31'],
  ])('%s: the running period ends on %s', (how, day) => {
    expect(items('2026-08-01', 3, rolling(how))[how === 'yearly' ? 0 : 1]).toMatchObject({ reason: 'rolling', day });
  });

  test('is shown though its period ends beyond the horizon', () => {
    expect(brief(items('2026-02-01', 3, rolling('yearly')))).toEqual(['2027-01-31 rolling']);
  });

  test('goes on for the same term again, where that is whole months', () => {
    expect(brief(items('2026-02-01', 3, rolling('same-term', { start: '2023-02-01' })))).toEqual([
      '2029-01-31 rolling',
    ]);
    expect(brief(items('2026-02-01', 3, rolling('same-term', { start: '2023-02-03' })))).toEqual([
      '2026-01-31 rolling',
    ]);
    expect(brief(items('2026-02-01', 3, rolling('same-term')))).toEqual(['2026-01-31 rolling']);
  });

  test('is found at once after a hundred years', () => {
    const old = contract({ end: '1926-01-31', noticeMonths: 0, rolling: 'monthly' });
    expect(brief(items('2026-02-01', 3, old))).toEqual(['2026-02-28 notice', '2026-02-28 rolling']);
  });

  test('is expired when it does not go on, or notice was given', () => {
    expect(brief(items('2026-02-01', 3, rolling('ends')))).toEqual(['2026-01-31 expired']);
    expect(brief(items('2026-02-01', 3, contract({ end: '2026-01-31' })))).toEqual(['2026-01-31 expired']);
    const given = rolling('monthly', { noticeGiven: '2025-12-31' });
    expect(brief(items('2026-02-01', 3, given))).toEqual(['2026-01-31 expired']);
  });

  test('is not in the plan once it is marked as ended', () => {
    expect(items('2026-02-01', 3, contract({ end: '2026-01-31' }, { ended: 1 }))).toEqual([]);
  });
});

describe('prices', () => {
  const prices = [
    { from: '2027-01-01', monthly: '310.10' },
    { from: '2024-01-01', monthly: '299.99' },
  ];
  const uplift = { rule: 'cpi-plus', percent: 3.9, month: 4, firstYear: 2028 };
  const line = (id: string, values: object, over?: Partial<EstateRecord>): EstateRecord =>
    record('circuit', id, { academy: 'oak', contract: 'west', ...values }, over);

  test('are those of today, with what comes next', () => {
    const [term] = items(
      '2026-12-31',
      3,
      contract({ end: '2027-01-31', prices, uplift }),
      line('a', { monthly: '9.00' }),
    );
    expect(term!.price).toEqual({
      monthly: '299.99',
      yearly: '3599.88',
      source: 'contract',
      next: { day: '2027-01-01', monthly: '310.10' },
      uplift: { day: '2028-04-01', rule: 'cpi-plus', percent: 3.9 },
    });
    const [next] = items('2027-01-01', 3, contract({ end: '2027-01-31', prices }));
    expect(next!.price).toMatchObject({ monthly: '310.10', next: null, uplift: null });
  });

  test('are the sum over its circuits that go on, where the contract states none', () => {
    const west = contract({ end: '2027-01-31' });
    const lines = [line('a', { monthly: '0.10' }), line('b', { monthly: '0.20', academy: 'ash' })];
    const [term] = items('2026-12-31', 3, west, ...lines, line('c', { monthly: '5.00' }, { ended: 1 }));
    expect(term).toMatchObject({ circuits: 2, price: { monthly: '0.30', yearly: '3.60', source: 'circuits' } });
    expect(term!.academies.map(({ id }) => id)).toEqual(['ash', 'oak']);
  });

  test('are named as hidden where they are', () => {
    const [own] = items('2026-12-31', 3, contract({ end: '2027-01-31' }, { hidden: ['prices'] }));
    expect(own).toMatchObject({ price: null, hidden: ['price'] });
    const hidden = line('a', {}, { hidden: ['monthly'] });
    const [theirs] = items('2026-12-31', 3, contract({ end: '2027-01-31' }), hidden);
    expect(theirs).toMatchObject({ price: null, hidden: ['price'] });
  });

  test.each([
    ['2026-03-31', '2026-04-01'],
    ['2026-04-01', '2027-04-01'],
  ])('on %s the next uplift in April is on %s', (today, day) => {
    const [term] = items(today, 24, contract({ end: '2027-12-31', prices, uplift: { rule: 'fixed', month: 4 } }));
    expect(term!.price!.uplift).toEqual({ day, rule: 'fixed', percent: null });
  });
});

test('equipment past and near the end of its support, and exceptions that run out', () => {
  const switchOf = (id: string, supportEnd: string): EstateRecord =>
    record('equipment', id, { academy: 'oak', supportEnd, contract: 'west', make: 'Example', model: 'S1' });
  const oak = record('academy', 'oak', {
    name: 'Oak Academy',
    exceptions: [
      { standard: 'broadband', reason: 'No fibre in the street yet.', until: '2026-12-01' },
      { standard: 'cyber', reason: 'Agreed for good.' },
    ],
  });
  const found = items(
    '2026-11-22',
    3,
    oak,
    switchOf('old', '2020-01-01'),
    switchOf('soon', '2027-02-22'),
    switchOf('later', '2027-02-23'),
    contract({}),
    record('provider', 'north', { name: 'North Fibre' }),
  );
  expect(found.map(({ id }) => id)).toEqual([
    'equipment/old/support',
    'academy/oak/exception/broadband',
    'equipment/soon/support',
  ]);
  expect(found[0]).toMatchObject({
    daysLeft: -2517,
    provider: { id: 'north', name: 'North Fibre' },
    academies: [{ id: 'oak', name: 'Oak Academy' }],
    detail: "The maker's support of Example S1 ended on 1 January 2020.",
  });
});
