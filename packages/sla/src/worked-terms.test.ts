/**
 * Contracts seen at suppliers of leased lines, each with figures worked out by hand: the arithmetic stands beside it. Nothing here is
 * computed by what it tests.
 */
import { describe, expect, test } from 'vitest';
import {
  type CreditInput,
  type Exclusion,
  type FixInput,
  type FixResult,
  type Terms,
  type WeekHours,
  claimDeadline,
  credits,
  fixClock,
  lateDelivery,
  mos,
  mosOfRating,
  notice,
  percentile,
  performance,
} from './index.ts';

const second = 1000;
const minute = 60_000;
const hour = 3_600_000;
/** London, as its clocks show it: `+00:00` in winter, `+01:00` in summer. */
const at = (time: string): number => Date.parse(time);
const march = { fromMs: at('2026-03-01T00:00Z'), toMs: at('2026-04-01T00:00+01:00') };
const april = { fromMs: at('2026-04-01T00:00+01:00'), toMs: at('2026-05-01T00:00+01:00') };
const october = { fromMs: at('2026-10-01T00:00+01:00'), toMs: at('2026-11-01T00:00Z') };

const btnet: Terms = {
  target: 100,
  credits: { bands: [{ below: 100, credit: 5 }], reportWithinDays: 2, claimDayOfNextMonth: 28 },
  lateDelivery: [
    { fromWorkingDay: 1, percent: 5 },
    { fromWorkingDay: 11, percent: 10 },
    { fromWorkingDay: 16, percent: 15 },
    { fromWorkingDay: 21, percent: 20 },
  ],
};
const fidonet: Terms = {
  starts: 'reported',
  responseMinutes: 30,
  fixHours: { total: 5, partial: 10, intermittent: 48 },
  excuses: [{ code: 'third-party-tail', availability: true, fixClock: true }],
};
const oceanEthernet: Terms = { starts: 'reported', fixHours: { total: 5, fibreBreak: 15, partial: 24 } };
const oceanCopper: Terms = { starts: 'reported', fixHours: { total: 7 } };
const faelix: Terms = {
  target: 99.95,
  period: 'month',
  maintenance: {
    window: { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '22:00', to: '06:00' },
    noticeHours: 48,
  },
  credits: { unit: 'days-of-charge', step: { percent: 0.05, credit: 1 }, capPercent: 100, capOf: 'month' },
};
const computercentric: Terms = {
  lossPercent: 5,
  latencyMs: 30,
  performanceMinutes: 15,
  credits: { unit: 'days-per-hour', capPercent: 27.5, capOf: 'quarter' },
};
const schedule: Terms = {
  target: 99.99,
  latencyMs: 50,
  credits: {
    bands: [
      { below: 99.99, credit: 5 },
      { below: 99.5, credit: 10 },
      { below: 99, credit: 20 },
    ],
    claimDays: 30,
  },
};

