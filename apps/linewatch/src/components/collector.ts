import { createCollector } from '@linewatch/collector';
import type { App } from '@linewatch/service';
import type { ComponentContext } from '../context.ts';
import { owning } from '../owning.ts';
import { paths } from '../paths.ts';
import { openQueue } from '../queue.ts';
import { inheritedSockets } from '../sockets.ts';

export function collectorApp({ config, metrics, logger }: ComponentContext): App {
  const queue = openQueue(config, 'collector', logger);
  const { flows, signals } = config.queue;
  const app = createCollector({
    config: config.collector,
    inherited: inheritedSockets(),
    trust: config.trust,
    queue,
    partitions: { flows: flows.partitions, signals: signals.partitions },
    directory: paths(config.data).collector(config.trust),
    metrics,
    logger,
  });
  return owning(app, queue);
}
