/** PostgreSQL servers for tests: the one that we ship, and Debian's where it is installed. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type * as pg from 'pg';
import { startPostgres } from '../../apps/linewatch/src/engines/postgres.ts';
import { Hopeless, until } from './system.ts';

// The driver is a dependency of the estate package only.
const { Client } = createRequire(path.join(import.meta.dirname, '../../packages/estate/src/index.ts'))(
  'pg',
) as typeof pg;

export interface Server {
  readonly url: string;
  stop(): Promise<unknown>;
}

/** Runs statements on a connection of their own. */
export async function sql(url: string, text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text, values)).rows;
  } finally {
    await client.end();
  }
}

const embedded = (directory: string, port: number): Promise<Server> =>
  startPostgres({ directory, port, user: 'linewatch', password: 'correct horse' });

const debianBinaries = '/usr/lib/postgresql/15/bin';

/** As its packages would run it, but unprivileged, on a port and directory of ours. */
async function debian(directory: string, port: number): Promise<Server> {
  const data = path.join(directory, 'data');
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const run = { ...nobody, cwd: '/', stdio: 'ignore' } as const;
  if (!existsSync(data)) {
    mkdirSync(data, { mode: 0o700 });
    if (nobody.uid) for (const each of [directory, data]) chownSync(each, nobody.uid, nobody.gid);
    execFileSync(`${debianBinaries}/initdb`, ['-D', data, '-U', 'linewatch', '-A', 'trust', '--no-sync'], run);
  }
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off'];
  const args = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])];
  const child: ChildProcess = spawn(`${debianBinaries}/postgres`, args, run);
  const url = `postgres://linewatch@127.0.0.1:${port}/postgres`;
  await until('PostgreSQL 15', async () => {
    if (child.exitCode !== null) throw new Hopeless('PostgreSQL 15 did not start');
    return sql(url, 'SELECT 1').then(
      () => true,
      () => false,
    );
  });
  return {
    url,
    stop: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGINT');
      await gone;
    },
  };
}

/** Those that are here. */
export const servers = [
  { name: 'the embedded PostgreSQL', start: embedded, here: true },
  { name: "Debian's PostgreSQL 15", start: debian, here: existsSync(`${debianBinaries}/postgres`) },
].filter(({ here }) => here);
