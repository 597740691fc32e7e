import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { schoolSpans, serviceSpans } from './calendar.ts';
import type { SchoolCalendar, Weekday } from './model.ts';
import { intersect, total, union } from './spans.ts';
import { monthSpan, yearSpan } from './time/periods.ts';

const at = (text: string): number => Date.parse(text);
const between = (from: string, to: string): { fromMs: number; toMs: number } => ({ fromMs: at(from), toMs: at(to) });
const hourMs = 3_600_000;
const every: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const weekdays = every.slice(0, 5);

describe('service hours', () => {
  it('without any are always', () => {
    const span = monthSpan('2026-03');
    expect(serviceSpans(undefined, undefined, span)).toEqual([span]);
    expect(serviceSpans(undefined, undefined, { fromMs: 5, toMs: 5 })).toEqual([]);
  });

  it('follow local clocks over the change to summer time', () => {
    // Friday 27 March in winter time, Monday 30 in summer time.
    expect(
      serviceSpans(
        { days: weekdays, from: '08:00', to: '18:00' },
        undefined,
        between('2026-03-27T00:00Z', '2026-03-31T00:00Z'),
      ),
    ).toEqual([between('2026-03-27T08:00Z', '2026-03-27T18:00Z'), between('2026-03-30T07:00Z', '2026-03-30T17:00Z')]);
  });

  it('that pass midnight belong to the day on which they begin', () => {
    // Friday night into Saturday counts, Sunday night does not.
    const hours = { days: ['fri' as const], from: '22:00', to: '06:00' };
    expect(serviceSpans(hours, 'UTC', between('2026-06-12T00:00Z', '2026-06-15T12:00Z'))).toEqual([
      between('2026-06-12T22:00Z', '2026-06-13T06:00Z'),
    ]);
    // A span that begins within them has what is left of them.
    expect(serviceSpans(hours, 'UTC', between('2026-06-13T02:00Z', '2026-06-15T12:00Z'))).toEqual([
      between('2026-06-13T02:00Z', '2026-06-13T06:00Z'),
    ]);
  });

  it.each([
    // 22:00 GMT to 06:00 BST, 22:00 BST to 06:00 GMT.
    ['2026-03-28T12:00Z', '2026-03-29T12:00Z', 7],
    ['2026-10-24T12:00Z', '2026-10-25T12:00Z', 9],
    ['2026-06-12T12:00Z', '2026-06-13T12:00Z', 8],
  ])('of a night from %s to %s are as long as clocks make it', (from, to, hours) => {
    expect(total(serviceSpans({ days: every, from: '22:00', to: '06:00' }, undefined, between(from, to)))).toBe(
      hours * hourMs,
    );
  });

  it('that begin or end in the hour that is skipped begin or end at the change', () => {
    const day = between('2026-03-29T00:00Z', '2026-03-29T23:00Z');
    expect(serviceSpans({ days: every, from: '01:30', to: '05:00' }, undefined, day)).toEqual([
      between('2026-03-29T01:00Z', '2026-03-29T04:00Z'),
    ]);
    expect(serviceSpans({ days: ['sun'], from: '00:15', to: '01:30' }, undefined, day)).toEqual([
      between('2026-03-29T00:15Z', '2026-03-29T01:00Z'),
    ]);
    expect(serviceSpans({ days: every, from: '01:10', to: '01:50' }, undefined, day)).toEqual([]);
  });

  it('that begin or end in the hour that comes twice do so the first time', () => {
    const day = between('2026-10-24T23:00Z', '2026-10-26T00:00Z');
    expect(serviceSpans({ days: ['sun'], from: '01:30', to: '05:00' }, undefined, day)).toEqual([
      between('2026-10-25T00:30Z', '2026-10-25T05:00Z'),
    ]);
    expect(serviceSpans({ days: ['sun'], from: '00:00', to: '01:30' }, undefined, day)).toEqual([
      between('2026-10-24T23:00Z', '2026-10-25T00:30Z'),
    ]);
  });

  it('and the hours between them are the whole time, and never the same', () => {
    const clock = fc.integer({ min: 0, max: 1439 }).map((minute) => {
      const two = (value: number): string => String(value).padStart(2, '0');
      return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
    });
    const span = fc
      .tuple(fc.constantFrom('2026-03-28', '2026-10-24', '2026-06-12'), fc.integer({ min: 1, max: 72 * 60 }))
      .map(([day, minutes]) => ({ fromMs: at(day), toMs: at(day) + minutes * 60_000 }));
    fc.assert(
      fc.property(
        clock,
        clock,
        span,
        fc.constantFrom('Europe/London', 'Australia/Lord_Howe', 'UTC'),
        (a, b, some, zone) => {
          fc.pre(a !== b);
          const these = serviceSpans({ days: every, from: a, to: b }, zone, some);
          const others = serviceSpans({ days: every, from: b, to: a }, zone, some);
          expect(intersect(these, others)).toEqual([]);
          expect(union([...these, ...others])).toEqual([some]);
        },
      ),
    );
  });

  it('from a time to the same time are the whole day, to 24:00 until midnight', () => {
    const week = between('2026-06-08T00:00Z', '2026-06-15T00:00Z');
    expect(serviceSpans({ days: every, from: '08:00', to: '08:00' }, 'UTC', week)).toEqual([week]);
    expect(serviceSpans({ days: ['mon', 'tue'], from: '00:00', to: '24:00' }, 'UTC', week)).toEqual([
      between('2026-06-08T00:00Z', '2026-06-10T00:00Z'),
    ]);
    expect(serviceSpans({ days: ['mon'], from: '24:00', to: '24:00' }, 'UTC', week)).toEqual([
      between('2026-06-09T00:00Z', '2026-06-10T00:00Z'),
    ]);
    expect(serviceSpans({ days: [], from: '08:00', to: '18:00' }, 'UTC', week)).toEqual([]);
  });

  it.each(['8:00', '24:01', '25:00', '12:60', ''])('are refused from "%s"', (from) => {
    expect(() => serviceSpans({ days: every, from, to: '18:00' }, 'UTC', between('2026-06-08', '2026-06-09'))).toThrow(
      'is not a time of the day such as 08:30',
    );
  });
});

