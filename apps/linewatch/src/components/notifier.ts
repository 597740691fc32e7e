import { type FiveMinuteSource, createConditions, createNotifier } from '@linewatch/notifier';
import { labelKey } from '@linewatch/record';
import type { App } from '@linewatch/service';
import { type Store, fiveMinuteMeans } from '@linewatch/store';
import type { ComponentContext } from '../context.ts';
import { openEstate, openStore } from '../databases.ts';
import { owning } from '../owning.ts';

const storedUse =
  (store: Store): FiveMinuteSource =>
  async (trust, circuit, fromS, toS, signal) => {
    for await (const means of fiveMinuteMeans(store, labelKey(trust), [circuit], fromS, toS, { signal })) return means;
    throw new Error('no 5-minute means were given');
  };

export function notifierApp({ config, metrics, logger }: ComponentContext): App {
  const estate = openEstate(config, logger);
  // Only forecasts of use need it: a notifier by itself may have none.
  const store = config.clickhouse.url === undefined ? undefined : openStore(config, logger);
  const conditions = [createConditions(store && storedUse(store))];
  // People reach the dashboard where they sign in.
  const { publicUrl = config.api.url } = config.notifier;
  const settings = { ...config.notifier, ...(publicUrl !== undefined && { publicUrl }) };
  const app = createNotifier({ config: settings, estate, metrics, logger, conditions });
  return store ? owning(app, store, estate) : owning(app, estate);
}
