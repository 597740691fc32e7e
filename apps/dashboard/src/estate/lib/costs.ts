/** What contracts and circuits cost a year, from the prices that are in force. Without VAT. */
import type { EstateRecord } from '@linewatch/contract';
import { parseMoney } from './rates.ts';
import { type Values, isPlain } from './values.ts';

const pence = (text: unknown): number | null => (typeof text === 'string' ? parseMoney(text) : null);

/** Pence a month by the price in force on a day (`2026-09-01`); null = none is known. */
export function monthlyOf(contract: Values, today: string): number | null {
  const prices = Array.isArray(contract['prices']) ? (contract['prices'] as unknown[]).filter(isPlain) : [];
  const begun = prices.filter(({ from }) => typeof from === 'string' && from <= today);
  const [latest] = begun.sort((a, b) => (String(a['from']) < String(b['from']) ? 1 : -1));
  return latest ? pence(latest['monthly']) : null;
}

/** Pence a year of all contracts given, and of circuits that have a charge of their own where the contract has none. */
export function yearlyOf(
  contracts: readonly EstateRecord[],
  circuits: readonly EstateRecord[],
  today: string,
): number | null {
  let sum: number | null = null;
  const priced = new Set<string>();
  for (const { id, values } of contracts) {
    const monthly = monthlyOf(values as Values, today);
    if (monthly === null) continue;
    priced.add(id);
    sum = (sum ?? 0) + monthly * 12;
  }
  for (const { values } of circuits) {
    const { contract, monthly } = values as Values;
    const own = pence(monthly);
    if (own === null || (typeof contract === 'string' && priced.has(contract))) continue;
    sum = (sum ?? 0) + own * 12;
  }
  return sum;
}