const school: SchoolCalendar = {
  schoolDay: { from: '08:30', to: '15:30' },
  terms: [
    { from: '2025-09-03', to: '2025-12-19', name: 'Autumn' },
    { from: '2026-01-05', to: '2026-03-27', name: 'Spring' },
    { from: '2026-04-13', to: '2026-07-21', name: 'Summer' },
  ],
  inset: [{ from: '2026-01-05', to: '2026-01-05', name: 'INSET' }],
  holidays: [
    { from: '2026-02-16', to: '2026-02-20', name: 'Half term' },
    { from: '2026-05-04', to: '2026-05-04', name: 'Early May bank holiday' },
  ],
};

describe('school hours', () => {
  it('are the school day of the days of term, less INSET days and holidays', () => {
    // 20 weekdays from the 5th to the 30th, less the INSET day, of 7 h each.
    expect(total(schoolSpans(school, monthSpan('2026-01'))!)).toBe(19 * 7 * hourMs);
    // February has 20 weekdays, 5 of them half term.
    expect(total(schoolSpans(school, monthSpan('2026-02'))!)).toBe(15 * 7 * hourMs);
    expect(schoolSpans(school, monthSpan('2026-08'))).toEqual([]);
  });

  it('follow local clocks', () => {
    expect(schoolSpans(school, between('2026-07-20T00:00Z', '2026-07-21T00:00Z'))).toEqual([
      between('2026-07-20T07:30Z', '2026-07-20T14:30Z'),
    ]);
  });

  it('follow the weekdays of the calendar', () => {
    const span = between('2026-06-08T00:00Z', '2026-06-15T00:00Z');
    expect(total(schoolSpans({ ...school, weekdays: ['tue', 'sat'] }, span)!)).toBe(14 * hourMs);
  });

  it('cannot be said without a school day or terms, or of a year whose terms are not there', () => {
    const { terms, schoolDay } = school;
    for (const calendar of [{}, { terms: terms! }, { schoolDay: schoolDay! }, { ...school, terms: [] }])
      expect(schoolSpans(calendar, monthSpan('2026-01'))).toBeUndefined();
    expect(schoolSpans(school, monthSpan('2026-10'))).toBeUndefined();
    expect(schoolSpans(school, yearSpan('2026-01'))).toBeUndefined();
    expect(schoolSpans(school, { fromMs: at('2026-10-05'), toMs: at('2026-10-05') })).toEqual([]);
  });

  it('refuse a day that is none', () => {
    const wrong = { ...school, inset: [{ from: '2026-02-30', to: '2026-03-01', name: 'x' }] };
    expect(() => schoolSpans(wrong, monthSpan('2026-01'))).toThrow('"2026-02-30" is not a day');
  });
});
