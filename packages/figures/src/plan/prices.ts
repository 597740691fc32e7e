/** What a contract costs now and next. Pounds and pence are counted in pence. */
import type { EstateRecord, PlanPrice, Values } from '@linewatch/contract';
import { textIn } from './fields.ts';

const pence = (money: string): number => Math.round(Number(money) * 100);
const money = (amount: number): string => (amount / 100).toFixed(2);

type Contract = Values<'contract'>;

function nextUplift(uplift: Contract['uplift'], today: string): PlanPrice['uplift'] {
  if (!uplift || uplift.rule === 'none' || uplift.month === undefined) return null;
  const year = Number(today.slice(0, 4));
  const dayIn = (of: number): string => `${of}-${String(uplift.month).padStart(2, '0')}-01`;
  const first = dayIn(year) > today ? year : year + 1;
  return {
    day: dayIn(Math.max(first, uplift.firstYear ?? first)),
    rule: uplift.rule,
    percent: uplift.percent ?? null,
  };
}

/** Null: none is stated. `circuits` are those of the contract that go on. */
export function priceOf(contract: Contract, circuits: readonly EstateRecord[], today: string): PlanPrice | null {
  const prices = [...(contract.prices ?? [])].sort((a, b) => (a.from < b.from ? -1 : 1));
  const now = prices.findLast(({ from }) => from <= today);
  const next = prices.find(({ from }) => from > today);
  const own = circuits.flatMap(({ values }) => textIn(values, 'monthly') ?? []);
  if (!now && own.length === 0) return null;
  const monthly = now ? pence(now.monthly) : own.reduce((sum, each) => sum + pence(each), 0);
  return {
    monthly: money(monthly),
    yearly: money(monthly * 12),
    source: now ? 'contract' : 'circuits',
    next: next ? { day: next.from, monthly: money(pence(next.monthly)) } : null,
    uplift: nextUplift(contract.uplift, today),
  };
}
