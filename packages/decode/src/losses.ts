import type { Exporter } from './exporter.ts';
import type { Counters, LossReason } from './port.ts';
import type { SequenceUnit, Verdict } from './sequence.ts';

/** Counts a loss in all and at its exporter. */
export function lose(counters: Counters, exporter: Exporter, reason: LossReason, count = 1): void {
  counters.losses[reason] += count;
  exporter.losses.set(reason, (exporter.losses.get(reason) ?? 0) + count);
}

const lostKey = {
  flows: 'lostFlows',
  datagrams: 'lostDatagrams',
  records: 'lostRecords',
  samples: 'lostSamples',
} as const;
const lateKey = {
  flows: 'lateFlows',
  datagrams: 'lateDatagrams',
  records: 'lateRecords',
  samples: 'lateSamples',
} as const;

/** Counts what a sequence number told, in all and at its exporter. */
export function countVerdict(counters: Counters, exporter: Exporter, unit: SequenceUnit, verdict: Verdict): void {
  for (const totals of [counters.sequence, exporter.sequence]) {
    totals[lostKey[unit]] += verdict.lost;
    totals[lateKey[unit]] += verdict.late;
    if (verdict.duplicate) totals.duplicates++;
    if (verdict.restart) totals.restarts++;
  }
}
