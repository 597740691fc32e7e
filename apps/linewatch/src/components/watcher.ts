import type { App } from '@linewatch/service';
import { createWatcher } from '@linewatch/watcher';
import { countBrokers, tellingOf } from '../broker-state.ts';
import type { ComponentContext } from '../context.ts';
import { openEstate } from '../databases.ts';
import { owning } from '../owning.ts';
import { openQueue } from '../queue.ts';

export function watcherApp({ config, metrics, logger }: ComponentContext): App {
  const queue = openQueue(config, 'watcher', logger);
  const estate = openEstate(config, logger);
  const app = createWatcher({ config: config.watcher, queue, estate, metrics, logger });
  if (config.kafka.brokers === undefined) return owning(app, queue, estate);
  countBrokers(queue, metrics);
  return owning(tellingOf(queue, app), queue, estate);
}
