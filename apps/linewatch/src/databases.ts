/** The two databases as the configuration names them. */
import { type Estate, createEstate } from '@linewatch/estate';
import type { Logger } from '@linewatch/service';
import { type Store, createStore } from '@linewatch/store';
import type { Config } from './config.ts';
import { ConfigError } from './paths.ts';
import { readEstateKey } from './secrets.ts';

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
  return createEstate({ url: config.postgres.url, logger, secretKey: readEstateKey(config.data) });
}
