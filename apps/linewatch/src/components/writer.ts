import type { App } from '@linewatch/service';
import { createWriter } from '@linewatch/writer';
import { countBrokers, tellingOf } from '../broker-state.ts';
import type { ComponentContext } from '../context.ts';
import { controlOf, probesOf } from '../control-config.ts';
import { openEstate, openStore } from '../databases.ts';
import { owning } from '../owning.ts';
import { openQueue } from '../queue.ts';
import { readControlKey } from '../secrets.ts';

export function writerApp({ config, metrics, logger }: ComponentContext): App {
  const queue = openQueue(config, 'writer', logger);
  const store = openStore(config, logger);
  const estate = openEstate(config, logger);
  const fingerprintKey = readControlKey(config.data);
  const app = createWriter({
    config: config.writer,
    retention: config.retention,
    queue,
    store,
    estate,
    control: [config, ...config.trusts].map((of) => ({
      trust: of.trust,
      fingerprintKey,
      controlOf: controlOf(of, config.collector.label),
      probes: probesOf(of.probes),
      pinned: new Map(of.collectors.map(({ label, publicKey }) => [label, publicKey])),
    })),
    metrics,
    logger,
  });
  if (config.kafka.brokers === undefined) return owning(app, queue, store, estate);
  countBrokers(queue, metrics);
  return owning(tellingOf(queue, app), queue, store, estate);
}
