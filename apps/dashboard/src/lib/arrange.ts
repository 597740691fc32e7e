/** Which academies the overview shows, and in what order. */
import type { TelemetryState } from '@linewatch/contract';
import { type LineShown, byWorst, isTrouble } from '../watch/lib/lines.ts';

export const sortKeys = ['name', 'worst', 'busiest', 'utilisation', 'silent'] as const;
export type SortKey = (typeof sortKeys)[number];

export const sortLabels: Record<SortKey, string> = {
  name: 'Name',
  worst: 'Worst first',
  busiest: 'Busiest',
  utilisation: 'Utilisation',
  silent: 'Silent first',
};

export type View = 'tiles' | 'dense';

export interface Arrangeable {
  readonly id: string;
  readonly name: string;
  readonly state: TelemetryState;
  readonly shown: LineShown;
  readonly inBps: number;
  readonly outBps: number;
  readonly share: number | null;
}

const collator = new Intl.Collator('en-GB', { numeric: true, sensitivity: 'base' });
const byName = (a: Arrangeable, b: Arrangeable): number => collator.compare(a.name, b.name) || (a.id < b.id ? -1 : 1);

const stateOrder: Record<TelemetryState, number> = { silent: 0, awaiting: 1, reporting: 2 };

const orders: Record<SortKey, (a: Arrangeable, b: Arrangeable) => number> = {
  name: byName,
  worst: (a, b) => byWorst(a.shown, b.shown) || byName(a, b),
  busiest: (a, b) => b.inBps + b.outBps - (a.inBps + a.outBps) || byName(a, b),
  utilisation: (a, b) => (b.share ?? -1) - (a.share ?? -1) || byName(a, b),
  silent: (a, b) => stateOrder[a.state] - stateOrder[b.state] || byName(a, b),
};

/** Letters only as far as they can be typed: case and accents do not count. */
function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').replace(/[’']/g, '').toLowerCase();
}

/** Academies whose name or id holds every word of `search`, sorted; `trouble`: only those whose lines have some. */
export function arrange<T extends Arrangeable>(all: readonly T[], search: string, sort: SortKey, trouble = false): T[] {
  const academies = trouble ? all.filter(({ shown }) => isTrouble(shown)) : all;
  const words = plain(search).split(/\s+/).filter(Boolean);
  const found =
    words.length === 0 ? [...academies] : academies.filter(({ name, id }) => holds(plain(`${name} ${id}`), words));
  return found.sort(orders[sort]);
}

const holds = (text: string, words: readonly string[]): boolean => words.every((word) => text.includes(word));
