/** When a delivery that failed is tried again. */

/** What a receiver asks for beyond this is not heeded. */
export const mostAfterMs = 24 * 3_600_000;

/**
 * Pause after so many attempts, ms: the schedule's, a tenth more or less, or what the receiver asked for (Retry-After) where that
 * is longer. Undefined: it is given up.
 */
export function pauseAfter(
  retrySeconds: readonly number[],
  attempts: number,
  afterMs: number | undefined,
  random: () => number,
): number | undefined {
  const seconds = retrySeconds[attempts - 1];
  if (seconds === undefined) return undefined;
  const jittered = seconds * 1000 * (0.9 + 0.2 * random());
  return Math.round(Math.max(jittered, Math.min(mostAfterMs, afterMs ?? 0)));
}
