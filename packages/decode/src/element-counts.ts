/** How many records had each element that feeds no column, so that a user can ask for it. */

/** What a template counts: its records, and the elements that each of them has. */
interface Counted {
  readonly columnless: readonly string[];
  records: number;
}

export class ElementCounts {
  readonly counts = new Map<string, number>();
  /** Records times elements that found no room. */
  over = 0;
  readonly #limit: number;
  #weighed = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Adds what a template has counted since. Templates count records, not elements: a set costs one addition. */
  take(template: Counted): void {
    const { records } = template;
    if (records === 0) return;
    template.records = 0;
    for (const key of template.columnless) {
      const known = this.counts.get(key);
      if (known !== undefined) this.counts.set(key, known + records);
      else if (this.counts.size < this.#limit) this.counts.set(key, records);
      else this.over += records;
    }
  }

  /** How many more are there than at the last call. */
  grown(): number {
    const more = this.counts.size - this.#weighed;
    this.#weighed = this.counts.size;
    return more;
  }
}
