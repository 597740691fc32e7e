/** Builds what the components depend on from the effective configuration. */
import { createEstate, type Estate } from '@linewatch/estate';
import { type LmdbQueueOptions, createLmdbQueue, queueLayout, type Queue } from '@linewatch/queue';
import { maxMessageBytes, topics } from '@linewatch/record';
import type { Logger } from '@linewatch/service';
import { createStore, type Store } from '@linewatch/store';
import { type Config, ConfigError, paths } from './config.ts';

export const queueOptions = (config: Config, instance: string, logger: Logger): LmdbQueueOptions => ({
  directory: paths(config.data).queue,
  ...queueLayout(config.queue, topics),
  maxMessageBytes,
  instance,
  logger,
});

export const openQueue = (config: Config, instance: string, logger: Logger): Queue =>
  createLmdbQueue(queueOptions(config, instance, logger));

const missing = (what: string, variable: string): ConfigError =>
  new ConfigError(
    'config_missing',
    `no ${what}: set ${variable}, or run this while "linewatch up" runs on the same data directory`,
  );

export function openStore(config: Config, logger: Logger): Store {
  const { url, database } = config.clickhouse;
  if (!url) throw missing('ClickHouse', 'CLICKHOUSE_URL');
  const { protocol, host, username, password } = new URL(url);
  return createStore({
    url: `${protocol}//${host}`,
    user: decodeURIComponent(username) || 'default',
    password: decodeURIComponent(password),
    database,
    logger,
  });
}

export function openEstate(config: Config, logger: Logger): Estate {
  if (!config.postgres.url) throw missing('PostgreSQL', 'DATABASE_URL');
  return createEstate({ url: config.postgres.url, logger });
}
