/** A whole Linewatch for a test: the real command, free ports, a data directory of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { topics } from '@linewatch/record';
import { type Queue, createLmdbQueue, queueLayout } from '@linewatch/queue';
import { createLogger, describe } from '@linewatch/service';
import { type Store, createStore } from '@linewatch/store';
import { stringify } from 'yaml';
import { freeTcp, freeUdp } from './ports.ts';

const command = path.join(import.meta.dirname, '../../node_modules/.bin/linewatch');

/** Parts that the supervisor runs as processes of their own. */
export const partNames = ['clickhouse', 'postgres', 'writer', 'watcher', 'notifier', 'collector', 'api'] as const;
export type PartName = (typeof partNames)[number];

/** Thrown by a check that `until` repeats: what it waits for cannot come any more. */
export class Hopeless extends Error {}

/**
 * Waits until `check` gives something other than undefined, null or false; one that throws has not been met yet.
 * @throws with `what` and the last error when it takes too long, and what the check threw if it is Hopeless.
 */
export async function until<T>(
  what: string,
  check: () => T | Promise<T>,
  timeoutMs = 60_000,
): Promise<Exclude<T, false | null | undefined>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    let last: { error: unknown } | undefined;
    try {
      const value = await check();
      if (value !== undefined && value !== null && value !== false)
        return value as Exclude<T, false | null | undefined>;
    } catch (error) {
      if (error instanceof Hopeless) throw error;
      last = { error };
    }
    if (Date.now() > deadline) {
      const why = last ? `; at last: ${describe(last.error)}` : '';
      throw new Error(`waited ${timeoutMs / 1000} s in vain: ${what}${why}`, { cause: last?.error });
    }
    await sleep(100);
  }
}

/** A directory that PostgreSQL's unprivileged user can pass through; the caller removes it. */
export function temporaryDirectory(name: string): string {
  const directory = mkdtempSync(path.join(os.tmpdir(), `linewatch-${name}-`));
  chmodSync(directory, 0o711);
  return directory;
}

/** Process ids whose parent is `pid`, with their command lines. */
function childrenOf(pid: number): { pid: number; command: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
        // After the command's closing bracket: state, then the parent.
        const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
        if (parent !== pid) return [];
        return [{ pid: Number(name), command: readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ') }];
      } catch {
        return [];
      }
    });
}

const marks: Record<PartName, RegExp> = {
  clickhouse: /clickhouse-child\.ts/,
  postgres: /bin\/postgres .*-D /,
  writer: /main\.ts writer/,
  watcher: /main\.ts watcher/,
  notifier: /main\.ts notifier/,
  collector: /main\.ts collector/,
  api: /main\.ts api/,
};

export interface SystemOptions {
  /** Merged into the configuration file. */
  readonly config?: Record<string, unknown>;
  readonly args?: readonly string[];
}

export class System {
  readonly directory: string;
  readonly configFile: string;
  readonly ports: { netflow: number; ipfix: number; sflow: number; traps: number; http: number };
  readonly process: ChildProcess;
  output = '';
  exited: Promise<number | null>;

