/**
 * Installs what the system tests drive from outside: a browser, and decoders to compare with. As root on Debian they are
 * installed; otherwise the tests that need them are skipped with the reason.
 */
import { spawnSync } from 'node:child_process';
import { findTool, tools } from './support/tools.ts';

const missing = Object.entries(tools).filter(([, { command }]) => !findTool(command));
const say = (line: string): void => void process.stdout.write(`${line}\n`);

if (missing.length === 0) say('Tools for the system tests: all there');
else {
  const packages = missing.map(([, tool]) => tool.debian);
  const canInstall = process.getuid?.() === 0 && findTool('apt-get');
  if (!canInstall) say(`Tools for the system tests: ${packages.join(', ')} missing; their tests will be skipped`);
  else {
    say(`Tools for the system tests: installing ${packages.join(', ')}`);
    const apt = (...args: string[]): boolean =>
      spawnSync('apt-get', args, {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
        timeout: 600_000,
      }).status === 0;
    if (!apt('update') || !apt('install', '-y', '--no-install-recommends', ...packages))
      say('Tools for the system tests: the installation failed; their tests will be skipped');
  }
}
