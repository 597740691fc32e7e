/**
 * What was measured for rules, to PostgreSQL: beside the watcher's commits, so that people who change incidents never wait for it,
 * and a failure of it keeps nothing else back.
 */
import { EstateError, type Measured } from '@linewatch/estate';
import { type Logger, describe, sleep } from '@linewatch/service';
import type { Core } from './core.ts';
import type { WatcherMetrics } from './metrics.ts';

export interface MeasuringOptions {
  readonly measured: Measured;
  readonly core: Pick<Core, 'measured' | 'measuredKept'>;
  readonly metrics: Pick<WatcherMetrics, 'measured' | 'measuredFailed'>;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly everyMs?: number;
}

const rowsAtOnce = 1000;

/** Resolves when the signal has aborted and nothing is under way. */
export async function keepMeasured(options: MeasuringOptions): Promise<void> {
  const { core, metrics, logger, signal, everyMs = 10_000 } = options;
  let failures = 0;
  for (;;) {
    await sleep(everyMs, signal);
    if (signal.aborted) return;
    try {
      await keepOnce(options, core);
      failures = 0;
    } catch (error) {
      if (!(error instanceof EstateError)) throw error;
      metrics.measuredFailed(error.code);
      if (failures++ % 30 === 0)
        logger.warn({ reason: describe(error) }, 'use of lines could not be kept; trying again');
    }
  }
}

async function keepOnce({ measured, metrics }: MeasuringOptions, core: MeasuringOptions['core']): Promise<void> {
  const { usage, certificates } = core.measured();
  for (let i = 0; i < usage.length; i += rowsAtOnce) {
    const rows = usage.slice(i, i + rowsAtOnce);
    await measured.keepUsage(rows);
    core.measuredKept({ usage: rows, certificates: [] });
    metrics.measured('usage', rows.length);
  }
  for (let i = 0; i < certificates.length; i += rowsAtOnce) {
    const rows = certificates.slice(i, i + rowsAtOnce);
    await measured.keepCertificates(rows);
    core.measuredKept({ usage: [], certificates: rows });
    metrics.measured('certificates', rows.length);
  }
}
