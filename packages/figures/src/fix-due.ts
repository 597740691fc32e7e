/** By when an outage is to be fixed, as the contract has it. */
import type { Incident } from '@linewatch/contract';
import type { FaultClass } from '@linewatch/sla';
import type { SlaCircuit } from './estate.ts';
import { exclusionsBy } from './facts.ts';
import { exclusionsOf } from './occurrences.ts';
import { asOf, fixOf } from './outages.ts';
import { type StandingFacts, knownAt } from './standing-facts.ts';

/** Our clock, as things stand: it moves on while something stops it. */
export interface FixDue {
  readonly faultClass: FaultClass;
  /** null: the clock has not started, as before the report where the contract counts from that. */
  readonly startMs: number | null;
  /** When the time to fix is, or was, used up. null: not started, or no hours of care lead there. */
  readonly dueMs: number | null;
  readonly limitMs: number;
  /** Within the hours of care, less what it stood still. */
  readonly tookMs: number;
  /** Of the hours of care; below 0 = exceeded by so much. */
  readonly leftMs: number;
  readonly exceeded: boolean;
}

/**
 * Of an incident that was open at a moment: what was reported, fixed or excluded later is left out.
 * @param circuit of the incident.
 * @returns null: not open then, no outage or degradation of one line, merged into another, or no time to fix is promised.
 * @throws RangeError for a zone or a time of the day of the terms that is none.
 */
export function fixDue(incident: Incident, circuit: SlaCircuit, facts: StandingFacts, nowMs: number): FixDue | null {
  const { kind, mergedInto, startedMs, endedMs, detectedMs } = incident;
  if ((kind !== 'outage' && kind !== 'degradation') || mergedInto !== null) return null;
  if (Math.max(startedMs, detectedMs) > nowMs || (endedMs !== null && endedMs <= nowMs)) return null;
  const known = knownAt(circuit, facts, nowMs, nowMs);
  const works = known.occurrences.of(circuit, { fromMs: startedMs, toMs: Math.max(nowMs, startedMs + 1) });
  const exclusions = [...exclusionsBy(known.annotations.get(circuit.row) ?? []), ...exclusionsOf(works)];
  const fix = fixOf(asOf(incident, nowMs), circuit, exclusions, nowMs);
  if (!fix || fix.ours.limitMs === null) return null;
  const { startMs, dueMs, limitMs, tookMs, met } = fix.ours;
  return {
    faultClass: fix.faultClass,
    startMs,
    dueMs,
    limitMs,
    tookMs: tookMs ?? 0,
    leftMs: limitMs - (tookMs ?? 0),
    exceeded: met === false,
  };
}
