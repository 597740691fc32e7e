/** Starts one of our own components as a child process. */
import { fork } from 'node:child_process';
import path from 'node:path';
import { LinewatchError } from '@linewatch/service';
import { exited, lastLines } from './engines/engine.ts';
import type { Running } from './supervise.ts';

class ChildError extends LinewatchError<'component_failed'> {}

export interface ChildOptions {
  readonly component: string;
  readonly args?: readonly string[];
  /** File with the configuration and the running engines' addresses. */
  readonly effective: string;
  readonly onLine: (line: string) => void;
  /** Open file descriptors that it inherits, from number 4 on. */
  readonly fds?: readonly number[];
  readonly env?: Readonly<Record<string, string>>;
  /** Called with what it prints on standard output. */
  readonly onOutput?: (line: string) => void;
}

/** Environment variable that tells a child where its configuration is. */
export const effectiveVariable = 'LINEWATCH_EFFECTIVE';

/** Number that the first of a child's inherited file descriptors has there. */
export const firstInherited = 4;

/** The reason in the last log line that gives one. */
function reasonOf(lines: string): string {
  for (const line of lines.split(' | ').reverse()) {
    try {
      const { reason, err } = JSON.parse(line) as { reason?: string; err?: { message?: string } };
      const text = reason ?? err?.message;
      if (text) return text;
    } catch {
      // Not one of our log lines.
    }
  }
  return lines;
}

/** Resolves when the component says that it has started. @throws ChildError with its reason when it ends before. */
export async function startChild(options: ChildOptions): Promise<Running> {
  const { component, args = [], effective, onLine, onOutput, fds = [], env = {} } = options;
  const child = fork(path.join(import.meta.dirname, 'main.ts'), [component, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc', ...fds],
    // Ctrl-C goes to a whole process group; the order of stopping is the supervisor's.
    detached: true,
    env: { ...process.env, ...env, [effectiveVariable]: effective },
    // As in bin/linewatch.js.
    execArgv: ['--disable-warning=TimeoutNegativeWarning'],
  });
  const errors = lastLines(child.stderr!, onLine);
  lastLines(child.stdout!, onOutput);
  const gone = exited(child);
  const started = new Promise<void>((resolve) => {
    child.on('message', (message: { started?: boolean }) => {
      if (message.started) resolve();
    });
  });
  const how = await Promise.race([started, gone]);
  if (typeof how === 'string') throw new ChildError('component_failed', `${component}: ${reasonOf(errors()) || how}`);
  return {
    exited: gone,
    stop: async (limitMs) => {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
      await gone;
      clearTimeout(timer);
    },
  };
}