describe('fix times', () => {
  const monday = '2026-03-02T';
  const fix = (terms: Terms, fields: Partial<FixInput> = {}): FixResult =>
    fixClock({
      terms,
      fromMs: at(`${monday}09:00Z`),
      toMs: null,
      state: 'down',
      flaps: 0,
      faultClass: null,
      detectedMs: at(`${monday}09:01Z`),
      ticketMs: at(`${monday}09:05Z`),
      exclusions: [],
      nowMs: at('2026-12-31T00:00Z'),
      supplier: { reportedMs: at(`${monday}09:10Z`), startedMs: null, fixedMs: null, stops: [] },
      ...fields,
    });
  const reported = (time: string): Pick<FixInput, 'fromMs' | 'supplier'> => ({
    fromMs: at(time),
    supplier: { reportedMs: at(time), startedMs: null, fixedMs: null, stops: [] },
  });
  const stop = (code: Exclusion['code'], from: string, to: string): Exclusion => ({
    code,
    reason: 'noted',
    fromMs: at(from),
    toMs: at(to),
  });

  test('FidoNet, total loss: 09:10 to 14:00 is 4 h 50 min of 5 h', () => {
    const { ours, faultClass } = fix(fidonet, { toMs: at(`${monday}14:00Z`) });
    expect(faultClass).toBe('total');
    expect(ours).toMatchObject({
      tookMs: 4 * hour + 50 * minute,
      limitMs: 5 * hour,
      dueMs: at(`${monday}14:10Z`),
      met: true,
    });
  });

  test('FidoNet, total loss: 14:10 is 5 h, still kept; a minute later it is missed by a minute', () => {
    expect(fix(fidonet, { toMs: at(`${monday}14:10Z`) }).ours).toMatchObject({ tookMs: 5 * hour, met: true });
    const late = fix(fidonet, { toMs: at(`${monday}14:11Z`) }).ours;
    expect(late).toMatchObject({ tookMs: 5 * hour + minute, met: false });
    expect(late.working.at(-1)).toBe('Missed by 1 min.');
  });

  test('FidoNet, partial loss: 09:10 to 19:00 is 9 h 50 min of 10 h', () => {
    const { ours } = fix(fidonet, { state: 'degraded', toMs: at(`${monday}19:00Z`) });
    expect(ours).toMatchObject({ tookMs: 9 * hour + 50 * minute, limitMs: 10 * hour, met: true });
  });

  test('FidoNet, three flaps are an intermittent fault: Monday 09:10 to Wednesday 09:00 is 47 h 50 min of 48 h', () => {
    const { ours, faultClass } = fix(fidonet, { flaps: 3, toMs: at('2026-03-04T09:00Z') });
    expect(faultClass).toBe('intermittent');
    expect(ours).toMatchObject({ tookMs: 47 * hour + 50 * minute, limitMs: 48 * hour, met: true });
  });

  test('FidoNet, two flaps are a total loss: the same is over by 42 h 50 min', () => {
    const { ours } = fix(fidonet, { flaps: 2, toMs: at('2026-03-04T09:00Z') });
    expect(ours).toMatchObject({ limitMs: 5 * hour, met: false });
    expect(ours.working.at(-1)).toBe('Missed by 42 h 50 min.');
  });

  test("FidoNet, a person's class goes before: a partial loss has 10 h, though it was down with flaps", () => {
    expect(fix(fidonet, { flaps: 9, faultClass: 'partial' }).ours.limitMs).toBe(10 * hour);
  });

  test('FidoNet, response: 09:40 is 30 min after the report, 09:41 is too late', () => {
    expect(fix(fidonet, { respondedMs: at(`${monday}09:40Z`) }).response).toMatchObject({
      tookMs: 30 * minute,
      dueMs: at(`${monday}09:40Z`),
      met: true,
    });
    expect(fix(fidonet, { respondedMs: at(`${monday}09:41Z`) }).response).toMatchObject({ met: false });
    expect(fix(fidonet, { respondedMs: null, nowMs: at(`${monday}09:30Z`) }).response).toMatchObject({ met: null });
  });

  test("FidoNet, the tail's terms prevail: its 3 h stand still, 09:10 to 16:00 less 3 h is 3 h 50 min", () => {
    const tail = [stop('third-party-tail', `${monday}10:00Z`, `${monday}13:00Z`)];
    const { ours } = fix(fidonet, { exclusions: tail, toMs: at(`${monday}16:00Z`) });
    expect(ours).toMatchObject({ stoppedMs: 3 * hour, tookMs: 3 * hour + 50 * minute, met: true });
    // Another supplier buys its tail itself.
    expect(fix(oceanEthernet, { exclusions: tail, toMs: at(`${monday}16:00Z`) }).ours).toMatchObject({
      stoppedMs: 0,
      met: false,
    });
  });

  test('Ocean, Ethernet: 10:00 to 17:00 with the customer 12:00 to 14:30 is 4 h 30 min; due at 14:30 + 3 h', () => {
    const { ours } = fix(oceanEthernet, {
      ...reported(`${monday}10:00Z`),
      toMs: at(`${monday}17:00Z`),
      exclusions: [stop('with-customer', `${monday}12:00Z`, `${monday}14:30Z`)],
    });
    expect(ours).toMatchObject({
      stoppedMs: 2.5 * hour,
      tookMs: 4.5 * hour,
      dueMs: at(`${monday}17:30Z`),
      met: true,
    });
  });

  test('Ocean, stops that overlap count once: 12:00 to 14:00 and 13:00 to 14:30 are 2 h 30 min', () => {
    const { ours } = fix(oceanEthernet, {
      ...reported(`${monday}10:00Z`),
      toMs: at(`${monday}17:00Z`),
      exclusions: [
        stop('no-access', `${monday}13:00Z`, `${monday}14:30Z`),
        stop('with-customer', `${monday}12:00Z`, `${monday}14:00Z`),
      ],
    });
    expect(ours).toMatchObject({ stoppedMs: 2.5 * hour, tookMs: 4.5 * hour });
  });

  test('Ocean, copper: 10:00 to 17:00 is 7 h of 7 h; a second more is missed', () => {
    const begun = reported(`${monday}10:00Z`);
    expect(fix(oceanCopper, { ...begun, toMs: at(`${monday}17:00Z`) }).ours).toMatchObject({ met: true });
    expect(fix(oceanCopper, { ...begun, toMs: at(`${monday}17:00:01Z`) }).ours).toMatchObject({ met: false });
  });

  test('Ocean, fibre break: 10:00 to 00:30 is 14 h 30 min of 15 h', () => {
    const { ours } = fix(oceanEthernet, {
      ...reported(`${monday}10:00Z`),
      faultClass: 'fibreBreak',
      toMs: at('2026-03-03T00:30Z'),
    });
    expect(ours).toMatchObject({ tookMs: 14.5 * hour, limitMs: 15 * hour, met: true });
  });

  test('Ocean, medium: degraded from 10:00 to 09:00 the next day is 23 h of 24 h', () => {
    const { ours } = fix(oceanEthernet, {
      ...reported(`${monday}10:00Z`),
      state: 'degraded',
      toMs: at('2026-03-03T09:00Z'),
    });
    expect(ours).toMatchObject({ tookMs: 23 * hour, limitMs: 24 * hour, met: true });
  });

  test('a class without a time of its own has that of a total loss, and it is said', () => {
    const { ours } = fix(oceanCopper, { faultClass: 'fibreBreak', toMs: at(`${monday}14:00Z`) });
    expect(ours.limitMs).toBe(7 * hour);
    expect(ours.working).toContain('The contract has none for a fibre break; that for a total loss holds: 7 h to fix.');
    expect(fix(oceanCopper, { state: 'degraded' }).ours).toMatchObject({ limitMs: null, dueMs: null, met: null });
  });

  test('start rules: detected 09:01, ticket 09:05, reported 09:10; fixed at 12:00', () => {
    const took = (starts: NonNullable<Terms['starts']>): number | null =>
      fix({ starts, fixHours: { total: 5 } }, { toMs: at(`${monday}12:00Z`) }).ours.tookMs;
    expect(took('detected')).toBe(2 * hour + 59 * minute);
    expect(took('ticket')).toBe(2 * hour + 55 * minute);
    expect(took('reported')).toBe(2 * hour + 50 * minute);
  });

  const officeHours: WeekHours = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '18:00' };
  test('care in office hours, over a weekend: Friday 16:00 has 2 h left, so 5 h end on Monday at 11:00', () => {
    const { ours } = fix(
      { ...oceanEthernet, careHours: officeHours },
      { ...reported('2026-03-06T16:00Z'), toMs: at('2026-03-09T10:30Z') },
    );
    // 16:00 to 18:00 and 08:00 to 10:30.
    expect(ours).toMatchObject({ tookMs: 4.5 * hour, dueMs: at('2026-03-09T11:00Z'), met: true });
  });

  test('care in office hours: a stop at the weekend stops nothing, one from Friday 17:00 to Monday 09:00 stops 2 h', () => {
    const terms = { ...oceanEthernet, careHours: officeHours };
    const fault = { ...reported('2026-03-06T16:00Z'), toMs: at('2026-03-09T10:30Z') };
    const weekend = [stop('no-access', '2026-03-07T08:00Z', '2026-03-08T18:00Z')];
    expect(fix(terms, { ...fault, exclusions: weekend }).ours).toMatchObject({ stoppedMs: 0, tookMs: 4.5 * hour });
    const long = [stop('no-access', '2026-03-06T17:00Z', '2026-03-09T09:00Z')];
    expect(fix(terms, { ...fault, exclusions: long }).ours).toMatchObject({
      stoppedMs: 2 * hour,
      tookMs: 2.5 * hour,
      // 16:00 to 17:00, then 4 h from 09:00.
      dueMs: at('2026-03-09T13:00Z'),
    });
  });

  test('spring, around the clock: 23:00 to 05:00 on the clocks is 5 h', () => {
    const { ours } = fix(oceanEthernet, { ...reported('2026-03-28T23:00Z'), toMs: at('2026-03-29T05:00+01:00') });
    expect(ours).toMatchObject({ tookMs: 5 * hour, met: true });
  });

  test('autumn, around the clock: 23:00 to 03:00 on the clocks is 5 h, a minute more is missed', () => {
    const begun = reported('2026-10-24T23:00+01:00');
    expect(fix(oceanEthernet, { ...begun, toMs: at('2026-10-25T03:00Z') }).ours).toMatchObject({
      tookMs: 5 * hour,
      met: true,
    });
    expect(fix(oceanEthernet, { ...begun, toMs: at('2026-10-25T03:01Z') }).ours).toMatchObject({ met: false });
  });

  test('spring, care 06:00 to 22:00: Saturday 21:00 has 1 h left, 4 h from 06:00 summer time', () => {
    const everyDay: WeekHours = {
      days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
      from: '06:00',
      to: '22:00',
    };
    const { ours } = fix({ ...oceanEthernet, careHours: everyDay }, reported('2026-03-28T21:00Z'));
    expect(ours.dueMs).toBe(at('2026-03-29T10:00+01:00'));
  });

  test('spring, care on Saturdays 20:00 to 04:00: that night has 7 h, so an 8th comes a week later', () => {
    const night: WeekHours = { days: ['sat'], from: '20:00', to: '04:00' };
    const due = (total: number): number | null =>
      fix({ starts: 'reported', fixHours: { total }, careHours: night }, reported('2026-03-28T20:00Z')).ours.dueMs;
    expect(due(7)).toBe(at('2026-03-29T04:00+01:00'));
    expect(due(8)).toBe(at('2026-04-04T21:00+01:00'));
  });

  test('both clocks: ours 09:10 to 15:10, 6 h; theirs 09:30 to 14:45 less an hour, 4 h 15 min; 1 h 45 min apart', () => {
    const result = fix(fidonet, {
      toMs: at(`${monday}15:10Z`),
      supplier: {
        reportedMs: at(`${monday}09:10Z`),
        startedMs: at(`${monday}09:30Z`),
        fixedMs: at(`${monday}14:45Z`),
        stops: [{ fromMs: at(`${monday}11:00Z`), toMs: at(`${monday}12:00Z`), reason: 'waited for access' }],
      },
    });
    expect(result.ours).toMatchObject({ tookMs: 6 * hour, met: false });
    expect(result.suppliers).toMatchObject({ tookMs: 4 * hour + 15 * minute, stoppedMs: hour, met: true });
    expect(result.differenceMs).toBe(hour + 45 * minute);
  });

  test('both clocks, of theirs only a stop is known: 6 h less 1 h, an hour apart', () => {
    const result = fix(fidonet, {
      toMs: at(`${monday}15:10Z`),
      supplier: {
        reportedMs: at(`${monday}09:10Z`),
        startedMs: null,
        fixedMs: null,
        stops: [{ fromMs: at(`${monday}11:00Z`), toMs: at(`${monday}12:00Z`), reason: 'waited for access' }],
      },
    });
    expect(result.suppliers).toMatchObject({ tookMs: 5 * hour, met: true });
    expect(result.differenceMs).toBe(hour);
  });

  test('while it runs: at noon 2 h 50 min are gone, due 14:10; an hour without access ahead moves that to 15:10', () => {
    const nowMs = at(`${monday}12:00Z`);
    expect(fix(fidonet, { nowMs }).ours).toMatchObject({
      endMs: null,
      tookMs: 2 * hour + 50 * minute,
      dueMs: at(`${monday}14:10Z`),
      met: null,
    });
    const ahead = [stop('no-access', `${monday}13:00Z`, `${monday}14:00Z`)];
    const terms = { ...fidonet, excuses: [{ code: 'no-access' as const, availability: true, fixClock: true }] };
    expect(fix(terms, { nowMs, exclusions: ahead }).ours.dueMs).toBe(at(`${monday}15:10Z`));
    expect(fix(fidonet, { nowMs: at(`${monday}14:11Z`) }).ours.met).toBe(false);
  });

  test('what was never reported has no clock; what was reported when it was over took nothing', () => {
    const supplier = { reportedMs: null, startedMs: null, fixedMs: null, stops: [] };
    expect(fix(fidonet, { supplier, toMs: at(`${monday}12:00Z`) })).toMatchObject({
      ours: { startMs: null, tookMs: null, dueMs: null, met: null },
      suppliers: null,
      differenceMs: null,
      response: null,
    });
    expect(fix(fidonet, { toMs: at(`${monday}09:08Z`) }).ours).toMatchObject({ tookMs: 0, met: true });
  });
});

