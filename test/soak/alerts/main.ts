/** `npm run soak -- alerts`: exits with 1 on any difference. */
import { parseArgs } from 'node:util';
import { describe } from '@linewatch/service';
import { soakAlerts } from './soak.ts';

const usage = 'usage: npm run soak -- alerts [--changes 10000] [--endpoints 50] [--kills 60] [--seed N]';
const say = (line: string): void => console.log(`${new Date().toISOString().slice(11, 19)} ${line}`);

const { values } = parseArgs({
  options: {
    changes: { type: 'string', default: '10000' },
    endpoints: { type: 'string', default: '50' },
    kills: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    help: { type: 'boolean', default: false },
  },
});
const [changes = 0, endpoints = 0, kills = 0, seed = 0] = [
  values.changes,
  values.endpoints,
  values.kills,
  values.seed,
].map(Number);
const fits =
  [changes, endpoints, kills, seed].every((n) => Number.isSafeInteger(n) && n >= 0) &&
  changes >= 1 &&
  changes <= 1_000_000 &&
  endpoints >= 1 &&
  endpoints <= 200;
if (values.help || !fits) {
  console.log(usage);
  process.exit(values.help ? 0 : 2);
}
const abort = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => abort.abort());
say(`seed ${seed}; ${changes} changes, ${endpoints} receivers, ${kills} kills`);
try {
  const { problems, ...counted } = await soakAlerts({
    ...{ changes, endpoints, kills, seed, say, signal: abort.signal },
    settleMs: 60_000 + changes * endpoints * 10,
  });
  console.log(JSON.stringify(counted));
  for (const problem of problems) console.log(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
} catch (error) {
  console.error(`the soak could not be held: ${describe(error)}`);
  process.exitCode = 1;
}
if (process.exitCode === 1)
  console.error(
    `repeat: npm run soak -- alerts --changes ${changes} --endpoints ${endpoints} --kills ${kills} --seed ${seed}`,
  );
