/** The error budget will not last to the period's end at the pace so far. */
import { type Finding, type Known, about, since } from './finding.ts';
import { type StandingInput, lastDay, periodSubject, targetText } from './standing.ts';
import type { CircuitStanding } from '@linewatch/figures';

/** Once it fires, so much less has to be spent for it to end: what is excused may be a minute. */
const slackPercent = 5;

const holds = (standing: CircuitStanding | null, spentPercent: number): boolean =>
  standing !== null &&
  !standing.breached &&
  standing.forecast.breach &&
  100 - standing.budget.leftPercent >= spentPercent;

export interface ForecastSettings {
  /** Only when so much of the budget is spent, %. */
  readonly spentPercent: number;
}

/** What is broken already is another rule's. */
export function breachForecast(
  input: StandingInput,
  { spentPercent }: ForecastSettings,
  known: Known,
): Finding | undefined {
  const { circuit, standing, earlier } = input;
  const subject = periodSubject(input);
  const knownMs = known.get(subject);
  if (!holds(standing, knownMs === undefined ? spentPercent : spentPercent - slackPercent)) return undefined;
  const { period, nowMs, target } = standing;
  return {
    subject,
    startedMs: knownMs ?? since(period.fromMs, nowMs, (atMs) => holds(earlier(atMs), spentPercent)),
    title: `${circuit.name}: the contract will be broken`,
    text:
      `${targetText(target)} is promised. Over ${spentPercent} % of what may be lost until ${lastDay(input)} is gone, and at the ` +
      'pace so far the rest does not last.',
    ...about.circuit(circuit.row),
  };
}