describe('credits', () => {
  const due = (terms: Terms, lostMs: number, fields: Partial<CreditInput> = {}): string | null =>
    credits({
      terms,
      period: april,
      monthlyCharge: '365.00',
      countedMs: april.toMs - april.fromMs,
      lostMs,
      outages: [],
      ...fields,
    }).due;

  // April has 720 h = 43,200 min: 0.05 % of it is 21.6 min. A day of £365.00 a month is 365 × 12 / 365 = £12.00.
  test('Faelix: 21.6 min lost is 99.95 % itself: nothing', () => {
    expect(due(faelix, 21.6 * minute)).toBeNull();
  });
  test('Faelix: a second more begins the first step: 1 day', () => {
    expect(due(faelix, 21.6 * minute + second)).toBe('12.00');
  });
  test('Faelix: 43.2 min lost is 99.90 %, one whole step; a second more begins the second', () => {
    expect(due(faelix, 43.2 * minute)).toBe('12.00');
    expect(due(faelix, 43.2 * minute + second)).toBe('24.00');
  });
  test('Faelix: 5 h lost is 99.3056 %, 0.6444 % below: 12.9 steps, 13 days', () => {
    expect(due(faelix, 5 * hour)).toBe('156.00');
  });
  test('Faelix: 24 h lost are 66 days, £792.00; the cap is a month, £365.00', () => {
    expect(due(faelix, 24 * hour)).toBe('365.00');
  });
  test('Faelix: March of 743 h allows 22.29 min, October of 745 h 22.35 min', () => {
    const of = (period: typeof march, lost: number) =>
      due(faelix, lost, { period, countedMs: period.toMs - period.fromMs });
    expect([of(march, 22.29 * minute), of(march, 22.32 * minute)]).toEqual([null, '12.00']);
    expect([of(october, 22.32 * minute), of(october, 22.38 * minute)]).toEqual([null, '12.00']);
  });
  test('Faelix: without a price the days are told as a share: 13 × 12 / 365 = 42.7397 % of a month', () => {
    const { due: none, percent } = credits({
      terms: faelix,
      period: april,
      monthlyCharge: null,
      countedMs: april.toMs - april.fromMs,
      lostMs: 5 * hour,
      outages: [],
    });
    expect([none, percent]).toEqual([null, 42.7397]);
  });

  // A day of £1,000.00 a month is 12,000 / 365 = £32.8767.
  const large = { monthlyCharge: '1000.00' };
  test('Computercentric: 2 h 10 min down are 3 hours: 3 days, £98.6301', () => {
    expect(due(computercentric, 2 * hour + 10 * minute, large)).toBe('98.63');
  });
  test('Computercentric: 1 h down and three windows of 15 min over a limit are 1 h 45 min, 2 hours: £65.7534', () => {
    expect(due(computercentric, hour, { ...large, performanceBreachMs: 45 * minute })).toBe('65.75');
  });
  test('Computercentric: 30 hours are £986.30; 27.5 % of the quarterly charge of £3,000.00 is £825.00', () => {
    expect(due(computercentric, 30 * hour, large)).toBe('825.00');
    expect(due(computercentric, 30 * hour, { ...large, earlier: '800.00' })).toBe('25.00');
    expect(due(computercentric, 30 * hour, { ...large, earlier: '825.00' })).toBeNull();
  });

  // 0.01 % of April is 4.32 min, 0.5 % is 216 min, 1 % is 432 min. Of £250.50: 5 % is £12.525, 10 % £25.05, 20 % £50.10.
  const small = { monthlyCharge: '250.50' };
  test('sample schedule: 4.32 min is 99.99 % itself; 4 min 20 s is below: 5 %, half a penny goes up', () => {
    expect(due(schedule, 4.32 * minute, small)).toBeNull();
    expect(due(schedule, 4 * minute + 20 * second, small)).toBe('12.53');
  });
  test('sample schedule: 216 min is 99.5 % itself, 5 %; a second more 10 %', () => {
    expect(due(schedule, 216 * minute, small)).toBe('12.53');
    expect(due(schedule, 216 * minute + second, small)).toBe('25.05');
  });
  test('sample schedule: 432 min is 99.0 % itself, 10 %; a second more 20 %', () => {
    expect(due(schedule, 432 * minute, small)).toBe('25.05');
    expect(due(schedule, 432 * minute + second, small)).toBe('50.10');
  });

  test('BTnet: an outage reported after 48 h gives nothing, after a second more than that the other still does', () => {
    const outage = (reportedAfter: number | null) => ({
      fromMs: april.fromMs,
      countedMs: hour,
      reportedMs: reportedAfter === null ? null : april.fromMs + reportedAfter,
    });
    expect(due(btnet, hour, { outages: [outage(48 * hour)] })).toBe('18.25');
    expect(due(btnet, hour, { outages: [outage(48 * hour + second)] })).toBeNull();
    expect(due(btnet, hour, { outages: [outage(null)] })).toBeNull();
    expect(due(btnet, 2 * hour, { outages: [outage(null), outage(hour)] })).toBe('18.25');
  });

  test('claims: BTnet by the 28th of the next month, the sample schedule within 30 days of its last day', () => {
    const december = { fromMs: at('2026-12-01T00:00Z'), toMs: at('2027-01-01T00:00Z') };
    const february = { fromMs: at('2026-02-01T00:00Z'), toMs: march.fromMs };
    expect([march, december].map((period) => claimDeadline(btnet, period))).toEqual(['2026-04-28', '2027-01-28']);
    expect([march, february].map((period) => claimDeadline(schedule, period))).toEqual(['2026-04-30', '2026-03-30']);
    expect(claimDeadline(faelix, march)).toBeNull();
  });
});

