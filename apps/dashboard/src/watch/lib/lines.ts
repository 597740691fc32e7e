/** The state of lines as a wall shows it: one word for each, worst first. */
import type { AcademyLine, CircuitLine } from '@linewatch/contract';

/** Worst first. `unwatched`: nothing has been told of it yet. */
export const lineShown = ['down', 'backup', 'degraded', 'unknown', 'maintenance', 'unwatched', 'up'] as const;
export type LineShown = (typeof lineShown)[number];

export const lineWords: Readonly<Record<LineShown, string>> = {
  down: 'Down',
  backup: 'On backup',
  degraded: 'Degraded',
  unknown: 'Unknown',
  maintenance: 'Maintenance',
  unwatched: 'Not watched yet',
  up: 'Up',
};

/** What each says, for those who ask. */
export const lineMeanings: Readonly<Record<LineShown, string>> = {
  down: 'no line carries traffic',
  backup: 'the primary lines are down, a backup line carries the academy',
  degraded: 'a line is down or worse than it should be',
  unknown: 'the lines could not be seen: neither up nor down is claimed',
  maintenance: 'planned maintenance is on, and a line is not up',
  unwatched: 'nothing has been told of the lines yet',
  up: 'the lines are up',
};

/** Planned works explain what is not up; they hide no line that is. */
export function shownOf({ state, maintenance }: Pick<CircuitLine, 'state' | 'maintenance'>, backup = false): LineShown {
  if (state === null) return 'unwatched';
  if (maintenance && state !== 'up') return 'maintenance';
  if (backup && state !== 'down') return 'backup';
  return state;
}

export const shownOfAcademy = (line: AcademyLine): LineShown => shownOf(line, line.onBackup);

const order = Object.fromEntries(lineShown.map((shown, i) => [shown, i])) as Record<LineShown, number>;
/** Negative = `a` is worse. */
export const byWorst = (a: LineShown, b: LineShown): number => order[a] - order[b];

/** Something to look at: anything but up, as far as it is watched. */
export const isTrouble = (shown: LineShown): boolean => shown !== 'up' && shown !== 'unwatched';

const causes: Readonly<Record<string, string>> = {
  link: 'the link is down',
  admin: 'switched off by its administrator',
  path: 'all its paths are down',
  probe: 'the far end does not answer probes',
  silent: 'the device does not answer',
  quality: 'its quality is outside of limits',
  collector: 'no collector was watching',
  vantage: 'nothing that its collector probes is answered',
  unseen: 'nothing was heard of it yet',
  corrected: 'corrected by a person',
  none: '',
};

/** Why a line is in its state; empty = nothing to say. */
export const causeWords = (cause: string): string => causes[cause] ?? cause.replaceAll('-', ' ');

const states: Readonly<Record<string, string>> = {
  up: 'Up',
  degraded: 'Degraded',
  down: 'Down',
  unknown: 'Could not be seen',
};
export const intervalWords = (state: string): string => states[state] ?? state;
