/** Runs a supervisor as this process, with its progress and its children's log lines for whoever started it. */
import { Metrics, createLogger, runProcess } from '@linewatch/service';
import type { Config } from './config.ts';
import { complain, humanLine } from './logs.ts';
import { paths } from './paths.ts';
import { type Supervisor, type SupervisorOptions, supervisorStopMs } from './supervising.ts';

/** Resolves when it has stopped. `component` names it in the log and its status socket. */
export async function runSupervisor(
  component: string,
  config: Config,
  create: (options: SupervisorOptions) => Supervisor,
): Promise<void> {
  const people = process.stderr.isTTY;
  const logger = createLogger(component, people && config.log.level === 'info' ? 'warn' : config.log.level);
  const metrics = new Metrics('supervisor');
  const app = create({
    metrics,
    logger,
    say: (line) => process.stdout.write(`${line}\n`),
    onLine: (line) => {
      const text = people ? humanLine(line, 'warn') : line;
      if (text !== undefined) process.stderr.write(`${text}\n`);
    },
  });
  await runProcess({
    component,
    app,
    metrics,
    logger,
    runDir: paths(config.data).run,
    claim: () => app.claim(),
    stopMs: supervisorStopMs,
    onFailure: complain,
  });
}
