/**
 * Months of a line worked out by hand. The arithmetic is in the comment of each case; percentages are cut after three digits.
 * Hours of months in London: January 744, February 672, March 743, April 720, June 720, August 744, October 745.
 */
import { describe, expect, it } from 'vitest';
import { availability } from './availability/availability.ts';
import { addFigures, targetMet } from './availability/figures.ts';
import { siteAvailability } from './availability/site.ts';
import type { Availability, AvailabilityInput } from './availability/types.ts';
import type {
  Cause,
  Correction,
  Exclusion,
  ExclusionCode,
  LineState,
  SchoolCalendar,
  StateInterval,
  Terms,
} from './model.ts';
import { percentText } from './text.ts';
import { monthSpan, quarterSpan, yearSpan } from './time/periods.ts';

const hourMs = 3_600_000;
const minuteMs = 60_000;

/** `2026-04-10 09:30` in London: summer time from 29 March 01:00 UTC to 25 October 01:00 UTC. */
const at = (text: string): number => {
  const utc = Date.parse(`${text.replace(' ', 'T')}Z`);
  const summer = utc >= Date.parse('2026-03-29T02:00Z') && utc < Date.parse('2026-10-25T02:00Z');
  return summer ? utc - hourMs : utc;
};

const part = (from: string, to: string | null, state: LineState, cause: Cause): StateInterval => ({
  fromMs: at(from),
  toMs: to === null ? Infinity : at(to),
  state,
  cause,
});
const down = (from: string, to: string | null, cause: Cause = 'link'): StateInterval => part(from, to, 'down', cause);
const unknown = (from: string, to: string): StateInterval => part(from, to, 'unknown', 'collector');
const degraded = (from: string, to: string): StateInterval => part(from, to, 'degraded', 'quality');

/** A line that is up from 2025 on but for these stretches, which follow each other. */
function line(...parts: readonly StateInterval[]): readonly StateInterval[] {
  const whole: StateInterval[] = [];
  let fromMs = Date.parse('2025-01-01');
  for (const one of parts) {
    if (one.fromMs > fromMs) whole.push({ fromMs, toMs: one.fromMs, state: 'up', cause: 'none' });
    whole.push(one);
    fromMs = one.toMs;
  }
  if (fromMs < Infinity) whole.push({ fromMs, toMs: Infinity, state: 'up', cause: 'none' });
  return whole;
}

const under = (code: ExclusionCode, from: string, to: string): Exclusion => ({
  code,
  reason: 'x',
  fromMs: at(from),
  toMs: at(to),
});
const corrected = (state: LineState, from: string, to: string): Correction => ({
  state,
  reason: 'x',
  fromMs: at(from),
  toMs: at(to),
});

const always = { fromMs: Date.parse('2025-01-01'), toMs: Infinity };
const judge = (
  period: AvailabilityInput['period'],
  intervals: readonly StateInterval[],
  rest: Partial<AvailabilityInput> = {},
): Availability =>
  availability({
    period,
    validity: always,
    intervals,
    exclusions: [],
    corrections: [],
    terms: {},
    nowMs: at('2027-06-01 00:00'),
    ...rest,
  });

const [february, march, april, may, june, august, october] = ['02', '03', '04', '05', '06', '08', '10'].map((month) =>
  monthSpan(`2026-${month}`),
) as [typeof always, typeof always, typeof always, typeof always, typeof always, typeof always, typeof always];

const calendar: SchoolCalendar = {
  schoolDay: { from: '08:30', to: '15:30' },
  terms: [
    { from: '2025-09-03', to: '2025-12-19', name: 'Autumn' },
    { from: '2026-01-05', to: '2026-03-27', name: 'Spring' },
    { from: '2026-04-13', to: '2026-07-21', name: 'Summer' },
  ],
};
const officeHours = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '18:00' } as const;

// The availability part of contracts as suppliers word them.
const btnet: Terms = { target: 100, period: 'month' };
const fidonet: Terms = {
  target: 100,
  excuses: [{ code: 'third-party-tail', availability: true, fixClock: true }],
};
const ocean: Terms = {
  fixHours: { total: 5 },
  excuses: [{ code: 'with-customer', availability: true, fixClock: true }],
};
const faelix: Terms = {
  target: 99.95,
  period: 'month',
  maintenance: {
    window: { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '22:00', to: '06:00' },
    noticeHours: 48,
  },
};
const computercentric: Terms = {
  period: 'quarter',
  credits: { unit: 'days-per-hour', capPercent: 27.5, capOf: 'quarter' },
};
const schedule: Terms = { target: 99.99, period: 'month' };

/** Times in hours, unless they say otherwise; what is not given is not looked at. */
interface Expected {
  readonly contractual: string;
  readonly raw?: string;
  readonly coverage?: string;
  readonly met?: boolean | null;
  readonly total?: number;
  readonly service?: number;
  readonly excused?: number;
  readonly counted?: number;
  readonly lost?: number;
  readonly lostMinutes?: number;
  readonly down?: number;
  readonly unknown?: number;
  readonly degraded?: number;
  readonly outages?: number;
  readonly failures?: number;
  readonly mttr?: number | null;
  readonly mtbf?: number | null;
  readonly longest?: number | null;
  readonly teaching?: number | null;
}

const hours = (ms: number | null): number | null => (ms === null ? null : ms / hourMs);

