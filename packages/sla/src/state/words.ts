import type { Phrase } from './track.ts';
import { compareWords } from './voice.ts';

const leastWords = 8;
export const maxWords = 256;

type Call = (atMs: number, sinceMs: number, phrase: Phrase) => void;

/** Words in the order of `compareWords`, each once, in columns that are used again. */
export class Words {
  #at = new Float64Array(leastWords);
  #since = new Float64Array(leastWords);
  readonly #phrases: (Phrase | undefined)[] = new Array<undefined>(leastWords).fill(undefined);
  #from = 0;
  #to = 0;

  get size(): number {
    return this.#to - this.#from;
  }

  get lastMs(): number {
    return this.#at[this.#to - 1]!;
  }

  /** There is no place for another: `grow` or `shift`. */
  get isFull(): boolean {
    return this.#to - this.#from === this.#at.length;
  }

  /** False: it is not after the last. There has to be place. */
  append(atMs: number, sinceMs: number, phrase: Phrase): boolean {
    if (this.#to > this.#from && this.#compare(this.#to - 1, atMs, sinceMs, phrase) >= 0) return false;
    if (this.#to === this.#at.length) this.#close();
    this.#put(this.#to++, atMs, sinceMs, phrase);
    return true;
  }

  /** In its place; false: it is there. There has to be place. */
  insert(atMs: number, sinceMs: number, phrase: Phrase): boolean {
    let i = this.#to;
    while (i > this.#from && this.#compare(i - 1, atMs, sinceMs, phrase) > 0) i--;
    if (i > this.#from && this.#compare(i - 1, atMs, sinceMs, phrase) === 0) return false;
    const before = i - this.#from;
    if (this.#to === this.#at.length) this.#close();
    i = this.#from + before;
    this.#at.copyWithin(i + 1, i, this.#to);
    this.#since.copyWithin(i + 1, i, this.#to);
    this.#phrases.copyWithin(i + 1, i, this.#to);
    this.#to++;
    this.#put(i, atMs, sinceMs, phrase);
    return true;
  }

  /** False: it is as large as it gets. */
  grow(): boolean {
    const length = this.#at.length * 2;
    if (length > maxWords) return false;
    this.#close();
    const [at, since] = [this.#at, this.#since];
    this.#at = new Float64Array(length);
    this.#at.set(at);
    this.#since = new Float64Array(length);
    this.#since.set(since);
    while (this.#phrases.length < length) this.#phrases.push(undefined);
    return true;
  }

  /** How many are before, without the last. */
  countBefore(beforeMs: number): number {
    let i = this.#from;
    while (i < this.#to - 1 && this.#at[i]! < beforeMs) i++;
    return i - this.#from;
  }

  /** Takes the first so many out; those of one instant go together. The last stays. */
  shift(count: number, call: Call): void {
    let left = count;
    while (this.size > 1 && (left > 0 || (left < count && this.#at[this.#from] === this.#at[this.#from - 1]))) {
      const i = this.#from++;
      call(this.#at[i]!, this.#since[i]!, this.#phrases[i]!);
      this.#phrases[i] = undefined;
      left--;
    }
  }

  each(call: Call): void {
    for (let i = this.#from; i < this.#to; i++) call(this.#at[i]!, this.#since[i]!, this.#phrases[i]!);
  }

  #compare(i: number, atMs: number, sinceMs: number, phrase: Phrase): number {
    const mine = this.#at[i]!;
    return mine === atMs ? compareWords(mine, this.#since[i]!, this.#phrases[i]!, atMs, sinceMs, phrase) : mine - atMs;
  }

  #put(i: number, atMs: number, sinceMs: number, phrase: Phrase): void {
    this.#at[i] = atMs;
    this.#since[i] = sinceMs;
    this.#phrases[i] = phrase;
  }

  /** Moves them to the front. */
  #close(): void {
    if (this.#from === 0) return;
    const size = this.size;
    this.#at.copyWithin(0, this.#from, this.#to);
    this.#since.copyWithin(0, this.#from, this.#to);
    this.#phrases.copyWithin(0, this.#from, this.#to);
    this.#phrases.fill(undefined, size, this.#to);
    this.#from = 0;
    this.#to = size;
  }
}
