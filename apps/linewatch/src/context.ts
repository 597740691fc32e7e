/** What every command begins with: its configuration, logger and metrics. */
import { existsSync, readFileSync } from 'node:fs';
import { type App, LinewatchError, type Logger, Metrics, createLogger, runProcess } from '@linewatch/service';
import { effectiveVariable } from './child.ts';
import type { Config } from './config.ts';
import { paths } from './paths.ts';

class StartingError extends LinewatchError<'still_starting'> {}

/** Options that every command takes. */
export interface CommonOptions {
  readonly config?: string;
  readonly data?: string;
}

/** The configuration with the addresses of the engines that run, where they do. @throws ConfigError, StartingError */
export async function effectiveConfig(options: CommonOptions): Promise<Config> {
  const given = process.env[effectiveVariable];
  if (given) return JSON.parse(readFileSync(given, 'utf8')) as Config;
  // A supervised component needs neither, and starts the sooner.
  const { loadConfig } = await import('./config.ts');
  const { isLocked } = await import('./lock.ts');
  const config = loadConfig({ file: options.config, data: options.data, env: process.env });
  const where = paths(config.data);
  if (!isLocked(where.lock)) return config;
  if (!existsSync(where.effective))
    throw new StartingError(
      'still_starting',
      `Linewatch is still starting on ${config.data}; try again in a few seconds`,
    );
  const running = JSON.parse(readFileSync(where.effective, 'utf8')) as Config;
  return {
    ...config,
    clickhouse: { ...config.clickhouse, url: config.clickhouse.url ?? running.clickhouse.url },
    postgres: { ...config.postgres, url: config.postgres.url ?? running.postgres.url },
  } as Config;
}

export interface ComponentContext {
  readonly config: Config;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** Runs one component as this process. */
export async function runComponent(
  component: string,
  options: CommonOptions,
  create: (context: ComponentContext) => App,
): Promise<void> {
  const config = await effectiveConfig(options);
  const metrics = new Metrics(component);
  const logger = createLogger(component, config.log.level);
  const app = create({ config, metrics, logger });
  await runProcess({ component, app, metrics, logger, runDir: paths(config.data).run });
}