const found = (of: Availability, terms: Terms): Required<Expected> => ({
  contractual: percentText(of.figures.contractualPercent, 3),
  raw: percentText(of.figures.rawPercent, 3),
  coverage: percentText(of.figures.coveragePercent, 3),
  met: targetMet(of.figures, terms),
  total: of.figures.totalMs / hourMs,
  service: of.figures.serviceMs / hourMs,
  excused: of.figures.excusedMs / hourMs,
  counted: of.figures.countedMs / hourMs,
  lost: of.figures.lostMs / hourMs,
  lostMinutes: of.figures.lostMs / minuteMs,
  down: of.figures.downMs / hourMs,
  unknown: of.figures.unknownMs / hourMs,
  degraded: of.figures.degradedMs / hourMs,
  outages: of.outages.length,
  failures: of.failures,
  mttr: hours(of.mttrMs),
  mtbf: hours(of.mtbfMs),
  longest: hours(of.longestMs),
  teaching: hours(of.teachingMs),
});

type Case = readonly [
  name: string,
  period: AvailabilityInput['period'],
  intervals: readonly StateInterval[],
  rest: Partial<AvailabilityInput>,
  expected: Expected,
];

const contracts: readonly Case[] = [
  [
    'BTnet, 100 %: a month without an outage',
    april,
    line(),
    { terms: btnet },
    // 720 of 720 h.
    { contractual: '100.000 %', met: true, total: 720, counted: 720, lost: 0, outages: 0, mttr: null, mtbf: null },
  ],
  [
    'BTnet, 100 %: one minute is a breach',
    april,
    line(down('2026-04-10 09:00', '2026-04-10 09:01')),
    { terms: btnet },
    // 43 199 of 43 200 min = 99.99768…
    { contractual: '99.997 %', met: false, lostMinutes: 1, failures: 1 },
  ],
  [
    'BTnet, 100 %: a tenth of a second is not rounded away',
    april,
    line({ ...down('2026-04-10 09:00', null), toMs: at('2026-04-10 09:00') + 100 }),
    { terms: btnet },
    // 100 ms of 2 592 000 000 ms: 99.9999961… is not 100.
    { contractual: '99.999 %', met: false },
  ],
  [
    'FidoNet, 100 % of the core: a tail of a third party is judged by its own terms',
    april,
    line(down('2026-04-10 09:00', '2026-04-10 14:00')),
    { terms: fidonet, exclusions: [under('third-party-tail', '2026-04-10 09:00', '2026-04-10 14:00')] },
    // 720 − 5 = 715 h count, nothing of them is lost. As it happened: 715 of 720 = 99.3055…
    { contractual: '100.000 %', raw: '99.305 %', met: true, excused: 5, counted: 715, failures: 0, longest: null },
  ],
  [
    'the same tail where the contract says nothing of tails: it counts',
    april,
    line(down('2026-04-10 09:00', '2026-04-10 14:00')),
    { terms: { target: 100 }, exclusions: [under('third-party-tail', '2026-04-10 09:00', '2026-04-10 14:00')] },
    // 715 of 720 h.
    { contractual: '99.305 %', raw: '99.305 %', met: false, excused: 0, lost: 5, failures: 1 },
  ],
  [
    'Ocean: two of six hours waited for the customer; no target, so nothing is met or missed',
    april,
    line(down('2026-04-10 09:00', '2026-04-10 15:00')),
    { terms: ocean, exclusions: [under('with-customer', '2026-04-10 11:00', '2026-04-10 13:00')] },
    // 720 − 2 = 718 h count, 4 are lost: 714 of 718 = 99.44289… As it happened 714 of 720 = 99.1666…
    { contractual: '99.442 %', raw: '99.166 %', met: null, excused: 2, counted: 718, lost: 4, mttr: 6, longest: 6 },
  ],
  [
    'Faelix, 99.95 %: April allows 21.6 min, 21 are met',
    april,
    line(down('2026-04-10 09:00', '2026-04-10 09:21')),
    { terms: faelix },
    // 43 179 of 43 200 min = 99.95138…
    { contractual: '99.951 %', met: true, lostMinutes: 21 },
  ],
  [
    'Faelix, 99.95 %: 22 are a breach',
    april,
    line(down('2026-04-10 09:00', '2026-04-10 09:22')),
    { terms: faelix },
    // 43 178 of 43 200 min = 99.94907…
    { contractual: '99.949 %', met: false, lostMinutes: 22 },
  ],
  [
    'Faelix, 99.95 %: February allows 20.16 min, so 21 are a breach there',
    february,
    line(down('2026-02-10 09:00', '2026-02-10 09:21')),
    { terms: faelix },
    // 40 299 of 40 320 min = 99.94791…
    { contractual: '99.947 %', met: false, total: 672 },
  ],
  [
    'Faelix, 99.95 %: March allows 22.29 min, so 22 are met there',
    march,
    line(down('2026-03-10 09:00', '2026-03-10 09:22')),
    { terms: faelix },
    // 44 558 of 44 580 min = 99.95065…
    { contractual: '99.950 %', met: true, total: 743 },
  ],
  [
    'Faelix, samples of a minute: 22 single minutes count as 22 in a row do',
    april,
    line(
      ...Array.from({ length: 22 }, (_, index) => {
        const minute = String(index * 2).padStart(2, '0');
        const next = String(index * 2 + 1).padStart(2, '0');
        return down(`2026-04-10 09:${minute}`, `2026-04-10 09:${next}`, 'probe');
      }),
    ),
    { terms: faelix },
    // 22 × 1 min: 43 178 of 43 200 min. Mean time between failures 43 178 / 22 min = 1962.636… min = 32.71 h.
    { contractual: '99.949 %', met: false, failures: 22, mttr: 1 / 60, mtbf: 43_178 / 22 / 60, longest: 1 / 60 },
  ],
  [
    'Faelix, works announced for 23:00 to 03:00 that overran until 04:30: the overrun counts',
    april,
    line(down('2026-04-14 23:00', '2026-04-15 04:30')),
    { terms: faelix, exclusions: [under('planned', '2026-04-14 23:00', '2026-04-15 03:00')] },
    // 720 − 4 = 716 h count, 1.5 are lost: 714.5 of 716 = 99.79050…
    { contractual: '99.790 %', met: false, excused: 4, counted: 716, lost: 1.5, down: 5.5, outages: 1, failures: 1 },
  ],
  [
    'Faelix, the same works without 48 h notice: all of it counts',
    april,
    line(down('2026-04-14 23:00', '2026-04-15 04:30')),
    { terms: faelix },
    // 714.5 of 720 = 99.23611…
    { contractual: '99.236 %', met: false, excused: 0, lost: 5.5 },
  ],
  [
    'Computercentric, judged over a quarter: three hours in February',
    quarterSpan('2026-02'),
    line(down('2026-02-10 09:00', '2026-02-10 12:00')),
    { terms: computercentric },
    // 744 + 672 + 743 = 2159 h: 2156 of 2159 = 99.86104…
    { contractual: '99.861 %', met: null, total: 2159, lost: 3 },
  ],
  [
    'schedule, 99.99 %: October allows 4.47 min, 4 are met',
    october,
    line(down('2026-10-10 09:00', '2026-10-10 09:04')),
    { terms: schedule },
    // 44 696 of 44 700 min = 99.99105…
    { contractual: '99.991 %', met: true, total: 745 },
  ],
  [
    'schedule, 99.99 %: 5 are a breach, though two digits show 99.98 %',
    october,
    line(down('2026-10-10 09:00', '2026-10-10 09:05')),
    { terms: schedule },
    // 44 695 of 44 700 min = 99.98881…
    { contractual: '99.988 %', met: false },
  ],
];

