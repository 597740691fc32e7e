/** `linewatch up`: everything on one machine, engines first, each part its own process, restarted when it ends. */
import { type WriteStream, createWriteStream, renameSync } from 'node:fs';
import { chmod, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { EstateError } from '@linewatch/estate';
import { groups, topics } from '@linewatch/record';
import { type App, type Health, LinewatchError, type Logger, type Metrics, describe } from '@linewatch/service';
import { StoreError, migrate } from '@linewatch/store';
import { type ChildOptions, firstInherited, startChild } from './child.ts';
import { moveCollectorFiles } from './collector-files.ts';
import type { Config } from './config.ts';
import { startClickHouse } from './engines/clickhouse.ts';
import { freePort } from './engines/engine.ts';
import { startPostgres } from './engines/postgres.ts';
import { takeLock } from './lock.ts';
import { openEstate, openStore } from './databases.ts';
import { paths } from './paths.ts';
import { openQueue } from './queue.ts';
import { readSecrets } from './secrets.ts';
import { openSockets, socketsVariable } from './sockets.ts';
import { Part } from './supervise.ts';

class UpError extends LinewatchError<'data_unusable'> {}

export interface UpOptions {
  readonly config: Config;
  /** Arguments of the demo component, when it is to run too. */
  readonly demo?: readonly string[] | undefined;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Progress, for people: a line each. */
  readonly say: (line: string) => void;
  /** Log lines of the children. */
  readonly onLine: (line: string) => void;
}

const seconds = (sinceMs: number): string => `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;
const maxLogBytes = 64 * 1024 * 1024;

/** Appends the children's log lines to `logs/linewatch.log`; the one before is kept as `.1`. */
async function openLog(dataDir: string): Promise<(line: string) => void> {
  const file = path.join(dataDir, 'logs', 'linewatch.log');
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  let { size } = await stat(file).catch(() => ({ size: 0 }));
  const open = (): WriteStream =>
    // A full disk must not end the supervisor.
    createWriteStream(file, { flags: 'a', mode: 0o600 }).on('error', () => undefined);
  let stream: WriteStream | undefined;
  return (line) => {
    if (size > maxLogBytes) {
      stream?.end();
      stream = undefined;
      size = 0;
      try {
        renameSync(file, `${file}.1`);
      } catch {
        // It goes on in the same file, and the next attempt is a file's length away.
      }
    }
    stream ??= open();
    stream.write(`${line}\n`);
    size += Buffer.byteLength(line) + 1;
  };
}

export interface Supervisor extends App {
  /** Takes the data directory. @throws LinewatchError when another Linewatch has it or it cannot be used. */
  claim(): Promise<void>;
}

/** Longest that the supervisor may take to stop, ms; every part has its time in it. */
export const supervisorStopMs = 9500;
/** What stops together, and when after the beginning of the stop it is killed, ms. */
const stopOrder: readonly (readonly [names: readonly string[], byMs: number])[] = [
  [['demo'], 1500],
  [['collector'], 5000],
  [['writer', 'api'], 6500],
  [['clickhouse', 'postgres'], 8500],
];

export function createSupervisor(options: UpOptions): Supervisor {
  const { config, demo, metrics, logger, say } = options;
  const where = paths(config.data);
  /** In order of start; stopped from the last to the first. */
  const parts: Part[] = [];
  let stopped = false;

  const run = async (part: Part, label: string): Promise<void> => {
    const began = performance.now();
    parts.push(part);
    await part.start();
    say(`  ${label} (${seconds(began)})`);
  };

  const claim = async (): Promise<void> => {
    try {
      // Other users may pass through, for PostgreSQL runs as one of them; what is inside is closed to them.
      await mkdir(config.data, { recursive: true });
      await chmod(config.data, process.getuid?.() === 0 ? 0o711 : 0o700);
      takeLock(where.lock);
      await mkdir(where.run, { recursive: true, mode: 0o700 });
      // The addresses of engines that have gone.
      await rm(where.effective, { force: true });
    } catch (cause) {
      if (cause instanceof LinewatchError) throw cause;
      throw new UpError('data_unusable', `the data directory ${config.data} cannot be used`, { cause });
    }
  };

  const start = async (): Promise<void> => {
    const log = await openLog(config.data);
    const onLine = (line: string): void => {
      log(line);
      options.onLine(line);
    };
    const secrets = await readSecrets(config.data);
    await moveCollectorFiles(where.collector(config.trust));
    const effective = structuredClone(config);

    say(`Starting Linewatch; its data is in ${config.data}`);
    const engines: Promise<void>[] = [];
    if (!effective.clickhouse.url) {
      const port = await freePort();
      effective.clickhouse.url = `http://linewatch:${secrets.clickhouse}@127.0.0.1:${port}`;
      const settings = { directory: where.clickhouse, port, user: 'linewatch', password: secrets.clickhouse };
      const memory = config.clickhouse.memoryBytes === undefined ? {} : { memoryBytes: config.clickhouse.memoryBytes };
      engines.push(
        run(new Part('clickhouse', () => startClickHouse({ ...settings, ...memory }), logger), 'ClickHouse is up'),
      );
    }
    if (!effective.postgres.url) {
      const port = await freePort();
      const settings = { directory: where.postgres, port, user: 'linewatch', password: secrets.postgres };
      effective.postgres.url = `postgres://linewatch:${secrets.postgres}@127.0.0.1:${port}/postgres`;
      engines.push(run(new Part('postgres', () => startPostgres(settings), logger), 'PostgreSQL is up'));
    }
    await settled(engines);

    const queue = openQueue(effective, 'supervisor', logger);
    // From now on nothing is removed that the writer has not read, even if it never came to start.
    await queue.registerGroup(groups.writer, [topics.flows, topics.signals]);
    await queue.close();
    await prepare(effective, logger);
    await writeFile(`${where.effective}.new`, JSON.stringify(effective), { mode: 0o600 });
    await rename(`${where.effective}.new`, where.effective);

    const common = { effective: where.effective, onLine, onOutput: say };
    const child = (component: string, more: Partial<ChildOptions> = {}): Part =>
      new Part(component, () => startChild({ component, ...common, ...more }), logger);
    // They stay open here: what comes while a collector starts again waits in them.
    const sockets = openSockets(config.collector) ?? [];
    const inherited = sockets.map((socket, i) => ({ ...socket, fd: firstInherited + i }));
    const collector = child('collector', {
      fds: sockets.map(({ fd }) => fd),
      env: sockets.length > 0 ? { [socketsVariable]: JSON.stringify(inherited) } : {},
    });
    await settled([
      run(child('writer'), 'writer is up'),
      run(collector, collectorLabel(config)),
      run(child('api'), 'API and dashboard are up'),
    ]);
    say('');
    say(`Dashboard: http://localhost:${config.api.port}`);
    say('Stop with Ctrl-C.');
    if (demo) await run(child('demo', { args: demo }), 'demo is running');
  };

  metrics.gauge('part_restarts_total', 'Times that a part ended and was started again.', ['part'], (g) => {
    for (const part of parts) g.set({ part: part.name }, part.restarts);
  });

  const stop = async (): Promise<void> => {
    if (stopped) return;
    stopped = true;
    const began = Date.now();
    if (parts.length > 0) say('Stopping');
    for (const [names, byMs] of stopOrder) {
      const limitMs = began + byMs - Date.now();
      await Promise.all(parts.filter(({ name }) => names.includes(name)).map((part) => part.stop(limitMs)));
    }
    await rm(where.effective, { force: true });
    if (parts.length > 0) say('Stopped');
  };

  const health = (): Health => {
    const late = parts.filter((part) => part.state !== 'running');
    const detail = parts.map(
      (part) => `${part.name} ${part.state}${part.restarts > 0 ? `, ${part.restarts} restarts` : ''}`,
    );
    return { ready: late.length === 0 && parts.length > 0, detail: detail.join('; ') };
  };

  return { claim, start, stop, health };
}

/** Brings both databases to this version's schema, so that what starts next finds it. */
async function prepare(config: Config, logger: Logger): Promise<void> {
  const store = openStore(config, logger);
  const estate = openEstate(config, logger);
  try {
    await migrate(store, config.retention);
    await estate.migrate();
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

/** Waits for all, so that what started can be stopped, then fails with the first failure. */
async function settled(starts: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(starts))
    if (result.status === 'rejected')
      throw result.reason instanceof Error ? result.reason : new Error(describe(result.reason));
}

const collectorLabel = ({ collector: { listen } }: Config): string =>
  `collector listens on UDP ${[listen.netflow, listen.ipfix, listen.sflow].filter((port) => port !== 0).join(', ')}`;
