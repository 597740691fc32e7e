/** The watcher: signals on the queue → state of lines and incidents in PostgreSQL. It needs no ClickHouse. */
import { hostname } from 'node:os';
import type { Campaign, Estate } from '@linewatch/estate';
import type { Queue } from '@linewatch/queue';
import { groups, topics } from '@linewatch/record';
import {
  type App,
  type Health,
  LinewatchError,
  type Logger,
  type Metrics,
  backoffMs,
  describe,
  sleep,
} from '@linewatch/service';
import { Committer } from './committer.ts';
import type { WatcherConfig } from './config.ts';
import { type Core, createCore } from './core.ts';
import { followEstate } from './following.ts';
import { rememberMs } from './known.ts';
import { keepMeasured } from './measuring.ts';
import { watcherMetrics } from './metrics.ts';
import { follow } from './reading.ts';

export interface WatcherOptions {
  readonly config: WatcherConfig;
  readonly queue: Queue;
  readonly estate: Pick<
    Estate,
    'migrate' | 'snapshot' | 'watch' | 'whileLeading' | 'watching' | 'records' | 'measured' | 'notifying'
  >;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Unix ms. */
  readonly now?: () => number;
}

/** A partition that failed is offered again within seconds. */
const failureMs = 30_000;

export function createWatcher(options: WatcherOptions): App {
  const { config, queue, estate, metrics, logger, now = Date.now } = options;
  const stopping = new AbortController();
  let campaign: Campaign | undefined;
  let core: Core | undefined;
  let problem = '';
  let failure: { readonly text: string; readonly atMs: number } | undefined;
  /** When the queue had what was read last of each partition; 0: nothing waits. */
  const read = new Map<number, number>();

  const lagSeconds = (): number => {
    const waiting = [...read.values()].filter((ms) => ms > 0);
    return waiting.length === 0 ? 0 : Math.max(0, (now() - Math.min(...waiting)) / 1000);
  };
  const counted = watcherMetrics(metrics, () => ({
    leading: core !== undefined,
    lagSeconds: lagSeconds(),
    watermarkDelaySeconds: core && core.watermarkMs > 0 ? Math.max(0, (now() - core.watermarkMs) / 1000) : 0,
    incidentsOpen: core?.incidentsOpen ?? 0,
    lines: core?.counts() ?? {},
  }));

  /** As the one that leads, until the signal aborts or something fails. */
  const lead = async (leading: AbortSignal): Promise<void> => {
    const ended = new AbortController();
    const signal = AbortSignal.any([leading, ended.signal]);
    const epoch = await estate.watching.claim(`${hostname()} ${process.pid}`);
    const memory = await estate.watching.read(now() - rememberMs);
    const leader = createCore({ config, memory, usage: await estate.notifying.usage(), metrics: counted });
    const following = await followEstate({ estate, core: leader, logger, signal });
    const committer = new Committer({
      watching: estate.watching,
      epoch,
      core: leader,
      metrics: counted,
      logger,
      signal,
      onProblem: (text) => (problem = text),
    });
    const measuring = keepMeasured({ measured: estate.measured, core: leader, metrics: counted, logger, signal });
    core = leader;
    logger.info({ epoch, lines: memory.states.length, incidents: memory.incidents.length }, 'watching');
    let lost: unknown;
    const consumer = await queue.subscribe({
      group: groups.watcher,
      topics: [topics.signals],
      onPartition: async (reader) => {
        const { partition } = reader;
        try {
          await follow(reader, {
            core: leader,
            committer,
            commitEveryMs: config.commitSeconds * 1000,
            stored: memory.positions.find((each) => each.topic === reader.topic && each.partition === partition),
            metrics: counted,
            logger,
            now,
            onRead: (of, appendedMs) => read.set(of, appendedMs),
          });
        } finally {
          read.delete(partition);
        }
      },
      onError: (error, topic, partition) => {
        // It moved: nothing is wrong.
        if (error instanceof LinewatchError && error.code === 'partition_lost') return;
        failure = { text: describe(error), atMs: now() };
        lost = error;
        if (!signal.aborted) logger.error({ topic, partition, reason: describe(error) }, 'partition failed');
        // What the core took and what was kept may differ now: all begins anew from what is kept.
        ended.abort();
      },
    });
    try {
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve(), { once: true });
        if (signal.aborted) resolve();
      });
    } finally {
      await consumer.close();
      ended.abort();
      await following.stop();
      await measuring;
      core = undefined;
      problem = '';
      read.clear();
    }
    if (lost !== undefined && !leading.aborted) throw lost instanceof Error ? lost : new Error(describe(lost));
  };

  const start = async (): Promise<void> => {
    await queue.registerGroup(groups.watcher, [topics.signals]);
    campaign = estate.whileLeading('watcher', async (signal) => {
      for (let attempt = 0; !signal.aborted; attempt++) {
        try {
          await estate.migrate();
          break;
        } catch (error) {
          if (attempt % 10 === 0) logger.warn({ attempt, reason: describe(error) }, 'PostgreSQL is not ready yet');
          await sleep(backoffMs(attempt, 100, 5000), signal);
        }
      }
      if (!signal.aborted) await lead(signal);
    });
  };

  const stop = async (): Promise<void> => {
    stopping.abort();
    await campaign?.stop();
  };

  const health = (): Health => {
    if (!core) return { ready: true, detail: 'standing by' };
    if (problem !== '') return { ready: false, detail: `what was found cannot be kept: ${problem}` };
    if (failure && now() - failure.atMs < failureMs) return { ready: false, detail: failure.text };
    const lag = Math.round(lagSeconds());
    return { ready: true, detail: `watching ${core.lines} lines${lag > 1 ? `, ${lag} s behind` : ''}` };
  };

  return { start, stop, health };
}