const traps: readonly Case[] = [
  [
    'outages that overlap count once',
    april,
    [...line(), down('2026-04-10 10:00', '2026-04-10 12:00'), down('2026-04-10 11:00', '2026-04-10 13:00', 'probe')],
    {},
    // 10 to 13 h: 717 of 720 = 99.58333…
    { contractual: '99.583 %', lost: 3, outages: 1, mttr: 3 },
  ],
  [
    'an outage inside another counts once',
    april,
    [...line(), down('2026-04-10 10:00', '2026-04-10 14:00'), down('2026-04-10 11:00', '2026-04-10 12:00')],
    {},
    // 716 of 720 = 99.44444…
    { contractual: '99.444 %', lost: 4, outages: 1 },
  ],
  [
    'an outage that is told twice counts once',
    april,
    [...line(), down('2026-04-10 10:00', '2026-04-10 14:00'), down('2026-04-10 10:00', '2026-04-10 14:00')],
    {},
    { contractual: '99.444 %', lost: 4, outages: 1 },
  ],
  [
    'outages that touch, with another cause each, are one',
    april,
    line(down('2026-04-10 10:00', '2026-04-10 11:00'), down('2026-04-10 11:00', '2026-04-10 12:00', 'path')),
    {},
    // 718 of 720 = 99.72222…
    { contractual: '99.722 %', lost: 2, outages: 1, mttr: 2 },
  ],
  [
    'an outage that goes on counts until now',
    april,
    line(down('2026-04-09 18:00', null)),
    { nowMs: at('2026-04-10 00:00') },
    // Nine days are over: 216 h, 6 lost: 210 of 216 = 97.22222… It has no end, so no time to restore.
    { contractual: '97.222 %', total: 216, lost: 6, failures: 1, mttr: null, longest: 6 },
  ],
  [
    'an outage that goes on counts in its month until the month ends',
    april,
    line(down('2026-04-30 20:00', null)),
    { nowMs: at('2026-05-02 12:00') },
    // 716 of 720.
    { contractual: '99.444 %', lost: 4, failures: 1 },
  ],
  [
    'and in the next month from its beginning, never below 0',
    may,
    line(down('2026-04-30 20:00', null)),
    { nowMs: at('2026-05-02 12:00') },
    // 36 of 36 h lost. It began in April: no failure of May.
    { contractual: '0.000 %', total: 36, lost: 36, outages: 1, failures: 0, mtbf: null, longest: 36 },
  ],
  [
    'an outage over the edge of a month is split for availability, and an incident where it began',
    march,
    line(down('2026-03-31 22:00', '2026-04-01 04:00')),
    {},
    // 22 to 24 h: 741 of 743 = 99.73082… It was not restored in this month.
    { contractual: '99.730 %', lost: 2, failures: 1, mttr: null, longest: 2, mtbf: 741 },
  ],
  [
    'the other side of that edge',
    april,
    line(down('2026-03-31 22:00', '2026-04-01 04:00')),
    {},
    // 716 of 720. It took 6 h to restore, and that was in this month.
    { contractual: '99.444 %', lost: 4, outages: 1, failures: 0, mttr: 6, longest: 4 },
  ],
  [
    'an outage that begins with the month is of the month',
    april,
    line(down('2026-04-01 00:00', '2026-04-01 04:00')),
    {},
    { contractual: '99.444 %', lost: 4, failures: 1, mttr: 4 },
  ],
  [
    'an outage that ends as the month begins is not',
    april,
    line(down('2026-03-31 20:00', '2026-04-01 00:00')),
    {},
    { contractual: '100.000 %', lost: 0, outages: 0 },
  ],
  [
    'an outage over the change to summer time, 00:30 to 03:30 on the clock, is two hours',
    march,
    line(down('2026-03-29 00:30', '2026-03-29 03:30')),
    {},
    // 00:30 to 02:30 UTC: 741 of 743.
    { contractual: '99.730 %', lost: 2, total: 743 },
  ],
  [
    'an outage over the change to winter time, 00:30 to 03:30 on the clock, is four hours',
    october,
    line(down('2026-10-25 00:30', '2026-10-25 03:30')),
    {},
    // 24 October 23:30 to 25 October 03:30 UTC: 741 of 745 = 99.46308…
    { contractual: '99.463 %', lost: 4, total: 745 },
  ],
  [
    'down through all of March is 743 h and 0 %',
    march,
    line(down('2026-02-01 00:00', '2026-05-01 00:00')),
    {},
    { contractual: '0.000 %', raw: '0.000 %', coverage: '100.000 %', lost: 743, failures: 0 },
  ],
  [
    'nine hours in which nobody watched are not up: they are left out, and said',
    april,
    line(unknown('2026-04-10 00:00', '2026-04-10 09:00')),
    {},
    // 720 − 9 = 711 h count. Seen: 711 of 720 = 98.75.
    { contractual: '100.000 %', raw: '100.000 %', coverage: '98.750 %', unknown: 9, counted: 711, lost: 0 },
  ],
  [
    'nor are they down: an outage besides is a share of what could be seen',
    april,
    line(unknown('2026-04-10 00:00', '2026-04-10 09:00'), down('2026-04-20 10:00', '2026-04-20 11:00')),
    {},
    // 710 of 711 = 99.85935…
    { contractual: '99.859 %', raw: '99.859 %', coverage: '98.750 %', counted: 711, lost: 1 },
  ],
  [
    'a contract may count unseen time as down',
    april,
    line(unknown('2026-04-10 00:00', '2026-04-10 09:00')),
    { terms: { target: 99, unknown: 'down' } },
    // 711 of 720. Raw stays what was seen.
    { contractual: '98.750 %', raw: '100.000 %', coverage: '98.750 %', met: false, counted: 720, lost: 9, down: 0 },
  ],
  [
    'or as up',
    april,
    line(unknown('2026-04-10 00:00', '2026-04-10 09:00'), down('2026-04-20 10:00', '2026-04-20 11:00')),
    { terms: { unknown: 'up' } },
    // 719 of 720 = 99.86111… Raw: 710 of 711.
    { contractual: '99.861 %', raw: '99.859 %', coverage: '98.750 %', counted: 720, lost: 1 },
  ],
  [
    'a hole in what is known is unknown too',
    april,
    [part('2026-03-01 00:00', '2026-04-11 00:00', 'up', 'none'), part('2026-04-12 00:00', null, 'up', 'none')],
    {},
    // 696 of 720 = 96.66666…
    { contractual: '100.000 %', coverage: '96.666 %', unknown: 24, counted: 696 },
  ],
  [
    'of a month in which nothing was seen there is no figure',
    april,
    [],
    { terms: btnet },
    { contractual: '–', raw: '–', coverage: '0.000 %', met: null, unknown: 720, counted: 0 },
  ],
  [
    'an outage that nobody saw the end of has no time to restore',
    april,
    line(
      down('2026-04-10 10:00', '2026-04-10 11:00'),
      unknown('2026-04-10 11:00', '2026-04-10 12:00'),
      down('2026-04-10 12:00', '2026-04-10 15:00'),
    ),
    {},
    // 719 h could be seen, 4 of them down: 715 of 719 = 99.44367… The second outage alone was seen to end, after 3 h.
    { contractual: '99.443 %', lost: 4, counted: 719, outages: 2, failures: 2, mttr: 3, longest: 3 },
  ],
  [
    'time counts, not how often it was looked: ten short looks down and one long up',
    april,
    line(
      ...Array.from({ length: 5 }, (_, index) => down(`2026-04-10 09:${index}0`, `2026-04-10 09:${index}1`)),
      ...Array.from({ length: 5 }, (_, index) => down(`2026-04-10 10:${index}0`, `2026-04-10 10:${index}1`)),
    ),
    {},
    // 10 of 21 intervals, but 10 of 43 200 min: 43 190 of 43 200 = 99.97685…
    { contractual: '99.976 %', lostMinutes: 10, failures: 10 },
  ],
  [
    'thirty flaps of a minute are thirty outages of half an hour together',
    april,
    line(
      ...Array.from({ length: 30 }, (_, index) => ({
        ...down('2026-04-10 09:00', null),
        fromMs: at('2026-04-10 09:00') + index * 2 * minuteMs,
        toMs: at('2026-04-10 09:00') + (index * 2 + 1) * minuteMs,
      })),
    ),
    {},
    // 43 170 of 43 200 min = 99.93055… Up for 43 170 min: 1439 min a failure.
    { contractual: '99.930 %', lostMinutes: 30, failures: 30, mttr: 1 / 60, mtbf: 1439 / 60 },
  ],
  [
    'an outage before anything was entered of it',
    april,
    line(down('2026-04-10 10:00', '2026-04-10 14:00')),
    { terms: { target: 99.9 } },
    { contractual: '99.444 %', met: false, lost: 4 },
  ],
  [
    'works entered after the fact take it out, not up: 716 h count',
    april,
    line(down('2026-04-10 10:00', '2026-04-10 14:00')),
    { terms: { target: 99.9 }, exclusions: [under('planned', '2026-04-10 10:00', '2026-04-10 14:00')] },
    // 716 of 716. As it happened it stays 716 of 720.
    { contractual: '100.000 %', raw: '99.444 %', met: true, counted: 716, excused: 4, failures: 0, mttr: null },
  ],
  [
    'announced works in which the line stayed up do not flatter: they leave',
    april,
    line(down('2026-04-20 10:00', '2026-04-20 11:00')),
    { exclusions: [under('planned', '2026-04-14 22:00', '2026-04-15 06:00')] },
    // 712 h count, 1 lost: 711 of 712 = 99.85955… With the works as up it would be 719 of 720 = 99.86111…
    { contractual: '99.859 %', excused: 8, counted: 712, lost: 1 },
  ],
  [
    'time under two exclusions is excused once',
    april,
    line(down('2026-04-10 10:00', '2026-04-10 14:00')),
    {
      exclusions: [
        under('planned', '2026-04-10 10:00', '2026-04-10 12:00'),
        under('site-power', '2026-04-10 11:00', '2026-04-10 13:00'),
      ],
    },
    // 10 to 13 h excused: 717 h count, 1 lost: 716 of 717 = 99.86052…
    { contractual: '99.860 %', excused: 3, counted: 717, lost: 1 },
  ],
  [
    'excused goes before unknown: unseen time in announced works is not taken out twice',
    april,
    line(unknown('2026-04-14 22:00', '2026-04-15 00:00')),
    { exclusions: [under('planned', '2026-04-14 22:00', '2026-04-15 01:00')] },
    // 720 − 3 = 717 h count. Seen: 718 of 720 = 99.72222…
    { contractual: '100.000 %', coverage: '99.722 %', excused: 3, counted: 717 },
  ],
  [
    'and where unseen time counts as down, not what is excused of it',
    april,
    line(unknown('2026-04-14 22:00', '2026-04-15 04:00')),
    { terms: { unknown: 'down' }, exclusions: [under('planned', '2026-04-14 22:00', '2026-04-15 01:00')] },
    // 717 h count, 3 of 6 unseen hours are lost: 714 of 717 = 99.58158…
    { contractual: '99.581 %', excused: 3, counted: 717, lost: 3, down: 0 },
  ],
  [
    'emergency works count, unless the contract excuses them',
    april,
    line(down('2026-04-10 10:00', '2026-04-10 12:00')),
    { exclusions: [under('emergency-works', '2026-04-10 10:00', '2026-04-10 12:00')] },
    // 718 of 720.
    { contractual: '99.722 %', excused: 0, lost: 2 },
  ],
  [
    'emergency works that the contract excuses',
    april,
    line(down('2026-04-10 10:00', '2026-04-10 12:00')),
    {
      terms: { excuses: [{ code: 'emergency-works', availability: true, fixClock: false }] },
      exclusions: [under('emergency-works', '2026-04-10 10:00', '2026-04-10 12:00')],
    },
    // 718 of 718.
    { contractual: '100.000 %', excused: 2, counted: 718 },
  ],
  [
    'a contract that stops only the fix clock for lack of access does not excuse the time',
    april,
    line(down('2026-04-10 10:00', '2026-04-10 16:00')),
    {
      terms: { excuses: [{ code: 'no-access', availability: false, fixClock: true }] },
      exclusions: [under('no-access', '2026-04-10 12:00', '2026-04-10 16:00')],
    },
    // 714 of 720 = 99.16666…
    { contractual: '99.166 %', excused: 0, lost: 6 },
  ],
  [
    'matters beyond control excuse 48 of 60 hours',
    april,
    line(down('2026-04-10 10:00', '2026-04-12 22:00')),
    { exclusions: [under('force-majeure', '2026-04-10 10:00', '2026-04-12 10:00')] },
    // 672 h count, 12 lost: 660 of 672 = 98.21428…
    { contractual: '98.214 %', excused: 48, counted: 672, lost: 12 },
  ],
  [
    'a line that was suspended for ten days is judged by the other twenty',
    april,
    line(down('2026-04-11 00:00', '2026-04-21 00:00', 'admin')),
    { exclusions: [under('suspended', '2026-04-11 00:00', '2026-04-21 00:00')] },
    // 480 of 480. As it happened 480 of 720 = 66.66666…
    { contractual: '100.000 %', raw: '66.666 %', excused: 240, counted: 480, failures: 0 },
  ],
  [
    'works of the whole month leave nothing to judge',
    april,
    line(),
    { terms: btnet, exclusions: [under('planned', '2026-03-30 00:00', '2026-05-03 00:00')] },
    { contractual: '–', raw: '100.000 %', met: null, excused: 720, counted: 0 },
  ],
  [
    'an outage that was none is corrected',
    april,
    line(down('2026-04-10 10:00', '2026-04-10 14:00')),
    { corrections: [corrected('up', '2026-04-10 10:00', '2026-04-10 14:00')] },
    { contractual: '100.000 %', raw: '100.000 %', down: 0, outages: 0 },
  ],
  [
    'a later correction goes before an earlier one',
    april,
    line(down('2026-04-10 10:00', '2026-04-10 14:00')),
    {
      corrections: [
        corrected('up', '2026-04-10 10:00', '2026-04-10 14:00'),
        corrected('down', '2026-04-10 12:00', '2026-04-10 13:00'),
      ],
    },
    // 719 of 720.
    { contractual: '99.861 %', down: 1, outages: 1, mttr: 1 },
  ],
  [
    'a lost linkUp: down until today, corrected from five minutes on',
    april,
    line(down('2026-04-10 10:00', null)),
    { corrections: [corrected('up', '2026-04-10 10:05', '2026-05-02 00:00')], nowMs: at('2026-05-01 00:00') },
    // 43 195 of 43 200 min = 99.98842…
    { contractual: '99.988 %', lostMinutes: 5, failures: 1, mttr: 5 / 60 },
  ],
  [
    'an outage that the school saw and we did not is corrected into the gap',
    april,
    line(unknown('2026-04-20 08:00', '2026-04-20 12:00')),
    { corrections: [corrected('down', '2026-04-20 09:00', '2026-04-20 11:00')], calendar },
    // 2 of 4 unseen hours are known now: 718 h count, 2 lost: 716 of 718 = 99.72144… Seen: 718 of 720.
    { contractual: '99.721 %', coverage: '99.722 %', unknown: 2, counted: 718, lost: 2, teaching: 2 },
  ],
  [
    'degraded time is up, and told',
    april,
    line(degraded('2026-04-10 08:00', '2026-04-10 18:00')),
    { terms: btnet },
    { contractual: '100.000 %', met: true, degraded: 10, lost: 0 },
  ],
  [
    'service hours: Friday 16:00 to Monday 09:00 is three hours of 220',
    june,
    line(down('2026-06-12 16:00', '2026-06-15 09:00')),
    { terms: { serviceHours: officeHours } },
    // 22 weekdays × 10 h. 2 h on Friday, 1 h on Monday: 217 of 220 = 98.63636… Around the clock 65 h: 655 of 720 = 90.97222…
    { contractual: '98.636 %', raw: '90.972 %', service: 220, lost: 3, down: 65, mttr: 65 },
  ],
  [
    'works are excused only as far as they lie in service hours',
    june,
    line(),
    { terms: { serviceHours: officeHours }, exclusions: [under('planned', '2026-06-01 17:00', '2026-06-01 20:00')] },
    // 17 to 18 h: 219 h count.
    { contractual: '100.000 %', excused: 1, counted: 219 },
  ],
  [
    'hours over midnight are a longer night when clocks go back',
    october,
    line(down('2026-10-25 00:00', '2026-10-25 06:00')),
    { terms: { serviceHours: { days: ['sat'], from: '22:00', to: '06:00' } } },
    // The nights of the 3rd, 10th and 17th 8 h each, of the 24th 9 h, of the 31st 2 h until the month ends: 35 h.
    // Midnight to 06:00 is 7 h then: 28 of 35 = 80.
    { contractual: '80.000 %', service: 35, lost: 7 },
  ],
  [
    'a line that came on the 16th is judged from then on',
    april,
    line(down('2026-04-10 10:00', '2026-04-10 14:00'), down('2026-04-20 10:00', '2026-04-20 11:00')),
    { validity: { fromMs: at('2026-04-16 00:00'), toMs: Infinity } },
    // 15 days: 359 of 360 = 99.72222…
    { contractual: '99.722 %', total: 360, lost: 1, outages: 1 },
  ],
  [
    'a line that ceased while it was down is judged until then, and was not restored',
    april,
    line(down('2026-04-10 10:00', null)),
    { validity: { fromMs: 0, toMs: at('2026-04-10 12:00') } },
    // 9 × 24 + 12 = 228 h: 226 of 228 = 99.12280…
    { contractual: '99.122 %', total: 228, lost: 2, failures: 1, mttr: null },
  ],
  [
    'a period that has not begun has no figure',
    may,
    line(),
    { nowMs: at('2026-04-10 00:00') },
    { contractual: '–', raw: '–', coverage: '–', total: 0 },
  ],
  [
    'a month that is well below, in a year that is met',
    yearSpan('2026-01'),
    line(down('2026-03-10 00:00', '2026-03-10 08:00')),
    { terms: { target: 99.9, period: 'year' } },
    // 8760 h allow 8.76 h: 8752 of 8760 = 99.90867…
    { contractual: '99.908 %', met: true, total: 8760 },
  ],
  [
    'that month by itself',
    march,
    line(down('2026-03-10 00:00', '2026-03-10 08:00')),
    { terms: { target: 99.9 } },
    // 735 of 743 = 98.92328…
    { contractual: '98.923 %', met: false },
  ],
];