describe('late delivery', () => {
  const late = (promised: string, delivered: string | null, installCharge: string | null = '1500.00') =>
    lateDelivery({
      terms: btnet,
      promised,
      delivered,
      today: '2026-03-17',
      bankHolidays: ['2026-04-03', '2026-04-06'],
      installCharge,
    });

  // Promised for Monday 2 March: the working days after it are 3–6, 9–13, 16–20, 23–27, 30–31 March.
  test.each([
    ['2026-03-02', 0, null, null],
    ['2026-03-03', 1, 5, '75.00'],
    ['2026-03-16', 10, 5, '75.00'],
    ['2026-03-17', 11, 10, '150.00'],
    ['2026-03-23', 15, 10, '150.00'],
    ['2026-03-24', 16, 15, '225.00'],
    ['2026-03-30', 20, 15, '225.00'],
    ['2026-03-31', 21, 20, '300.00'],
  ])('BTnet: delivered on %s is %i working days late', (delivered, workingDays, percent, amount) => {
    expect(late('2026-03-02', delivered)).toMatchObject({ workingDays, percent, due: amount });
  });

  test('a weekend and bank holidays are no working days', () => {
    expect(late('2026-03-06', '2026-03-08')).toMatchObject({ workingDays: 0, due: null });
    // Thursday 2 April to Tuesday 7 April, with Good Friday and Easter Monday.
    expect(late('2026-04-02', '2026-04-07')).toMatchObject({ workingDays: 1, due: '75.00' });
  });

  test('what has not come is reckoned as of today; what came early is not late', () => {
    expect(late('2026-03-02', null)).toMatchObject({ workingDays: 11, due: '150.00' });
    expect(late('2026-03-02', '2026-02-20')).toMatchObject({ workingDays: 0, due: null });
  });

  test('5 % of £99.99 is £4.9995: £5.00; without a price the share is told', () => {
    expect(late('2026-03-02', '2026-03-03', '99.99').due).toBe('5.00');
    expect(late('2026-03-02', '2026-03-03', null)).toMatchObject({ percent: 5, due: null });
  });
});

