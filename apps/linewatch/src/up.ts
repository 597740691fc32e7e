/** `linewatch up`: everything on one machine, engines first, each part its own process, restarted when it ends. */
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { EstateError } from '@linewatch/estate';
import { groups, topics } from '@linewatch/record';
import { LinewatchError, type Logger, describe } from '@linewatch/service';
import { StoreError, migrate } from '@linewatch/store';
import { type ChildOptions, startChild } from './child.ts';
import { moveCollectorFiles } from './collector-files.ts';
import { makeSetupLink } from './commands/account.ts';
import type { Config } from './config.ts';
import { startClickHouse } from './engines/clickhouse.ts';
import { freePort } from './engines/engine.ts';
import { startPostgres } from './engines/postgres.ts';
import { takeCollectorLock, takeLock } from './lock.ts';
import { isNotifier, isWatcher, isWorker, isWriter, workerNames } from './names.ts';
import { openEstate, openStore } from './databases.ts';
import { paths } from './paths.ts';
import { openQueue } from './queue.ts';
import { readSecrets } from './secrets.ts';
import { Part } from './supervise.ts';
import { Parts, type StopOrder, type Supervisor, type SupervisorOptions, openLog, settled } from './supervising.ts';
import { openWorkers } from './workers.ts';

class UpError extends LinewatchError<'data_unusable'> {}

export interface UpOptions extends SupervisorOptions {
  readonly config: Config;
  /** Arguments of the demo component, when it is to run too. */
  readonly demo?: readonly string[] | undefined;
}

const among =
  (...names: readonly string[]) =>
  (name: string): boolean =>
    names.includes(name);
const stopOrder: StopOrder = [
  [among('demo'), 1500],
  [isWorker, 5000],
  [(name) => name === 'api' || isWriter(name) || isWatcher(name) || isNotifier(name), 6500],
  [among('clickhouse', 'postgres'), 8500],
];

export function createSupervisor(options: UpOptions): Supervisor {
  const { config, demo, logger, say } = options;
  const where = paths(config.data);
  const parts = new Parts(options);
  const run = (part: Part, label: string): Promise<void> => parts.run(label, part);

  const claim = async (): Promise<void> => {
    try {
      // Other users may pass through, for PostgreSQL runs as one of them; what is inside is closed to them.
      await mkdir(config.data, { recursive: true });
      await chmod(config.data, process.getuid?.() === 0 ? 0o711 : 0o700);
      takeLock(where.lock);
      await takeCollectorLock(config);
      await mkdir(where.run, { recursive: true, mode: 0o700 });
      // The addresses of engines that have gone.
      await rm(where.effective, { force: true });
    } catch (cause) {
      if (cause instanceof LinewatchError) throw cause;
      throw new UpError('data_unusable', `the data directory ${config.data} cannot be used`, { cause });
    }
  };

  const start = async (): Promise<void> => {
    const log = await openLog(path.join(config.data, 'logs', 'linewatch.log'));
    const onLine = (line: string): void => {
      log(line);
      options.onLine(line);
    };
    const secrets = readSecrets(config.data);
    await moveCollectorFiles(where.collector(config.trust));
    const effective = structuredClone(config);

    say(`Starting Linewatch; its data is in ${config.data}`);
    const engines: Promise<void>[] = [];
    if (!effective.clickhouse.url) {
      const port = await freePort();
      effective.clickhouse.url = `http://linewatch:${secrets.clickhouse}@127.0.0.1:${port}`;
      const { memoryBytes, diskFloorBytes } = config.clickhouse;
      const settings = {
        directory: where.clickhouse,
        port,
        user: 'linewatch',
        password: secrets.clickhouse,
        diskFloorBytes,
        ...(memoryBytes !== undefined && { memoryBytes }),
      };
      engines.push(run(new Part('clickhouse', () => startClickHouse(settings), logger), 'ClickHouse is up'));
    }
    if (!effective.postgres.url) {
      const port = await freePort();
      const settings = { directory: where.postgres, port, user: 'linewatch', password: secrets.postgres };
      effective.postgres.url = `postgres://linewatch:${secrets.postgres}@127.0.0.1:${port}/postgres`;
      engines.push(run(new Part('postgres', () => startPostgres(settings), logger), 'PostgreSQL is up'));
    }
    await settled(engines);

    const queue = openQueue(effective, 'supervisor', logger);
    // From now on nothing is removed that the writer and the watcher have not read, even if they never came to start.
    await queue.registerGroup(groups.writer, [topics.flows, topics.signals]);
    await queue.registerGroup(groups.watcher, [topics.signals]);
    await queue.close();
    const setUp = await prepare(effective, logger);
    const { collector } = config;
    const directory = where.collector(config.trust);
    const workers = await openWorkers({ config: collector, directory, name: 'collector', logger });
    effective.collector.workers = workers.count;
    await writeFile(`${where.effective}.new`, JSON.stringify(effective), { mode: 0o600 });
    await rename(`${where.effective}.new`, where.effective);

    const common = { effective: where.effective, onLine, onOutput: say };
    const child = (component: string, more: Partial<ChildOptions> = {}): Part =>
      new Part(component, () => startChild({ component, ...common, ...more }), logger);
    await settled([
      parts.run(
        config.writer.workers === 1 ? 'writer is up' : `${config.writer.workers} writers are up`,
        ...workerNames(config.writer.workers, 'writer').map(
          (name, worker) =>
            new Part(
              name,
              () => startChild({ component: 'writer', args: ['--worker', String(worker)], ...common }),
              logger,
            ),
        ),
      ),
      parts.run(workers.label, ...workers.parts(common)),
      run(child('watcher'), 'watcher is up'),
      run(child('notifier'), 'notifier is up'),
      run(child('api'), 'API and dashboard are up'),
    ]);
    say('');
    say(`Dashboard: http://localhost:${config.api.port}`);
    if (setUp !== undefined && !demo) say(`Set up the first administrator: ${setUp}`);
    say('Stop with Ctrl-C.');
    if (demo) await run(child('demo', { args: demo }), 'demo is running');
  };

  const stop = async (): Promise<void> => {
    const stopped = await parts.stop(stopOrder);
    await rm(where.effective, { force: true });
    if (stopped) say('Stopped');
  };

  return { claim, start, stop, health: () => parts.health() };
}

/**
 * Brings both databases to this version's schema, so that what starts next finds it. Returns the link of the set-up while there
 * is no account.
 */
async function prepare(config: Config, logger: Logger): Promise<string | undefined> {
  const store = openStore(config, logger);
  const estate = openEstate(config, logger);
  try {
    await migrate(store, config.retention);
    await estate.migrate();
    return await makeSetupLink(estate, config);
  } catch (error) {
    // A server of somebody else's may come later; the writer waits for it. A schema of a later version is final.
    const later =
      error instanceof StoreError
        ? error.retryable
        : error instanceof EstateError && ['unreachable', 'timeout', 'exhausted'].includes(error.code);
    if (!later) throw error;
    logger.warn({ reason: describe(error) }, 'a database is not there yet');
  } finally {
    await Promise.allSettled([store.close(), estate.close()]);
  }
}
