import { type FaultClass, type Span, type Terms, type WeekHours, defaultTimeZone } from '../model.ts';
import { clip, total, union } from '../spans.ts';
import { durationText, timeText } from '../text.ts';
import { CareClock } from './care.ts';
import { faultClassOf, stopsFixClock } from './class.ts';
import type { FixFigures, FixInput, FixResponse, FixResult } from './types.ts';

const hourMs = 3_600_000;

const classText: Readonly<Record<FaultClass, string>> = {
  total: 'total loss',
  partial: 'partial loss',
  intermittent: 'intermittent fault',
  fibreBreak: 'fibre break',
};

const hoursText = ({ days, from, to }: WeekHours): string => `${days.join(', ')} ${from} to ${to}`;

interface Start {
  readonly atMs: number | null;
  readonly text: string;
}

/**
 * Where the contract names no rule, from when it was reported: what suppliers count from. It never starts before the fault did.
 * A ticket whose time is not known is taken to have been opened by the report.
 */
function startOf({ terms, detectedMs, ticketMs, supplier, fromMs }: FixInput): Start {
  const at = (ms: number, text: string): Start => ({ atMs: Math.max(ms, fromMs), text });
  const { reportedMs } = supplier;
  if (terms.starts === 'detected') return at(detectedMs, 'when it was detected');
  if (terms.starts === 'ticket' && ticketMs !== null) return at(ticketMs, 'when the ticket was opened');
  if (reportedMs !== null)
    return at(
      reportedMs,
      terms.starts === 'ticket' ? 'when it was reported (no time of a ticket is known)' : 'when it was reported',
    );
  return {
    atMs: null,
    text: terms.starts === 'ticket' ? 'no ticket was opened and nothing was reported' : 'it was not reported yet',
  };
}

interface Limit {
  readonly limitMs: number | null;
  readonly text: string;
}

/** A class that the contract has no time for is judged as a total loss where the line was down. */
function limitOf({ fixHours = {} }: Terms, faultClass: FaultClass, isDown: boolean): Limit {
  const own = fixHours[faultClass];
  const hours = own ?? (isDown ? fixHours.total : undefined);
  if (hours === undefined)
    return { limitMs: null, text: `The contract has no time to fix for a ${classText[faultClass]}.` };
  const told = own === undefined ? `has none for a ${classText[faultClass]}; that for a total loss holds` : 'allows';
  return { limitMs: hours * hourMs, text: `The contract ${told}: ${durationText(hours * hourMs)} to fix.` };
}

interface Clock {
  readonly terms: Terms;
  readonly startMs: number;
  /** null = it goes on. */
  readonly endMs: number | null;
  readonly stops: readonly (Span & { readonly text: string })[];
  readonly limit: Limit;
  readonly nowMs: number;
  readonly head: readonly string[];
}

function figures({ terms, startMs, endMs, stops, limit, nowMs, head }: Clock): FixFigures {
  const zone = terms.timeZone ?? defaultTimeZone;
  const at = (ms: number): string => timeText(ms, zone);
  // One that has no end yet is known to stand until now.
  const known = stops.map((stop) => ({ ...stop, toMs: stop.toMs === Infinity ? nowMs : stop.toMs }));
  const clock = new CareClock(terms, union(known));
  const ran: Span = { fromMs: startMs, toMs: Math.max(startMs, endMs ?? nowMs) };
  const stoppedMs = clock.stoppedMs(ran);
  const tookMs = clock.ranMs(ran);
  const { limitMs } = limit;
  const dueMs = limitMs === null ? null : clock.dueMs(startMs, limitMs);
  const met = limitMs === null ? null : tookMs > limitMs ? false : endMs === null ? null : true;
  const working = [...head];
  working.push(endMs === null ? `Not fixed yet: counted up to ${at(ran.toMs)}.` : `Ends at ${at(ran.toMs)}.`);
  const wallMs = ran.toMs - ran.fromMs;
  if (terms.careHours) {
    const careMs = total(clock.care(ran));
    working.push(
      `Care is ${hoursText(terms.careHours)}: of ${durationText(wallMs)}, ${durationText(careMs)} count and ${durationText(wallMs - careMs)} are parked.`,
    );
  }
  for (const { fromMs, toMs, text } of known)
    for (const stop of clip(union([{ fromMs, toMs }]), ran))
      working.push(`Stood still from ${at(stop.fromMs)} to ${at(stop.toMs)}: ${text}.`);
  if (stoppedMs > 0) working.push(`Stood still for ${durationText(stoppedMs)} in all.`);
  working.push(`Took ${durationText(tookMs)}.`, limit.text);
  if (dueMs !== null) working.push(`That is used up at ${at(dueMs)}.`);
  if (limitMs !== null)
    working.push(
      met === null
        ? `${durationText(limitMs - tookMs)} are left.`
        : met
          ? 'Kept.'
          : `Missed by ${durationText(tookMs - limitMs)}.`,
    );
  return { startMs, endMs: endMs === null ? null : ran.toMs, stoppedMs, tookMs, limitMs, dueMs, met, working };
}