describe('performance', () => {
  const period = { fromMs: april.fromMs, toMs: april.fromMs + hour };
  const sample = (i: number, latencyMs: number | null, lossPercent: number | null, packets?: number) => ({
    atMs: period.fromMs + i * minute,
    latencyMs,
    jitterMs: null,
    lossPercent,
    ...(packets !== undefined && { packets }),
  });
  const minutes = <T>(each: (i: number) => T): T[] => Array.from({ length: 60 }, (_, i) => each(i));

  test('Computercentric: of four windows the second has 15 × 31 ms, the third 14 × 0 % and 76 % lost, 5.07 %', () => {
    const { measures, breachedMs } = performance({
      terms: computercentric,
      period,
      judged: [period],
      source: 'icmp://10.0.0.1',
      samples: minutes((i) => sample(i, i >= 15 && i < 30 ? 31 : 30, i === 40 ? 76 : 0)),
    });
    expect(measures).toMatchObject([
      { what: 'latency', limit: 30, windowMinutes: 15, worst: 31, windows: 4, breaches: 1, unjudged: 0 },
      { what: 'loss', limit: 5, windows: 4, breaches: 1 },
    ]);
    expect(measures[0]!.mean).toBe(30.25);
    expect(breachedMs).toBe(30 * minute);
  });

  test('Computercentric: 75 % lost in one minute of 15 is 5 %, at the limit; of one packet among 15 × 100 it is 1 in 1,401', () => {
    const at75 = performance({
      terms: computercentric,
      period,
      judged: [period],
      source: '',
      samples: minutes((i) => sample(i, 1, i === 3 ? 75 : 0)),
    });
    expect(at75.measures[1]).toMatchObject({ worst: 5, breaches: 0 });
    const weighed = performance({
      terms: computercentric,
      period,
      judged: [period],
      source: '',
      samples: minutes((i) => sample(i, 1, i === 3 ? 100 : 0, i === 3 ? 1 : 100)),
    });
    expect(weighed.measures[1]!.worst).toBeCloseTo(100 / 1401, 12);
  });

  test('sample schedule: the mean of all is judged: 30 min of 40 ms and 30 of 61 ms are 50.5 ms', () => {
    const { measures } = performance({
      terms: schedule,
      period,
      judged: [period],
      source: '',
      samples: minutes((i) => sample(i, i < 30 ? 40 : 61, null)),
    });
    expect(measures).toMatchObject([
      { what: 'latency', limit: 50, windowMinutes: 60, mean: 50.5, worst: 50.5, windows: 1, breaches: 1 },
    ]);
  });

  test('a window with 7 of 15 minutes is not judged, one with 8 is; of one that was down for 10 min, 3 of 5 are enough', () => {
    const there = (i: number): boolean => (i < 15 ? i < 7 : i < 30 ? i < 23 : i < 45 ? i >= 42 : true);
    const judged = [
      { fromMs: period.fromMs, toMs: period.fromMs + 30 * minute },
      { fromMs: period.fromMs + 40 * minute, toMs: period.toMs },
    ];
    const samples = minutes((i) => sample(i, 99, null)).filter((_, i) => there(i));
    const { measures, breachedMs } = performance({ terms: computercentric, period, judged, source: '', samples });
    expect(measures[0]).toMatchObject({ windows: 3, unjudged: 1, breaches: 3 });
    // The second window, five minutes of the third, the fourth.
    expect(breachedMs).toBe(35 * minute);
  });
});

