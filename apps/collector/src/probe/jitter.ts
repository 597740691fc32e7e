/** Interarrival jitter of what one target answers, kept over its runs (RFC 3550 section 6.4.1). */

/** One of sixteen parts of what is new, "for good noise reduction". */
const gain = 1 / 16;

export class Jitter {
  #valueMs: number | undefined;

  /**
   * Takes the transit times of a run's packets, ms, in the order in which they arrived. They may have any offset: only
   * differences between neighbours count, and none across runs, where clocks have drifted.
   * @returns the estimate, ms; nothing when fewer than two packets arrived
   */
  add(transitsMs: readonly number[]): number | undefined {
    if (transitsMs.length < 2) return undefined;
    const differences = transitsMs.slice(1).map((each, i) => Math.abs(each - transitsMs[i]!));
    // From zero, as the RFC begins, a probe of ten packets would tell less than half of it for a minute.
    if (this.#valueMs === undefined)
      this.#valueMs = differences.reduce((sum, each) => sum + each, 0) / differences.length;
    else for (const each of differences) this.#valueMs += (each - this.#valueMs) * gain;
    return this.#valueMs;
  }
}
