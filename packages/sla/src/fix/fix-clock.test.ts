import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { total, union } from '../spans.ts';
import type { Exclusion, Terms, WeekHours } from '../model.ts';
import { stopsFixClock } from './class.ts';
import { fixClock } from './fix-clock.ts';
import type { FixInput } from './types.ts';

const hour = 3_600_000;
const minute = 60_000;
/** A Thursday in summer time. */
const startMs = Date.parse('2026-09-10T10:00+01:00');

const input = (fields: Partial<FixInput> = {}): FixInput => ({
  terms: { starts: 'detected', fixHours: { total: 5 } },
  fromMs: startMs,
  toMs: startMs + 4 * hour,
  state: 'down',
  flaps: 0,
  faultClass: null,
  detectedMs: startMs,
  ticketMs: null,
  supplier: { reportedMs: null, startedMs: null, fixedMs: null, stops: [] },
  exclusions: [],
  nowMs: startMs + 100 * 24 * hour,
  ...fields,
});

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const clock = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`);
const careHours: fc.Arbitrary<WeekHours | undefined> = fc.option(
  fc.record({ days: fc.subarray([...days], { minLength: 1 }), from: clock, to: clock }),
  { nil: undefined },
);
/** Around the end of summer time, 25 October 2026. */
const moment = fc.integer({
  min: Date.parse('2026-10-15T00:00Z') / minute,
  max: Date.parse('2026-11-05T00:00Z') / minute,
});
const stops: fc.Arbitrary<Exclusion[]> = fc.array(
  fc.record({ from: moment, length: fc.integer({ min: -60, max: 5000 }) }).map(({ from, length }) => ({
    code: 'no-access' as const,
    reason: 'locked',
    fromMs: from * minute,
    toMs: (from + length) * minute,
  })),
  { maxLength: 8 },
);
const termsOf = (care: WeekHours | undefined, limit: number): Terms => ({
  starts: 'detected',
  fixHours: { total: limit },
  ...(care && { careHours: care }),
});

describe('whatever the hours of care and the stops', () => {
  test('it takes no longer than the time on the wall less its stops; their order does not matter', () => {
    fc.assert(
      fc.property(careHours, stops, moment, fc.integer({ min: 0, max: 20_000 }), (care, exclusions, from, length) => {
        const fromMs = from * minute;
        const toMs = fromMs + length * minute;
        const given = input({ terms: termsOf(care, 5), fromMs, toMs, detectedMs: fromMs, exclusions });
        const { ours } = fixClock(given);
        expect(ours.tookMs! + ours.stoppedMs).toBeLessThanOrEqual(toMs - fromMs);
        if (!care) {
          const still = total(
            union(
              exclusions.map((each) => ({ fromMs: Math.max(each.fromMs, fromMs), toMs: Math.min(each.toMs, toMs) })),
            ),
          );
          expect([ours.stoppedMs, ours.tookMs]).toEqual([still, toMs - fromMs - still]);
        }
        const turned = fixClock({ ...given, exclusions: exclusions.toReversed() }).ours;
        expect({ ...turned, working: [] }).toEqual({ ...ours, working: [] });
        expect(fixClock({ ...given, exclusions: [] }).ours.tookMs).toBeGreaterThanOrEqual(ours.tookMs!);
      }),
    );
  });

  test('what is fixed when it is due took the limit and is kept; a minute of care later it is missed', () => {
    fc.assert(
      fc.property(careHours, stops, moment, fc.integer({ min: 0, max: 100 }), (care, exclusions, from, limit) => {
        const fromMs = from * minute;
        const given = input({ terms: termsOf(care, limit), fromMs, detectedMs: fromMs, exclusions });
        const { dueMs } = fixClock(given).ours;
        // A few minutes of care a week do not lead there in six years.
        fc.pre(dueMs !== null);
        const kept = fixClock({ ...given, toMs: dueMs }).ours;
        expect(kept).toMatchObject({ tookMs: limit * hour, met: true });
        const late = fixClock({ ...given, toMs: dueMs + 400 * 24 * hour }).ours;
        expect(late).toMatchObject({ dueMs, met: false });
      }),
    );
  });
});

test('what stops the clock where the contract does not say, and where it does', () => {
  const stopping = [
    'planned',
    'emergency-works',
    'customer-caused',
    'customer-equipment',
    'site-power',
    'no-access',
    'refused-visit',
    'with-customer',
    'force-majeure',
    'third-party-tail',
    'suspended',
  ] as const;
  expect(stopping.filter((code) => !stopsFixClock({}, code))).toEqual([
    'emergency-works',
    'force-majeure',
    'third-party-tail',
  ]);
  const terms: Terms = { excuses: [{ code: 'planned', availability: true, fixClock: false }] };
  expect([stopsFixClock(terms, 'planned'), stopsFixClock(terms, 'no-access')]).toEqual([false, true]);
});

test('a stop that has no end yet stands until now', () => {
  const exclusions: Exclusion[] = [
    { code: 'with-customer', reason: 'no answer', fromMs: startMs + hour, toMs: Infinity },
  ];
  const { ours } = fixClock(input({ toMs: null, nowMs: startMs + 3 * hour, exclusions }));
  expect(ours).toMatchObject({ tookMs: hour, stoppedMs: 2 * hour, dueMs: startMs + 7 * hour, met: null });
});

test('hours of care on no day never lead to the limit', () => {
  const care: WeekHours = { days: [], from: '08:00', to: '18:00' };
  expect(fixClock(input({ terms: termsOf(care, 5) })).ours).toMatchObject({ tookMs: 0, dueMs: null, met: true });
});

test('it starts with the fault at the earliest, though it was reported before', () => {
  const supplier = { reportedMs: startMs - hour, startedMs: null, fixedMs: null, stops: [] };
  const { ours } = fixClock(input({ terms: { fixHours: { total: 5 } }, supplier }));
  expect(ours).toMatchObject({ startMs, tookMs: 4 * hour });
});

test('a ticket without a time is taken to have been opened by the report, and it is said', () => {
  const supplier = { reportedMs: startMs + hour, startedMs: null, fixedMs: null, stops: [] };
  const { ours } = fixClock(input({ terms: { starts: 'ticket' }, supplier }));
  expect(ours.startMs).toBe(startMs + hour);
  expect(ours.working[1]).toBe('Starts when it was reported (no time of a ticket is known): 10 Sep 2026 11:00.');
});

test('its working tells every step', () => {
  const { ours } = fixClock(
    input({
      toMs: startMs + 10 * hour,
      terms: {
        ...termsOf({ days: ['thu'], from: '08:00', to: '18:00' }, 5),
      },
      exclusions: [
        { code: 'no-access', reason: 'gate was locked', fromMs: startMs + hour, toMs: startMs + 2 * hour },
        { code: 'third-party-tail', reason: 'not ours', fromMs: startMs, toMs: startMs + 10 * hour },
      ],
    }),
  );
  expect(ours.working).toEqual([
    'Fault class: total loss. Times are of Europe/London.',
    'Starts when it was detected: 10 Sep 2026 10:00.',
    'Ends at 10 Sep 2026 20:00.',
    'Care is thu 08:00 to 18:00: of 10 h, 8 h count and 2 h are parked.',
    'Stood still from 10 Sep 2026 11:00 to 10 Sep 2026 12:00: no-access, gate was locked.',
    'Stood still for 1 h in all.',
    'Took 7 h.',
    'The contract allows: 5 h to fix.',
    'That is used up at 10 Sep 2026 16:00.',
    'Missed by 2 h.',
  ]);
});
