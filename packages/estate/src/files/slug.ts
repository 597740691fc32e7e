/** Ids made from names: the same name gives the same id, and who comes second gets a number. */

const maxLength = 60;

/** Empty when nothing of the name can be in an id. */
function slugOf(name: string): string {
  const words = name
    .normalize('NFKD')
    .replaceAll(/\p{M}|['’`]/gu, '')
    .toLowerCase()
    .replaceAll('&', ' and ')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  if (words.length <= maxLength) return words;
  const cut = words.slice(0, maxLength + 1);
  const end = cut.lastIndexOf('-');
  return (end > maxLength / 2 ? cut.slice(0, end) : words.slice(0, maxLength)).replace(/-+$/, '');
}

export class Ids {
  readonly #taken: Set<string>;

  constructor(taken: Iterable<string>) {
    this.#taken = new Set(taken);
  }

  take(id: string): void {
    this.#taken.add(id);
  }

  /** One that nobody has yet, from the first of the names that gives one. */
  make(...names: readonly string[]): string {
    const base = names.map(slugOf).find((slug) => slug !== '') ?? 'unnamed';
    let id = base;
    for (let n = 2; this.#taken.has(id); n++) id = `${base}-${n}`;
    this.#taken.add(id);
    return id;
  }
}
