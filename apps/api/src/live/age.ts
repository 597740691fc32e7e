const bucketMs = 60_000;
const buckets = 16;

/** Largest value noted in the last 15 minutes, by minute. */
export class RecentMax {
  readonly #minute = new Uint32Array(buckets);
  readonly #max = new Float64Array(buckets);

  note(timeMs: number, value: number): void {
    const minute = Math.floor(timeMs / bucketMs);
    const at = minute % buckets;
    if (this.#minute[at] !== minute) {
      if (this.#minute[at]! > minute) return;
      this.#minute[at] = minute;
      this.#max[at] = value;
    } else if (value > this.#max[at]!) this.#max[at] = value;
  }

  max(nowMs: number): number {
    const minute = Math.floor(nowMs / bucketMs);
    let max = 0;
    for (let i = 0; i < buckets; i++)
      if (this.#minute[i]! > minute - buckets && this.#max[i]! > max) max = this.#max[i]!;
    return max;
  }
}
