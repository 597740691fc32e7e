/** Which academies the overview shows, and in what order. */
import type { TelemetryState } from '@linewatch/contract';

export const sortKeys = ['name', 'busiest', 'utilisation', 'silent'] as const;
export type SortKey = (typeof sortKeys)[number];

export const sortLabels: Record<SortKey, string> = {
  name: 'Name',
  busiest: 'Busiest',
  utilisation: 'Utilisation',
  silent: 'Silent first',
};

export type View = 'tiles' | 'dense';

export interface Arrangeable {
  readonly id: string;
  readonly name: string;
  readonly state: TelemetryState;
  readonly inBps: number;
  readonly outBps: number;
  readonly share: number | null;
}

const collator = new Intl.Collator('en-GB', { numeric: true, sensitivity: 'base' });
const byName = (a: Arrangeable, b: Arrangeable): number => collator.compare(a.name, b.name) || (a.id < b.id ? -1 : 1);

const stateOrder: Record<TelemetryState, number> = { silent: 0, awaiting: 1, reporting: 2 };

const orders: Record<SortKey, (a: Arrangeable, b: Arrangeable) => number> = {
  name: byName,
  busiest: (a, b) => b.inBps + b.outBps - (a.inBps + a.outBps) || byName(a, b),
  utilisation: (a, b) => (b.share ?? -1) - (a.share ?? -1) || byName(a, b),
  silent: (a, b) => stateOrder[a.state] - stateOrder[b.state] || byName(a, b),
};

/** Letters only as far as they can be typed: case and accents do not count. */
function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').replace(/[’']/g, '').toLowerCase();
}

/** Academies whose name or id holds every word of `search`, sorted. */
export function arrange<T extends Arrangeable>(academies: readonly T[], search: string, sort: SortKey): T[] {
  const words = plain(search).split(/\s+/).filter(Boolean);
  const found =
    words.length === 0 ? [...academies] : academies.filter(({ name, id }) => holds(plain(`${name} ${id}`), words));
  return found.sort(orders[sort]);
}

const holds = (text: string, words: readonly string[]): boolean => words.every((word) => text.includes(word));
