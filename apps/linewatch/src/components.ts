/** The components as apps, built from the configuration. */
import path from 'node:path';
import { createApi, storedTelemetry } from '@linewatch/api';
import { createCollector } from '@linewatch/collector';
import type { App } from '@linewatch/service';
import { createWriter } from '@linewatch/writer';
import { paths } from './config.ts';
import type { ComponentContext } from './context.ts';
import { openEstate, openQueue, openStore } from './parts.ts';

/** Stops the app, then what was opened for it. */
function owning(app: App, ...opened: readonly { close(): Promise<void> }[]): App {
  return {
    start: () => app.start(),
    health: () => app.health(),
    stop: async () => {
      try {
        await app.stop();
      } finally {
        await Promise.allSettled(opened.map((part) => part.close()));
      }
    },
  };
}

export function collectorApp({ config, metrics, logger }: ComponentContext): App {
  const queue = openQueue(config, 'collector', logger);
  const { flows, signals } = config.queue;
  const app = createCollector({
    config: config.collector,
    trust: config.trust,
    queue,
    partitions: { flows: flows.partitions, signals: signals.partitions },
    directory: paths(config.data).collector,
    metrics,
    logger,
  });
  return owning(app, queue);
}

export function writerApp({ config, metrics, logger }: ComponentContext): App {
  const queue = openQueue(config, 'writer', logger);
  const store = openStore(config, logger);
  const estate = openEstate(config, logger);
  const app = createWriter({
    config: config.writer,
    retention: config.retention,
    queue,
    store,
    estate,
    metrics,
    logger,
  });
  return owning(app, queue, store, estate);
}

export const dashboardDir = path.join(import.meta.dirname, '../../dashboard/dist');

export function apiApp({ config, metrics, logger }: ComponentContext): App {
  const queue = openQueue(config, 'api', logger);
  const store = openStore(config, logger);
  const estate = openEstate(config, logger);
  const app = createApi({
    config: config.api,
    queue,
    store: storedTelemetry(store),
    estate,
    metrics,
    logger,
    dashboardDir,
    components: { runDir: paths(config.data).run, names: ['supervisor', 'collector', 'writer'] },
  });
  return owning(app, queue, store, estate);
}