const teaching: readonly Case[] = [
  [
    'at 3 a.m. in August two hours count by the contract, and no teaching is lost',
    august,
    line(down('2026-08-19 03:00', '2026-08-19 05:00')),
    { calendar },
    // 742 of 744 = 99.73118…
    { contractual: '99.731 %', lost: 2, teaching: 0, failures: 1 },
  ],
  [
    'the same by a contract with office hours: nothing counts, and it is still an outage',
    august,
    line(down('2026-08-19 03:00', '2026-08-19 05:00')),
    { calendar, terms: { serviceHours: officeHours } },
    // 21 weekdays × 10 h.
    { contractual: '100.000 %', raw: '99.731 %', service: 210, lost: 0, down: 2, teaching: 0, failures: 1, mttr: 2 },
  ],
  [
    'on a Tuesday of term from 14:00 to 17:00: an hour and a half of teaching',
    march,
    line(down('2026-03-10 14:00', '2026-03-10 17:00')),
    { calendar },
    // 14:00 to 15:30. 740 of 743 = 99.59623…
    { contractual: '99.596 %', lost: 3, teaching: 1.5 },
  ],
  [
    'a power cut in term is excused, and the teaching is lost all the same',
    march,
    line(down('2026-03-10 09:00', '2026-03-10 11:00')),
    { calendar, exclusions: [under('site-power', '2026-03-10 09:00', '2026-03-10 11:00')] },
    { contractual: '100.000 %', excused: 2, teaching: 2 },
  ],
  [
    'without a calendar it cannot be said',
    march,
    line(down('2026-03-10 09:00', '2026-03-10 11:00')),
    {},
    { contractual: '99.730 %', teaching: null },
  ],
  [
    'nor where the calendar has no terms of that school year',
    october,
    line(down('2026-10-06 09:00', '2026-10-06 11:00')),
    { calendar },
    // 743 of 745 = 99.73154…
    { contractual: '99.731 %', teaching: null },
  ],
];

