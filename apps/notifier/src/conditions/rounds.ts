/** The conditions, looked at again and again; one that fails changes nothing of what was found before. */
import type { Alert } from '@linewatch/alerting';
import { type Logger, describe, sleep } from '@linewatch/service';
import type { NotifierMetrics } from '../metrics.ts';
import type { Conditions } from './port.ts';

export interface RoundsOptions {
  readonly sources: readonly Conditions[];
  readonly everyMs: number;
  readonly onFound: (alerts: readonly Alert[], unknown: ReadonlySet<string>) => void;
  readonly metrics: NotifierMetrics;
  readonly logger: Logger;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** Whoever begins takes what waits first. */
const firstMs = 3000;

export async function createConditionRounds(options: RoundsOptions): Promise<void> {
  const { sources, everyMs, onFound, metrics, logger, now, signal } = options;
  const isOver = (): boolean => signal.aborted;
  // What a source found the last time, for when it fails.
  const latest = new Map<Conditions, readonly Alert[]>();
  await sleep(Math.min(firstMs, everyMs), signal);
  while (!isOver()) {
    const began = now();
    let isWhole = true;
    for (const source of sources) {
      try {
        latest.set(source, await source.evaluate(now()));
      } catch (error) {
        metrics.conditionFailed();
        logger.warn({ reason: describe(error) }, 'conditions could not be looked at; trying again');
        // What was found before this process began is not known here.
        isWhole &&= latest.has(source);
      }
    }
    if (isOver()) return;
    if (isWhole)
      onFound(
        sources.flatMap((source) => latest.get(source) ?? []),
        new Set(sources.flatMap((source) => [...(source.unknown ?? [])])),
      );
    await sleep(Math.max(1000, everyMs - (now() - began)), signal);
  }
}
