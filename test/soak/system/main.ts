/** `npm run soak -- system`: exits with 1 on any difference, and then leaves the data where it was. */
import { parseArgs } from 'node:util';
import { describe } from '@linewatch/service';
import { reportText } from './report.ts';
import { soakSystem, whyNotKafka } from './soak.ts';

const usage =
  'usage: npm run soak -- system [--queue kafka|lmdb] [--minutes 30] [--kills 300] [--outage-seconds 60] [--seed N]\n' +
  '                              [--rate 4000] [--exporters 4]';
const say = (line: string): void => console.log(`${new Date().toISOString().slice(11, 19)} ${line}`);

const { values } = parseArgs({
  options: {
    queue: { type: 'string', default: 'kafka' },
    minutes: { type: 'string', default: '30' },
    kills: { type: 'string', default: '300' },
    'outage-seconds': { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    rate: { type: 'string', default: '4000' },
    exporters: { type: 'string', default: '4' },
    help: { type: 'boolean', default: false },
  },
});
const { queue } = values;
const [minutes = 0, kills = 0, outageSeconds = 0, seed = 0, rate = 0, exporters = 0] = [
  values.minutes,
  values.kills,
  values['outage-seconds'],
  values.seed,
  values.rate,
  values.exporters,
].map(Number);
const fits =
  minutes > 0 &&
  minutes <= 1440 &&
  [kills, seed].every((n) => Number.isSafeInteger(n) && n >= 0) &&
  outageSeconds >= 0 &&
  rate >= 24 &&
  rate <= 50_000 &&
  exporters >= 1 &&
  exporters <= 200;
if (values.help || !fits || (queue !== 'kafka' && queue !== 'lmdb')) {
  console.log(usage);
  process.exit(values.help ? 0 : 2);
}
const missing = queue === 'kafka' ? whyNotKafka() : undefined;
if (missing) {
  console.error(`${missing}; --queue lmdb needs none of it`);
  process.exit(1);
}

const abort = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.once(name, () => {
    say('ending early: nothing is compared');
    abort.abort();
  });
say(`seed ${seed}; ${queue}, ${minutes} min, ${kills} kills, ${rate} flows/s from ${exporters} exporters`);
try {
  const report = await soakSystem({
    queue,
    minutes,
    kills,
    outageMs: outageSeconds * 1000,
    seed,
    rate,
    exporters,
    say,
    signal: abort.signal,
  });
  console.log(reportText(report));
  process.exitCode = abort.signal.aborted ? 130 : report.problems.length > 0 ? 1 : 0;
} catch (error) {
  console.error(`the soak could not be held: ${describe(error)}`);
  process.exitCode = 1;
}
if (process.exitCode === 1)
  console.error(
    `repeat: npm run soak -- system --queue ${queue} --minutes ${minutes} --kills ${kills} --outage-seconds ${outageSeconds} ` +
      `--seed ${seed} --rate ${rate} --exporters ${exporters}`,
  );
