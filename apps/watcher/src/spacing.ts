/** How long what a source says is taken to hold: 2.5 times the time between its words, within bounds. */
export interface Spacing {
  /** Its last word. */
  lastMs: number;
  /** Between two words: the largest, which fades. 0 = one word only. */
  everyMs: number;
}

export interface HoldBounds {
  readonly leastMs: number;
  readonly mostMs: number;
}

const periods = 2.5;
/**
 * What is in doubt is asked again sooner, a few times in a row: that must not shorten the hold of what is then asked at its
 * own period again. So the largest spacing counts, and fades by this with each word.
 */
const fade = 0.98;

/** A word at a time that is not later than the last changes nothing. */
export function heard(spacing: Spacing, atMs: number, { mostMs }: HoldBounds): void {
  if (atMs <= spacing.lastMs) return;
  if (spacing.lastMs > 0)
    spacing.everyMs = Math.max(Math.min(atMs - spacing.lastMs, mostMs / periods), spacing.everyMs * fade);
  spacing.lastMs = atMs;
}

export const newSpacing = (): Spacing => ({ lastMs: 0, everyMs: 0 });

export function holdOf({ everyMs }: Spacing, { leastMs, mostMs }: HoldBounds): number {
  if (everyMs === 0) return mostMs;
  return Math.round(Math.min(mostMs, Math.max(leastMs, everyMs * periods)));
}
