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
  const config = loadConfig({ file: options.config, data: options.data, env: process.env });
  const running = await runningOn(config.data);
  if (!running) return config;
  return {
    ...config,
    // One data directory has one queue, however it is laid out there.
    queue: running.queue,
    kafka: config.kafka.brokers ? config.kafka : running.kafka,
    clickhouse: config.clickhouse.url ? config.clickhouse : running.clickhouse,
    postgres: config.postgres.url ? config.postgres : running.postgres,
  };
}

/** With what `linewatch up` runs on the data directory; undefined when none does. @throws StartingError */
async function runningOn(data: string): Promise<Config | undefined> {
  const { isLocked } = await import('./lock.ts');
  const where = paths(data);
  if (!isLocked(where.lock)) return undefined;
  if (!existsSync(where.effective))
    throw new StartingError('still_starting', `Linewatch is still starting on ${data}; try again in a few seconds`);
  return JSON.parse(readFileSync(where.effective, 'utf8')) as Config;
}

/** What `up` started has its configuration, and so its trust. */
async function isBeside({ data, trust }: Config): Promise<boolean> {
  if (process.env[effectiveVariable]) return false;
  return ((await runningOn(data))?.trust ?? trust) !== trust;
}

export interface ComponentContext {
  readonly config: Config;
  /** It serves another trust than the `linewatch up` that runs on the same data directory. */
  readonly beside: boolean;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** Runs one component as this process. */
export async function runComponent(
  component: string,
  options: CommonOptions & { readonly worker?: number },
  create: (context: ComponentContext) => App,
): Promise<void> {
  const config = await effectiveConfig(options);
  const metrics = new Metrics(component);
  const numbered = options.worker ? `${component}-${options.worker}` : component;
  const logger = createLogger(numbered, config.log.level);
  const beside = await isBeside(config);
  const app = create({ config, beside, metrics, logger });
  const name = beside ? `${numbered}-${config.trust}` : numbered;
  await runProcess({ component: name, app, metrics, logger, runDir: paths(config.data).run });
}
