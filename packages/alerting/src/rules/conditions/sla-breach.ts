/** More was lost than the contract's target allows in the whole period. */
import { durationText } from '@linewatch/sla';
import { type Finding, type Known, about, since } from './finding.ts';
import { type StandingInput, lastDay, periodSubject, targetText } from './standing.ts';

/** Lasts until the period's end, or until what was lost is excused. */
export function slaBreach(input: StandingInput, known: Known): Finding | undefined {
  const { circuit, standing, earlier } = input;
  if (!standing.breached) return undefined;
  const subject = periodSubject(input);
  const { period, nowMs, target, budget } = standing;
  return {
    subject,
    startedMs: known.get(subject) ?? since(period.fromMs, nowMs, (atMs) => earlier(atMs)?.breached ?? false),
    title: `${circuit.name}: the contract is broken`,
    text:
      `${targetText(target)} is promised, which allows ${durationText(Math.floor(budget.allowedMs / 1000) * 1000)} until ` +
      `${lastDay(input)}. More was lost already.`,
    ...about.circuit(circuit.row),
  };
}
