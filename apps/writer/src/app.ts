/** The writer: queue → ClickHouse, exactly once. */
import type { Campaign, Estate } from '@linewatch/estate';
import type { Consumer, PartitionReader, Producer, Queue } from '@linewatch/queue';
import { groups, topics } from '@linewatch/record';
import { type App, type Health, type Logger, type Metrics, backoffMs, describe, sleep } from '@linewatch/service';
import { type Retention, type Store, migrate } from '@linewatch/store';
import { publishMaps, refreshMonths, rollUpHours } from './chores.ts';
import type { WriterConfig } from './config.ts';
import { type ControlSource, publishControl } from './control.ts';
import { ingest } from './ingest.ts';
import { flowKind, signalKind } from './kinds.ts';
import { writerMetrics } from './metrics.ts';

export interface WriterOptions {
  readonly config: WriterConfig;
  readonly retention: Retention;
  readonly queue: Queue;
  readonly store: Store;
  readonly estate: Estate;
  /** What collectors are to do, by trust; those of other trusts are told nothing. */
  readonly control?: readonly ControlSource[] | undefined;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** Calls until it succeeds or the signal aborts. */
async function insist(what: string, logger: Logger, signal: AbortSignal, call: () => Promise<unknown>): Promise<void> {
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      await call();
      return;
    } catch (error) {
      if (attempt % 10 === 0) logger.warn({ what, attempt, reason: describe(error) }, 'not ready yet');
      await sleep(backoffMs(attempt, 100, 5000), signal);
    }
  }
}

export function createWriter(options: WriterOptions): App {
  const { config, retention, queue, store, estate, metrics, logger } = options;
  const counted = writerMetrics(metrics);
  const flows = flowKind(store);
  const signals = signalKind(store);
  const stopping = new AbortController();
  const problems = new Map<string, string>();
  let producer: Producer | undefined;
  let consumer: Consumer | undefined;
  let background: Promise<unknown> = Promise.resolve();
  let telling: Campaign | undefined;
  let writing = false;

  const onPartition = (reader: PartitionReader): Promise<void> => {
    const place = `${reader.topic}:${reader.partition}`;
    const isFlows = reader.topic === topics.flows;
    const common = {
      limits: { ...config, maxWaitMs: isFlows ? config.maxWaitMs : config.signalsWaitMs },
      producer: producer!,
      metrics: counted,
      logger,
      onProblem: (text: string) => problems.set(place, text),
    };
    return isFlows ? ingest(reader, flows, common) : ingest(reader, signals, common);
  };

  /** Waits for ClickHouse as long as it takes: the queue keeps what comes. */
  const write = async (): Promise<void> => {
    await insist('ClickHouse', logger, stopping.signal, () => migrate(store, retention));
    if (stopping.signal.aborted) return;
    consumer = await queue.subscribe({
      group: groups.writer,
      topics: [topics.flows, topics.signals],
      onPartition,
      onError: (error, topic, partition) => {
        const text = describe(error);
        problems.set(`${topic}:${partition}`, text);
        logger.error({ topic, partition, reason: text }, 'partition failed and is taken up again');
      },
    });
    writing = true;
    const chores = { store, estate, logger };
    await insist('PostgreSQL', logger, stopping.signal, () => estate.migrate());
    const campaign = estate.whileLeading('estate-map', async (signal) => {
      await Promise.all([
        publishMaps(chores, signal),
        rollUpHours(chores, retention.rawDays, signal),
        refreshMonths(chores, signal),
      ]);
    });
    await new Promise<void>((resolve) => {
      stopping.signal.addEventListener('abort', () => resolve(), { once: true });
      if (stopping.signal.aborted) resolve();
    });
    await campaign.stop();
  };

  const start = async (): Promise<void> => {
    await queue.registerGroup(groups.writer, [topics.flows, topics.signals]);
    producer = await queue.producer();
    const { control: sources = [] } = options;
    // By itself: it waits for PostgreSQL, which says who leads, and not for ClickHouse.
    if (sources.length > 0) {
      const foreign = metrics.counter(
        'collector_keys_foreign_total',
        'Keys of collectors on the queue that the configuration does not name.',
      );
      const parts = { queue, producer, sources, onForeignKey: () => foreign.inc(), logger };
      telling = estate.whileLeading('control', (signal) => publishControl(parts, signal));
    }
    background = write().catch((error: unknown) => {
      logger.fatal({ reason: describe(error) }, 'the writer cannot go on');
      process.exit(1);
    });
  };

  const stop = async (): Promise<void> => {
    stopping.abort();
    await consumer?.close();
    await telling?.stop();
    await background;
    await producer?.close();
  };

  const health = (): Health => {
    if (!writing) return { ready: false, detail: 'waiting for ClickHouse' };
    const wrong = [...problems].filter(([, text]) => text !== '').map(([place, text]) => `${place}: ${text}`);
    return wrong.length > 0 ? { ready: false, detail: wrong.join('; ') } : { ready: true, detail: 'writing' };
  };

  return { start, stop, health };
}
