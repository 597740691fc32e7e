/**
 * How long a range waits for more and how much goes into it, by load. Three states, each left later than it is entered, so
 * that a load at a border does not make them change at every range:
 *
 *     idle        few rows: wait a short while after the first, for the sake of who looks
 *     steady      a rate that fills larger inserts within the budget of latency: wait longer, or until they are large
 *     overloaded  more is on the queue than a range takes: take full ranges, wait for nothing
 *
 * When ClickHouse has too many parts, later ranges are larger and wait longer; that goes back slowly.
 */
export const paceStates = ['idle', 'steady', 'overloaded'] as const;
export type PaceState = (typeof paceStates)[number];

export interface PaceLimits {
  readonly maxRows: number;
  /** Longest that rows wait when there are few, ms. */
  readonly idleWaitMs: number;
  /** The same at a steady rate, ms. */
  readonly steadyWaitMs: number;
}

/** How a range is to be closed. */
export interface Pace {
  readonly waitMs: number;
  /** Rows from which a range need not wait for more. */
  readonly enoughRows: number;
  readonly maxRows: number;
}

/** A range that was read. */
export interface ReadRange {
  readonly rows: number;
  readonly messages: number;
  /** Since the range before was closed, ms. */
  readonly tookMs: number;
  /** Messages that are on the queue behind it. */
  readonly behind: number;
}

/** Rows of an insert from which larger ones are hardly cheaper by the row. */
const enoughRows = 100_000;
/** Rows a second from which waiting longer makes inserts of a good size, and below which it does not any more. */
const steadyFrom = 20_000;
const idleBelow = 10_000;
/** So many ranges in a row have to say so before a state is left downwards. */
const calmRanges = 4;
/** Beyond this many rows a range does not grow. */
const mostRows = 2_000_000;
const mostWaitMs = 10_000;
const mostGrowth = 8;
/** A grown range shrinks by a step after so many inserts without a refusal. */
const shrinkAfter = 32;

export class Pacing {
  readonly #limits: PaceLimits;
  #state: PaceState = 'idle';
  #calm = 0;
  #growth = 1;
  #accepted = 0;
  #rowsPerSecond = 0;

  constructor(limits: PaceLimits) {
    this.#limits = limits;
  }

  get state(): PaceState {
    return this.#state;
  }

  get growth(): number {
    return this.#growth;
  }

  next(): Pace {
    const { maxRows, idleWaitMs, steadyWaitMs } = this.#limits;
    const grown = Math.max(maxRows, Math.min(mostRows, maxRows * this.#growth));
    const enough = Math.min(grown, enoughRows * this.#growth);
    if (this.#state === 'overloaded') return { waitMs: 0, enoughRows: grown, maxRows: grown };
    const waitMs = this.#state === 'idle' ? idleWaitMs : Math.max(idleWaitMs, steadyWaitMs);
    return {
      waitMs: Math.max(waitMs, Math.min(mostWaitMs, waitMs * this.#growth)),
      enoughRows: enough,
      maxRows: grown,
    };
  }

  /** To be told of each range once it is read. */
  read({ rows, messages, tookMs, behind }: ReadRange): void {
    const rate = (rows * 1000) / Math.max(tookMs, 1);
    this.#rowsPerSecond += (rate - this.#rowsPerSecond) * 0.5;
    const behindRows = messages > 0 ? behind * (rows / messages) : 0;
    const { maxRows } = this.#limits;
    if (behindRows >= maxRows) this.#enter('overloaded');
    else if (this.#state === 'overloaded') {
      if (behindRows < maxRows / 4) this.#calmDown('steady');
      else this.#calm = 0;
    } else if (this.#state === 'idle') {
      if (this.#rowsPerSecond >= steadyFrom) this.#enter('steady');
    } else if (this.#rowsPerSecond < idleBelow) this.#calmDown('idle');
    else this.#calm = 0;
  }

  /** To be told of each insert: whether it was refused for too many parts. */
  inserted(tooManyParts: boolean): void {
    if (tooManyParts) {
      this.#growth = Math.min(mostGrowth, this.#growth * 2);
      this.#accepted = 0;
    } else if (this.#growth > 1 && ++this.#accepted >= shrinkAfter) {
      this.#growth /= 2;
      this.#accepted = 0;
    }
  }

  #enter(state: PaceState): void {
    this.#state = state;
    this.#calm = 0;
  }

  #calmDown(state: PaceState): void {
    if (++this.#calm >= calmRanges) this.#enter(state);
  }
}
