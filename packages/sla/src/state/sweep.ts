import type { Cause, LineState, StateInterval } from '../model.ts';
import type { EvidenceNote, SourceKind } from './evidence.ts';
import { type Word, clearTally, newTally, ruleFor } from './fuse.ts';
import type { Spell } from './track.ts';
import type { Voice } from './voice.ts';
import type { Watch } from './watch.ts';

/** Who told of a source, from when on. */
export interface Member {
  readonly collector: string;
  firstMs: number;
}

/** What a source said, and who would have seen it say something else. */
export interface Heard {
  readonly kind: SourceKind;
  readonly name: string;
  readonly spells: readonly Spell[];
  readonly members: readonly Member[];
}

/** A link is heard as two: itself, and the traffic on it. */
export const heardOf = (kind: SourceKind, name: string, voice: Voice, members: readonly Member[]): readonly Heard[] => [
  { kind, name, spells: voice.main.spells, members },
  ...(voice.traffic ? [{ kind: 'traffic' as const, name, spells: voice.traffic.spells, members }] : []),
];

/** With what began it: at most 16 notes. */
export interface WatchedInterval extends StateInterval {
  readonly evidence: readonly EvidenceNote[];
}

/** One that goes on until the next. */
export interface Turn {
  readonly fromMs: number;
  readonly state: LineState;
  readonly cause: Cause;
  readonly evidence: readonly EvidenceNote[];
}

export const maxNotes = 16;

export interface SweepSettings {
  readonly lapseMs: number;
  readonly skewMs: number;
}

/** After `toMs` a spell is `lost` until something else is said; a probe's only for so long. */
const lapseOf = ({ kind }: Heard, { toMs }: Spell, { lapseMs }: SweepSettings): number =>
  kind === 'probe' ? toMs + lapseMs : Infinity;

/** Instants in [fromMs, toMs) at which something may change, apart from `fromMs`, in order. */
function instants(
  heard: readonly Heard[],
  watch: Watch,
  settings: SweepSettings,
  fromMs: number,
  toMs: number,
): number[] {
  const found: number[] = [];
  const add = (atMs: number): void => {
    if (atMs > fromMs && atMs < toMs) found.push(atMs);
  };
  const collectors = new Set<string>();
  for (const each of heard) {
    for (let i = each.spells.length - 1; i >= 0; i--) {
      const spell = each.spells[i]!;
      add(spell.fromMs);
      add(spell.toMs);
      add(lapseOf(each, spell, settings));
      // What was said before this is over.
      if (spell.fromMs <= fromMs) break;
    }
    for (const { collector, firstMs } of each.members) {
      add(firstMs);
      collectors.add(collector);
    }
  }
  for (const collector of collectors) watch.edges(collector, fromMs, toMs, add);
  return found.sort((a, b) => a - b).filter((atMs, i) => i === 0 || atMs !== found[i - 1]);
}

/** The next instant from `fromMs` on at which something may change by itself; Infinity: none. */
export function nextInstant(heard: readonly Heard[], watch: Watch, settings: SweepSettings, fromMs: number): number {
  let next = Infinity;
  const add = (atMs: number): void => {
    if (atMs >= fromMs && atMs < next) next = atMs;
  };
  for (const each of heard) {
    for (let i = each.spells.length - 1; i >= 0; i--) {
      const spell = each.spells[i]!;
      add(spell.fromMs);
      add(spell.toMs);
      add(lapseOf(each, spell, settings));
      if (spell.fromMs <= fromMs) break;
    }
    for (const { collector, firstMs } of each.members) {
      add(firstMs);
      watch.edges(collector, fromMs, Infinity, add);
    }
  }
  return next;
}

/** Whether any of those who had told of it by then watched; before anyone had: those who were the first to. */
function isSeen(members: readonly Member[], watch: Watch, atMs: number): boolean {
  const first = Math.min(...members.map(({ firstMs }) => firstMs));
  return members.some(({ collector, firstMs }) => firstMs <= Math.max(atMs, first) && watch.watched(collector, atMs));
}

/** The spell at an instant: the last that began by then. */
const spellAt = ({ spells }: Heard, atMs: number): Spell | undefined => {
  for (let i = spells.length - 1; i >= 0; i--) if (spells[i]!.fromMs <= atMs) return spells[i];
  return undefined;
};

function wordAt(heard: Heard, spell: Spell, watch: Watch, settings: SweepSettings, atMs: number): Word | undefined {
  const { says, toMs, isEnded } = spell;
  if (atMs < toMs && isSeen(heard.members, watch, atMs)) return says;
  // A `down` that nobody could have seen the end of says nothing; nor does what is no more.
  if (says === 'down' || (isEnded && atMs >= toMs) || atMs >= lapseOf(heard, spell, settings)) return undefined;
  return 'lost';
}