  private constructor(directory: string, ports: System['ports'], configFile: string, args: readonly string[]) {
    this.directory = directory;
    this.ports = ports;
    this.configFile = configFile;
    this.process = spawn(command, ['up', '--config', configFile, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, CLICKHOUSE_URL: '', DATABASE_URL: '', KAFKA_BROKERS: '' },
    });
    this.exited = new Promise((resolve) => this.process.once('exit', resolve));
    const keep = (chunk: Buffer): void => {
      this.output = (this.output + chunk.toString()).slice(-200_000);
    };
    this.process.stdout!.on('data', keep);
    this.process.stderr!.on('data', keep);
  }

  static async configure(
    config: Record<string, unknown> = {},
  ): Promise<{ directory: string; ports: System['ports']; file: string }> {
    const directory = temporaryDirectory('test');
    const [netflow, ipfix, sflow, traps] = await Promise.all([freeUdp(), freeUdp(), freeUdp(), freeUdp()]);
    const ports = { netflow, ipfix, sflow, traps, http: await freeTcp() };
    const file = path.join(directory, 'linewatch.yaml');
    const { http, ...listen } = ports;
    const whole = {
      data: path.join(directory, 'data'),
      api: { port: http },
      ...config,
      collector: { listen, ...(config['collector'] as object | undefined) },
    };
    writeFileSync(file, stringify(whole));
    return { directory, ports, file };
  }

  /** Resolves when everything is ready to take datagrams and questions. */
  static async start(options: SystemOptions = {}): Promise<System> {
    const { directory, ports, file } = await System.configure(options.config);
    return System.startIn(directory, ports, file, options.args);
  }

  static async startIn(
    directory: string,
    ports: System['ports'],
    file: string,
    args: readonly string[] = [],
  ): Promise<System> {
    const system = new System(directory, ports, file, args);
    try {
      await until(
        'the system is ready',
        async () => {
          if (system.process.exitCode !== null) throw new Hopeless(`linewatch up ended:\n${system.output}`);
          return (await system.ready()) && system.output.includes('Dashboard:');
        },
        90_000,
      );
    } catch (error) {
      // Why it did not start matters more than what could not be removed.
      await system.destroy().catch(() => undefined);
      throw new Error(`${String(error)}\n${system.output.slice(-4000)}`, { cause: error });
    }
    return system;
  }

  get url(): string {
    return `http://127.0.0.1:${this.ports.http}`;
  }

  get dataDir(): string {
    return path.join(this.directory, 'data');
  }

  async ready(): Promise<boolean> {
    return fetch(`${this.url}/health/ready`, { signal: AbortSignal.timeout(2000) }).then(
      (response) => response.ok,
      () => false,
    );
  }

  async json<T>(route: string): Promise<T> {
    const response = await fetch(`${this.url}${route}`, { signal: AbortSignal.timeout(20_000) });
    if (!response.ok) throw new Error(`${route}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** Sum of a metric's samples over the labels given. */
  async metric(name: string, labels: Record<string, string> = {}): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`, { signal: AbortSignal.timeout(10_000) })).text();
    return text
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
      .filter((line) => Object.entries(labels).every(([key, value]) => line.includes(`${key}="${value}"`)))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  /** The supervisor itself: the pinned Node that the command's shim started. */
  supervisor(): number {
    const seen = childrenOf(this.process.pid!).flatMap((child) => [child, ...childrenOf(child.pid)]);
    const found = seen.find(({ command: line }) => /main\.ts up/.test(line));
    if (!found) throw new Error('the supervisor is not there');
    return found.pid;
  }

  part(name: PartName): number | undefined {
    return this.parts(name)[0];
  }

  /** All processes of a part that has more than one. */
  parts(name: PartName): number[] {
    return childrenOf(this.supervisor())
      .filter(({ command: line }) => marks[name].test(line))
      .map(({ pid }) => pid);
  }

  kill(name: PartName): void {
    const pid = this.part(name);
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
  }

  /** Processes that work on this data directory, whoever their parent is. */
  leftovers(): string[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => {
        try {
          const line = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
          const env = readFileSync(`/proc/${name}/environ`, 'utf8');
          const ours = line.includes(this.directory) || env.includes(`LINEWATCH_EFFECTIVE=${this.directory}`);
          return ours ? [`${name} ${line}`] : [];
        } catch {
          return [];
        }
      });
  }

  /** Its ClickHouse, asked directly. */
  store(): Store {
    const { clickhouse } = JSON.parse(readFileSync(path.join(this.dataDir, 'run/effective.json'), 'utf8')) as {
      clickhouse: { url: string };
    };
    const { protocol, host, username, password } = new URL(clickhouse.url);
    const logger = createLogger('test', 'silent');
    return createStore({
      url: `${protocol}//${host}`,
      user: decodeURIComponent(username),
      password: decodeURIComponent(password),
      logger,
    });
  }

  /** Its queue, read independently of the writer. */
  queue(): Queue {
    const part = { partitions: 1, quotaBytes: 8 * 1024 ** 3, retainHours: 24 };
    return createLmdbQueue({
      directory: path.join(this.dataDir, 'queue'),
      ...queueLayout({ flows: part, signals: part, diskFloorBytes: 0 }, topics),
      maxMessageBytes: 16 * 1024 * 1024,
      instance: 'test',
      logger: createLogger('test', 'silent'),
    });
  }

  /** Runs another command of this installation. */
  run(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
    return runCommand([...args, '--config', this.configFile]);
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null) this.process.kill('SIGTERM');
    await this.exited;
  }

  /** Stops it whatever its state; its data stays. */
  async halt(): Promise<void> {
    await Promise.race([this.stop(), sleep(15_000)]);
    for (const line of this.leftovers()) {
      try {
        process.kill(Number(line.split(' ')[0]), 'SIGKILL');
      } catch {
        // Ended meanwhile.
      }
    }
  }

  /** Stops it whatever its state and removes its data. */
  async destroy(): Promise<void> {
    await this.halt();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export function runCommand(
  args: readonly string[],
  input?: string,
): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.stdin.end(input);
    child.once('close', (code) => resolve({ code, out, err }));
  });
}
