import { excusesAvailability } from '../availability/excuses.ts';
import { serviceSpans } from '../calendar.ts';
import type { Exclusion, Span, Terms } from '../model.ts';
import { subtract, union } from '../spans.ts';

/**
 * Time of a period in which latency, jitter and loss are judged: in service hours, not excused, and not down, for that is
 * availability. Exclusions and down time in any order, overlapping.
 */
export const judgedSpans = (
  terms: Terms,
  period: Span,
  exclusions: readonly Exclusion[],
  down: readonly Span[],
): readonly Span[] =>
  subtract(
    serviceSpans(terms.serviceHours, terms.timeZone, period),
    union([...exclusions.filter(({ code }) => excusesAvailability(terms, code)), ...down]),
  );
