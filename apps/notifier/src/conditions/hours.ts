/** When the hours that a rule is for are open. */
import type { AlertRuleBody } from '@linewatch/contract';
import { type SchoolCalendar, type Span, type Terms, schoolSpans, serviceSpans } from '@linewatch/sla';

const dayMs = 86_400_000;
/** Beyond the longest holidays. */
const aheadMs = 75 * dayMs;

export interface HoursOf {
  readonly calendar: SchoolCalendar | undefined;
  readonly terms: Terms | undefined;
}

/** The time, or the next at which they are open. What has no calendar, or no hours of service, is open. */
export function openFromMs(hours: AlertRuleBody['hours'], { calendar, terms }: HoursOf, atMs: number): number {
  if (hours === 'always') return atMs;
  const span: Span = { fromMs: atMs, toMs: atMs + aheadMs };
  const spans =
    hours === 'school'
      ? calendar && schoolSpans(calendar, span)
      : terms?.serviceHours && serviceSpans(terms.serviceHours, terms.timeZone, span);
  const next = spans?.filter(({ toMs }) => toMs > atMs).sort((a, b) => a.fromMs - b.fromMs)[0];
  return next ? Math.max(atMs, next.fromMs) : atMs;
}