describe.each([
  ['contracts', contracts],
  ['traps', traps],
  ['teaching hours', teaching],
] as const)('worked cases: %s', (_, cases) => {
  it.each(cases)('%s', (_name, period, intervals, rest, expected) => {
    expect(found(judge(period, intervals, rest), rest.terms ?? {})).toMatchObject(expected);
  });
});

describe('worked cases: exact bands', () => {
  // 3.6 h of 720 are 0.5 %, 7.2 h are 1 %: on the edge of a band, not beside it.
  it.each([
    ['2026-04-10 03:36', 99.5],
    ['2026-04-10 07:12', 99],
  ])('down from midnight to %s is %d %', (to, percent) => {
    expect(judge(april, line(down('2026-04-10 00:00', to))).figures.contractualPercent).toBe(percent);
  });
});

describe('worked cases: quarters', () => {
  it('are their months: 2, 4 and 1 h lost of 744, 672 and 743', () => {
    const intervals = line(
      down('2026-01-10 09:00', '2026-01-10 11:00'),
      down('2026-02-10 09:00', '2026-02-10 11:00'),
      // Two hours of it in February, one in March.
      down('2026-02-28 22:00', '2026-03-01 01:00'),
    );
    const months = ['2026-01', '2026-02', '2026-03'].map((month) => judge(monthSpan(month), intervals));
    expect(months.map(({ figures }) => figures.lostMs / hourMs)).toEqual([2, 4, 1]);
    expect(months.map(({ failures }) => failures)).toEqual([1, 2, 0]);
    // 7 of 2159 h: 2152 of 2159 = 99.67577…
    const quarter = addFigures(months.map(({ figures }) => figures));
    expect(quarter).toEqual(judge(quarterSpan('2026-01'), intervals).figures);
    expect(percentText(quarter.contractualPercent, 3)).toBe('99.675 %');
  });
});

