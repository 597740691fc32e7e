/** The notifier: what incidents and conditions mean to whom, and that they learn of it. It needs no ClickHouse to tell of incidents. */
import { hostname } from 'node:os';
import type { Campaign, Estate } from '@linewatch/estate';
import { type App, type Health, type Logger, type Metrics, backoffMs, describe, sleep } from '@linewatch/service';
import type { ConditionContext, Conditions } from './conditions/port.ts';
import type { NotifierConfig } from './config.ts';
import { type Leading, lead } from './leading.ts';
import { notifierMetrics } from './metrics.ts';

export interface NotifierOptions {
  readonly config: NotifierConfig;
  readonly estate: Estate;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** What is looked at besides incidents. */
  readonly conditions?: readonly ((context: ConditionContext) => Conditions)[];
  /** Unix ms. */
  readonly now?: () => number;
}

export function createNotifier(options: NotifierOptions): App {
  const { config, estate, metrics, logger, conditions = [], now = Date.now } = options;
  let campaign: Campaign | undefined;
  let leading: Leading | undefined;
  const counted = notifierMetrics(
    metrics,
    () =>
      leading?.figures() ?? {
        ...{ leading: false, lagSeconds: 0, alerts: {}, groups: 0, pending: 0, dead: 0, oldestSeconds: 0 },
        receivers: { closed: 0, open: 0, 'half-open': 0 },
      },
  );

  const start = (): Promise<void> => {
    campaign = estate.whileLeading('notifier', async (signal) => {
      for (let attempt = 0; !signal.aborted; attempt++) {
        try {
          await estate.migrate();
          break;
        } catch (error) {
          if (attempt % 10 === 0) logger.warn({ attempt, reason: describe(error) }, 'PostgreSQL is not ready yet');
          await sleep(backoffMs(attempt, 100, 5000), signal);
        }
      }
      if (signal.aborted) return;
      await lead({
        ...{ config, estate, logger, now, conditions },
        holder: `${hostname()} ${process.pid}`,
        metrics: counted,
        signal,
        onLeading: (it) => (leading = it),
      });
    });
    return Promise.resolve();
  };

  const health = (): Health => {
    if (!leading) return { ready: true, detail: 'standing by' };
    const problem = leading.problem();
    if (problem !== '') return { ready: false, detail: problem };
    return { ready: true, detail: leading.detail() };
  };

  return { start, stop: async () => campaign?.stop(), health };
}
