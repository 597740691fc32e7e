import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cleanUp, cpuSeconds, makeDirectory, processTree, start, waitFor } from './processes.ts';

const alive = (pid: number): boolean => existsSync(`/proc/${pid}`);

test.runIf(process.platform === 'linux')('a tree is seen whole, measured, and nothing of it is left', async () => {
  const script =
    "const { spawn } = require('node:child_process'); spawn('sleep', ['60']); process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);";
  const child = await start(process.execPath, ['-e', script]);
  await waitFor('its child', () => processTree(child.pid).length === 2, 10_000, child);
  expect(cpuSeconds(child.pid)).toBeGreaterThan(0);
  const pids = processTree(child.pid).map(({ pid }) => pid);
  await child.stop(100);
  await waitFor('its end', () => !pids.some(alive), 10_000);
});

test('what is left at the end is ended and removed', async () => {
  const directory = await makeDirectory('test');
  const child = await start('sleep', ['60']);
  await cleanUp();
  expect(existsSync(directory)).toBe(false);
  expect(child.process.signalCode).toBe('SIGTERM');
});

test('a program that cannot be started says so', async () => {
  await expect(start('/nowhere/at-all', [])).rejects.toThrow('ENOENT');
});
