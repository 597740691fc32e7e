import type { Evidence, SourceKind, StateSettings } from './evidence.ts';
import { type Heard, type Member, heardOf } from './sweep.ts';
import type { Phrase, Track } from './track.ts';
import { Voice } from './voice.ts';
import { Words } from './words.ts';
import { sinceOf, timeOf } from './sound.ts';

/** Collectors of one source that are remembered. */
export const maxMembers = 8;
/** Spells of one source that wait to be taken. */
export const maxSpells = 512;

/** What came of one source: the words of the latest time, so that a late one finds its place, and what those before made. */
export class Source {
  readonly kind: SourceKind;
  readonly name: string;
  /** Empty: whoever collected it. */
  readonly collector: string;
  readonly members: Member[];
  readonly words: Words;
  /** What was made of the words that are not kept. */
  readonly base: Voice;
  /** The last of them. */
  settledMs: number;
  #live: Voice;
  #heard: readonly Heard[];
  #said: Phrase | undefined;
  #traffic: Phrase | undefined;

  constructor(
    kind: SourceKind,
    name: string,
    collector: string,
    settings: StateSettings,
    kept?: Pick<Source, 'base' | 'settledMs' | 'members' | 'words'>,
  ) {
    this.kind = kind;
    this.name = name;
    this.collector = collector;
    this.base = kept?.base ?? Voice.of(kind, settings);
    this.settledMs = kept?.settledMs ?? -Infinity;
    this.members = kept?.members ?? [];
    this.words = kept?.words ?? new Words();
    this.#live = this.base.clone();
    this.words.each((atMs, sinceMs, phrase) => this.#live.step(atMs, sinceMs, phrase));
    this.#heard = heardOf(kind, name, this.#live, this.members);
  }

  get heard(): readonly Heard[] {
    return this.#heard;
  }

  /** When it last said anything. */
  get lastMs(): number {
    return this.words.size > 0 ? this.words.lastMs : this.settledMs;
  }

  /** Nothing is said, or has not been for long: from when on. A `down` is said for ever. */
  get silentMs(): number {
    return Math.max(...this.#heard.map(({ spells }) => spells[spells.length - 1]?.toMs ?? -Infinity));
  }

  /** How many spells it has. */
  get spells(): number {
    return Math.max(this.#live.main.spells.length, this.#live.traffic?.spells.length ?? 0);
  }

  /** When the last so many of its spells begin. */
  latest(count: number): number {
    return Math.max(...this.#heard.map(({ spells }) => spells.at(-count)?.fromMs ?? -Infinity));
  }

  /** From when on something changed; Infinity: nothing did; undefined: it came too late. `rawMs`: words before may be settled. */
  add(evidence: Evidence, phrase: Phrase, rawMs: number): number | undefined {
    const atMs = timeOf(evidence);
    const sinceMs = sinceOf(evidence);
    const metMs = this.#meet(phrase.collector, atMs);
    if (this.words.isFull) this.settle(rawMs, true);
    if (atMs <= this.settledMs) return this.#fill(atMs, sinceMs, phrase, metMs);
    if (this.words.append(atMs, sinceMs, phrase)) {
      const changedMs = this.#live.step(atMs, sinceMs, phrase);
      return changedMs < metMs ? changedMs : metMs;
    }
    if (!this.words.insert(atMs, sinceMs, phrase)) return metMs;
    return Math.min(metMs, this.#again());
  }

  /** The phrase of an evidence: the one that was used last, if it is the same. */
  phraseOf(evidence: Evidence, make: (evidence: Evidence) => Phrase): Phrase {
    const isTraffic = evidence.kind === 'traffic';
    const used = isTraffic ? this.#traffic : this.#said;
    if (
      used?.says === evidence.says &&
      used.holdMs === evidence.holdMs &&
      used.collector === evidence.collector &&
      used.note === evidence.note
    )
      return used;
    const made = make(evidence);
    if (isTraffic) this.#traffic = made;
    else this.#said = made;
    return made;
  }

  /** Words before are no longer kept one by one; never the last one. */
  settle(beforeMs: number, isFull = false): void {
    const count = this.words.countBefore(beforeMs);
    // With few of them to go the next word would be here again.
    const few = this.words.size >>> 2;
    if (isFull && count < few && this.words.grow()) return;
    this.words.shift(isFull ? Math.max(count, few) : count, (atMs, sinceMs, phrase) => {
      this.base.step(atMs, sinceMs, phrase);
      this.settledMs = atMs;
    });
  }

  /** The same with at most so many words. */
  reduced(count: number): {
    readonly base: Voice;
    readonly settledMs: number;
    readonly words: readonly { readonly atMs: number; readonly sinceMs: number; readonly phrase: Phrase }[];
  } {
    const words: { readonly atMs: number; readonly sinceMs: number; readonly phrase: Phrase }[] = [];
    this.words.each((atMs, sinceMs, phrase) => words.push({ atMs, sinceMs, phrase }));
    let { base, settledMs } = this;
    let left = Math.max(0, words.length - count);
    // Those of one instant stay together.
    while (left < words.length && words[left]!.atMs <= (words[left - 1]?.atMs ?? settledMs)) left++;
    if (left > 0) base = base.clone();
    for (const { atMs, sinceMs, phrase } of words.splice(0, left)) {
      base.step(atMs, sinceMs, phrase);
      settledMs = atMs;
    }
    return { base, settledMs, words };
  }

  /** Forgets what something later was said of by then. */
  forget(beforeMs: number): void {
    this.base.forget(beforeMs);
    this.#live.forget(beforeMs);
  }

  /** A collector tells of it: from when on that changes who would have seen it. */
  #meet(collector: string, atMs: number): number {
    const { members } = this;
    let first = Infinity;
    let known: Member | undefined;
    for (const member of members) {
      if (member.collector === collector) known = member;
      if (member.firstMs < first) first = member.firstMs;
    }
    if (known && atMs >= known.firstMs) return Infinity;
    if (known) known.firstMs = atMs;
    else if (members.length < maxMembers) members.push({ collector, firstMs: atMs });
    else return Infinity;
    return atMs < first ? -Infinity : atMs;
  }

  #fill(atMs: number, sinceMs: number, phrase: Phrase, metMs: number): number | undefined {
    const isFilled = this.base.fill(atMs, sinceMs, phrase);
    const changedMs = isFilled ? Math.min(metMs, this.#again()) : metMs;
    return changedMs === Infinity ? undefined : changedMs;
  }

  #again(): number {
    const before = this.#live;
    this.#live = this.base.clone();
    this.words.each((atMs, sinceMs, phrase) => this.#live.step(atMs, sinceMs, phrase));
    this.#heard = heardOf(this.kind, this.name, this.#live, this.members);
    const changedMs = firstDifference(before.main, this.#live.main);
    return before.traffic && this.#live.traffic
      ? Math.min(changedMs, firstDifference(before.traffic, this.#live.traffic))
      : changedMs;
  }
}

function firstDifference({ spells: a }: Track, { spells: b }: Track): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [one, other] = [a[i], b[i]];
    if (one?.fromMs !== other?.fromMs || one?.atMs !== other?.atMs || one?.phrase !== other?.phrase)
      return Math.min(one?.fromMs ?? Infinity, other?.fromMs ?? Infinity);
    if (one && other && (one.toMs !== other.toMs || one.isEnded !== other.isEnded || one.saidMs !== other.saidMs))
      // What failed may have been back since its last failure.
      return one.says === 'down'
        ? Math.min(one.saidMs, other.saidMs, one.toMs, other.toMs)
        : Math.min(one.toMs, other.toMs);
  }
  return Infinity;
}
