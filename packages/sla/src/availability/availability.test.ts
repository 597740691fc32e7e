import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Correction,
  type Exclusion,
  type SchoolCalendar,
  type Span,
  type StateInterval,
  type Terms,
  type WeekHours,
  type Weekday,
  causes,
  exclusionCodes,
  lineStates,
} from '../model.ts';
import { total } from '../spans.ts';
import { monthSpan, monthsOf, yearSpan } from '../time/periods.ts';
import { availability } from './availability.ts';
import { addFigures } from './figures.ts';
import { siteAvailability } from './site.ts';
import { timeline } from './timeline.ts';
import type { Availability, AvailabilityInput, AvailabilityTimes } from './types.ts';

const minuteMs = 60_000;
const days = 3;
const minutes = days * 1440;

// Three days each: clocks go forward on 29 March 2026, back on 25 October, and neither in June.
const windows = ['2026-03-28T00:00Z', '2026-10-24T00:00Z', '2026-06-11T00:00Z'].map((text) => Date.parse(text));

interface LocalMinute {
  readonly weekday: Weekday;
  readonly yesterday: Weekday;
  readonly day: string;
  readonly minute: number;
}

/** What clocks in London show at each minute of a window, by the platform's own zone data. */
const localMinutes = new Map<number, readonly LocalMinute[]>();
for (const window of windows) {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: 'Europe/London',
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  const order: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
  const local = Array.from({ length: minutes }, (_, index) => {
    const parts = Object.fromEntries(
      format.formatToParts(window + index * minuteMs).map(({ type, value }) => [type, value]),
    );
    const weekday = parts['weekday']!.toLowerCase() as Weekday;
    return {
      weekday,
      yesterday: order[(order.indexOf(weekday) + 6) % 7]!,
      day: `${parts['year']!}-${parts['month']!}-${parts['day']!}`,
      minute: Number(parts['hour']) * 60 + Number(parts['minute']),
    };
  });
  localMinutes.set(window, local);
}

const clockMinutes = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));

/** A minute by minute reckoning that looks at everything for each of them: slow, and plainly what is meant. */
function reference(window: number, input: AvailabilityInput) {
  const { terms, calendar } = input;
  const sums = { totalMs: 0, serviceMs: 0, upMs: 0, degradedMs: 0, downMs: 0, unknownMs: 0, excusedMs: 0 };
  const counted = { countedDownMs: 0, countedMs: 0, lostMs: 0 };
  let teachingMs = 0;
  const outages: { fromMs: number; inPeriodMs: number; countedMs: number }[] = [];
  let down = false;
  for (let index = 0; index < minutes; index++) {
    const atMs = window + index * minuteMs;
    const holds = ({ fromMs, toMs }: Span): boolean => fromMs <= atMs && atMs < toMs;
    if (!holds(input.validity) || atMs >= input.nowMs) {
      down = false;
      continue;
    }
    const said = input.intervals.filter(holds).map(({ state }) => state);
    const measured = (['unknown', 'down', 'degraded', 'up'] as const).find((state) => said.includes(state));
    const state = input.corrections.findLast(holds)?.state ?? measured ?? 'unknown';
    const local = localMinutes.get(window)![index]!;
    const inPeriod = holds(input.period);
    const service = !terms.serviceHours || inHours(terms.serviceHours, terms.serviceHours.days, local);
    const excused = input.exclusions.some((exclusion) => {
      const listed = terms.excuses?.find(({ code }) => code === exclusion.code);
      const usual = !['emergency-works', 'third-party-tail'].includes(exclusion.code);
      return holds(exclusion) && (listed ? listed.availability : usual);
    });
    const taught = calendar !== undefined && inSchool(calendar, local);

    if (state === 'down') {
      if (!down) outages.push({ fromMs: atMs, inPeriodMs: 0, countedMs: 0 });
      if (inPeriod) {
        outages.at(-1)!.inPeriodMs += minuteMs;
        if (service && !excused) outages.at(-1)!.countedMs += minuteMs;
        if (taught) teachingMs += minuteMs;
      }
    }
    down = state === 'down';
    if (!inPeriod) continue;

    sums.totalMs += minuteMs;
    if (service) sums.serviceMs += minuteMs;
    if (service && excused) sums.excusedMs += minuteMs;
    if (state === 'up' || state === 'degraded') sums.upMs += minuteMs;
    if (state === 'degraded') sums.degradedMs += minuteMs;
    if (state === 'down') sums.downMs += minuteMs;
    if (state === 'unknown') sums.unknownMs += minuteMs;
    if (!service || excused) continue;
    if (state === 'down') counted.countedDownMs += minuteMs;
    if (state !== 'unknown') counted.countedMs += minuteMs;
    if (state === 'down') counted.lostMs += minuteMs;
    if (state === 'unknown' && (terms.unknown === 'up' || terms.unknown === 'down')) counted.countedMs += minuteMs;
    if (state === 'unknown' && terms.unknown === 'down') counted.lostMs += minuteMs;
  }
  return { times: { ...sums, ...counted }, teachingMs, outages: outages.filter(({ inPeriodMs }) => inPeriodMs > 0) };
}

