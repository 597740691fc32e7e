/**
 * `npm run soak`: hostile input, the whole system under failures, a year of lines in memory, and alerts to receivers that
 * misbehave; `-- decode`, `-- system`, `-- year` or `-- alerts` runs one of them.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const soaks = {
  decode: 'decode.ts',
  system: 'system/main.ts',
  year: '../simulation/year.ts',
  alerts: 'alerts/main.ts',
} as const;
const names = Object.keys(soaks) as (keyof typeof soaks)[];

const [first, ...rest] = process.argv.slice(2);
const chosen = names.find((name) => name === first);
if (first !== undefined && !chosen) {
  console.log(`usage: npm run soak -- [${names.join(' | ')} [--help | --option value …]]`);
  process.exit(2);
}
// Ctrl-C reaches the soak too, which ends in its own time.
process.on('SIGINT', () => undefined);
for (const name of chosen ? [chosen] : names) {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, soaks[name]), ...rest], { stdio: 'inherit' });
  process.once('SIGTERM', () => child.kill('SIGTERM'));
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) process.exit(code ?? 1);
}
