import type { StateSettings } from './evidence.ts';
import { type Phrase, type Spell, Track } from './track.ts';

/**
 * What a source said, word by word in the order of `compareWords`. A link has two tracks: its own, and the traffic on it,
 * which takes back a `down` that was not said again for `staleMs`: an interface that is polled is told of more often.
 */
export class Voice {
  readonly main: Track;
  readonly traffic: Track | undefined;
  readonly #staleMs: number;

  private constructor(main: Track, traffic: Track | undefined, staleMs: number) {
    this.main = main;
    this.traffic = traffic;
    this.#staleMs = staleMs;
  }

  static of(
    kind: Phrase['kind'],
    { confirm, staleMs }: StateSettings,
    main: Spell[] = [],
    traffic: Spell[] = [],
  ): Voice {
    const isConfirmed = kind === 'probe' || kind === 'reach';
    return new Voice(
      new Track(isConfirmed ? confirm : 1, main),
      kind === 'link' ? new Track(1, traffic) : undefined,
      staleMs,
    );
  }

  clone(): Voice {
    return new Voice(this.main.clone(), this.traffic?.clone(), this.#staleMs);
  }

  /** From when on something changed; Infinity: nothing did. */
  step(atMs: number, sinceMs: number, phrase: Phrase): number {
    if (phrase.kind !== 'traffic' || !this.traffic) return this.main.step(atMs, sinceMs, phrase);
    const changedMs = this.traffic.step(atMs, sinceMs, phrase);
    const last = this.main.last;
    if (last?.says !== 'down' || atMs - last.saidMs < this.#staleMs) return changedMs;
    return Math.min(changedMs, this.main.turn(atMs, atMs, Number.NaN, phrase, atMs));
  }

  fill(atMs: number, sinceMs: number, phrase: Phrase): boolean {
    return ((phrase.kind === 'traffic' && this.traffic) || this.main).fill(atMs, sinceMs, phrase);
  }

  forget(beforeMs: number): void {
    this.main.forget(beforeMs);
    this.traffic?.forget(beforeMs);
  }
}

const rank = { up: 0, degraded: 1, down: 2 } as const;
const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * The order in which words of a source are taken: by when they were said; of one instant, what has been so for longer is
 * older, and the worse word is the last. So who came first over the network does not matter.
 */
export function compareWords(
  aMs: number,
  aSinceMs: number,
  a: Phrase,
  bMs: number,
  bSinceMs: number,
  b: Phrase,
): number {
  if (aMs !== bMs) return aMs - bMs;
  const [aFrom, bFrom] = [Number.isNaN(aSinceMs) ? aMs : aSinceMs, Number.isNaN(bSinceMs) ? bMs : bSinceMs];
  if (aFrom !== bFrom) return aFrom - bFrom;
  if (Number.isNaN(aSinceMs) !== Number.isNaN(bSinceMs)) return Number.isNaN(aSinceMs) ? 1 : -1;
  if (a === b) return 0;
  return (
    rank[a.says] - rank[b.says] ||
    a.holdMs - b.holdMs ||
    compareTexts(a.kind, b.kind) ||
    compareTexts(a.collector, b.collector) ||
    compareTexts(a.note, b.note)
  );
}
