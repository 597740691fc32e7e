import type { Evidence, SourceKind } from './evidence.ts';

/** What is said, apart from when: the same object again and again while a source says the same. */
export interface Phrase {
  readonly kind: SourceKind;
  readonly says: Evidence['says'];
  readonly holdMs: number;
  readonly collector: string;
  readonly note: string;
}

/** A stretch in which a source said one thing, [fromMs, toMs): a `down` goes on to the next spell, so its end is Infinity at first. */
export interface Spell {
  fromMs: number;
  toMs: number;
  readonly says: Evidence['says'];
  /** When it was said last. */
  saidMs: number;
  /** The last word had a hold of 0: the source is no more. */
  isEnded: boolean;
  /** The word that began it. */
  readonly atMs: number;
  readonly phrase: Phrase;
}

/**
 * What one source said, as spells, from its words in the order of their times. A word that repeats goes on; what was not
 * said again within its hold left nothing known. A word that contradicts begins a spell when it is said, or where it
 * tells since when: from then, but not before the last word that said otherwise. So does the first word of a spell that tells it.
 * Where `confirm` is over 1, so many `down` in a row count, from the first of them.
 *
 * The same word twice changes nothing.
 */
export class Track {
  readonly confirm: number;
  readonly spells: Spell[];
  /** The last word of the spell before that said otherwise: nothing moves back beyond it. */
  limitMs = -Infinity;
  /** A word of this spell told since when. */
  isPinned = false;
  /** Those in a row that are not yet enough: how many, and the first of them. */
  failures = 0;
  failedMs = -Infinity;
  firstFailure: { readonly fromMs: number; readonly atMs: number; readonly phrase: Phrase } | undefined;

  constructor(confirm: number, spells: Spell[] = []) {
    this.confirm = confirm;
    this.spells = spells;
  }

  get last(): Spell | undefined {
    return this.spells[this.spells.length - 1];
  }

  clone(): Track {
    const track = new Track(
      this.confirm,
      this.spells.map((spell) => ({ ...spell })),
    );
    track.limitMs = this.limitMs;
    track.isPinned = this.isPinned;
    track.failures = this.failures;
    track.failedMs = this.failedMs;
    track.firstFailure = this.firstFailure;
    return track;
  }

  /**
   * A word that is not before those already told. `sinceMs` is NaN where it is not known. Returns from when on something
   * changed; Infinity: nothing did.
   */
  step(atMs: number, sinceMs: number, phrase: Phrase): number {
    const last = this.last;
    if (this.confirm > 1) {
      if (phrase.says !== 'down') this.failures = 0;
      else if (last?.says !== 'down') return this.#fail(atMs, sinceMs, phrase, last);
    }
    if (last?.says === phrase.says) return this.#repeat(last, atMs, sinceMs, phrase);
    return this.turn(later(Number.isNaN(sinceMs) ? atMs : sinceMs, last), atMs, sinceMs, phrase, atMs);
  }

  /** Something else is said from `fromMs` on; `firstMs` is the word that began it, `atMs` the one that settled it. */
  turn(fromMs: number, firstMs: number, sinceMs: number, phrase: Phrase, atMs: number): number {
    const before = this.last;
    this.limitMs = before?.saidMs ?? -Infinity;
    this.isPinned = !Number.isNaN(sinceMs);
    this.#cut(fromMs);
    this.spells.push(spell(fromMs, firstMs, phrase, atMs));
    // What failed until now may have been back since its last failure.
    return this.confirm > 1 && before?.says === 'down' ? Math.min(fromMs, before.saidMs) : fromMs;
  }

  /** A word that comes too late for its place among the others to be known: it tells only of time of which nothing is known. */
  fill(atMs: number, sinceMs: number, phrase: Phrase): boolean {
    if (this.confirm > 1 && phrase.says === 'down') return false;
    const i = this.spells.findLastIndex(({ fromMs }) => fromMs <= atMs);
    const [before, after] = [this.spells[i], this.spells[i + 1]];
    if (after === undefined || (before && atMs < before.toMs)) return false;
    const fromMs = Math.max(Number.isNaN(sinceMs) ? atMs : sinceMs, before?.toMs ?? -Infinity);
    const filled = spell(fromMs, atMs, phrase, atMs);
    filled.toMs = Math.min(filled.toMs, after.fromMs);
    if (filled.toMs <= fromMs) return false;
    this.spells.splice(i + 1, 0, filled);
    return true;
  }

  /** Forgets what something later was said of by then. */
  forget(beforeMs: number): void {
    const kept = this.spells.findLastIndex(({ fromMs }) => fromMs <= beforeMs);
    if (kept > 0) this.spells.splice(0, kept);
  }

  #fail(atMs: number, sinceMs: number, phrase: Phrase, last: Spell | undefined): number {
    if (this.failures === 0)
      this.firstFailure = { fromMs: later(Number.isNaN(sinceMs) ? atMs : sinceMs, last), atMs, phrase };
    if (this.failures === 0 || atMs > this.failedMs) this.failures++;
    this.failedMs = atMs;
    if (this.failures < this.confirm) return Infinity;
    this.failures = 0;
    const first = this.firstFailure!;
    return this.turn(first.fromMs, first.atMs, sinceMs, first.phrase, atMs);
  }

  #repeat(last: Spell, atMs: number, sinceMs: number, phrase: Phrase): number {
    const endMs = phrase.says === 'down' ? Infinity : atMs + phrase.holdMs;
    const isOn = atMs <= last.toMs || sinceMs <= last.toMs;
    if (!isOn) {
      const fromMs = Number.isNaN(sinceMs) ? atMs : sinceMs;
      this.isPinned = !Number.isNaN(sinceMs);
      this.spells.push(spell(fromMs, atMs, phrase, atMs));
      return fromMs;
    }
    let changedMs = last.toMs === endMs ? Infinity : Math.min(last.toMs, endMs);
    last.toMs = endMs;
    last.saidMs = atMs;
    last.isEnded = phrase.holdMs === 0 && phrase.says !== 'down';
    if (!this.isPinned && !Number.isNaN(sinceMs)) {
      this.isPinned = true;
      const fromMs = Math.max(sinceMs, this.limitMs);
      if (fromMs < last.fromMs) {
        this.spells.pop();
        this.#cut(fromMs);
        last.fromMs = fromMs;
        this.spells.push(last);
        changedMs = Math.min(changedMs, fromMs);
      }
    }
    return changedMs;
  }

  /** What was said until now ends here. */
  #cut(atMs: number): void {
    let last = this.last;
    while (last && last.fromMs >= atMs) {
      this.spells.pop();
      last = this.last;
    }
    if (last && last.toMs > atMs) last.toMs = atMs;
  }
}

const later = (fromMs: number, last: Spell | undefined): number => Math.max(fromMs, last?.saidMs ?? -Infinity);

const spell = (fromMs: number, firstMs: number, phrase: Phrase, atMs: number): Spell => ({
  fromMs,
  toMs: phrase.says === 'down' ? Infinity : atMs + phrase.holdMs,
  says: phrase.says,
  saidMs: atMs,
  isEnded: phrase.holdMs === 0 && phrase.says !== 'down',
  atMs: firstMs,
  phrase,
});