describe('maintenance', () => {
  const works = { fromMs: at('2026-04-11T23:00+01:00'), toMs: at('2026-04-12T02:00+01:00') };
  test('Faelix: 48 h of notice to the minute are enough, a minute less excuses nothing', () => {
    const given = (notifiedMs: number | null) => notice(faelix, { occurrence: works, code: 'planned', notifiedMs });
    expect(given(works.fromMs - 48 * hour)).toMatchObject({ ok: true, givenHours: 48, excused: [works] });
    expect(given(works.fromMs - 48 * hour + minute)).toMatchObject({ ok: false, excused: [] });
    expect(given(null)).toMatchObject({ ok: false, givenHours: null, excused: [] });
  });

  test('Faelix: of works from 21:00 to 07:00 the window, 22:00 to 06:00, is excused', () => {
    const long = { fromMs: at('2026-04-11T21:00+01:00'), toMs: at('2026-04-12T07:00+01:00') };
    expect(notice(faelix, { occurrence: long, code: 'planned', notifiedMs: 0 })).toMatchObject({
      outsideWindow: true,
      excused: [{ fromMs: at('2026-04-11T22:00+01:00'), toMs: at('2026-04-12T06:00+01:00') }],
    });
  });

  test('of 6 h a year with 4 h used, the first 2 h of 3 are excused', () => {
    const terms: Terms = { maintenance: { hoursAYear: 6 } };
    const told = notice(terms, { occurrence: works, code: 'planned', notifiedMs: null, usedMs: 4 * hour });
    expect(told).toMatchObject({ ok: null, excused: [{ fromMs: works.fromMs, toMs: works.fromMs + 2 * hour }] });
    expect(told.text).toContain('1 h of it are not excused');
  });
});

