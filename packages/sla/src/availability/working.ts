import { type Span, type Terms, type WeekHours, defaultTimeZone, exclusionCodes } from '../model.ts';
import { intersect, total, union } from '../spans.ts';
import { durationText, percentText, timeText } from '../text.ts';
import { excusesAvailability } from './excuses.ts';
import { targetMet } from './figures.ts';
import type { AvailabilityFigures, AvailabilityInput } from './types.ts';

export interface WorkingContext {
  readonly input: AvailabilityInput;
  /** In service, in the period, over by now; empty when there is none. */
  readonly counted: Span;
  readonly service: readonly Span[];
  readonly figures: AvailabilityFigures;
  /** Outages that have counted time. */
  readonly countedOutages: number;
  readonly school: readonly Span[] | undefined;
  readonly teachingMs: number | null;
}

const digits = 3;

/** How the figures were made, a line a step. */
export function workingOf(context: WorkingContext): readonly string[] {
  const { input, counted, figures } = context;
  const { terms } = input;
  if (figures.totalMs === 0) return ['Nothing counts: the circuit was not in service in what is over of the period.'];
  const zone = terms.timeZone ?? defaultTimeZone;
  const ends = [
    ...(counted.fromMs > input.period.fromMs ? [`in service from ${timeText(counted.fromMs, zone)}`] : []),
    ...(counted.toMs === input.nowMs && input.nowMs < input.period.toMs ? ['the period is not over'] : []),
    ...(counted.toMs === input.validity.toMs && counted.toMs < input.period.toMs ? ['then it ceased'] : []),
  ];
  return [
    `Period: ${timeText(counted.fromMs, zone)} to ${timeText(counted.toMs, zone)} (${zone}) is ${durationText(figures.totalMs)}${
      ends.length > 0 ? `; ${ends.join('; ')}` : ''
    }.`,
    ...correctionLines(input, counted),
    ...(terms.serviceHours
      ? [`Service hours (${hoursText(terms.serviceHours)}): ${durationText(figures.serviceMs)} of it.`]
      : []),
    ...exclusionLines(context),
    ...unknownLines(figures, terms),
    countedLine(figures, terms),
    `Lost of it: ${lostText(figures, context.countedOutages)}.`,
    contractualLine(figures, terms),
    `Around the clock, nothing excused: up ${durationText(figures.upMs)} of ${durationText(
      figures.upMs + figures.downMs,
    )} that could be seen = ${percentText(figures.rawPercent, digits)}.`,
    `Could be seen: ${durationText(figures.totalMs - figures.unknownMs)} of ${durationText(
      figures.totalMs,
    )} = ${percentText(figures.coveragePercent, digits)}.`,
    ...(context.school && context.teachingMs !== null
      ? [
          `Teaching: in ${durationText(total(context.school))} of school hours the line was down for ${durationText(
            context.teachingMs,
          )}.`,
        ]
      : []),
  ];
}

const dayNames = { mon: 'Mon', tue: 'Tue', wed: 'Wed', thu: 'Thu', fri: 'Fri', sat: 'Sat', sun: 'Sun' } as const;
const hoursText = ({ days, from, to }: WeekHours): string =>
  `${(Object.keys(dayNames) as (keyof typeof dayNames)[])
    .filter((day) => days.includes(day))
    .map((day) => dayNames[day])
    .join(', ')} ${from} to ${to}`;

function correctionLines({ corrections }: AvailabilityInput, counted: Span): readonly string[] {
  const { length } = corrections.filter(({ fromMs, toMs }) => fromMs < counted.toMs && toMs > counted.fromMs);
  if (length === 0) return [];
  return [length === 1 ? '1 correction by a person is in it.' : `${length} corrections by people are in it.`];
}

function exclusionLines({ input, service, figures }: WorkingContext): readonly string[] {
  const times = exclusionCodes.flatMap((code) => {
    const ms = total(intersect(union(input.exclusions.filter((exclusion) => exclusion.code === code)), service));
    return ms > 0 ? [{ code, ms }] : [];
  });
  const list = (some: typeof times): string =>
    some.map(({ code, ms }) => `${code.replaceAll('-', ' ')} ${durationText(ms)}`).join(', ');
  const excusing = times.filter(({ code }) => excusesAvailability(input.terms, code));
  const others = times.filter(({ code }) => !excusesAvailability(input.terms, code));
  const twice = excusing.reduce((sum, { ms }) => sum + ms, 0) - figures.excusedMs;
  return [
    ...(excusing.length > 0
      ? [
          `Excused: ${list(excusing)}${
            twice > 0 ? `; less ${durationText(twice)} that is under more than one` : ''
          } = ${durationText(figures.excusedMs)}.`,
        ]
      : []),
    ...(others.length > 0 ? [`Not excused by the contract: ${list(others)}.`] : []),
  ];
}

const policies = {
  'left-out': 'left out',
  up: 'counted as up, as the contract says',
  down: 'counted as down, as the contract says',
} as const;

/** Unknown time in service hours that is not excused: what the contract's rule is about. */
const countedUnknownMs = (figures: AvailabilityFigures, unknown: NonNullable<Terms['unknown']>): number => {
  const base = figures.serviceMs - figures.excusedMs;
  return unknown === 'left-out' ? base - figures.countedMs : figures.lostMs - figures.countedDownMs;
};

function unknownLines(figures: AvailabilityFigures, { unknown = 'left-out' }: Terms): readonly string[] {
  if (figures.unknownMs === 0) return [];
  const unseen = `Nobody could see the line for ${durationText(figures.unknownMs)}`;
  if (unknown === 'up') return [`${unseen}: ${policies.up}.`];
  const ms = countedUnknownMs(figures, unknown);
  if (ms === 0) return [`${unseen}, all of it excused or outside the service hours.`];
  const some = ms < figures.unknownMs ? `. Of that, ${durationText(ms)} is in service hours and not excused` : '';
  return [`${unseen}${some}: ${policies[unknown]}.`];
}

function countedLine(figures: AvailabilityFigures, { unknown = 'left-out' }: Terms): string {
  const less = [figures.excusedMs, unknown === 'left-out' ? countedUnknownMs(figures, unknown) : 0].filter(
    (ms) => ms > 0,
  );
  const steps = [figures.serviceMs, ...less].map(durationText).join(' − ');
  return `What counts: ${less.length > 0 ? `${steps} = ` : ''}${durationText(figures.countedMs)}.`;
}

function lostText({ lostMs, countedDownMs }: AvailabilityFigures, outages: number): string {
  if (lostMs === 0) return 'nothing';
  const unseen = lostMs - countedDownMs;
  const down = `${durationText(countedDownMs)} down in ${outages} ${outages === 1 ? 'outage' : 'outages'}`;
  if (unseen === 0) return down;
  return `${countedDownMs > 0 ? `${down} + ` : ''}${durationText(unseen)} that nobody could see${
    countedDownMs > 0 ? ` = ${durationText(lostMs)}` : ''
  }`;
}

function contractualLine(figures: AvailabilityFigures, terms: Terms): string {
  if (figures.countedMs === 0) return 'Availability by the contract: nothing counts, so there is no figure.';
  const met = targetMet(figures, terms);
  const target = met === null ? '' : ` Target ${String(terms.target)} %: ${met ? 'met' : 'missed'}.`;
  return `Availability by the contract: (${durationText(figures.countedMs)} − ${durationText(figures.lostMs)}) ÷ ${durationText(
    figures.countedMs,
  )} = ${percentText(figures.contractualPercent, digits)}.${target}`;
}
