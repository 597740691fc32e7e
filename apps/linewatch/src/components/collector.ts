import { createCollector } from '@linewatch/collector';
import type { App } from '@linewatch/service';
import type { ComponentContext } from '../context.ts';
import { owning } from '../owning.ts';
import { paths } from '../paths.ts';
import { openQueue } from '../queue.ts';
import type { Inherited } from '../sockets.ts';

export interface CollectorContext extends Pick<ComponentContext, 'config' | 'metrics' | 'logger'> {
  readonly given: Inherited;
}

export function collectorApp({ config, given, metrics, logger }: CollectorContext): App {
  const queue = openQueue(config, given.name, logger, { spills: true });
  const { flows, signals } = config.queue;
  const app = createCollector({
    config: config.collector,
    inherited: given.sockets,
    place: given,
    trust: config.trust,
    queue,
    partitions: { flows: flows.partitions, signals: signals.partitions },
    directory: paths(config.data).collector(config.trust),
    metrics,
    logger,
  });
  return owning(app, queue);
}