describe('95th percentile', () => {
  const billed = (terms: NonNullable<Terms['percentile']>, ins: number[], outs: number[], committedBps = 0) =>
    percentile({
      terms: { percentile: terms },
      samples: {
        startMs: april.fromMs,
        inBps: Float64Array.from(ins),
        outBps: Float64Array.from(outs),
        counted: new Uint8Array(ins.length).fill(1),
      },
      committedBps,
    });
  const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

  test('of 1 to 20 it is number ceil(19) = 19; of 1 to 21 number ceil(19.95) = 20; of one, that', () => {
    expect(billed({}, upTo(20), upTo(20)).billedBps).toBe(19);
    expect(billed({}, upTo(21), upTo(21)).billedBps).toBe(20);
    expect(billed({}, [7], [3]).billedBps).toBe(7);
  });

  test('a month: April has 8,640 samples, number 8,208; March 8,916, number 8,471; October 8,940, number 8,493', () => {
    expect([8640, 8916, 8940].map((n) => billed({}, upTo(n), upTo(n)).billedBps)).toEqual([8208, 8471, 8493]);
  });

  // In 1 to 20; out the other way round, so that each sum is 21.
  const down = upTo(20);
  const up = upTo(20).toReversed();
  test('greater: the greater of 19 and 19; combined: of 20 sums of 21; separate: neither', () => {
    expect(billed({ rule: 'greater' }, down, up)).toMatchObject({ inBps: 19, outBps: 19, billedBps: 19 });
    expect(billed({ rule: 'combined' }, down, up).billedBps).toBe(21);
    expect(billed({ rule: 'separate' }, down, up, 15)).toMatchObject({ billedBps: null, overBps: 8 });
  });

  test('20 gaps beside 1 to 20: left out, 19; as zero, number 38 of 20 zeros and 1 to 20 is 18', () => {
    const gaps = [...upTo(20), ...Array<number>(20).fill(Number.NaN)];
    expect(billed({}, gaps, gaps)).toMatchObject({ billedBps: 19, samples: 20, missing: 20 });
    expect(billed({ gaps: 'zero' }, gaps, gaps)).toMatchObject({ billedBps: 18, samples: 20, missing: 20 });
  });

  test('burst: 130 Mbit/s over a commitment of 100 at £1.15 a Mbit/s is £34.50', () => {
    expect(billed({ burstPrice: 1.15 }, [130e6], [90e6], 100e6)).toMatchObject({ overBps: 30e6, burstCharge: '34.50' });
    expect(billed({ burstPrice: 1.15 }, [99e6], [90e6], 100e6)).toMatchObject({ overBps: 0, burstCharge: '0.00' });
  });
});

