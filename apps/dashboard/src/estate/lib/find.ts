/** Finding by words that are typed. */

export const plain = (text: string): string =>
  text.normalize('NFD').replace(/\p{M}/gu, '').replace(/[’']/g, '').toLowerCase();

export const wordsOf = (search: string): string[] => plain(search).split(/\s+/).filter(Boolean);

export const holds = (text: string, words: readonly string[]): boolean => words.every((word) => text.includes(word));

/** The first few of which each word is found, those that begin with the search before the others. */
export function findByWords<T>(items: readonly T[], textOf: (item: T) => string, search: string, most: number): T[] {
  const words = wordsOf(search);
  const first: T[] = [];
  const others: T[] = [];
  for (const item of items) {
    const text = plain(textOf(item));
    if (!holds(text, words)) continue;
    (text.startsWith(words[0] ?? '') ? first : others).push(item);
    if (first.length >= most) break;
  }
  return [...first, ...others].slice(0, most);
}
