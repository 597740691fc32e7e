/** What every supervisor has: its parts in order, the log of their lines, a stop within its time, and how they are. */
import { type WriteStream, createWriteStream, renameSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { type App, type Health, type Logger, type Metrics, describe } from '@linewatch/service';
import { Part } from './supervise.ts';

export interface SupervisorOptions {
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Progress, for people: a line each. */
  readonly say: (line: string) => void;
  /** Log lines of the children. */
  readonly onLine: (line: string) => void;
}

export interface Supervisor extends App {
  /** Takes what must be this process's alone. @throws LinewatchError when another Linewatch has it or it cannot be used. */
  claim(): Promise<void>;
}

/** Longest that a supervisor may take to stop, ms; every part has its time in it. */
export const supervisorStopMs = 9500;

/** What stops together, and when after the beginning of the stop it is killed, ms. */
export type StopOrder = readonly (readonly [isOne: (name: string) => boolean, byMs: number])[];

const seconds = (sinceMs: number): string => `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;
const maxLogBytes = 64 * 1024 * 1024;

/** Appends the children's log lines to a file; the one before is kept as `.1`. */
export async function openLog(file: string): Promise<(line: string) => void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  let { size } = await stat(file).catch(() => ({ size: 0 }));
  const open = (): WriteStream =>
    // A full disk must not end the supervisor.
    createWriteStream(file, { flags: 'a', mode: 0o600 }).on('error', () => undefined);
  let stream: WriteStream | undefined;
  return (line) => {
    if (size > maxLogBytes) {
      stream?.end();
      stream = undefined;
      size = 0;
      try {
        renameSync(file, `${file}.1`);
      } catch {
        // It goes on in the same file, and the next attempt is a file's length away.
      }
    }
    stream ??= open();
    stream.write(`${line}\n`);
    size += Buffer.byteLength(line) + 1;
  };
}

/** The parts of a supervisor, in order of start. */
export class Parts {
  readonly #options: SupervisorOptions;
  readonly #all: Part[] = [];
  #stopped = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    options.metrics.gauge('part_restarts_total', 'Times that a part ended and was started again.', ['part'], (g) => {
      for (const part of this.#all) g.set({ part: part.name }, part.restarts);
    });
  }

  /** Starts them and tells of it when all run. */
  async run(label: string, ...parts: readonly Part[]): Promise<void> {
    const began = performance.now();
    this.#all.push(...parts);
    await settled(parts.map((part) => part.start()));
    this.#options.say(`  ${label} (${seconds(began)})`);
  }

  /** False when nothing was there to stop, or it was stopped before. */
  async stop(order: StopOrder): Promise<boolean> {
    if (this.#stopped || this.#all.length === 0) return false;
    this.#stopped = true;
    const began = Date.now();
    this.#options.say('Stopping');
    for (const [isOne, byMs] of order) {
      const limitMs = began + byMs - Date.now();
      await Promise.all(this.#all.filter(({ name }) => isOne(name)).map((part) => part.stop(limitMs)));
    }
    return true;
  }

  health(): Health {
    const late = this.#all.filter((part) => part.state !== 'running');
    const detail = this.#all.map(
      ({ name, state, restarts, lastEnd }) =>
        `${name} ${state}${restarts > 0 ? `, ${restarts} restarts` : ''}` +
        (state !== 'running' && lastEnd !== '' ? ` (${lastEnd})` : ''),
    );
    return { ready: late.length === 0 && this.#all.length > 0, detail: detail.join('; ') };
  }
}

/** Waits for all, so that what started can be stopped, then fails with the first failure. */
export async function settled(starts: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(starts))
    if (result.status === 'rejected')
      throw result.reason instanceof Error ? result.reason : new Error(describe(result.reason));
}
