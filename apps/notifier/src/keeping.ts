/** What was found, to PostgreSQL: one commit at a time, tried again unchanged until it is taken. */
import { type AlertChange, EstateError, type Notifying } from '@linewatch/estate';
import { type Logger, backoffMs, describe, sleep } from '@linewatch/service';
import type { NotifierMetrics } from './metrics.ts';

export interface KeepingOptions {
  readonly notifying: Pick<Notifying, 'commit'>;
  readonly epoch: number;
  readonly metrics: NotifierMetrics;
  readonly logger: Logger;
  /** What holds commits up; empty: nothing does. */
  readonly onProblem: (text: string) => void;
  readonly signal: AbortSignal;
}

const mostPauseMs = 5000;

const isFinal = (error: unknown): boolean =>
  !(error instanceof EstateError) || error.code === 'leadership_lost' || error.code === 'closed';

/** Does what reads, or writes the same again, until it succeeds. @throws EstateError `leadership_lost` when it is given up */
export async function persist<T>(
  what: string,
  work: () => Promise<T>,
  { metrics, logger, onProblem, signal }: Omit<KeepingOptions, 'notifying' | 'epoch'>,
): Promise<T> {
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      const result = await work();
      onProblem('');
      return result;
    } catch (error) {
      if (isFinal(error)) throw error;
      metrics.retried('commit', (error as EstateError).code);
      onProblem(`${what}: ${describe(error)}`);
      if (attempt % 12 === 0) logger.warn({ attempt, reason: describe(error) }, `${what} failed; trying again`);
      await sleep(backoffMs(attempt, 100, mostPauseMs), signal);
    }
  }
  throw new EstateError('leadership_lost', 'the telling was given up before it was kept');
}

export async function keep(change: AlertChange, options: KeepingOptions): Promise<void> {
  const { notifying, epoch, metrics } = options;
  const began = performance.now();
  await persist('keeping alerts', () => notifying.commit(epoch, change), options);
  metrics.commit((performance.now() - began) / 1000);
}