function response({ terms, respondedMs, nowMs }: FixInput, startMs: number | null): FixResponse | null {
  if (terms.responseMinutes === undefined || startMs === null) return null;
  const clock = new CareClock(terms, []);
  const limitMs = terms.responseMinutes * 60_000;
  const dueMs = clock.dueMs(startMs, limitMs);
  if (respondedMs === undefined) return { startMs, dueMs, tookMs: null, met: null };
  const tookMs = clock.ranMs({ fromMs: startMs, toMs: Math.max(startMs, respondedMs ?? nowMs) });
  return { startMs, dueMs, tookMs, met: tookMs > limitMs ? false : respondedMs === null ? null : true };
}

/**
 * What it took to fix, by our clock (the outage that we saw, the start rule of the contract, what people excluded with a code that
 * stops the clock) and by the supplier's (its own times and stops), and how far they are apart.
 * @throws RangeError for what is no time zone or no time of the day.
 */
export function fixClock(input: FixInput): FixResult {
  const { terms, supplier, exclusions, toMs, nowMs, state } = input;
  const faultClass = faultClassOf(input);
  const limit = limitOf(terms, faultClass, state === 'down');
  const zone = terms.timeZone ?? defaultTimeZone;
  const classed = `Fault class: ${classText[faultClass]}${input.faultClass ? ', as a person classified it' : ''}. Times are of ${zone}.`;
  const start = startOf(input);
  const began = (from: Start): string[] =>
    from.atMs === null ? [] : [classed, `Starts ${from.text}: ${timeText(from.atMs, zone)}.`];

  const ours: FixFigures =
    start.atMs === null
      ? {
          startMs: null,
          endMs: null,
          stoppedMs: 0,
          tookMs: null,
          limitMs: limit.limitMs,
          dueMs: null,
          met: null,
          working: [classed, `The clock has not started: ${start.text}.`, limit.text],
        }
      : figures({
          terms,
          startMs: start.atMs,
          endMs: toMs,
          stops: exclusions
            .filter(({ code }) => stopsFixClock(terms, code))
            .map(({ fromMs, toMs: endMs, code, reason }) => ({ fromMs, toMs: endMs, text: `${code}, ${reason}` })),
          limit,
          nowMs,
          head: began(start),
        });

  const claims = supplier.startedMs !== null || supplier.fixedMs !== null || supplier.stops.length > 0;
  const theirStart: Start =
    supplier.startedMs === null ? start : { atMs: supplier.startedMs, text: 'when the supplier says' };
  const suppliers =
    claims && theirStart.atMs !== null
      ? figures({
          terms,
          startMs: theirStart.atMs,
          endMs: supplier.fixedMs ?? toMs,
          stops: supplier.stops.map((stop) => ({ ...stop, text: `${stop.reason} (the supplier says)` })),
          limit,
          nowMs,
          head: [
            ...began(theirStart),
            ...(supplier.fixedMs === null ? ['The supplier names no time of the fix: ours is taken.'] : []),
          ],
        })
      : null;

  return {
    faultClass,
    ours,
    suppliers,
    differenceMs:
      ours.tookMs === null || suppliers === null || suppliers.tookMs === null ? null : ours.tookMs - suppliers.tookMs,
    response: response(input, start.atMs),
  };
}
