/** Child processes of a bench: started on a core, measured from /proc, ended with all their children. Linux only. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Clock ticks a second in /proc: 100 on every Linux that Node runs on (USER_HZ). */
const ticksPerSecond = 100;

interface Stat {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  /** User and system time of all its threads, s; of its ended children that it waited for, too. */
  readonly cpuSeconds: number;
  /** When it began, ticks since boot: with the pid it names one process for ever. */
  readonly began: number;
}

function readStat(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name may hold spaces and parentheses: the fields are counted from the last one (proc(5)).
    const close = text.lastIndexOf(')');
    const fields = text.slice(close + 2).split(' ');
    const at = (field: number): number => Number(fields[field - 3]);
    return {
      pid,
      parent: at(4),
      name: text.slice(text.indexOf('(') + 1, close),
      cpuSeconds: (at(14) + at(15) + at(16) + at(17)) / ticksPerSecond,
      began: at(22),
    };
  } catch {
    return undefined; // It has ended.
  }
}

/** The process and all below it. */
export function processTree(root: number): readonly Stat[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readStat(Number(name)))
    .filter((stat) => stat !== undefined);
  const tree = all.filter((stat) => stat.pid === root);
  for (const stat of tree) tree.push(...all.filter((other) => other.parent === stat.pid));
  return tree;
}

/** CPU seconds of a process and all below it. */
export const cpuSeconds = (root: number): number => processTree(root).reduce((sum, stat) => sum + stat.cpuSeconds, 0);

/**
 * Memory of its own, octets: without mapped files, for the pages of the queue's file are shared by all who read it and are
 * given back when they are needed.
 */
export function privateBytes(pid: number): number {
  try {
    return Number(/^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** First words of its command line, to tell one Node process from another. */
export function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim();
  } catch {
    return '';
  }
}

export interface Child {
  readonly process: ChildProcess;
  readonly pid: number;
  /** What it wrote so far, both streams, the last 64 KiB. */
  output(): string;
  readonly ended: Promise<number | null>;
  /** SIGTERM, then SIGKILL for whatever of its tree is left after `graceMs`. */
  stop(graceMs?: number): Promise<void>;
}

const running = new Set<Child>();

export interface StartOptions {
  /** Core to pin it to. */
  readonly core?: number;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** @throws Error when the program cannot be started. */
export async function start(command: string, args: readonly string[], options: StartOptions = {}): Promise<Child> {
  const [file, rest] =
    options.core === undefined ? [command, args] : ['taskset', ['-c', String(options.core), command, ...args]];
  const child = spawn(file, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    ...(options.env && { env: options.env }),
  });
  let text = '';
  const keep = (chunk: Buffer): void => {
    text = (text + chunk.toString('utf8')).slice(-65_536);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => resolve(code));
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  const pid = child.pid!;
  const started: Child = {
    process: child,
    pid,
    output: () => text,
    ended,
    async stop(graceMs = 12_000) {
      running.delete(started);
      const tree = processTree(pid);
      child.kill('SIGTERM');
      const abort = new AbortController();
      await Promise.race([ended, sleep(graceMs, undefined, { signal: abort.signal }).catch(() => undefined)]);
      abort.abort();
      for (const { pid: left, began } of tree) if (readStat(left)?.began === began) kill(left);
      await ended;
    },
  };
  running.add(started);
  return started;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended on its own.
  }
}

const directories = new Set<string>();

/** A directory of its own; removed by `removeDirectory`, or when the bench ends. */
export async function makeDirectory(name: string): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), `linewatch-bench-${name}-`));
  directories.add(directory);
  return directory;
}

export async function removeDirectory(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  directories.delete(directory);
}

/** Ends every child and removes every directory that is left: called when the bench ends, however it ends. */
export async function cleanUp(): Promise<void> {
  await Promise.all([...running].map((child) => child.stop(5000)));
  await Promise.all([...directories].map(removeDirectory));
}

/** Waits until `ready` answers true. @throws Error with the child's last words when it ends first or time runs out. */
export async function waitFor(
  what: string,
  ready: () => boolean | Promise<boolean>,
  timeoutMs: number,
  child?: Child,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    if (await ready()) return;
    const over = child && (child.process.exitCode !== null || child.process.signalCode !== null);
    if (over || Date.now() > deadline)
      throw new Error(
        `${what}: ${over ? 'the process ended' : `not within ${timeoutMs} ms`}\n${child?.output().slice(-2000) ?? ''}`,
      );
    await sleep(100);
  }
}

/** Waits until a process tree has been idle for a moment: it has worked off what it was given. */
export async function waitIdle(root: number, timeoutMs: number, idleShare = 0.05): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let before = cpuSeconds(root);
  for (let quiet = 0; quiet < 3 && Date.now() < deadline;) {
    await sleep(300);
    const after = cpuSeconds(root);
    quiet = after - before <= 0.3 * idleShare + 0.011 ? quiet + 1 : 0;
    before = after;
  }
}
