/** What a line costs a month, to reckon credits by. */
import { poundsText } from './words.ts';
import type { SlaCircuit } from './estate.ts';

export interface Charge {
  /** `1234.50`; null = no one said. */
  readonly monthly: string | null;
  /** How it was found, for people. */
  readonly working: string;
}

/** @param beside circuits of the same contract in service then, itself included. @param day `2026-09-01` */
export function chargeOf({ record, contract }: SlaCircuit, beside: number, day: string): Charge {
  if (record.monthly !== undefined)
    return { monthly: record.monthly, working: `Monthly charge of the line: ${poundsText(record.monthly)}.` };
  const price = [...(contract?.record.prices ?? [])]
    .sort((a, b) => (a.from < b.from ? -1 : 1))
    .findLast(({ from }) => from <= day);
  if (!price) return { monthly: null, working: 'No monthly charge is known, of the line or of its contract.' };
  if (beside <= 1)
    return {
      monthly: price.monthly,
      working: `Monthly charge of the contract, from ${price.from}: ${poundsText(price.monthly)}.`,
    };
  const share = Math.round((Number(price.monthly) * 100) / beside) / 100;
  return {
    monthly: share.toFixed(2),
    working: `Monthly charge of the contract, from ${price.from}: ${poundsText(price.monthly)} for ${beside} lines; an equal share is ${poundsText(share.toFixed(2))}.`,
  };
}
