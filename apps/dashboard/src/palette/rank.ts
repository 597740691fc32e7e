/** Which entries fit what is typed, best first. */
import type { Entry } from './entries.ts';

const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').replace(/[’']/g, '').toLowerCase();

/** How well a word fits a text: as its beginning, at the beginning of a word in it, inside; 0 = not at all. */
function fit(text: string, word: string): number {
  const at = text.indexOf(word);
  if (at < 0) return 0;
  if (at === 0) return 3;
  return text.includes(` ${word}`) ? 2 : 1;
}

/** 0 = a word is nowhere in it. A title counts more than what stands beside it. */
function score(entry: Entry, words: readonly string[]): number {
  const title = plain(entry.title);
  const beside = plain(`${entry.detail} ${entry.also ?? ''}`);
  let sum = 0;
  for (const word of words) {
    const own = fit(title, word) * 10 || fit(beside, word);
    if (own === 0) return 0;
    sum += own;
  }
  // Of two that fit alike the one with the shorter title is the closer.
  return sum + 1 / (1 + title.length);
}

/** In the order given where nothing is typed, or where two fit alike. */
export function rank(entries: readonly Entry[], typed: string, most: number): Entry[] {
  const words = plain(typed).split(/\s+/).filter(Boolean);
  if (words.length === 0) return entries.slice(0, most);
  return entries
    .map((entry) => ({ entry, score: score(entry, words) }))
    .filter((each) => each.score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, most)
    .map(({ entry }) => entry);
}
