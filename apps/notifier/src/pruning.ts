/** What is old is removed, now and then. */
import type { Notifying } from '@linewatch/estate';
import { type Logger, describe, sleep } from '@linewatch/service';
import type { NotifierConfig } from './config.ts';
import type { NotifierMetrics } from './metrics.ts';

export interface PruningOptions {
  readonly notifying: Pick<Notifying, 'prune'>;
  readonly keepDays: NotifierConfig['keepDays'];
  readonly metrics: NotifierMetrics;
  readonly logger: Logger;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

const dayMs = 86_400_000;
/** Whoever begins has other things to do. */
const firstMs = 10 * 60_000;
const everyMs = 3_600_000;
/** While there is more to remove, it goes on: the database removes some at a time. */
const soonMs = 10_000;

export async function pruneNowAndThen(options: PruningOptions): Promise<void> {
  const { notifying, keepDays, metrics, logger, now, signal } = options;
  await sleep(firstMs, signal);
  while (!signal.aborted) {
    let rows = 0;
    try {
      const nowMs = now();
      rows = await notifying.prune({
        exchangesMs: nowMs - keepDays.exchanges * dayMs,
        deliveriesMs: nowMs - keepDays.deliveries * dayMs,
      });
      metrics.pruned(rows);
    } catch (error) {
      logger.warn({ reason: describe(error) }, 'what is old could not be removed; trying again later');
    }
    await sleep(rows >= 10_000 ? soonMs : everyMs, signal);
  }
}
