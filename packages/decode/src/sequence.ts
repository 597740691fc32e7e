/** What sequence numbers tell of datagrams that never came: one tracker for each exporter, version and domain. */

export type SequenceUnit = 'flows' | 'datagrams' | 'records' | 'samples';

/** A jump over this is a restart of the exporter, not a loss. */
const plausible = { flows: 1 << 20, datagrams: 1 << 14, records: 1 << 20, samples: 1 << 20 } as const;
const remembered = 32;

/** What one datagram's number says. Counts are in the tracker's unit. */
export interface Verdict {
  lost: number;
  late: number;
  duplicate: boolean;
  restart: boolean;
}

export class SequenceTracker {
  /** v5 counts flows, v9 and sFlow datagrams, IPFIX data records (RFC 7011 section 3.1), sFlow sources samples. */
  readonly unit: SequenceUnit;
  lost = 0;
  /** Units that came out of order: they were counted as lost before. */
  late = 0;
  duplicates = 0;
  restarts = 0;
  #next = -1;
  /** What would follow the last number that looked late: two in a row are a restart. */
  #nextLate = -1;
  readonly #recent = new Float64Array(remembered).fill(-1);
  #recentAt = 0;
  #slack = 0;
  readonly #verdict: Verdict = { lost: 0, late: 0, duplicate: false, restart: false };

  constructor(unit: SequenceUnit) {
    this.unit = unit;
  }

  /**
   * Takes the number of a datagram with this many units; `units` below 0 = not known (sets without their template).
   * `slack`: template records in it, which softflowd counts as well: a gap after them that is no larger is no loss.
   * The verdict is valid until the next call.
   */
  see(sequence: number, units: number, slack = 0): Verdict {
    const verdict = this.#verdict;
    verdict.lost = verdict.late = 0;
    verdict.duplicate = verdict.restart = false;
    const after = units < 0 ? -1 : (sequence + units) % 4_294_967_296;
    if (this.#next >= 0 && sequence !== this.#next) this.#jump(sequence, units, after, verdict);
    else this.#next = after;
    this.#recent[this.#recentAt] = sequence;
    this.#recentAt = (this.#recentAt + 1) % remembered;
    this.#slack = slack;
    return verdict;
  }

  #jump(sequence: number, units: number, after: number, verdict: Verdict): void {
    const gap = (sequence - this.#next) | 0;
    const limit = plausible[this.unit];
    if (gap > 0 && gap <= limit) {
      if (gap > this.#slack) this.lost += verdict.lost = gap;
      this.#next = after;
    } else if (gap < 0 && -gap <= limit && sequence !== this.#nextLate) {
      if (units !== 0 && this.#recent.includes(sequence)) {
        this.duplicates++;
        verdict.duplicate = true;
      } else {
        this.late += verdict.late = Math.max(0, units);
        this.#nextLate = after;
      }
      return;
    } else {
      this.restarts++;
      verdict.restart = true;
      this.#next = after;
    }
    this.#nextLate = -1;
  }
}
