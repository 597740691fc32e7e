/** What rules on contracts are given of a circuit. */
import type { CircuitStanding, SlaCircuit } from '@linewatch/figures';

export interface StandingInput {
  readonly circuit: SlaCircuit;
  readonly standing: CircuitStanding;
  /** How it stood at a moment before. */
  readonly earlier: (atMs: number) => CircuitStanding | null;
}

/** The period is named, so that what was broken in one is no part of the next. */
export const periodSubject = ({ circuit, standing }: StandingInput): string =>
  `c${circuit.row}/${new Date(standing.period.fromMs).toISOString().slice(0, 10)}`;

const day = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'Europe/London',
});
export const lastDay = ({ standing }: StandingInput): string => day.format(standing.period.toMs - 1);

/** Without the zeros that it ends with: as the contract has it. */
export const targetText = (percent: number): string => `${String(percent)} %`;