describe('MOS', () => {
  test("ratings: G.107's table B.1 and its default rating of 93.2", () => {
    const shown = [50, 60, 70, 80, 90, 93.2].map((r) => Number(mosOfRating(r).toFixed(2)));
    expect(shown).toEqual([2.58, 3.1, 3.6, 4.02, 4.34, 4.41]);
  });

  test('a perfect line, 20 ms of codec: R = 93.355 − 0.392 (talker) − 0.432 (listener) = 92.531; MOS 4.396', () => {
    // TERV 48.089 dB, Re 165.224; Rle 1228.5 × 41^−¼ = 485.49. 1 + 0.035 R + R (R − 60)(100 − R) 7e−6 = 1 + 3.2386 + 0.1574.
    expect(mos(0, 0, 0)).toBeCloseTo(4.396, 3);
  });

  test('5 % loss on it: Ie,eff = 95 × 5 / 30.1 = 15.781, R = 76.750; MOS 3.896', () => {
    // 1 + 2.68625 + 76.75 × 16.75 × 23.25 × 7e−6 = 1 + 2.68625 + 0.20922 = 3.8955
    expect(mos(0, 0, 5)).toBeCloseTo(3.8955, 3);
  });

  test('260 ms there and back are 150 ms from mouth to ear: R = 93.355 − 2.81 − 0.84 − 0.16 = 89.54; MOS 4.328', () => {
    // 1 + 3.1339 + 89.54 × 29.54 × 10.46 × 7e−6 = 1 + 3.1339 + 0.1937
    expect(mos(260, 0, 0)).toBeCloseTo(4.3276, 3);
  });

  test('15 ms of jitter cost what 60 ms more of round trip cost', () => {
    expect(mos(200, 15, 0)).toBe(mos(260, 0, 0));
  });
});
