/** When a contract can end: its minimum term, and the periods by which it goes on after that. Days are inclusive. */
import { addDays, addMonths, monthsBetween } from './days.ts';

export const rollingKinds = ['monthly', 'quarterly', 'yearly', 'same-term'] as const;
export type Rolling = (typeof rollingKinds)[number];

export interface Terms {
  readonly start?: string | undefined;
  /** Last day of the minimum term. */
  readonly end: string;
  readonly noticeMonths?: number | undefined;
  /** Undefined: it ends, or no one said. */
  readonly rolling?: Rolling | undefined;
  readonly noticeGiven?: string | undefined;
}

const fixedMonths = { monthly: 1, quarterly: 3, yearly: 12 } as const;

/** Undefined: it does not go on, or by how much cannot be told (a term that is not whole months). */
export function periodMonths({ start, end, rolling }: Terms): number | undefined {
  if (rolling === undefined) return undefined;
  if (rolling !== 'same-term') return fixedMonths[rolling];
  return start === undefined ? undefined : monthsBetween(start, addDays(end, 1));
}

/** Last day of the minimum term (0) and of the periods after it. */
export function endOf(terms: Terms, period: number): string {
  if (period === 0) return terms.end;
  return addDays(addMonths(addDays(terms.end, 1), period * (periodMonths(terms) ?? 0)), -1);
}

/** Last day to give notice for an end: as many calendar months before. Undefined: no one said how long it takes. */
export const noticeDay = ({ noticeMonths }: Terms, end: string): string | undefined =>
  noticeMonths === undefined ? undefined : addMonths(end, -noticeMonths);

/** The first period whose `dayOf` is not before a day; undefined: there is none. */
function firstPeriod(terms: Terms, day: string, dayOf: (end: string) => string): number | undefined {
  if (dayOf(terms.end) >= day) return 0;
  const months = periodMonths(terms);
  if (months === undefined) return undefined;
  const [year = 0, month = 0] = day.split('-').map(Number);
  const [endYear = 0, endMonth = 0] = dayOf(terms.end).split('-').map(Number);
  // Never too late: one before where whole months would put it.
  let period = Math.max(1, Math.floor(((year - endYear) * 12 + month - endMonth) / months) - 1);
  while (dayOf(endOf(terms, period)) < day) period++;
  return period;
}

/** The period that runs on a day. */
export const runningPeriod = (terms: Terms, day: string): number | undefined => firstPeriod(terms, day, (end) => end);

/** The first period for whose end notice can still be given on a day. */
export function nextChance(
  terms: Terms,
  day: string,
): { readonly end: string; readonly noticeDay: string } | undefined {
  if (terms.noticeMonths === undefined) return undefined;
  const dayOf = (end: string): string => noticeDay(terms, end)!;
  const period = firstPeriod(terms, day, dayOf);
  if (period === undefined) return undefined;
  const end = endOf(terms, period);
  return { end, noticeDay: dayOf(end) };
}

/** When a contract ends for which notice was given. */
export function endAfterNotice(terms: Terms, given: string): string {
  const period = firstPeriod(terms, given, (end) => noticeDay(terms, end) ?? end);
  return period === undefined ? terms.end : endOf(terms, period);
}
