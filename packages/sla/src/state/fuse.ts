import type { Cause, LineState } from '../model.ts';
import type { SourceKind } from './evidence.ts';
import { sourceKinds } from './evidence.ts';

/** What a source says at an instant. `lost`: it said `up` or `degraded` last, and is not heard now. */
export type Word = 'up' | 'degraded' | 'down' | 'lost';

/** How many sources of each kind say what. */
export type Tally = Readonly<Record<SourceKind, Record<Word, number>>>;

export const newTally = (): Tally =>
  Object.fromEntries(sourceKinds.map((kind) => [kind, { up: 0, degraded: 0, down: 0, lost: 0 }])) as Tally;

export function clearTally(tally: Tally): void {
  for (const kind of sourceKinds) {
    const counts = tally[kind];
    counts.up = counts.degraded = counts.down = counts.lost = 0;
  }
}

export interface Rule {
  readonly state: LineState;
  readonly cause: Cause;
  readonly holds: (tally: Tally, isWatched: boolean) => boolean;
  /** Which sources the judgement rests on. */
  readonly shows: readonly (readonly [SourceKind, Word])[];
}

const answers = ({ up, degraded }: Record<Word, number>): boolean => up + degraded > 0;
/** Something shows that it carries. That it is meant to, or how well it does, shows nothing. */
const carries = ({ link, path, probe, reach, traffic }: Tally): boolean =>
  answers(link) || answers(path) || answers(probe) || answers(reach) || answers(traffic);
const isSilent = (tally: Tally): boolean => tally.reach.down > 0 && !carries(tally);

/**
 * The first that holds is the state. Only who speaks counts: not who is blind, whose hold has run out, or who is no more.
 *
 * - All paths, or all probes, is all that are known: one that said `up` and is not heard now is not taken for down while
 *   anything else carries. Paths are told by one device: when it cannot be asked, those that are up fall silent and those
 *   that are down do not, and that must not make an outage.
 * - A probe that is down from everywhere goes before a link that is up: a line whose far end cannot be reached is down.
 * - That a device does not answer is no outage by itself: it is one when a probe of the line fails too.
 */
const rules: readonly Rule[] = [
  { state: 'unknown', cause: 'collector', holds: (_, isWatched) => !isWatched, shows: [] },
  { state: 'down', cause: 'admin', holds: ({ admin }) => admin.down > 0, shows: [['admin', 'down']] },
  { state: 'down', cause: 'link', holds: ({ link }) => link.down > 0, shows: [['link', 'down']] },
  {
    state: 'down',
    cause: 'path',
    holds: ({ path }) => path.down > 0 && !answers(path) && path.lost === 0,
    shows: [['path', 'down']],
  },
  {
    state: 'down',
    cause: 'probe',
    holds: ({ probe }) => probe.down > 0 && !answers(probe) && probe.lost === 0,
    shows: [['probe', 'down']],
  },
  {
    state: 'down',
    cause: 'silent',
    holds: (tally) => tally.probe.down > 0 && isSilent(tally),
    shows: [
      ['reach', 'down'],
      ['probe', 'down'],
    ],
  },
  {
    state: 'down',
    cause: 'probe',
    holds: (tally) => tally.probe.down > 0 && !carries(tally),
    shows: [['probe', 'down']],
  },
  { state: 'unknown', cause: 'silent', holds: isSilent, shows: [['reach', 'down']] },
  {
    state: 'degraded',
    cause: 'path',
    holds: (tally) => tally.path.down > 0 && carries(tally),
    shows: [['path', 'down']],
  },
  {
    state: 'degraded',
    cause: 'probe',
    holds: (tally) => tally.probe.down > 0 && carries(tally),
    shows: [['probe', 'down']],
  },
  {
    state: 'degraded',
    cause: 'quality',
    holds: ({ quality, path, probe }) =>
      quality.degraded > 0 || quality.down > 0 || path.degraded > 0 || probe.degraded > 0,
    shows: [
      ['quality', 'degraded'],
      ['quality', 'down'],
      ['path', 'degraded'],
      ['probe', 'degraded'],
    ],
  },
  {
    state: 'up',
    cause: 'none',
    holds: carries,
    shows: [
      ['link', 'up'],
      ['path', 'up'],
      ['probe', 'up'],
      ['reach', 'up'],
      ['traffic', 'up'],
      ['link', 'degraded'],
      ['reach', 'degraded'],
    ],
  },
  {
    state: 'unknown',
    cause: 'unseen',
    holds: () => true,
    shows: [
      ['link', 'lost'],
      ['path', 'lost'],
      ['probe', 'lost'],
      ['reach', 'lost'],
      ['traffic', 'lost'],
      ['path', 'down'],
    ],
  },
];

export const ruleFor = (tally: Tally, isWatched: boolean): Rule => rules.find((rule) => rule.holds(tally, isWatched))!;
