/** The soak's outcome, for people. */
import type { MemoryTrend } from './memory.ts';
import { counterNames } from './observe.ts';
import type { SoakReport } from './soak.ts';

const mib = (bytes: number): string => (bytes / 1048576).toFixed(0);
const meanings = {
  repeats: 'batches on the queue twice and stored once',
  recovered: 'ranges finished that an earlier writer had begun',
  retries: 'inserts tried again',
  dead: 'messages to the dead letters',
  refused: 'flows refused by a full queue',
  spilled: 'messages spilled while the broker was away',
} as const satisfies Record<(typeof counterNames)[number], string>;

const trendText = ({ medianBytes, mostBytes, bytesPerMinute, minutes }: MemoryTrend): string =>
  minutes === 0
    ? '–'
    : `median ${mib(medianBytes)}, most ${mib(mostBytes)} MiB, ${(bytesPerMinute / 1048576).toFixed(2)} MiB/min over ${minutes.toFixed(1)} min`;

export function reportText(report: SoakReport): string {
  const { kills, sent, accepted, stored, batches, kernelDroppedDatagrams, counters, memory } = report;
  const total = [...kills.values()].reduce((sum, count) => sum + count, 0);
  return [
    `kills: ${total} (${[...kills].map(([victim, count]) => `${victim} ${count}`).join(', ')})`,
    'outages:',
    ...report.outages.map(({ name, seconds, recoverySeconds, skipped }) =>
      skipped
        ? `  ${name}: skipped, ${skipped}`
        : `  ${name}: ${seconds.toFixed(0)} s, rows fresh ${recoverySeconds === undefined ? 'never' : `${recoverySeconds.toFixed(0)} s`} after it`,
    ),
    `flows: ${sent} sent, ${accepted} accepted in ${batches} batches, ${stored} stored; ` +
      `${BigInt(sent) - accepted} not accepted (in memory at a kill, refused, or dropped by the kernel: ${kernelDroppedDatagrams} datagrams)`,
    `all stored ${report.settleSeconds.toFixed(0)} s after the load had ended; newest row at most ${report.mostAgeSeconds.toFixed(0)} s old`,
    'counted, at least (what was counted just before a kill is not seen):',
    ...counterNames.map((name) => `  ${meanings[name]}: ${counters.get(name) ?? 0}`),
    "memory of each part's own, over restarts; then of the quiet part of the run:",
    ...[...memory].flatMap(([part, { run, quiet }]) => [
      `  ${part}: ${trendText(run)}`,
      `  ${''.padEnd(part.length)}  quiet: ${trendText(quiet)}`,
    ]),
    ...(report.problems.length === 0
      ? [report.compared ? 'accepted = stored, exactly once' : 'ended early: nothing was compared']
      : [
          'PROBLEMS:',
          ...report.problems.map((line) => `  ${line}`),
          ...report.kept.map((directory) => `data kept in ${directory}`),
        ]),
  ].join('\n');
}
