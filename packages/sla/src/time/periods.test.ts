import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { total } from '../spans.ts';
import {
  dayNumber,
  dayOf,
  dayText,
  daysOf,
  monthAfter,
  monthOf,
  monthSpan,
  monthsOf,
  periodSpan,
  quarterSpan,
  yearSpan,
} from './periods.ts';
import { zoneOf } from './zone.ts';

const hourMs = 3_600_000;
const at = (text: string): number => Date.parse(text);
const hours = ({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }): number =>
  (toMs - fromMs) / hourMs;

const zones = [
  'Europe/London',
  'America/New_York',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
  'Asia/Kathmandu',
  'UTC',
];
const someTime = fc.integer({ min: at('1971-01-01'), max: at('2198-12-31') });

describe('a month', () => {
  it.each([
    ['2026-03', 743],
    ['2026-10', 745],
    ['2026-02', 672],
    ['2028-02', 696],
    ['2026-04', 720],
    ['2026-01', 744],
    // London kept summer time all through 1969 and 1970.
    ['1970-03', 744],
  ])('%s has %d h in London', (month, length) => {
    expect(hours(monthSpan(month))).toBe(length);
  });

  it('begins and ends at midnight there', () => {
    expect(monthSpan('2026-07')).toEqual({ fromMs: at('2026-06-30T23:00Z'), toMs: at('2026-07-31T23:00Z') });
    expect(monthSpan('2026-03', 'America/New_York')).toEqual({
      fromMs: at('2026-03-01T05:00Z'),
      toMs: at('2026-04-01T04:00Z'),
    });
  });

  it.each(['2026-13', '2026-00', '2026-3', '26-03', '', '1969-12', '2200-01', '2026-03-01'])('is not "%s"', (text) => {
    expect(() => monthSpan(text)).toThrow(/is not a month such as 2026-03/);
  });

  it('needs a zone that there is', () => {
    expect(() => monthSpan('2026-03', 'Europe/Leeds')).toThrow('"Europe/Leeds" is not a time zone');
  });

  it('is that of every moment in it, and of none outside', () => {
    fc.assert(
      fc.property(someTime, fc.constantFrom(...zones), (atMs, zone) => {
        const month = monthOf(atMs, zone);
        const { fromMs, toMs } = monthSpan(month, zone);
        expect(fromMs).toBeLessThanOrEqual(atMs);
        expect(atMs).toBeLessThan(toMs);
        expect([monthOf(fromMs - 1, zone), monthOf(toMs, zone)]).toEqual([monthAfter(month, -1), monthAfter(month)]);
        expect(periodSpan('month', atMs, zone)).toEqual({ fromMs, toMs });
      }),
    );
  });
});

describe('quarters and years', () => {
  it('are the months in them, whatever clocks do', () => {
    expect(hours(quarterSpan('2026-02'))).toBe(744 + 672 + 743);
    expect(quarterSpan('2026-11')).toEqual({ fromMs: monthSpan('2026-10').fromMs, toMs: monthSpan('2026-12').toMs });
    expect(hours(yearSpan('2026-05'))).toBe(8760);
    expect(hours(yearSpan('2028-05'))).toBe(8784);
    expect(periodSpan('quarter', at('2026-06-30T22:59Z'))).toEqual(quarterSpan('2026-04'));
    expect(periodSpan('quarter', at('2026-06-30T23:00Z'))).toEqual(quarterSpan('2026-07'));
    expect(periodSpan('year', at('2026-12-31T23:59Z'))).toEqual(yearSpan('2026-01'));
  });

  it('list the months that a span touches', () => {
    expect(monthsOf(quarterSpan('2026-12'))).toEqual(['2026-10', '2026-11', '2026-12']);
    expect(monthsOf({ fromMs: at('2026-06-30T22:00Z'), toMs: at('2026-06-30T23:01Z') })).toEqual([
      '2026-06',
      '2026-07',
    ]);
    expect(monthsOf({ fromMs: 5, toMs: 5 })).toEqual([]);
  });
});

describe('days', () => {
  it('are 23 to 25 hours long and make up the month', () => {
    const days = daysOf(monthSpan('2026-03'));
    expect(days).toHaveLength(31);
    expect(total(days)).toBe(743 * hourMs);
    expect(hours(days.find(({ day }) => day === '2026-03-29')!)).toBe(23);
    expect(hours(daysOf(monthSpan('2026-10')).find(({ day }) => day === '2026-10-25')!)).toBe(25);
  });

  it('are whole where a span only touches them', () => {
    const span = { fromMs: at('2026-07-04T22:30Z'), toMs: at('2026-07-04T23:30Z') };
    expect(daysOf(span).map(({ day, fromMs }) => [day, new Date(fromMs).toISOString()])).toEqual([
      ['2026-07-04', '2026-07-03T23:00:00.000Z'],
      ['2026-07-05', '2026-07-04T23:00:00.000Z'],
    ]);
    expect(dayOf(span.fromMs)).toBe('2026-07-04');
  });

  it('leave out one that clocks skip', () => {
    const days = daysOf({ fromMs: at('2011-12-29T12:00Z'), toMs: at('2011-12-31T12:00Z') }, 'Pacific/Apia');
    expect(days.map(({ day }) => day)).toEqual(['2011-12-29', '2011-12-31', '2012-01-01']);
  });

  it.each(['2026-02-30', '2026-13-01', '0099-01-01', '2026-1-1', 'x'])('are not "%s"', (text) => {
    expect(() => dayNumber(text)).toThrow('is not a day such as 2026-09-01');
  });

  it('are read as they are written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 80_000 }), (day) => {
        expect(dayNumber(dayText(day))).toBe(day);
      }),
    );
  });
});

describe('local time', () => {
  it('is what the platform shows', () => {
    const formats = zones.map(
      (zone) => new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }),
    );
    fc.assert(
      fc.property(someTime, fc.nat(zones.length - 1), (atMs, index) => {
        const shown = new Date(zoneOf(zones[index]!).localMs(atMs)).toISOString().slice(0, 19).replace('T', ' ');
        expect(shown).toBe(formats[index]!.format(atMs));
      }),
      { numRuns: 500 },
    );
  });

  it('is found again, as the first moment that shows it', () => {
    fc.assert(
      fc.property(someTime, fc.constantFrom(...zones), (atMs, name) => {
        const zone = zoneOf(name);
        const back = zone.instantMs(zone.localMs(atMs));
        expect(zone.localMs(back)).toBe(zone.localMs(atMs));
        expect(back).toBeLessThanOrEqual(atMs);
      }),
      { numRuns: 500 },
    );
  });

  it('that is skipped is the moment of the change, that is shown twice the first', () => {
    const london = zoneOf('Europe/London');
    for (const text of ['2026-03-29T01:00Z', '2026-03-29T01:30Z', '2026-03-29T01:59Z', '2026-03-29T02:00Z'])
      expect(london.instantMs(at(text))).toBe(at('2026-03-29T01:00Z'));
    expect(london.instantMs(at('2026-10-25T01:30Z'))).toBe(at('2026-10-25T00:30Z'));
    expect(london.instantMs(at('2026-10-25T02:00Z'))).toBe(at('2026-10-25T02:00Z'));
  });

  it('is refused outside of the years it is known for', () => {
    for (const atMs of [Infinity, Number.NaN, at('1969-06-01'), at('2201-01-01')])
      expect(() => zoneOf('Europe/London').offsetMs(atMs)).toThrow(RangeError);
  });
});
