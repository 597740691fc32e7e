/** The error budget burns too fast, by several windows. */
import { type Burn, durationText } from '@linewatch/sla';
import type { CircuitStanding } from '@linewatch/figures';
import { type Finding, type Known, about, since } from './finding.ts';
import { type StandingInput, targetText } from './standing.ts';

/** What fires goes on until it burns at less than this share of the rule's rate in its short window. */
const endShare = 0.8;

const isKept = ({ longRate, shortRate, rate }: Burn): boolean =>
  (longRate ?? 0) >= rate * endShare && (shortRate ?? 0) >= rate * endShare;
const fires = (standing: CircuitStanding | null): boolean => standing?.burns.some(({ firing }) => firing) ?? false;

/** One for a circuit, however many of its windows say so. */
export function budgetBurn({ circuit, standing, earlier }: StandingInput, known: Known): Finding | undefined {
  const subject = `c${circuit.row}`;
  const knownMs = known.get(subject);
  const burning = standing.burns.filter((burn) => burn.firing || (knownMs !== undefined && isKept(burn)));
  const [fastest] = burning;
  if (!fastest) return undefined;
  const { nowMs, target } = standing;
  const looksBackMs = Math.max(...burning.map(({ longMs }) => longMs));
  return {
    subject,
    startedMs: knownMs ?? since(nowMs - looksBackMs, nowMs, (atMs) => fires(earlier(atMs))),
    title: `${circuit.name}: the error budget burns fast`,
    text:
      `${targetText(target)} is promised. In ${durationText(fastest.longMs)} time was lost at least ${fastest.rate} times as fast ` +
      'as that allows.',
    ...about.circuit(circuit.row),
  };
}
