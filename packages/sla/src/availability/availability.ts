import { schoolSpans, serviceSpans } from '../calendar.ts';
import type { Span } from '../model.ts';
import { intersect, overlap, subtract, total, union } from '../spans.ts';
import { excusesAvailability } from './excuses.ts';
import { figuresOf, timesOf } from './figures.ts';
import { type OutageContext, outagesOf } from './outages.ts';
import { inState, timeline } from './timeline.ts';
import type { Availability, AvailabilityInput, Outage } from './types.ts';
import { workingOf } from './working.ts';

/**
 * How available a circuit was in a period, as it happened and as its contract counts, and how much of it could be seen. A moment
 * is one thing only, the first of: outside service hours, excused, unknown, down, degraded, up.
 * @throws RangeError for a zone, a time of the day or a day of the terms or the calendar that is none.
 */
export function availability(input: AvailabilityInput): Availability {
  const { terms, exclusions, nowMs } = input;
  const counted = overlap(overlap(input.period, input.validity), { fromMs: -Infinity, toMs: nowMs });
  const all = timeline(input.intervals, input.corrections, known(input));
  const states = all.map((interval) => ({ ...interval, ...overlap(interval, counted) })).filter(notEmpty);

  const service = serviceSpans(terms.serviceHours, terms.timeZone, counted);
  const excusing = union(exclusions.filter(({ code }) => excusesAvailability(terms, code)));
  const excused = intersect(service, excusing);
  const figures = figuresOf(timesOf(states, service, excused, terms.unknown ?? 'left-out'));

  const school = input.calendar && schoolSpans(input.calendar, counted);
  const context: OutageContext = {
    period: counted,
    validity: input.validity,
    nowMs,
    terms,
    exclusions,
    excused: excusing,
    base: subtract(service, excused),
    school,
  };
  const outages = outagesOf(all, context);
  const teachingMs = school ? total(intersect(inState(states, 'down'), school)) : null;
  const countedOutages = outages.filter(({ countedMs }) => countedMs > 0).length;
  return {
    figures,
    outages,
    ...meansOf(outages, figures.upMs, counted.toMs),
    teachingMs,
    working: workingOf({ input, counted, service, figures, countedOutages, school, teachingMs }),
  };
}

const notEmpty = ({ fromMs, toMs }: Span): boolean => fromMs < toMs;

/** All that the input tells of, while the circuit was in service and until now: outages begin before a period and end after it. */
function known({ period, validity, intervals, corrections, nowMs }: AvailabilityInput): Span {
  let { fromMs, toMs } = period;
  for (const told of [intervals, corrections] as readonly (readonly Span[])[])
    for (const span of told) {
      fromMs = Math.min(fromMs, span.fromMs);
      toMs = Math.max(toMs, span.toMs);
    }
  return overlap(overlap({ fromMs, toMs }, validity), { fromMs, toMs: nowMs });
}

function meansOf(
  outages: readonly Outage[],
  upMs: number,
  endMs: number,
): Pick<Availability, 'failures' | 'mttrMs' | 'mtbfMs' | 'longestMs'> {
  // Works that the contract excuses from end to end are no failures of the line.
  const own = outages.filter(({ excused }) => !excused);
  const failures = own.filter(({ beganBefore }) => !beganBefore);
  // Each in the period that it ended in: then it is counted once, and no later end changes what was said of an earlier period.
  const restored = own.flatMap(({ fromMs, toMs, restored }) =>
    restored && toMs !== null && toMs <= endMs ? [toMs - fromMs] : [],
  );
  return {
    failures: failures.length,
    mttrMs: restored.length > 0 ? restored.reduce((sum, ms) => sum + ms, 0) / restored.length : null,
    mtbfMs: failures.length > 0 ? upMs / failures.length : null,
    longestMs: own.length > 0 ? own.reduce((longest, { inPeriodMs }) => Math.max(longest, inPeriodMs), 0) : null,
  };
}
