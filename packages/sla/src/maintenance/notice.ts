import { serviceSpans } from '../calendar.ts';
import { type Span, type Terms, defaultTimeZone } from '../model.ts';
import { total } from '../spans.ts';
import { numberText } from '../money.ts';
import { durationText, timeText } from '../text.ts';
import type { Notice, NoticeInput, Overrun } from './types.ts';

const hourMs = 3_600_000;

/** The first so many ms of spans that are sorted and apart. */
function firstOf(spans: readonly Span[], ms: number): readonly Span[] {
  const kept: Span[] = [];
  let left = ms;
  for (const { fromMs, toMs } of spans) {
    if (left <= 0) break;
    kept.push({ fromMs, toMs: Math.min(toMs, fromMs + left) });
    left -= toMs - fromMs;
  }
  return kept;
}

/**
 * What a contract makes of one occurrence. Emergency works need no notice and keep to no window: whether they excuse anything, the
 * contract says by their code. Notice that was given late is no notice; what lies outside of the window, or beyond the hours a year,
 * is not excused. Notice counts from when it was given, whenever the maintenance was entered.
 * @throws RangeError for a window or time zone that is none.
 */
export function notice(terms: Terms, { occurrence, code, notifiedMs, usedMs = 0 }: NoticeInput): Notice {
  const { window, noticeHours, hoursAYear } = terms.maintenance ?? {};
  const zone = terms.timeZone ?? defaultTimeZone;
  const inside = serviceSpans(window, zone, occurrence);
  const lengthMs = occurrence.toMs - occurrence.fromMs;
  const outsideMs = lengthMs - total(inside);
  const givenHours = notifiedMs === null ? null : (occurrence.fromMs - notifiedMs) / hourMs;
  const facts = { neededHours: noticeHours ?? null, givenHours, outsideWindow: outsideMs > 0 };
  if (code === 'emergency-works')
    return { ...facts, ok: null, excused: [occurrence], text: 'Emergency works: no notice is asked for.' };

  const ok = noticeHours === undefined ? null : noticeHours === 0 || (givenHours !== null && givenHours >= noticeHours);
  const leftMs = hoursAYear === undefined ? Infinity : Math.max(0, hoursAYear * hourMs - usedMs);
  const excused = ok === false ? [] : firstOf(inside, leftMs);
  const overMs = ok === false ? 0 : total(inside) - total(excused);
  const given =
    notifiedMs === null || givenHours === null
      ? 'no notice was noted'
      : givenHours < 0
        ? `notice was given ${numberText(-givenHours, 1)} h after it began`
        : `notice was given ${numberText(givenHours, 1)} h before, on ${timeText(notifiedMs, zone)}`;
  const text = [
    noticeHours === undefined
      ? 'The contract asks for no notice.'
      : `The contract asks for ${numberText(noticeHours)} h of notice; ${given}: ${ok ? 'enough' : 'not enough, so nothing of it is excused'}.`,
    ...(outsideMs > 0 && window
      ? [
          `${durationText(outsideMs)} of it ${ok === false ? 'lie' : 'are not excused: they lie'} outside of the window, ${window.days.join(', ')} ${window.from} to ${window.to}.`,
        ]
      : []),
    ...(overMs > 0 && hoursAYear !== undefined
      ? [`${durationText(overMs)} of it are not excused: they are beyond the ${numberText(hoursAYear)} h a year.`]
      : []),
  ].join(' ');
  return { ...facts, ok, excused, text };
}

/** What of the outages that began within an occurrence lies beyond its end. `down` in any order; `toMs: Infinity` goes on. */
export const overruns = (occurrence: Span, down: readonly Span[]): readonly Overrun[] =>
  down
    .filter(({ fromMs, toMs }) => fromMs >= occurrence.fromMs && fromMs < occurrence.toMs && toMs > occurrence.toMs)
    .map(({ fromMs, toMs }) => ({ fromMs: occurrence.toMs, toMs, downMs: fromMs }))
    .sort((a, b) => a.downMs - b.downMs);