/** Someone had told of the circuit, and none of them watched. */
function isUnwatched(heard: readonly Heard[], watch: Watch, atMs: number): boolean {
  let hasMembers = false;
  for (const { members } of heard)
    for (const { collector, firstMs } of members)
      if (firstMs <= atMs) {
        if (watch.watched(collector, atMs)) return false;
        hasMembers = true;
      }
  return hasMembers;
}

const noteOf = (
  { kind, name }: Heard,
  { toMs, atMs, saidMs, phrase }: Spell,
  word: Word,
  nowMs: number,
): EvidenceNote => ({
  // A spell that is not over may be said again: its last word is not known yet.
  atMs: word === 'lost' && nowMs >= toMs ? saidMs : atMs,
  source: `${phrase.kind === 'traffic' ? 'traffic' : kind}${name === '' ? '' : ` ${name}`} (${phrase.collector})`,
  text: word === 'lost' ? `${phrase.note}; not heard since` : phrase.note,
});

const compareNotes = (a: EvidenceNote, b: EvidenceNote): number =>
  a.atMs - b.atMs || (a.source < b.source ? -1 : a.source > b.source ? 1 : 0);

function awayNotes(heard: readonly Heard[], atMs: number): EvidenceNote[] {
  const told = heard.flatMap(({ members }) => members.filter(({ firstMs }) => firstMs <= atMs));
  const collectors = new Set(told.map(({ collector }) => collector));
  return [...collectors].map((collector) => ({ atMs, source: `collector (${collector})`, text: 'no heartbeat' }));
}

/** When what a device says of a line stopped being down. */
const returnsOf = (heard: readonly Heard[]): number[] =>
  heard.flatMap(({ kind, spells }) =>
    kind === 'link' || kind === 'admin' || kind === 'reach'
      ? spells.flatMap(({ says, fromMs }, i) => (says !== 'down' && spells[i - 1]?.says === 'down' ? fromMs : []))
      : [],
  );

/**
 * A probe that answers again does not tell since when. Where the line came back after its last failure, that is when: what had
 * failed was the line.
 */
function withReturns(heard: readonly Heard[], { skewMs }: SweepSettings): readonly Heard[] {
  const returns = returnsOf(heard);
  if (returns.length === 0) return heard;
  return heard.map((each) => {
    if (each.kind !== 'probe') return each;
    const spells = each.spells.map((spell) => {
      if (spell.says !== 'down' || spell.toMs === Infinity) return spell;
      const toMs = Math.min(
        spell.toMs,
        ...returns.filter((atMs) => atMs > spell.saidMs - skewMs && atMs > spell.fromMs),
      );
      return toMs === spell.toMs ? spell : { ...spell, toMs };
    });
    return { ...each, spells };
  });
}

/** What a circuit was in [fromMs, toMs): the first begins at `fromMs`, and each differs from the one before. */
export function sweep(
  said: readonly Heard[],
  watch: Watch,
  settings: SweepSettings,
  fromMs: number,
  toMs: number,
): Turn[] {
  const heard = withReturns(said, settings);
  const turns: Turn[] = [];
  const tally = newTally();
  for (const atMs of [fromMs, ...instants(heard, watch, settings, fromMs, toMs)]) {
    clearTally(tally);
    const words: (readonly [Heard, Spell, Word])[] = [];
    for (const each of heard) {
      const spell = spellAt(each, atMs);
      const word = spell && wordAt(each, spell, watch, settings, atMs);
      if (!word) continue;
      tally[each.kind][word]++;
      words.push([each, spell, word]);
    }
    const { state, cause, shows } = ruleFor(tally, !isUnwatched(heard, watch, atMs));
    const last = turns[turns.length - 1];
    if (last?.state === state && last.cause === cause) continue;
    const notes =
      cause === 'collector'
        ? awayNotes(heard, atMs)
        : words
            .filter(([{ kind }, , word]) => shows.some(([of, says]) => of === kind && says === word))
            .map(([each, spell, word]) => noteOf(each, spell, word, atMs));
    turns.push({ fromMs: atMs, state, cause, evidence: notes.sort(compareNotes).slice(0, maxNotes) });
  }
  return turns;
}

export const intervalsOfTurns = (turns: readonly Turn[], toMs: number): WatchedInterval[] =>
  turns.map(({ fromMs, state, cause, evidence }, i) => ({
    fromMs,
    toMs: turns[i + 1]?.fromMs ?? toMs,
    state,
    cause,
    evidence,
  }));
