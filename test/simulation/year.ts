/** `npm run soak -- year`: a year of many lines, in memory, held against what is true. */
import { parseArgs } from 'node:util';
import { compare } from './compare.ts';
import { signalsOf } from './signals.ts';
import { watchWorld } from './watch.ts';
import { createWorld } from './world.ts';

const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
    months: { type: 'string', default: '12' },
    every: { type: 'string', default: '900', short: 'e' },
    help: { type: 'boolean' },
  },
});
if (values.help) {
  console.log('npm run soak -- year [--lines 500] [--months 12] [--every 900] [--seed 1]');
  console.log('--every: seconds between two polls, and two probes, of a line');
  process.exit(0);
}
const everyMs = Number(values.every) * 1000;
const skewMs = 1500;
const span = { fromMs: Date.UTC(2026, 0, 1), toMs: Date.UTC(2026, Number(values.months), 1) };
const world = createWorld({
  seed: Number(values.seed),
  lines: Number(values.lines),
  span,
  collectors: 2,
  leastMs: 2.5 * everyMs,
});
const told = signalsOf(world, {
  seed: Number(values.seed) + 1,
  stepMs: 300_000,
  pollEveryMs: everyMs,
  probeEveryMs: everyMs,
  beatEveryMs: 20_000,
  lostTraps: 0.15,
  skewMs: [0, skewMs],
});
const began = performance.now();
const found = watchWorld(world, told, { mostHoldSeconds: Math.ceil((everyMs / 1000) * 2.7) });
const tookS = (performance.now() - began) / 1000;
const {
  outages,
  found: matched,
  trueDownMs,
  foundDownMs,
  unknownMs,
  wrong,
} = compare(world, found, {
  linkMs: 500,
  probeMs: everyMs + skewMs,
  blindMs: 30_000,
});
const minutes = (ms: number): string => (ms / 60_000).toFixed(1);
console.log(
  `${world.lines.length} lines, ${values.months} months, seed ${values.seed}: ${found.signals} signals in ${tookS.toFixed(0)} s`,
);
console.log(`outages that could be seen whole: ${outages}, found with both edges: ${matched}`);
console.log(`down, minutes: ${minutes(trueDownMs)} true, ${minutes(foundDownMs)} found; unknown ${minutes(unknownMs)}`);
console.log(`incidents: ${found.incidents.size}, lines of timelines: ${found.entries}`);
for (const line of wrong.slice(0, 50)) console.log(line);
console.log(wrong.length === 0 ? 'found = true' : `${wrong.length} differences`);
process.exit(wrong.length === 0 ? 0 : 1);