function inHours(
  { from, to }: { readonly from: string; readonly to: string },
  on: readonly Weekday[],
  { weekday, yesterday, minute }: LocalMinute,
): boolean {
  const [first, last] = [clockMinutes(from), clockMinutes(to)];
  if (first < last) return on.includes(weekday) && first <= minute && minute < last;
  return (on.includes(weekday) && minute >= first) || (on.includes(yesterday) && minute < last);
}

function inSchool({ schoolDay, weekdays, terms, inset, holidays }: SchoolCalendar, local: LocalMinute): boolean {
  const within = (ranges: SchoolCalendar['terms'] = []): boolean =>
    ranges.some(({ from, to }) => from <= local.day && local.day <= to);
  const on = weekdays ?? ['mon', 'tue', 'wed', 'thu', 'fri'];
  return inHours(schoolDay!, on, local) && within(terms) && !within(inset) && !within(holidays);
}

const minute = fc.integer({ min: -600, max: minutes + 600 });
/** Offsets in minutes from a window's beginning; some are empty, some without an end. */
const span = fc
  .tuple(minute, fc.oneof({ weight: 8, arbitrary: fc.integer({ min: -5, max: 900 }) }, fc.constant(Infinity)))
  .map(([from, length]) => ({ fromMs: from * minuteMs, toMs: (from + length) * minuteMs }));
// Full hours, and quarters that clocks neither skip nor show twice: those have a rule of their own, tested with calendars.
const clock = fc
  .integer({ min: 0, max: 95 })
  .filter((quarter) => quarter % 4 === 0 || Math.floor(quarter / 4) !== 1)
  .map(
    (quarter) => `${String(Math.floor(quarter / 4)).padStart(2, '0')}:${String((quarter % 4) * 15).padStart(2, '0')}`,
  );
