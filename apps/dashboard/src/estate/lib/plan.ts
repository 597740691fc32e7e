/** The plan by month, and its items in words. */
import type { PlanItem, PlanReason } from '@linewatch/contract';
import { formatPence, parseMoney } from './rates.ts';

export const reasonWords: Readonly<Record<PlanReason, string>> = {
  notice: 'Give notice by',
  term: 'Ends',
  rolling: 'Goes on by itself',
  expired: 'Past its end',
  support: 'Support ends',
  exception: 'Exception runs out',
};

export interface Month {
  /** `2026-09`; `past` = before today. */
  readonly key: string;
  readonly title: string;
  readonly items: readonly PlanItem[];
}

const monthName = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' });
const short = new Intl.DateTimeFormat('en-GB', { month: 'short', timeZone: 'UTC' });

const dateOf = (key: string): number => Date.parse(`${key}-01T00:00:00Z`);

/** What is due by month, what is past first; months without anything are left out. */
export function byMonth(items: readonly PlanItem[]): Month[] {
  const months = new Map<string, PlanItem[]>();
  for (const item of [...items].sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0))) {
    const key = item.daysLeft < 0 ? 'past' : item.day.slice(0, 7);
    const month = months.get(key);
    if (month) month.push(item);
    else months.set(key, [item]);
  }
  return [...months].map(([key, of]) => ({
    key,
    title: key === 'past' ? 'Overdue' : monthName.format(dateOf(key)),
    items: of,
  }));
}

export interface Bar {
  readonly key: string;
  readonly label: string;
  /** The year, where it begins. */
  readonly year: string;
  readonly count: number;
  readonly urgent: number;
}

/** One for each month from today on, those without anything too: what a timeline is drawn of. */
export function timeline(items: readonly PlanItem[], today: string, months: number): Bar[] {
  const [year = 0, month = 0] = today.split('-').map(Number);
  return Array.from({ length: months + 1 }, (_, i) => {
    const at = new Date(Date.UTC(year, month - 1 + i, 1));
    const key = at.toISOString().slice(0, 7);
    const due = items.filter(({ day, daysLeft }) => daysLeft >= 0 && day.startsWith(key));
    return {
      key,
      label: short.format(at),
      year: i === 0 || at.getUTCMonth() === 0 ? String(at.getUTCFullYear()) : '',
      count: due.length,
      urgent: due.filter(({ reason }) => reason === 'notice' || reason === 'expired').length,
    };
  });
}

/** Pence a year of the contracts concerned, each counted once; null = no price is known. */
export function yearlyOfItems(items: readonly PlanItem[]): number | null {
  const each = new Map<string, number>();
  for (const { kind, record, price } of items) {
    const pence = price ? parseMoney(price.yearly) : null;
    if (pence !== null) each.set(`${kind} ${record}`, pence);
  }
  return each.size === 0 ? null : [...each.values()].reduce((sum, pence) => sum + pence, 0);
}

/** `in 5 days`, `in 3 months`, `12 days ago`, `today`. */
export function timeLeft(days: number): string {
  if (days === 0) return 'today';
  const size = Math.abs(days);
  const text = size < 60 ? `${size} ${size === 1 ? 'day' : 'days'}` : `${Math.round(size / 30.44)} months`;
  return days < 0 ? `${text} ago` : `in ${text}`;
}

/** `£1,200 a year`; with what is hidden said. */
export function priceWords({ price, hidden }: Pick<PlanItem, 'price' | 'hidden'>): string {
  if (price === null) return hidden.includes('price') ? 'hidden' : '';
  const pence = parseMoney(price.yearly);
  return pence === null ? '' : `${formatPence(pence)} a year`;
}
