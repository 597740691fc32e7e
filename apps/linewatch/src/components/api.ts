import path from 'node:path';
import { createApi, storedTelemetry } from '@linewatch/api';
import type { App } from '@linewatch/service';
import { countBrokers } from '../broker-state.ts';
import type { ComponentContext } from '../context.ts';
import { openEstate, openStore } from '../databases.ts';
import { createEstateSync, withSync } from '../estate-sync.ts';
import { workerNames } from '../names.ts';
import { owning } from '../owning.ts';
import { paths } from '../paths.ts';
import { openQueue } from '../queue.ts';
import { readClientSecret, readSecrets } from '../secrets.ts';

const dashboardDir = path.join(import.meta.dirname, '../../../dashboard/dist');

export function apiApp({ config, beside, metrics, logger }: ComponentContext): App {
  const queue = openQueue(config, 'api', logger);
  const store = openStore(config, logger);
  const estate = openEstate(config, logger);
  // What the other trust's collector counts is not for this one's viewers.
  const collectors = beside ? [] : workerNames(config.collector.workers);
  const names = ['supervisor', ...collectors, ...workerNames(config.writer.workers, 'writer'), 'watcher', 'notifier'];
  const app = createApi({
    config: config.api,
    queue,
    store: storedTelemetry(store, config.trust),
    estate,
    trust: config.trust,
    access: {
      people: estate.people,
      note: (actor, event) => estate.records.note(actor, event),
      key: Buffer.from(readSecrets(config.data).estate, 'base64url'),
      oidcClientSecret: readClientSecret(config.api.signIn.oidc?.clientSecretFile),
    },
    outward: config.notifier,
    metrics,
    logger,
    dashboardDir,
    components: { runDir: paths(config.data).run, names },
  });
  // Its health tells of the queue already.
  if (config.kafka.brokers !== undefined) countBrokers(queue, metrics);
  const sync = createEstateSync({
    estate,
    file: config.estate.sync ? config.estate.file : undefined,
    trust: config.trust,
    logger,
  });
  return owning(withSync(app, sync), queue, store, estate);
}
