import { createNotifier } from '@linewatch/notifier';
import type { App } from '@linewatch/service';
import type { ComponentContext } from '../context.ts';
import { openEstate } from '../databases.ts';
import { owning } from '../owning.ts';

export function notifierApp({ config, metrics, logger }: ComponentContext): App {
  const estate = openEstate(config, logger);
  return owning(createNotifier({ config: config.notifier, estate, metrics, logger }), estate);
}
