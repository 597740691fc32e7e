import { Metrics, createLogger, runProcess } from '@linewatch/service';
import { loadConfig } from '../config.ts';
import type { CommonOptions } from '../context.ts';
import { complain, humanLine } from '../logs.ts';
import { paths } from '../paths.ts';
import { supervisorStopMs } from '../supervising.ts';
import { createSupervisor } from '../up.ts';

/** Runs until it is stopped. */
export async function up(options: CommonOptions & { demo?: readonly string[] | undefined }): Promise<void> {
  const { demo } = options;
  const config = loadConfig({ file: options.config, data: options.data, env: process.env });
  // A demo must not mix with what is real.
  if (demo && options.data === undefined) config.data += '-demo';
  const people = process.stderr.isTTY;
  const logger = createLogger('supervisor', people && config.log.level === 'info' ? 'warn' : config.log.level);
  const metrics = new Metrics('supervisor');
  const app = createSupervisor({
    config,
    demo,
    metrics,
    logger,
    say: (line) => process.stdout.write(`${line}\n`),
    onLine: (line) => {
      const text = people ? humanLine(line, 'warn') : line;
      if (text !== undefined) process.stderr.write(`${text}\n`);
    },
  });
  await runProcess({
    component: 'supervisor',
    app,
    metrics,
    logger,
    runDir: paths(config.data).run,
    claim: () => app.claim(),
    stopMs: supervisorStopMs,
    onFailure: complain,
  });
}
