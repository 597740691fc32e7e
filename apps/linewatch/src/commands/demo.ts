/** `linewatch demo`: an estate, history, then live flows from simulated exporters. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { App } from '@linewatch/service';
import { formatFileProblem } from '@linewatch/estate';
import { type CommonOptions, type ComponentContext, runComponent } from '../context.ts';
import { openEstate } from '../databases.ts';
import { type Demo, createDemo } from '../demo/app.ts';
import { demoEstate } from '../demo/estate.ts';
import { writeHistory } from '../demo/history.ts';
import { openQueue } from '../queue.ts';
import { commandActor } from './with-estate.ts';

export interface DemoOptions {
  readonly academies: number;
  readonly history: number;
  readonly flowsPerSecond: number;
}

/** The options as arguments of the command. */
export const demoArgs = ({ academies, history, flowsPerSecond }: DemoOptions): readonly string[] => [
  '--academies',
  String(academies),
  '--history',
  String(history),
  '--flows-per-second',
  String(flowsPerSecond),
];

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Days of history that an earlier run wrote here: it is not written twice. */
function writtenDays(file: string): number {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { days: number }).days;
  } catch {
    return 0;
  }
}

async function importDemo({ config, logger }: ComponentContext, academies: number): Promise<void> {
  const estate = openEstate(config, logger);
  try {
    await estate.migrate();
    const { problems } = await estate.importFile({
      format: 'yaml',
      text: demoEstate(academies, { trust: config.trust, collector: config.collector.label }),
      trust: config.trust,
      actor: commandActor(),
      title: 'the demo',
      dryRun: false,
    });
    if (problems[0]) throw new Error(`the demo estate is wrong: ${formatFileProblem(problems[0])}`);
  } finally {
    await estate.close();
  }
}

async function writePast(
  { config, logger }: ComponentContext,
  options: DemoOptions,
  nowMs: number,
  signal: AbortSignal,
): Promise<void> {
  const marker = path.join(config.data, 'demo-history.json');
  const { academies, history: days } = options;
  if (days === 0 || writtenDays(marker) > 0) return;
  const queue = openQueue(config, 'demo', logger);
  const producer = await queue.producer();
  try {
    say(`  writing ${days} days of history for ${academies} academies`);
    let saidMs = Date.now();
    const { sums, flows } = await writeHistory({
      producer,
      nowMs,
      days,
      academies,
      trust: config.trust,
      collector: config.collector.label,
      partitions: { flows: config.queue.flows.partitions, signals: config.queue.signals.partitions },
      rawDays: config.retention.rawDays,
      signal,
      onProgress: ({ day, waits }) => {
        if (Date.now() - saidMs < 5000) return;
        saidMs = Date.now();
        say(`  history: day ${day} of ${days}${waits > 0 ? ', waiting for room on the queue' : ''}`);
      },
    });
    if (signal.aborted) return;
    await writeFile(marker, JSON.stringify({ days, academies, writtenMs: nowMs }));
    say(`  history is queued: ${sums} interface sums, ${flows} flows`);
  } finally {
    await producer.close();
    await queue.close();
  }
}

function demoApp(context: ComponentContext, options: DemoOptions): App {
  const { config } = context;
  const stopping = new AbortController();
  let live: Demo | undefined;
  let past: Promise<void> = Promise.resolve();
  return {
    start: async () => {
      const nowMs = Date.now();
      await importDemo(context, options.academies);
      const { netflow, ipfix, traps } = config.collector.listen;
      live = createDemo({
        academies: options.academies,
        flowsPerSecond: options.flowsPerSecond,
        ports: { netflow, ipfix, traps },
        nowMs,
      });
      await live.start();
      past = writePast(context, options, nowMs, stopping.signal);
      await past;
      say(`  ${options.academies} academies report, about ${options.flowsPerSecond} flows a second`);
    },
    stop: async () => {
      stopping.abort();
      await live?.stop();
      await past.catch(() => undefined);
    },
    health: () => live?.health() ?? { ready: false, detail: 'starting' },
  };
}

/** Runs until it is stopped. */
export async function demo(options: CommonOptions & DemoOptions): Promise<void> {
  await runComponent('demo', options, (context) => demoApp(context, options));
}
