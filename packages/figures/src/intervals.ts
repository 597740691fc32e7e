/** Stored intervals, as far as anyone saw them. */
import type { CircuitInterval } from '@linewatch/estate';
import { type Cause, type StateInterval, causes } from '@linewatch/sla';

/** The watcher keeps how far it saw at least each minute, and stays behind collectors for a little: so much is no blindness. */
const slackMs = 120_000;

/**
 * What goes on is known only up to when its circuit was last seen: from there on nobody watched, and it is neither up nor down.
 * @param stored by circuit and time, as they come back
 */
export function seenIntervals(stored: readonly CircuitInterval[], nowMs: number): CircuitInterval[] {
  return stored.flatMap((each): CircuitInterval[] => {
    const seenMs = Math.max(each.fromMs, each.seenMs ?? each.fromMs);
    if (each.toMs !== null || each.state === 'unknown' || seenMs >= nowMs - slackMs) return [each];
    const blind = { ...each, fromMs: seenMs, state: 'unknown' as const, cause: 'collector', evidence: [] };
    return seenMs > each.fromMs ? [{ ...each, toMs: seenMs }, blind] : [blind];
  });
}

const isCause = (cause: string): cause is Cause => (causes as readonly string[]).includes(cause);

/** As the figures take them, by the circuit's row; one that goes on ends at Infinity. */
export function stateIntervals(stored: readonly CircuitInterval[], nowMs: number): Map<number, StateInterval[]> {
  const byCircuit = new Map<number, StateInterval[]>();
  for (const { circuit, fromMs, toMs, state, cause } of seenIntervals(stored, nowMs)) {
    const own = byCircuit.get(circuit) ?? [];
    if (own.length === 0) byCircuit.set(circuit, own);
    own.push({ fromMs, toMs: toMs ?? Infinity, state, cause: isCause(cause) ? cause : 'none' });
  }
  return byCircuit;
}