describe('worked cases: an outage and what is said of it', () => {
  it('shows where it really began and ended, and its exclusions as far as they touch it', () => {
    const { outages } = judge(april, line(down('2026-03-31 22:00', '2026-04-01 10:00', 'path')), {
      exclusions: [
        under('no-access', '2026-04-01 08:00', '2026-04-01 12:00'),
        under('emergency-works', '2026-03-31 20:00', '2026-04-01 02:00'),
        under('planned', '2026-04-10 00:00', '2026-04-10 01:00'),
      ],
      calendar,
    });
    expect(outages).toEqual([
      {
        fromMs: at('2026-03-31 22:00'),
        toMs: at('2026-04-01 10:00'),
        // 00:00 to 10:00, less 08:00 to 10:00.
        inPeriodMs: 10 * hourMs,
        countedMs: 8 * hourMs,
        cause: 'path',
        beganBefore: true,
        restored: true,
        excused: false,
        exclusions: [
          { ...under('emergency-works', '2026-03-31 22:00', '2026-04-01 02:00'), excuses: false },
          { ...under('no-access', '2026-04-01 08:00', '2026-04-01 10:00'), excuses: true },
        ],
        // Easter holidays.
        teachingMs: 0,
      },
    ]);
  });

  it('shows exclusions of the same time in one order, however they come', () => {
    const exclusions = (['planned', 'emergency-works', 'no-access'] as const).map((code) =>
      under(code, '2026-04-10 10:00', '2026-04-10 11:00'),
    );
    const codes = (some: readonly Exclusion[]): readonly string[] =>
      judge(april, line(down('2026-04-10 10:00', '2026-04-10 12:00')), { exclusions: some }).outages[0]!.exclusions.map(
        ({ code }) => code,
      );
    expect(codes(exclusions)).toEqual(['emergency-works', 'no-access', 'planned']);
    expect(codes(exclusions.toReversed())).toEqual(['emergency-works', 'no-access', 'planned']);
  });

  it('has no end while it goes on', () => {
    const [outage] = judge(april, line(down('2026-04-09 18:00', null)), { nowMs: at('2026-04-10 00:00') }).outages;
    expect(outage).toMatchObject({ toMs: null, restored: false, inPeriodMs: 6 * hourMs });
  });
});

