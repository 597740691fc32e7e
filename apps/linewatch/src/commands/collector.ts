/**
 * `linewatch collector`: a collector by itself, on a machine that has neither of the databases, or beside `linewatch up`
 * for another trust. It watches over its workers as `up` does, so that what comes while one starts again is not lost.
 */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { keyFileOf, publicKeyText, readKey } from '@linewatch/collector';
import { Metrics, createLogger, runProcess } from '@linewatch/service';
import { moveCollectorFiles } from '../collector-files.ts';
import { effectiveVariable } from '../child.ts';
import { collectorApp } from '../components/collector.ts';
import type { Config } from '../config.ts';
import { type CommonOptions, effectiveConfig } from '../context.ts';
import { isLocked, takeCollectorLock } from '../lock.ts';
import { isWorker } from '../names.ts';
import { paths } from '../paths.ts';
import { runSupervisor } from '../run-supervisor.ts';
import { type Inherited, inherited } from '../sockets.ts';
import { Parts, type Supervisor, type SupervisorOptions, openLog } from '../supervising.ts';

export interface CollectorCommandOptions extends CommonOptions {
  readonly printKey?: boolean;
}

export async function collector(options: CollectorCommandOptions): Promise<void> {
  const config = await effectiveConfig(options);
  const given = inherited();
  if (options.printKey) await printKey(config);
  else if (given && process.env[effectiveVariable]) await runWorker(config, given);
  else await superviseWorkers(config);
}

/** For the administrator who names this collector in the configuration of the writer. */
async function printKey(config: Config): Promise<void> {
  const logger = createLogger('collector', 'warn');
  const directory = paths(config.data).collector(config.trust);
  const key = await readKey(keyFileOf(directory, config.collector.label), logger);
  process.stdout.write(`${publicKeyText(key)}\n`);
}

async function runWorker(config: Config, given: Inherited): Promise<void> {
  const metrics = new Metrics('collector');
  const logger = createLogger(given.name, config.log.level);
  const app = collectorApp({ config, given, metrics, logger });
  await runProcess({ component: given.name, app, metrics, logger, runDir: paths(config.data).run });
}

async function superviseWorkers(config: Config): Promise<void> {
  // Beside another Linewatch on the same data directory, whose processes have the plain names.
  const name = isLocked(paths(config.data).lock) ? `collector.${config.trust}` : 'collector';
  await runSupervisor(`${name}-supervisor`, config, (common) => createCollectorSupervisor({ ...common, config, name }));
}

interface CollectorSupervisorOptions extends SupervisorOptions {
  readonly config: Config;
  readonly name: string;
}

function createCollectorSupervisor(options: CollectorSupervisorOptions): Supervisor {
  const { config, name, logger, say } = options;
  const where = paths(config.data);
  const directory = where.collector(config.trust);
  const effective = path.join(where.run, `${name}.json`);
  const parts = new Parts(options);

  const claim = async (): Promise<void> => {
    await mkdir(where.run, { recursive: true, mode: 0o700 });
    await takeCollectorLock(config);
  };

  const start = async (): Promise<void> => {
    const log = await openLog(path.join(config.data, 'logs', `${name}.log`));
    const onLine = (line: string): void => {
      log(line);
      options.onLine(line);
    };
    const { label } = config.collector;
    say(`Starting the collector "${label}" of the trust "${config.trust}"; what it keeps is in ${config.data}`);
    if (name === 'collector') await moveCollectorFiles(directory);
    const { openWorkers } = await import('../workers.ts');
    const workers = await openWorkers({ config: config.collector, directory, name, logger });
    await writeFile(`${effective}.new`, JSON.stringify(config), { mode: 0o600 });
    await rename(`${effective}.new`, effective);
    await parts.run(workers.label, ...workers.parts({ effective, onLine, onOutput: say }));
    const { brokers, tls } = config.kafka;
    say(`  what it takes goes to ${brokers ? `Kafka at ${brokers}${tls.enabled ? ', TLS' : ''}` : where.queue}`);
    say('Stop with Ctrl-C.');
  };

  const stop = async (): Promise<void> => {
    const stopped = await parts.stop([[isWorker, 5000]]);
    await rm(effective, { force: true });
    if (stopped) say('Stopped');
  };

  return { claim, start, stop, health: () => parts.health() };
}