const closing = fc.oneof({ weight: 9, arbitrary: clock }, fc.constant('24:00'));
const someDays = fc.subarray<Weekday>(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']);
const hours: fc.Arbitrary<WeekHours> = fc.record({ days: someDays, from: clock, to: closing });
const terms: fc.Arbitrary<Terms> = fc.record(
  {
    target: fc.constantFrom(100, 99.95, 99.9),
    serviceHours: hours,
    unknown: fc.constantFrom('left-out' as const, 'up' as const, 'down' as const),
    excuses: fc.uniqueArray(
      fc.record({ code: fc.constantFrom(...exclusionCodes), availability: fc.boolean(), fixClock: fc.boolean() }),
      { selector: ({ code }) => code },
    ),
  },
  { requiredKeys: [] },
);

const calendarIn = (window: number): fc.Arbitrary<SchoolCalendar> => {
  const day = fc
    .integer({ min: 0, max: days })
    .map((at) => new Date(window + at * 86_400_000).toISOString().slice(0, 10));
  const range = fc.record({ from: day, to: day, name: fc.constant('x') });
  return fc.record(
    {
      // A school day does not pass midnight.
      schoolDay: fc.record({ from: clock, to: closing }).filter(({ from, to }) => from < to),
      // One that is long over keeps the school year known.
      terms: fc
        .array(range, { maxLength: 2 })
        .map((some) => [
          ...some,
          { from: '2025-09-02', to: '2025-09-05', name: 'x' },
          { from: '2026-09-02', to: '2026-09-04', name: 'x' },
        ]),
      weekdays: someDays,
      inset: fc.array(range, { maxLength: 1 }),
      holidays: fc.array(range, { maxLength: 1 }),
    },
    { requiredKeys: ['schoolDay', 'terms'] },
  );
};

const moved = <T extends Span>(window: number, some: readonly T[]): T[] =>
  some.map((one) => ({ ...one, fromMs: window + one.fromMs, toMs: window + one.toMs }));

const interval: fc.Arbitrary<StateInterval> = fc
  .tuple(span, fc.constantFrom(...lineStates), fc.constantFrom(...causes))
  .map(([times, state, cause]) => ({ ...times, state, cause }));
const exclusion: fc.Arbitrary<Exclusion> = fc
  .tuple(span, fc.constantFrom(...exclusionCodes), fc.constantFrom('a', 'b'))
  .map(([times, code, reason]) => ({ ...times, code, reason }));
const correction: fc.Arbitrary<Correction> = fc
  .tuple(span, fc.constantFrom(...lineStates))
  .map(([times, state]) => ({ ...times, state, reason: 'x' }));

/** The period lies within its window; the rest may reach beyond it. */
const cases = fc.constantFrom(...windows).chain((window) =>
  fc
    .record({
      period: fc
        .tuple(fc.integer({ min: 0, max: minutes }), fc.integer({ min: 0, max: minutes }))
        .map(([a, b]) => ({ fromMs: Math.min(a, b) * minuteMs, toMs: Math.max(a, b) * minuteMs })),
      validity: fc.oneof(fc.constant({ fromMs: -Infinity, toMs: Infinity }), span),
      intervals: fc.array(interval, { maxLength: 12 }),
      exclusions: fc.array(exclusion, { maxLength: 5 }),
      corrections: fc.array(correction, { maxLength: 4 }),
      terms,
      nowMs: fc.oneof({ weight: 3, arbitrary: fc.constant(minutes + 3000) }, minute),
      calendar: calendarIn(window),
    })
    .map((input): { readonly window: number; readonly input: AvailabilityInput } => ({
      window,
      input: {
        ...input,
        period: moved(window, [input.period])[0]!,
        validity: moved(window, [input.validity])[0]!,
        intervals: moved(window, input.intervals),
        exclusions: moved(window, input.exclusions),
        corrections: moved(window, input.corrections),
        nowMs: window + input.nowMs * minuteMs,
      },
    })),
);

const timesOf = ({ figures }: Pick<Availability, 'figures'>): AvailabilityTimes =>
  Object.fromEntries(Object.entries(figures).filter(([name]) => name.endsWith('Ms'))) as unknown as AvailabilityTimes;

describe('availability', () => {
  it('is what going through every minute gives', () => {
    fc.assert(
      fc.property(cases, ({ window, input }) => {
        const found = availability(input);
        const expected = reference(window, input);
        expect(timesOf(found)).toEqual(expected.times);
        expect(found.teachingMs).toBe(expected.teachingMs);
        expect(found.outages.map(({ inPeriodMs, countedMs }) => ({ inPeriodMs, countedMs }))).toEqual(
          expected.outages.map(({ inPeriodMs, countedMs }) => ({ inPeriodMs, countedMs })),
        );
        // The reckoning begins at the window's edge, an outage may have begun before it.
        expect(found.outages.map(({ fromMs }) => Math.max(fromMs, window))).toEqual(
          expected.outages.map(({ fromMs }) => fromMs),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('is the same for intervals and exclusions in another order and said twice', () => {
    const shuffled = cases.chain(({ input }) =>
      fc.record({
        input: fc.constant(input),
        intervals: fc.shuffledSubarray([...input.intervals, ...input.intervals], {
          minLength: input.intervals.length * 2,
        }),
        exclusions: fc.shuffledSubarray([...input.exclusions, ...input.exclusions], {
          minLength: input.exclusions.length * 2,
        }),
      }),
    );
    fc.assert(
      fc.property(shuffled, ({ input, intervals, exclusions }) => {
        expect(availability({ ...input, intervals, exclusions })).toEqual(availability(input));
      }),
    );
  });

  it('adds up wherever a period is split', () => {
    const split = cases.chain(({ input }) =>
      fc.record({
        input: fc.constant(input),
        // To the ms: no grid.
        atMs: fc.integer({ min: input.period.fromMs, max: input.period.toMs }),
      }),
    );
    fc.assert(
      fc.property(split, ({ input, atMs }) => {
        const { fromMs, toMs } = input.period;
        const whole = availability(input);
        const halves = [
          availability({ ...input, period: { fromMs, toMs: atMs } }),
          availability({ ...input, period: { fromMs: atMs, toMs } }),
        ];
        expect(addFigures(halves.map(({ figures }) => figures))).toEqual(whole.figures);
        expect(halves.reduce((sum, { teachingMs }) => sum + teachingMs!, 0)).toBe(whole.teachingMs);
        expect(halves.reduce((sum, { failures }) => sum + failures, 0)).toBe(whole.failures);
        const began = (some: readonly Availability[]): readonly number[] =>
          some.flatMap(({ outages }) =>
            outages.filter(({ beganBefore }) => !beganBefore).map((outage) => outage.fromMs),
          );
        expect(began(halves)).toEqual(began([whole]));
      }),
    );
  });

  it('adds up within itself, between 0 and 100 %, and never -0', () => {
    fc.assert(
      fc.property(cases, ({ input }) => {
        const { figures, outages, teachingMs } = availability(input);
        for (const value of [...(Object.values(figures) as (number | null)[]), teachingMs])
          expect(Object.is(value, -0)).toBe(false);
        for (const ms of Object.values(timesOf({ figures })) as number[]) expect(ms).toBeGreaterThanOrEqual(0);
        const { rawPercent, contractualPercent, coveragePercent } = figures;
        for (const percent of [rawPercent, contractualPercent, coveragePercent]) {
          if (percent === null) continue;
          expect(percent).toBeGreaterThanOrEqual(0);
          expect(percent).toBeLessThanOrEqual(100);
        }
        expect(contractualPercent === null).toBe(figures.countedMs === 0);
        expect(figures.upMs + figures.downMs + figures.unknownMs).toBe(figures.totalMs);
        expect(outages.reduce((sum, { inPeriodMs }) => sum + inPeriodMs, 0)).toBe(figures.downMs);
        expect(outages.reduce((sum, { countedMs }) => sum + countedMs, 0)).toBe(figures.countedDownMs);
        expect(outages.reduce((sum, outage) => sum + outage.teachingMs!, 0)).toBe(teachingMs);
        expect(figures.lostMs).toBeLessThanOrEqual(figures.countedMs);
      }),
    );
  });

  it('counts time under several exclusions once, however it is cut into them', () => {
    const cut = cases.chain(({ input }) =>
      fc.record({ input: fc.constant(input), atMs: fc.array(minute, { minLength: 1, maxLength: 3 }) }),
    );
    fc.assert(
      fc.property(cut, ({ input, atMs }) => {
        const cuts = atMs.map((at) => input.period.fromMs + at * minuteMs);
        // Each is replaced by overlapping parts of it.
        const exclusions = input.exclusions.flatMap((whole) =>
          cuts.flatMap((at) => [
            { ...whole, toMs: Math.max(whole.fromMs, Math.min(whole.toMs, at + minuteMs)) },
            { ...whole, fromMs: Math.min(whole.toMs, Math.max(whole.fromMs, at)) },
          ]),
        );
        expect(availability({ ...input, exclusions }).figures).toEqual(availability(input).figures);
      }),
    );
  });

  it('of the months of a year is that of the year', () => {
    const year = yearSpan('2026-01');
    const length = year.toMs - year.fromMs;
    const inYear = fc
      .tuple(fc.integer({ min: -1e9, max: length }), fc.integer({ min: 1, max: 40 * 86_400_000 }))
      .map(([from, ms]) => ({ fromMs: year.fromMs + from, toMs: year.fromMs + from + ms }));
    const facts = fc.record({
      intervals: fc.array(
        fc
          .tuple(inYear, fc.constantFrom(...lineStates))
          .map(([at, state]) => ({ ...at, state, cause: 'link' as const })),
        { maxLength: 30 },
      ),
      exclusions: fc.array(
        fc.tuple(inYear, fc.constantFrom(...exclusionCodes)).map(([at, code]) => ({ ...at, code, reason: 'x' })),
        { maxLength: 8 },
      ),
      terms,
      nowMs: fc.integer({ min: year.fromMs, max: year.toMs + 1e9 }),
    });
    fc.assert(
      fc.property(facts, (some) => {
        const of = (period: Span): Availability =>
          availability({ ...some, period, validity: { fromMs: 0, toMs: Infinity }, corrections: [] });
        const months = monthsOf(year).map((month) => of(monthSpan(month)));
        expect(months).toHaveLength(12);
        expect(addFigures(months.map(({ figures }) => figures))).toEqual(of(year).figures);
        expect(months.reduce((sum, { failures }) => sum + failures, 0)).toBe(of(year).failures);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a timeline', () => {
  it('partitions its span and gives itself again', () => {
    fc.assert(
      fc.property(cases, ({ input: { period, intervals, corrections } }) => {
        const states = timeline(intervals, corrections, period);
        let atMs = period.fromMs;
        for (const [index, state] of states.entries()) {
          expect(state.fromMs).toBe(atMs);
          expect(state.toMs).toBeGreaterThan(atMs);
          const before = states[index - 1];
          expect([before?.state, before?.cause]).not.toEqual([state.state, state.cause]);
          atMs = state.toMs;
        }
        expect(atMs).toBe(period.toMs);
        expect(timeline(states, [], period)).toEqual(states);
      }),
    );
  });
});

describe('a site', () => {
  it('is up while any of its lines is, and unknown only while none is up and one is unknown', () => {
    const circuit = fc.record({
      validity: fc.oneof(fc.constant({ fromMs: -Infinity, toMs: Infinity }), span),
      intervals: fc.array(interval, { maxLength: 6 }),
      corrections: fc.array(correction, { maxLength: 2 }),
    });
    const sites = fc.record({ circuits: fc.array(circuit, { maxLength: 3 }), now: minute });
    fc.assert(
      fc.property(sites, ({ circuits, now }) => {
        const sums = { totalMs: 0, upMs: 0, downMs: 0, unknownMs: 0 };
        for (let atMs = 0; atMs < Math.min(1440, now) * minuteMs; atMs += minuteMs) {
          const holds = ({ fromMs, toMs }: Span): boolean => fromMs <= atMs && atMs < toMs;
          const states = circuits
            .filter(({ validity }) => holds(validity))
            .map(({ intervals, corrections }) => {
              const said = intervals.filter(holds).map(({ state }) => state);
              const measured = (['unknown', 'down', 'degraded', 'up'] as const).find((state) => said.includes(state));
              return corrections.findLast(holds)?.state ?? measured ?? 'unknown';
            });
          if (states.length === 0) continue;
          sums.totalMs += minuteMs;
          if (states.some((state) => state === 'up' || state === 'degraded')) sums.upMs += minuteMs;
          else if (states.includes('unknown')) sums.unknownMs += minuteMs;
          else sums.downMs += minuteMs;
        }
        const site = siteAvailability({
          period: { fromMs: 0, toMs: 1440 * minuteMs },
          circuits,
          nowMs: now * minuteMs,
        });
        expect(site).toMatchObject(sums);
        expect(total(site.down)).toBe(sums.downMs);
        expect(total(site.states)).toBe(sums.totalMs);
      }),
    );
  });
});
