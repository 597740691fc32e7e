/** Where a record is shown, and what a list's address says. */
import type { EstateRecord, PlanItem } from '@linewatch/contract';
import { recordHref } from '../../lib/route.ts';

export const hrefOf = ({ kind, id }: Pick<EstateRecord, 'kind' | 'id'>): string => recordHref(kind, id);

const prefix = 'is.';

/** Filters in an address: `?is.role=Backup`. */
export function filtersIn(query: URLSearchParams): Map<string, string> {
  const filters = new Map<string, string>();
  for (const [key, value] of query) if (key.startsWith(prefix)) filters.set(key.slice(prefix.length), value);
  return filters;
}

export const filterParam = (column: string): string => prefix + column;

/** What a new record begins with, as its address says: `?set.academy=hill-top`. */
export function presetIn(query: URLSearchParams): Record<string, string> {
  const preset: Record<string, string> = {};
  for (const [key, value] of query) if (/^set\.[a-z]+$/i.test(key)) preset[key.slice('set.'.length)] = value;
  return preset;
}

/** Contract → the next day to give notice by. */
export function noticeDaysOf(items: readonly PlanItem[]): Map<string, string> {
  const days = new Map<string, string>();
  for (const { kind, record, noticeDay, noticeGiven } of items)
    if (kind === 'contract' && noticeDay !== null && !noticeGiven && !days.has(record)) days.set(record, noticeDay);
  return days;
}
