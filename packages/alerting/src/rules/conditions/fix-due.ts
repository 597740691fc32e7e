/** An outage nears the time in which the contract wants it fixed, or is beyond it. */
import type { FixDue, SlaCircuit } from '@linewatch/figures';
import { durationText, timeText } from '@linewatch/sla';
import { type Finding, about } from './finding.ts';

const minuteMs = 60_000;

export interface FixInput {
  /** Number of the incident, which goes on. */
  readonly incident: number;
  readonly circuit: SlaCircuit;
  readonly due: FixDue;
}

export interface FixSettings {
  readonly beforeMinutes: number;
}

/** While somebody has stopped the clock the time moves away, and it ends. */
export function fixNears(
  { incident, circuit, due }: FixInput,
  { beforeMinutes }: FixSettings,
  nowMs: number,
): Finding | undefined {
  const { dueMs, limitMs, exceeded } = due;
  if (dueMs === null) return undefined;
  const fromMs = dueMs - beforeMinutes * minuteMs;
  if (!exceeded && nowMs < fromMs) return undefined;
  const by = timeText(Math.floor(dueMs / 1000) * 1000);
  const within = durationText(Math.round(limitMs / 1000) * 1000);
  return {
    ...about.circuit(circuit.row),
    subject: `i${incident}`,
    startedMs: Math.floor(Math.min(fromMs, nowMs)),
    title: `${circuit.name}: ${exceeded ? 'the fix time is exceeded' : 'the fix time is about to be exceeded'}`,
    text: exceeded
      ? `The contract wants it fixed within ${within}. That was ${by}.`
      : `The contract wants it fixed within ${within}: by ${by}.`,
    incident,
  };
}
