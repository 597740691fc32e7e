/** The writer: queue → ClickHouse, exactly once. */
import type { Campaign, Estate } from '@linewatch/estate';
import type { Consumer, PartitionReader, Producer, Queue } from '@linewatch/queue';
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
import { type BlockMark, type Retention, type Store, deduplicationWindow, migrate } from '@linewatch/store';
import { Blocks } from './blocks.ts';
import { publishMaps, refreshMonths, rollUpHours } from './chores.ts';
import type { WriterConfig } from './config.ts';
import { type ControlSource, publishControl } from './control.ts';
import { DeadLetters } from './dead-letters.ts';
import { type Progress, ingest } from './ingest.ts';
import { flowKind, signalKind } from './kinds.ts';
import { writerMetrics } from './metrics.ts';
import { Partitions } from './partitions.ts';

export interface WriterOptions {
  readonly config: WriterConfig;
  readonly retention: Retention;
  readonly queue: Queue;
  readonly store: Store;
  readonly estate: Estate;
  /** What collectors are to do, by trust; those of other trusts are told nothing. */
  readonly control?: readonly ControlSource[] | undefined;
  /** Blocks of a table whose tokens ClickHouse remembers; the default is what the schema says. */
  readonly deduplicationBlocks?: number | undefined;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** How long rows wait for more at a steady rate, ms: the way to the dashboard is to take less than 2 s in all. */
const steadyWaitMs = 1200;

/** Least octets of messages that a range may have, however many partitions there are: about 100,000 rows. */
const leastRangeBytes = 6 * 1024 * 1024;

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
  const partitions = new Partitions();
  const counted = writerMetrics(metrics, () => partitions.lags());
  const flows = flowKind(store);
  const signals = signalKind(store);
  const stopping = new AbortController();
  let producer: Producer | undefined;
  let deadLetters: DeadLetters | undefined;
  let consumer: Consumer | undefined;
  let background: Promise<unknown> = Promise.resolve();
  let telling: Campaign | undefined;
  let writing = false;

  const blocksOf = (kind: { readonly blocks: (signal?: AbortSignal) => Promise<BlockMark | undefined> }): Blocks =>
    new Blocks({
      window: options.deduplicationBlocks ?? deduplicationWindow,
      read: kind.blocks,
      logger,
      signal: stopping.signal,
    });
  const flowBlocks = blocksOf(flows);
  const signalBlocks = blocksOf(signals);

  const onPartition = async (reader: PartitionReader): Promise<void> => {
    const { topic, partition } = reader;
    const isFlows = topic === topics.flows;
    const idleWaitMs = isFlows ? config.maxWaitMs : config.signalsWaitMs;
    const common = {
      limits: { maxRows: config.maxRows, idleWaitMs, steadyWaitMs: Math.max(idleWaitMs, steadyWaitMs) },
      maxBytes: () => Math.min(config.maxBytes, Math.max(leastRangeBytes, config.maxBytes / partitions.count(topic))),
      deadLetters: deadLetters!,
      metrics: counted,
      logger,
      onProblem: (text: string) => partitions.problem(topic, partition, text),
      onProgress: (progress: Progress) => partitions.began(topic, partition, progress),
    };
    try {
      if (isFlows) await ingest(reader, flows, { ...common, blocks: flowBlocks });
      else await ingest(reader, signals, { ...common, blocks: signalBlocks });
    } finally {
      partitions.ended(topic, partition);
    }
  };

  /** Waits for ClickHouse as long as it takes: the queue keeps what comes. */
  const write = async (): Promise<void> => {
    await insist('ClickHouse', logger, stopping.signal, () => migrate(store, retention));
    // A range's intent says how far the blocks had come: known before the first.
    await insist('ClickHouse', logger, stopping.signal, () =>
      Promise.all([flowBlocks.refresh(), signalBlocks.refresh()]),
    );
    if (stopping.signal.aborted) return;
    const following = [flowBlocks.follow(), signalBlocks.follow(), partitions.watch(stopping.signal)];
    consumer = await queue.subscribe({
      group: groups.writer,
      topics: [topics.flows, topics.signals],
      onPartition,
      onError: (error, topic, partition) => {
        const text = describe(error);
        // It moved: nothing is wrong.
        if (error instanceof LinewatchError && error.code === 'partition_lost') return;
        partitions.failed(topic, partition, text);
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
    await Promise.all(following);
  };

  const start = async (): Promise<void> => {
    await queue.registerGroup(groups.writer, [topics.flows, topics.signals]);
    producer = await queue.producer();
    const onDead = (place: string, reason: string): void => partitions.dead(place, reason);
    deadLetters = new DeadLetters({ producer, metrics: counted, logger, onDead });
    const { control: sources = [] } = options;
    // By itself: it waits for PostgreSQL, which says who leads, and not for ClickHouse.
    if (sources.length > 0) {
      const foreign = metrics.counter(
        'collector_keys_foreign_total',
        'Keys of collectors on the queue that the configuration does not name.',
      );
      const parts = { queue, producer, sources, estate, onForeignKey: () => foreign.inc(), logger };
      telling = estate.whileLeading('control', async (signal) => {
        await insist('PostgreSQL', logger, signal, () => estate.migrate());
        await publishControl(parts, signal);
      });
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
    return partitions.health();
  };

  return { start, stop, health };
}
