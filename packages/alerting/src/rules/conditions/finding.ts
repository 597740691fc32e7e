/** What the rules that are no incidents find. All here is pure: inputs are plain values, and time is an argument. */

export interface Finding {
  /**
   * What it is about: with the rule's slug and the beginning it names the alert. The same as long as it goes on, over restarts
   * and whoever looks.
   */
  readonly subject: string;
  /** Of what was found, by the data; not when it was looked at. Unix ms. */
  readonly startedMs: number;
  readonly title: string;
  /** Holds nothing that changes from minute to minute: each change is told. */
  readonly text: string;
  /** Row. */
  readonly circuit: number | null;
  /** Ids of what it is of, where it is of no circuit. */
  readonly academy: string | null;
  readonly provider: string | null;
  /** Whose problem it is part of. */
  readonly incident: number | null;
}

/** Beginnings of what fires already, by subject: it ends later than it would begin. */
export type Known = ReadonlyMap<string, number>;

const stepMs = 60_000;

/**
 * When something came to hold that holds at `toMs`: to the minute, by halving, where it held on from then. What held at `fromMs`
 * already began then.
 */
export function since(fromMs: number, toMs: number, holds: (atMs: number) => boolean): number {
  let [before, after] = [Math.floor(fromMs / stepMs), Math.floor(toMs / stepMs)];
  if (before >= after || holds(before * stepMs)) return before * stepMs;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (holds(middle * stepMs)) after = middle;
    else before = middle;
  }
  return after * stepMs;
}

export const about = {
  circuit: (row: number) => ({ circuit: row, academy: null, provider: null, incident: null }),
  nothing: { circuit: null, academy: null, provider: null, incident: null },
} as const;
