/** Contracts that end or need notice, support that ends, certificates that run out. */
import type { PlanItem, PlanReason } from '@linewatch/contract';
import { daysBetween } from '@linewatch/figures';
import { timeText } from '@linewatch/sla';
import { type Finding, about } from './finding.ts';

const dayMs = 86_400_000;
/** What is past is told of for so long: after that it is on the Plan page only. */
const pastDays = 30;
/** A certificate that was not seen for so long may be another by now. */
const seenMs = 2 * dayMs;

export interface DateSettings {
  readonly noticeDays: number;
  readonly certificateDays: number;
  readonly supportDays: number;
}

const settingOf: Partial<Record<PlanReason, keyof DateSettings>> = {
  notice: 'noticeDays',
  term: 'noticeDays',
  expired: 'noticeDays',
  support: 'supportDays',
};
const titleOf: Partial<Record<PlanReason, string>> = {
  notice: 'last day to give notice comes up',
  term: 'the contract ends soon',
  expired: 'the contract has ended',
  support: 'support ends',
};

/** One that rolls on by itself has a day to give notice, and is told of by that. */
export function planDate(item: PlanItem, settings: DateSettings, today: string): Finding | undefined {
  const setting = settingOf[item.reason];
  if (setting === undefined) return undefined;
  const before = settings[setting];
  const left = daysBetween(today, item.day);
  if (left > before || left < -pastDays) return undefined;
  const academy = item.academies.length === 1 ? item.academies[0]!.id : null;
  return {
    ...about.nothing,
    subject: `${item.id}/${item.day}`,
    startedMs: Date.parse(`${item.day}T00:00:00Z`) - before * dayMs,
    title: `${item.name}: ${titleOf[item.reason]!}`,
    text: item.detail,
    academy,
    provider: item.provider?.id ?? null,
  };
}

export interface CertificateInput {
  readonly circuit: number;
  readonly name: string;
  readonly target: string;
  readonly expiresMs: number;
  readonly seenMs: number;
}

/** FNV-1a, 64 bits: addresses are longer than names of alerts may be. */
function shortOf(text: string): string {
  let value = 0xcbf29ce484222325n;
  for (const octet of new TextEncoder().encode(text))
    value = BigInt.asUintN(64, (value ^ BigInt(octet)) * 0x100000001b3n);
  return value.toString(36);
}

export function certificateDate(
  { circuit, name, target, expiresMs, seenMs: lastMs }: CertificateInput,
  { certificateDays }: DateSettings,
  nowMs: number,
): Finding | undefined {
  const fromMs = expiresMs - certificateDays * dayMs;
  if (nowMs < fromMs || nowMs - lastMs > seenMs) return undefined;
  const isOver = nowMs >= expiresMs;
  return {
    ...about.circuit(circuit),
    subject: `c${circuit}/certificate/${shortOf(target)}`,
    startedMs: fromMs,
    title: `${name}: a certificate ${isOver ? 'has run out' : 'runs out'}`,
    text: `That of ${target.slice(0, 200)} ${isOver ? 'ran' : 'runs'} out at ${timeText(expiresMs)}.`,
  };
}