describe('worked cases: sites', () => {
  const site = (...lines: readonly (readonly StateInterval[])[]): ReturnType<typeof siteAvailability> =>
    siteAvailability({
      period: march,
      circuits: lines.map((intervals) => ({ validity: always, intervals, corrections: [] })),
      calendar,
      nowMs: at('2026-05-01 00:00'),
    });

  it('are up while the backup is: five hours without the one line, one without both', () => {
    const found = site(
      line(down('2026-03-10 09:00', '2026-03-10 14:00')),
      line(down('2026-03-10 13:00', '2026-03-10 16:00')),
    );
    // 13 to 14 h: 742 of 743 = 99.86541…
    expect(percentText(found.upPercent, 3)).toBe('99.865 %');
    expect(found).toMatchObject({ downMs: hourMs, unknownMs: 0, teachingMs: hourMs });
    expect(found.down).toEqual([{ fromMs: at('2026-03-10 13:00'), toMs: at('2026-03-10 14:00') }]);
  });

  it('are unknown while one line is down and nobody sees the other', () => {
    const found = site(
      line(down('2026-03-10 09:00', '2026-03-10 14:00')),
      line(unknown('2026-03-10 08:00', '2026-03-10 12:00')),
    );
    // 09 to 12 h are unknown; from 12 h on the other line is up. Seen: 740 of 743 = 99.59623…
    expect(found).toMatchObject({ downMs: 0, unknownMs: 3 * hourMs, upPercent: 100, teachingMs: 0 });
    expect(percentText(found.coveragePercent, 3)).toBe('99.596 %');
  });

  it('with no line in service have no figure', () => {
    expect(site()).toMatchObject({ totalMs: 0, upPercent: null, coveragePercent: null, states: [] });
  });
});

