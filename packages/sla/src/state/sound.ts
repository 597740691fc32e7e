import type { Evidence, StateSettings } from './evidence.ts';
import type { Phrase } from './track.ts';

export const maxName = 256;
export const maxCollector = 128;
export const maxNote = 200;
/** The years 1970 to 2255: all times in it, and sums with a hold, are whole numbers. */
export const maxTimeMs = 9e12;
export const maxHoldMs = 7 * 86_400_000;

/** Whether it is evidence at all: what is not says nothing. */
export const isSound = ({ atMs, kind, name, collector, says, holdMs, sinceMs }: Evidence): boolean =>
  atMs >= 0 &&
  atMs <= maxTimeMs &&
  holdMs >= 0 &&
  (sinceMs === undefined || !Number.isNaN(sinceMs)) &&
  name.length <= maxName &&
  collector.length <= maxCollector &&
  (kind !== 'traffic' || says === 'up');

export const timeOf = ({ atMs }: Evidence): number => Math.round(atMs);

/** NaN: it does not tell. */
export const sinceOf = ({ atMs, sinceMs }: Evidence): number =>
  sinceMs === undefined ? Number.NaN : Math.round(Math.min(Math.max(sinceMs, 0), atMs));

export const phraseOf = ({ kind, says, holdMs, collector, note }: Evidence): Phrase => ({
  kind,
  says,
  holdMs: Math.round(Math.min(holdMs, maxHoldMs)),
  collector,
  note: note.length > maxNote ? note.slice(0, maxNote) : note,
});

/** What a source is called: traffic belongs to its link. */
export const sourceKind = (kind: Evidence['kind']): Evidence['kind'] => (kind === 'traffic' ? 'link' : kind);
export const isOfVantage = (kind: Evidence['kind']): boolean => kind === 'probe' || kind === 'quality';

/** @throws RangeError that says which setting is wrong. */
export function checkSettings({ confirm, blindMs, staleMs, lapseMs, skewMs }: StateSettings): void {
  if (!Number.isInteger(confirm) || confirm < 1) throw new RangeError('confirm is to be a whole number of 1 or more');
  for (const [name, value] of Object.entries({ blindMs, staleMs, lapseMs, skewMs }))
    if (!(value >= 0)) throw new RangeError(`${name} is to be 0 or more`);
}
