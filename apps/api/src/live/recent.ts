/** The last few things seen, to tell a repeat. */
export class RecentSet {
  readonly #limit: number;
  readonly #seen = new Set<string>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** False when it is a repeat. */
  add(key: string): boolean {
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    const [oldest] = this.#seen;
    if (this.#seen.size > this.#limit) this.#seen.delete(oldest!);
    return true;
  }
}
