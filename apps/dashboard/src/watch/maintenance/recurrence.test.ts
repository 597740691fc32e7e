import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Recurrence,
  nths,
  recurrenceFrom,
  recurrenceOf,
  recurrenceWords,
  ruleOf,
  weekdays,
} from './recurrence.ts';

const day = '2026-12-13';
const form = (over: Partial<Recurrence>): Recurrence => ({ ...recurrenceFrom(day), ...over });

it('begins with what repeats on the first day', () => {
  expect(recurrenceFrom(day)).toMatchObject({ pattern: 'once', days: ['SU'], nth: 2, weekday: 'SU', monthDay: 13 });
  expect(recurrenceFrom('2026-11-30')).toMatchObject({ nth: -1, weekday: 'MO', monthDay: 30 });
  expect(ruleOf(form({}))).toBeNull();
});

describe('a rule', () => {
  it.each([
    [form({ pattern: 'weekly', days: ['SU', 'MO'] }), 'FREQ=WEEKLY;BYDAY=MO,SU', 'every week on Monday, Sunday'],
    [form({ pattern: 'monthly-weekday' }), 'FREQ=MONTHLY;BYDAY=2SU', 'every month on the second Sunday'],
    [
      form({ pattern: 'monthly-weekday', nth: -1, every: 3 }),
      'FREQ=MONTHLY;INTERVAL=3;BYDAY=-1SU',
      'every 3 months on the last Sunday',
    ],
    [
      form({ pattern: 'monthly-day', monthDay: 31, ends: 'after', count: 4 }),
      'FREQ=MONTHLY;BYMONTHDAY=31;COUNT=4',
      'every month on day 31 (where the month has it), 4 times in all',
    ],
    // The last second of the day in London: an hour earlier by UTC in summer.
    [
      form({ pattern: 'weekly', ends: 'on', until: '2027-06-30' }),
      'FREQ=WEEKLY;BYDAY=SU;UNTIL=20270630T225959Z',
      'every week on Sunday, until 2027-06-30',
    ],
  ])('%# is written, read again and told in words', (of, rule, words) => {
    expect(ruleOf(of)).toBe(rule);
    expect(recurrenceOf(rule, day)).toMatchObject({ pattern: of.pattern, ends: of.ends, every: of.every });
    expect(recurrenceWords(rule, day)).toBe(words);
  });

  it.each(['FREQ=DAILY', 'FREQ=MONTHLY;BYDAY=2SU,4SU', 'FREQ=WEEKLY', 'FREQ=WEEKLY;BYDAY=SU;WKST=SU', 'nonsense', '='])(
    'that has no fields is kept as it is written: %s',
    (rule) => {
      expect(recurrenceOf(rule, day)).toMatchObject({ pattern: 'raw', raw: rule });
      expect(ruleOf(recurrenceOf(rule, day))).toBe(rule);
      expect(recurrenceWords(rule, day)).toBe(rule);
    },
  );

  it('says what is missing', () => {
    const refused: [Partial<Recurrence>, RegExp][] = [
      [{ pattern: 'weekly', days: [] }, /at least one day/],
      [{ pattern: 'monthly-day', monthDay: 32 }, /1 to 31/],
      [{ pattern: 'weekly', every: 0 }, /1 to 52/],
      [{ pattern: 'weekly', ends: 'on' }, /last day/],
      [{ pattern: 'weekly', ends: 'after', count: 0 }, /1 to 1,000/],
      [{ pattern: 'raw', raw: ' ' }, /needed/],
    ];
    for (const [over, words] of refused) expect(() => ruleOf(form(over))).toThrow(words);
  });

  it('comes out as it went in, whatever the form', () => {
    const some = fc.record({
      pattern: fc.constantFrom('weekly' as const, 'monthly-weekday' as const, 'monthly-day' as const),
      every: fc.integer({ min: 1, max: 52 }),
      days: fc.subarray([...weekdays], { minLength: 1 }),
      nth: fc.constantFrom(...nths),
      weekday: fc.constantFrom(...weekdays),
      monthDay: fc.integer({ min: 1, max: 31 }),
      ends: fc.constantFrom('never' as const, 'on' as const, 'after' as const),
      until: fc.constantFrom('2027-03-28', '2027-10-31', '2027-12-31'),
      count: fc.integer({ min: 1, max: 1000 }),
    });
    fc.assert(
      fc.property(some, (over) => {
        const rule = ruleOf(form(over));
        expect(recurrenceOf(rule, day).pattern).toBe(over.pattern);
        expect(ruleOf(recurrenceOf(rule, day))).toBe(rule);
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => void recurrenceWords(text, day)));
  });
});
