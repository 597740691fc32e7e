import type { CircuitInterval } from '@linewatch/estate';
import type { Cause, StateInterval } from '@linewatch/sla';

/** Stored intervals as the figures take them, by the circuit's row; one that goes on ends at Infinity. */
export function stateIntervals(stored: readonly CircuitInterval[]): Map<number, StateInterval[]> {
  const byCircuit = new Map<number, StateInterval[]>();
  for (const { circuit, fromMs, toMs, state, cause } of stored) {
    const own = byCircuit.get(circuit) ?? [];
    own.push({ fromMs, toMs: toMs ?? Infinity, state, cause: cause as Cause });
    byCircuit.set(circuit, own);
  }
  return byCircuit;
}
