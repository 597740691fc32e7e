/** When silences take place. */
import type { KeptSilence } from '@linewatch/estate';
import { MaintenanceError, type Span, expand } from '@linewatch/sla';

/** When it takes place within a span, cut off where somebody ended it. What cannot be read of a rule takes place never. */
export function occurrencesOf(silence: KeptSilence, span: Span): Span[] {
  const endedMs = silence.endedMs ?? Infinity;
  try {
    return expand({ ...silence, cancelledMs: silence.endedMs }, span)
      .map(({ fromMs, toMs }) => ({ fromMs, toMs: Math.min(toMs, endedMs) }))
      .filter(({ fromMs, toMs }) => fromMs < toMs && toMs > span.fromMs);
  } catch (error) {
    if (error instanceof MaintenanceError) return [];
    throw error;
  }
}

/** Until when it holds; undefined: it does not hold now. */
export const holdsUntilMs = (silence: KeptSilence, nowMs: number): number | undefined =>
  occurrencesOf(silence, { fromMs: nowMs, toMs: nowMs + 1 }).at(-1)?.toMs;