describe('worked cases: the working', () => {
  it('shows each step of works that overran', () => {
    const { working } = judge(
      april,
      line(down('2026-04-14 23:00', '2026-04-15 04:30'), unknown('2026-04-20 00:00', '2026-04-20 06:00')),
      {
        terms: faelix,
        calendar,
        exclusions: [
          under('planned', '2026-04-14 23:00', '2026-04-15 03:00'),
          under('site-power', '2026-04-15 02:00', '2026-04-15 03:00'),
          under('emergency-works', '2026-04-15 03:00', '2026-04-15 04:30'),
        ],
      },
    );
    // 720 − 4 − 6 = 710; 708.5 of 710 = 99.78873…; 708.5 of 714; 714 of 720 = 99.16666…
    expect(working).toEqual([
      'Period: 1 Apr 2026 00:00 to 1 May 2026 00:00 (Europe/London) is 720 h.',
      'Excused: planned 4 h, site power 1 h; less 1 h that is under more than one = 4 h.',
      'Not excused by the contract: emergency works 1 h 30 min.',
      'Nobody could see the line for 6 h: left out.',
      'What counts: 720 h − 4 h − 6 h = 710 h.',
      'Lost of it: 1 h 30 min down in 1 outage.',
      'Availability by the contract: (710 h − 1 h 30 min) ÷ 710 h = 99.788 %. Target 99.95 %: missed.',
      'Around the clock, nothing excused: up 708 h 30 min of 714 h that could be seen = 99.229 %.',
      'Could be seen: 714 h of 720 h = 99.166 %.',
      'Teaching: in 98 h of school hours the line was down for 0 min.',
    ]);
  });

  it('shows a month that is not over, service hours, corrections and unseen time that counts', () => {
    const { working } = judge(june, line(unknown('2026-06-02 17:00', '2026-06-02 20:00')), {
      terms: { serviceHours: officeHours, unknown: 'down', target: 90 },
      corrections: [corrected('down', '2026-06-03 09:00', '2026-06-03 10:00')],
      validity: { fromMs: at('2026-06-02 00:00'), toMs: Infinity },
      nowMs: at('2026-06-04 00:00'),
    });
    // Two days of 10 h: 20 h, 1 h down and 1 of 3 unseen: 18 of 20 = 90. Around the clock 45 h seen, 44 up = 97.77777…
    expect(working).toEqual([
      'Period: 2 Jun 2026 00:00 to 4 Jun 2026 00:00 (Europe/London) is 48 h; in service from 2 Jun 2026 00:00; the period is not over.',
      '1 correction by a person is in it.',
      'Service hours (Mon, Tue, Wed, Thu, Fri 08:00 to 18:00): 20 h of it.',
      'Nobody could see the line for 3 h. Of that, 1 h is in service hours and not excused: counted as down, as the contract says.',
      'What counts: 20 h.',
      'Lost of it: 1 h down in 1 outage + 1 h that nobody could see = 2 h.',
      'Availability by the contract: (20 h − 2 h) ÷ 20 h = 90.000 %. Target 90 %: met.',
      'Around the clock, nothing excused: up 44 h of 45 h that could be seen = 97.777 %.',
      'Could be seen: 45 h of 48 h = 93.750 %.',
    ]);
  });

  it('says why there is no figure', () => {
    expect(judge(may, line(), { nowMs: at('2026-04-10 00:00') }).working).toEqual([
      'Nothing counts: the circuit was not in service in what is over of the period.',
    ]);
  });
});
