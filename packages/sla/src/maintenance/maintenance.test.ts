import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { zoneOf } from '../time/zone.ts';
import { expand, maxOccurrences } from './expand.ts';
import { notice, overruns } from './notice.ts';
import { checkRrule } from './rule.ts';
import { MaintenanceError, type MaintenanceRule } from './types.ts';

const hour = 3_600_000;
const day = 24 * hour;
const at = (time: string): number => Date.parse(time);
/** A Sunday. */
const startMs = at('2026-01-11T01:30Z');
const rule = (rrule: string | null, fields: Partial<MaintenanceRule> = {}): MaintenanceRule => ({
  startMs,
  endMs: startMs + 3 * hour,
  rrule,
  timeZone: null,
  cancelledMs: null,
  ...fields,
});
const year = { fromMs: at('2026-01-01T00:00Z'), toMs: at('2027-01-01T00:00Z') };
const begins = (maintenance: MaintenanceRule, span = year): string[] =>
  expand(maintenance, span).map(({ fromMs }) => new Date(fromMs).toISOString().slice(0, 16));
const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof MaintenanceError) return error.code;
    throw error;
  }
  return 'none';
};

describe('when it takes place', () => {
  test('once without a rule, if that overlaps', () => {
    expect(expand(rule(null), year)).toEqual([{ fromMs: startMs, toMs: startMs + 3 * hour }]);
    expect(expand(rule(null), { fromMs: startMs + 3 * hour, toMs: year.toMs })).toEqual([]);
    expect(expand(rule(null), { fromMs: startMs + 3 * hour - 1, toMs: year.toMs })).toHaveLength(1);
  });

  test('the second Sunday of each month at 01:30 in London, summer and winter', () => {
    expect(begins(rule('FREQ=MONTHLY;BYDAY=2SU'))).toEqual([
      '2026-01-11T01:30',
      '2026-02-08T01:30',
      '2026-03-08T01:30',
      '2026-04-12T00:30',
      '2026-05-10T00:30',
      '2026-06-14T00:30',
      '2026-07-12T00:30',
      '2026-08-09T00:30',
      '2026-09-13T00:30',
      '2026-10-11T00:30',
      '2026-11-08T01:30',
      '2026-12-13T01:30',
    ]);
  });

  test('over a clock change it is by the clocks: 22:00 to 06:00 lasts 7 h in spring and 9 h in autumn', () => {
    const nights = rule('FREQ=WEEKLY', { startMs: at('2026-01-10T22:00Z'), endMs: at('2026-01-11T06:00Z') });
    const lengths = (from: string, to: string) =>
      expand(nights, { fromMs: at(from), toMs: at(to) }).map(({ fromMs, toMs }) => (toMs - fromMs) / hour);
    expect(lengths('2026-03-21T12:00Z', '2026-04-05T12:00Z')).toEqual([8, 7, 8]);
    expect(lengths('2026-10-17T12:00Z', '2026-11-01T12:00Z')).toEqual([8, 9, 8]);
  });

  test('on the night when 01:30 is left out, it begins when the clock is put forward', () => {
    expect(expand(rule('FREQ=WEEKLY'), { fromMs: at('2026-03-29T00:00Z'), toMs: at('2026-03-30T00:00Z') })).toEqual([
      { fromMs: at('2026-03-29T02:00+01:00'), toMs: at('2026-03-29T04:30+01:00') },
    ]);
  });

  test('in the time zone that it is written in', () => {
    const works = rule('FREQ=MONTHLY;BYDAY=2SU', { timeZone: 'UTC' });
    expect(begins(works)[3]).toBe('2026-04-12T01:30');
  });

  test('until a day to its end, until a moment of UTC, so many times, or until it was cancelled', () => {
    expect(begins(rule('FREQ=WEEKLY;UNTIL=20260125'))).toHaveLength(3);
    expect(begins(rule('FREQ=WEEKLY;UNTIL=20260124'))).toHaveLength(2);
    expect(begins(rule('FREQ=WEEKLY;UNTIL=20260125T013000Z'))).toHaveLength(3);
    expect(begins(rule('FREQ=WEEKLY;UNTIL=20260125T012959Z'))).toHaveLength(2);
    expect(begins(rule('FREQ=WEEKLY;COUNT=4'))).toHaveLength(4);
    expect(begins(rule('FREQ=WEEKLY', { cancelledMs: startMs + 7 * day }))).toHaveLength(1);
    expect(begins(rule('FREQ=WEEKLY', { cancelledMs: startMs + 7 * day + 1 }))).toHaveLength(2);
  });

  test('one that began before the span and goes on is among them; what was cancelled while it ran ends as planned', () => {
    const span = { fromMs: startMs + 7 * day + hour, toMs: startMs + 8 * day };
    const cancelledMs = startMs + 7 * day + hour;
    expect(expand(rule('FREQ=WEEKLY', { cancelledMs }), span)).toEqual([
      { fromMs: startMs + 7 * day, toMs: startMs + 7 * day + 3 * hour },
    ]);
  });

  const rules = fc.constantFrom(
    'FREQ=DAILY',
    'FREQ=DAILY;INTERVAL=3',
    'FREQ=WEEKLY;BYDAY=SU,WE',
    'FREQ=MONTHLY;BYDAY=2SU',
    'FREQ=MONTHLY;BYMONTHDAY=11,-1',
    'FREQ=MONTHLY;BYDAY=SU;BYSETPOS=2',
    'FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=11',
    'FREQ=WEEKLY;COUNT=30',
    'FREQ=WEEKLY;UNTIL=20270601',
  );
  const moment = fc.integer({ min: startMs / 60_000, max: startMs / 60_000 + 800 * 1440 }).map((n) => n * 60_000);
  test('two halves of a span have what the whole has, in order and by the same clocks', () => {
    const zones = fc.constantFrom('Europe/London', 'America/New_York', 'Australia/Lord_Howe', 'UTC');
    fc.assert(
      fc.property(
        rules,
        zones,
        moment,
        moment,
        moment,
        fc.integer({ min: 1, max: 40 }),
        (rrule, timeZone, a, b, c, h) => {
          const [from, middle, to] = [a, b, c].sort((x, y) => x - y) as [number, number, number];
          const works = rule(rrule, { timeZone, endMs: startMs + h * hour });
          const whole = expand(works, { fromMs: from, toMs: to });
          const halves = [
            ...expand(works, { fromMs: from, toMs: middle }),
            ...expand(works, { fromMs: middle, toMs: to }),
          ];
          const keys = (all: typeof whole): string[] => [...new Set(all.map((each) => `${each.fromMs} ${each.toMs}`))];
          expect(keys(halves)).toEqual(keys(whole));
          expect(whole.map((each) => each.fromMs)).toEqual(whole.map((each) => each.fromMs).toSorted((x, y) => x - y));
          const zone = zoneOf(timeZone);
          for (const { fromMs, toMs } of whole) {
            expect(toMs).toBeGreaterThan(fromMs);
            const shown = (zone.localMs(fromMs) - zone.localMs(startMs)) % day;
            // In a gap it is later than that.
            if (zone.offsetMs(fromMs - hour) === zone.offsetMs(fromMs)) expect(shown).toBe(0);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  test('more than fit into an answer, and times that cannot be, are refused', () => {
    const long = { fromMs: startMs, toMs: startMs + (maxOccurrences + 1) * day };
    const daily = rule('FREQ=DAILY', { timeZone: 'UTC' });
    expect(codeOf(() => expand(daily, long))).toBe('too_many');
    expect(expand(daily, { ...long, toMs: startMs + maxOccurrences * day })).toHaveLength(maxOccurrences);
    expect(codeOf(() => expand(rule('FREQ=DAILY'), { fromMs: 0, toMs: Infinity }))).toBe('too_many');
    expect(codeOf(() => expand(rule(null, { endMs: startMs }), year))).toBe('times_invalid');
    expect(codeOf(() => expand(rule(null, { endMs: startMs + 93 * day }), year))).toBe('times_invalid');
    expect(codeOf(() => expand(rule(null, { startMs: Number.NaN }), year))).toBe('times_invalid');
    expect(codeOf(() => expand(rule(null, { startMs: 8e15, endMs: 8e15 + hour }), year))).toBe('times_invalid');
    expect(codeOf(() => expand(rule('FREQ=DAILY', { timeZone: 'Mars/Olympus' }), year))).toBe('times_invalid');
  });
});

describe('a rule is refused', () => {
  const message = (text: string): string => {
    try {
      checkRrule(text, { startMs, timeZone: null });
    } catch (error) {
      if (error instanceof MaintenanceError && error.code === 'rrule_invalid') return error.message;
      throw error;
    }
    return 'it is fine';
  };

  test.each([
    'FREQ=WEEKLY',
    'rrule:freq=weekly;byday=su;',
    'FREQ=MONTHLY;BYDAY=2SU,4SU',
    'FREQ=MONTHLY;BYDAY=SU;BYSETPOS=2',
    'FREQ=YEARLY;BYWEEKNO=2;BYDAY=SU',
    'FREQ=YEARLY;BYYEARDAY=11',
    'FREQ=WEEKLY;INTERVAL=2;WKST=MO;UNTIL=20261231T235959Z',
  ])('not: %s', (text) => {
    expect(message(text)).toBe('it is fine');
  });

  test.each([
    ['', 'is not of the form NAME=value'],
    ['FREQ', 'is not of the form NAME=value'],
    ['INTERVAL=2', 'FREQ is missing'],
    ['FREQ=HOURLY', 'FREQ=HOURLY must be DAILY, WEEKLY, MONTHLY or YEARLY'],
    ['FREQ=MINUTELY', 'must be DAILY'],
    ['FREQ=SECONDLY', 'must be DAILY'],
    ['FREQ=DAILY;BYHOUR=3', 'the time of the day is that of the start'],
    ['FREQ=DAILY;COUNT=1001', 'COUNT=1001 must be a number from 1 to 1000'],
    ['FREQ=DAILY;INTERVAL=0', 'INTERVAL=0 must be a number from 1 to 1000'],
    ['FREQ=WEEKLY;COUNT=3;UNTIL=20270101', 'must not both be there'],
    ['FREQ=WEEKLY;UNTIL=20260231', 'is no day of the calendar'],
    ['FREQ=WEEKLY;FREQ=DAILY', 'FREQ is there twice'],
    ['FREQ=WEEKLY;__proto__=1', 'is not a part of a rule'],
    ['FREQ=WEEKLY\nDTSTART:20260101T000000Z', 'must be DAILY'],
    ['FREQ=YEARLY;BYMONTH=13', 'must be months from 1 to 12'],
    ['FREQ=WEEKLY;BYDAY=2SU', 'BYDAY with numeric value'],
    ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', 'names no day that comes'],
    ['FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30', 'names no day that comes'],
    ['FREQ=WEEKLY;UNTIL=20200101', 'names no day that comes'],
    ['FREQ=WEEKLY;BYDAY=MO', '11 Jan 2026 01:30: by the rule it would begin at 12 Jan 2026 01:30'],
    ['A'.repeat(501), 'over 500 characters'],
  ])('%s', (text, why) => {
    expect(message(text)).toContain(why);
  });

  test('with an error of its own, whatever it is', () => {
    const part = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc
        .tuple(
          fc.constantFrom(
            'FREQ',
            'BYDAY',
            'BYMONTHDAY',
            'BYSETPOS',
            'BYWEEKNO',
            'BYYEARDAY',
            'UNTIL',
            'COUNT',
            'INTERVAL',
          ),
          fc.constantFrom(
            'DAILY',
            'WEEKLY',
            'MONTHLY',
            'YEARLY',
            'SU',
            '2SU',
            '-1',
            '31',
            '53',
            '366',
            '20261231',
            '0',
          ),
        )
        .map(([key, value]) => `${key}=${value}`),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
        const text = parts.join(';');
        if (
          codeOf(() => {
            checkRrule(text, { startMs, timeZone: null });
          }) === 'none'
        )
          expect(expand(rule(text), { fromMs: startMs, toMs: startMs + 1 })).toHaveLength(1);
      }),
      { numRuns: 300 },
    );
  });
});

describe('notice', () => {
  const occurrence = { fromMs: at('2026-04-12T01:00+01:00'), toMs: at('2026-04-12T04:00+01:00') };
  const planned = { occurrence, code: 'planned' as const };

  test('a contract that says nothing excuses all of it, noted or not', () => {
    expect(notice({}, { ...planned, notifiedMs: null })).toEqual({
      neededHours: null,
      givenHours: null,
      ok: null,
      outsideWindow: false,
      excused: [occurrence],
      text: 'The contract asks for no notice.',
    });
  });

  test('given after it began is not enough, and it is said', () => {
    const told = notice({ maintenance: { noticeHours: 24 } }, { ...planned, notifiedMs: occurrence.fromMs + 2 * hour });
    expect(told).toMatchObject({ ok: false, givenHours: -2, excused: [] });
    expect(told.text).toBe(
      'The contract asks for 24 h of notice; notice was given 2 h after it began: not enough, so nothing of it is excused.',
    );
  });

  test('emergency works need none and keep to no window', () => {
    const terms = {
      maintenance: { noticeHours: 240, window: { days: ['mon' as const], from: '00:00', to: '01:00' }, hoursAYear: 0 },
    };
    const told = notice(terms, { occurrence, code: 'emergency-works', notifiedMs: null });
    expect(told).toMatchObject({ ok: null, outsideWindow: true, excused: [occurrence] });
  });

  test('a window that it never touches leaves nothing', () => {
    const terms = { maintenance: { window: { days: ['mon' as const], from: '00:00', to: '06:00' } } };
    const told = notice(terms, { ...planned, notifiedMs: 0 });
    expect(told).toMatchObject({ outsideWindow: true, excused: [] });
    expect(told.text).toContain('3 h of it are not excused: they lie outside of the window, mon 00:00 to 06:00.');
  });
});

test('an overrun is what lies beyond the end, of what went down within', () => {
  const occurrence = { fromMs: 1000, toMs: 2000 };
  const down = [
    { fromMs: 1500, toMs: Infinity },
    { fromMs: 1000, toMs: 2500 },
    { fromMs: 1100, toMs: 2000 },
    { fromMs: 999, toMs: 3000 },
    { fromMs: 2000, toMs: 3000 },
  ];
  expect(overruns(occurrence, down)).toEqual([
    { fromMs: 2000, toMs: 2500, downMs: 1000 },
    { fromMs: 2000, toMs: Infinity, downMs: 1500 },
  ]);
});
