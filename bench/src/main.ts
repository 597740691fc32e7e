/** `npm run bench -- NAME`: one bench, its figures on standard output. What they mean: `bench/README.md`. */
import { apiBench } from './api.ts';
import { collectorBench } from './collector/bench.ts';
import { decodeBench } from './decode.ts';
import { pathBench } from './path.ts';
import { pollsBench } from './polls.ts';
import { cleanUp } from './processes.ts';
import { stateBench } from './state.ts';
import { trapsBench } from './traps.ts';
import { watcherBench } from './watcher.ts';

const benches: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  collector: collectorBench,
  path: pathBench,
  api: apiBench,
  decode: decodeBench,
  traps: trapsBench,
  state: stateBench,
  polls: pollsBench,
  watcher: watcherBench,
};

const usage = `usage: npm run bench -- ${Object.keys(benches).join(' | ')} [--option value …]`;

async function end(code: number): Promise<never> {
  await cleanUp();
  process.exit(code);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end(130));

const [name = '', ...args] = process.argv.slice(2);
const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
if (!bench) {
  console.error(usage);
  process.exit(2);
}
try {
  await bench(args);
  await end(0);
} catch (error) {
  console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  await end(1);
}
