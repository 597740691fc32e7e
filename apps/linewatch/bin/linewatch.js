#!/usr/bin/env node
// Runs the command on the Node that the workspace pins, whatever Node started this file.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { isatty } from 'node:tty';
import { fileURLToPath } from 'node:url';

const pinned = fileURLToPath(new URL('../../../node_modules/node/bin/node', import.meta.url));
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
if (!existsSync(pinned)) {
  console.error('linewatch: the packages are not installed here yet: run "npm run setup" first');
  process.exit(1);
}
// Kafka's client sets timers in the past, which is harmless and no news to people.
const quiet = '--disable-warning=TimeoutNegativeWarning';
// The IPC channel is how the command learns that this process has gone.
const child = spawn(pinned, [quiet, main, ...process.argv.slice(2)], {
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
});
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : (code ?? 1)));
// Node forgets that nohup had this signal ignored; what has no terminal need not end with one.
if (![0, 1, 2].some((fd) => isatty(fd))) process.on('SIGHUP', () => undefined);
