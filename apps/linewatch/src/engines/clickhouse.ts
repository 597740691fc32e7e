/** Starts the embedded ClickHouse server as a child process on loopback. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { glob, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { sleep } from '@linewatch/service';
import { checkRoom, guardDisk } from './disk-guard.ts';
import { type Engine, EngineError, engineStopMs, exited, lastLines } from './engine.ts';

export interface ClickHouseOptions {
  /** Its data; created when missing. */
  readonly directory: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Most memory the server may use, octets. Default: 40 % of the machine's. */
  readonly memoryBytes?: number;
  /** Room that it leaves on its disk, octets: it refuses what would need more, and is not running when others take that. */
  readonly diskFloorBytes?: number;
}

export interface ClickHouseEngine extends Engine {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

const startTimeoutMs = 60_000;

/**
 * `default`, which cannot have a password, runs the server's own listening query and may do nothing else: any user of
 * this machine may be it. The application has a user of its own.
 */
function users(user: string, password: string): string {
  const hash = createHash('sha256').update(password).digest('hex');
  const local = '<networks><ip>127.0.0.1</ip><ip>::1</ip></networks><profile>default</profile><quota>default</quota>';
  return `<clickhouse>
  <profiles><default></default></profiles>
  <quotas><default></default></quotas>
  <users>
    <default><password></password>${local}
      <grants>
        <query>GRANT SYSTEM LISTEN ON *.*</query>
        <query>GRANT SELECT ON system.numbers</query>
      </grants>
    </default>
    <${user}><password_sha256_hex>${hash}</password_sha256_hex>${local}
      <grants><query>GRANT ALL ON *.*</query></grants>
    </${user}>
  </users>
</clickhouse>
`;
}

const config = (memoryBytes: number, diskFloorBytes: number, directory: string): string => `<clickhouse>
  <logger><level>warning</level><console>true</console></logger>
  <max_server_memory_usage>${memoryBytes}</max_server_memory_usage>
  <max_concurrent_queries>200</max_concurrent_queries>
  <mark_cache_size>134217728</mark_cache_size>
  <uncompressed_cache_size>0</uncompressed_cache_size>
  <storage_configuration>
    <disks><default><keep_free_space_bytes>${diskFloorBytes}</keep_free_space_bytes></default></disks>
  </storage_configuration>
  <tmp_path>${path.join(directory, 'tmp')}/</tmp_path>
  <user_directories><users_xml><path>${path.join(directory, 'users.xml')}</path></users_xml></user_directories>
</clickhouse>
`;

/** One query on a connection of its own: one left open would hold up the server's stop. */
function answers(port: number, user: string, password: string): Promise<boolean> {
  return new Promise((resolve) => {
    const headers = { 'X-ClickHouse-User': user, 'X-ClickHouse-Key': password };
    const request = get(
      { host: '127.0.0.1', port, path: '/?query=SELECT+1', headers, agent: false, timeout: 1000 },
      (response) => {
        response.resume().once('end', () => resolve(response.statusCode === 200));
      },
    );
    request.on('timeout', () => request.destroy()).on('error', () => resolve(false));
  });
}

/**
 * Removes definitions of tables that a full disk left empty: the server does not start with one. The statement that wrote it
 * has failed, and whoever sent it sends it again.
 */
async function dropEmptyDefinitions(dataDir: string): Promise<void> {
  for await (const file of glob(path.join(dataDir, 'store/*/*/*.sql')))
    if ((await stat(file)).size === 0) await rm(file, { force: true });
}

export async function startClickHouse(options: ClickHouseOptions): Promise<ClickHouseEngine> {
  const { directory, port, user, password, diskFloorBytes = 0 } = options;
  const memory = options.memoryBytes ?? Math.floor(os.totalmem() * 0.4);
  await mkdir(path.dirname(directory), { recursive: true });
  await mkdir(path.join(directory, 'data'), { recursive: true, mode: 0o700 });
  checkRoom(directory, diskFloorBytes);
  // What an interrupted query left behind; it is never read again.
  await rm(path.join(directory, 'tmp'), { recursive: true, force: true });
  await dropEmptyDefinitions(path.join(directory, 'data'));
  await writeFile(path.join(directory, 'users.xml'), users(user, password), { mode: 0o600 });
  const configFile = path.join(directory, 'config.xml');
  await writeFile(configFile, config(memory, diskFloorBytes, directory), { mode: 0o600 });
  const child: ChildProcess = spawn(
    process.execPath,
    [
      path.join(import.meta.dirname, 'clickhouse-child.ts'),
      String(process.pid),
      path.join(directory, 'data'),
      String(port),
      configFile,
    ],
    // Ctrl-C goes to a whole process group; the order of stopping is the supervisor's.
    { stdio: ['ignore', 'ignore', 'pipe'], cwd: directory, detached: true },
  );
  const errors = lastLines(child.stderr!);
  const guard = guardDisk(directory, diskFloorBytes, () => child.kill('SIGKILL'));
  const gone = exited(child).then((how) => {
    guard.stop();
    return guard.reason ?? how;
  });
  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + startTimeoutMs;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) {
      await gone;
      throw new EngineError('engine_failed', `the ClickHouse server did not start: ${guard.reason ?? errors()}`);
    }
    if (await answers(port, user, password)) break;
    if (Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new EngineError(
        'engine_timeout',
        `the ClickHouse server gave no answer in ${startTimeoutMs / 1000} s: ${errors()}`,
      );
    }
    await sleep(25);
  }
  return {
    name: 'clickhouse',
    url,
    user,
    password,
    child,
    exited: gone,
    stop: async () => {
      child.kill('SIGTERM');
      // It ends at once; acknowledged inserts are safe without a clean stop.
      await Promise.race([gone, sleep(engineStopMs)]);
      child.kill('SIGKILL');
      return gone;
    },
  };
}
