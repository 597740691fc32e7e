/**
 * `collector`: the same generated NetFlow v9 to each collector in turn, at rising rates. The collector has one core, the
 * sender the other. Each trial starts the collector afresh, warms it up, and counts what it received in all.
 */
import { describeMachine } from '../machine.ts';
import { readOptions } from '../options.ts';
import { cpuSeconds, makeDirectory, removeDirectory, waitIdle } from '../processes.ts';
import { ratio, short, table } from '../report.ts';
import { type SearchResult, type Trial, perCpuSecond, searchHighest, sentRate } from '../search.ts';
import { buildSender, send } from '../sender.ts';
import { type Sink, startSink, whyNoSink } from './sink.ts';
import { type RunningSystem, type System, systems } from './systems.ts';

const port = 29_055;
/** The broker has the sender's core: what it takes is not the collector's, and is not counted. */
const core = { collector: 0, sender: 1 };
/** Long enough for compilers to have seen what there is to compile, s. */
const warmSeconds = 3;

type Start = (directory: string) => Promise<RunningSystem>;

async function trial(system: System, begin: Start, rate: number, seconds: number, exporters: number): Promise<Trial> {
  const directory = await makeDirectory(system.name);
  try {
    const running = await begin(directory);
    try {
      const warm = await send({ port, rate: system.firstRate / 2, seconds: warmSeconds, exporters, core: core.sender });
      await waitIdle(running.child.pid, 5000);
      const before = cpuSeconds(running.child.pid);
      const sent = await send({ port, rate, seconds, exporters, ordinal: warm.nextOrdinal, core: core.sender });
      await waitIdle(running.child.pid, 15_000);
      const used = cpuSeconds(running.child.pid) - before;
      const received = (await running.finish()) - warm.records;
      return { rate, sent: sent.records, received, seconds: sent.seconds, cpuSeconds: used };
    } finally {
      await running.child.stop();
    }
  } finally {
    await removeDirectory(directory);
  }
}

export interface Measured {
  readonly system: System;
  readonly version: string;
  readonly result: SearchResult;
}

const line = (t: Trial): string =>
  `${short(sentRate(t)).padStart(8)} records/s sent, ${t.sent - t.received} of ${t.sent} lost, ${short(perCpuSecond(t))} records/CPU-s`;

/** The table of one run, and the ratios to the peers of the same run. */
export function report(measured: readonly Measured[]): string {
  const best = (name: string): Trial | undefined => measured.find((m) => m.system.name === name)?.result.best;
  const perCpu = (name: string): number | undefined => {
    const t = best(name);
    return t && perCpuSecond(t);
  };
  const rate = (name: string): number | undefined => {
    const t = best(name);
    return t && sentRate(t);
  };
  // Who writes to Kafka is compared with ours that does.
  const ours = ({ needsSink }: System): string => (needsSink ? 'linewatch-kafka' : 'linewatch');
  const rows = measured.map(({ system, system: { name, does }, version, result }) => [
    `${name} ${version}`,
    short(perCpu(name) ?? Number.NaN),
    `${result.bounded ? '≥ ' : ''}${short(rate(name) ?? Number.NaN)}`,
    ratio(perCpu(ours(system)), perCpu(name)),
    ratio(rate(ours(system)), rate(name)),
    does,
  ]);
  return table(
    [
      'collector',
      'records / CPU-s',
      'records/s, no loss',
      'linewatch / it, CPU',
      'linewatch / it, rate',
      'what it does',
    ],
    rows,
  );
}

export async function collectorBench(args: readonly string[]): Promise<void> {
  const options = readOptions(args, { seconds: 5, exporters: 4, refinements: 2, most: 2_400_000, only: '', queue: '' });
  if (!['', 'lmdb', 'kafka'].includes(options.queue)) throw new RangeError('--queue is lmdb or kafka');
  await buildSender();
  console.log(`${describeMachine()}; ${options.seconds} s a trial, ${options.exporters} exporters\n`);
  const measured: Measured[] = [];
  let failed = false;
  let sink: Sink | undefined;
  for (const system of systems) {
    if (options.queue !== '' && (options.queue === 'kafka') !== (system.needsSink ?? false)) continue;
    if (options.only !== '' && !options.only.split(',').includes(system.name)) continue;
    const version = await system.version();
    if (version === undefined) {
      console.log(`${system.name}: not on this machine, skipped (${system.install})\n`);
      continue;
    }
    const noSink = system.needsSink && (await whyNoSink());
    if (noSink) {
      console.log(`${system.name}: skipped, ${noSink}\n`);
      continue;
    }
    console.log(`${system.name} ${version}`);
    const begin = async (directory: string): Promise<RunningSystem> =>
      system.needsSink
        ? system.start(directory, port, core.collector, (sink ??= await startSink(core.sender)))
        : system.start(directory, port, core.collector);
    const run = async (rate: number): Promise<Trial> => {
      const t = await trial(system, begin, rate, options.seconds, options.exporters);
      console.log(`  ${line(t)}`);
      return t;
    };
    let result: SearchResult;
    try {
      const { most, refinements } = options;
      result = await searchHighest(run, { first: system.firstRate, factor: 1.6, most, refinements });
    } catch (error) {
      // One that cannot run must not keep the others from being measured.
      console.log(`  failed: ${error instanceof Error ? error.message : String(error)}\n`);
      failed = true;
      continue;
    }
    measured.push({ system, version, result });
    console.log('');
  }
  await sink?.stop();
  console.log(report(measured));
  if (failed) throw new Error('not every collector could be measured');
}
