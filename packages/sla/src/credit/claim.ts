import type { Span, Terms } from '../model.ts';
import { dayNumber, dayOf, dayText, monthAfter, monthOf } from '../time/periods.ts';

/**
 * The last day, in London, on which a credit for a period can be claimed: a day of the month after it, or so many days after its
 * last day. null when the contract names none.
 */
export function claimDeadline(terms: Terms, period: Span): string | null {
  const { claimDayOfNextMonth, claimDays } = terms.credits ?? {};
  const lastMs = period.toMs - 1;
  if (claimDayOfNextMonth !== undefined)
    return `${monthAfter(monthOf(lastMs))}-${String(claimDayOfNextMonth).padStart(2, '0')}`;
  if (claimDays !== undefined) return dayText(dayNumber(dayOf(lastMs)) + claimDays);
  return null;
}
