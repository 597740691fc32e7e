import path from 'node:path';
import { createCollector } from '@linewatch/collector';
import type { Queue } from '@linewatch/queue';
import type { App } from '@linewatch/service';
import { countBrokers, tellingOf } from '../broker-state.ts';
import type { ComponentContext } from '../context.ts';
import { type LeftSpillsOptions, leftSpills, passOnLeft } from '../left-spills.ts';
import { owning } from '../owning.ts';
import { paths } from '../paths.ts';
import { openQueue } from '../queue.ts';
import { createReader } from '../receive.ts';
import type { Inherited } from '../sockets.ts';
import { createTimeSource } from '../time-source.ts';

export interface CollectorContext extends Pick<ComponentContext, 'config' | 'metrics' | 'logger'> {
  readonly given: Inherited;
}

export function collectorApp({ config, given, metrics, logger }: CollectorContext): App {
  const spill = paths(config.data).spill(config.trust, config.collector.label);
  const open = (worker: string): Queue => openQueue(config, given.name, logger, path.join(spill, worker));
  const queue = open(String(given.worker));
  const { flows, signals } = config.queue;
  const isKafka = config.kafka.brokers !== undefined;
  const left: LeftSpillsOptions = { directory: spill, workers: given.workers, open, logger };
  // What waits on disk for Kafka cannot be read.
  const isSettled = async (): Promise<boolean> => {
    if (!isKafka) return true;
    if (given.worker === 0 && (await leftSpills(left)).length > 0) return false;
    return (await queue.health()).usedBytes === 0;
  };
  const app = createCollector({
    config: config.collector,
    inherited: given.sockets,
    reader: createReader(),
    place: given,
    time: createTimeSource(Date.now),
    isSettled,
    trust: config.trust,
    queue,
    partitions: { flows: flows.partitions, signals: signals.partitions },
    directory: paths(config.data).collector(config.trust),
    metrics,
    logger,
  });
  if (!isKafka) return owning(app, queue);
  countBrokers(queue, metrics);
  return owning(tellingOf(queue, app), queue, ...(given.worker === 0 ? [passOnLeft(left)] : []));
}
