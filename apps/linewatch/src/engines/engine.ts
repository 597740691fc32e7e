/** What the embedded engines have in common: a child process that is watched, stopped and, when it fails, quoted. */
import type { ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import type { Readable } from 'node:stream';
import { LinewatchError } from '@linewatch/service';

export type EngineErrorCode = 'engine_failed' | 'engine_timeout' | 'engine_unreachable' | 'disk_full';
export class EngineError extends LinewatchError<EngineErrorCode> {}

export interface Engine {
  readonly name: string;
  readonly child: ChildProcess;
  /** Resolves when the process has ended, with how. */
  readonly exited: Promise<string>;
  /** Asks it to stop cleanly, and makes it when that takes more than 2 s; resolves when it has ended. */
  stop(): Promise<unknown>;
}

/** Longest that a clean stop may take, ms. */
export const engineStopMs = 2000;

export function exited(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ? `signal ${signal}` : `exit ${code ?? 0}`));
  });
}

/** Keeps the last lines a child wrote, to quote when it fails. */
export function lastLines(stream: Readable, onLine?: (line: string) => void): () => string {
  const lines: string[] = [];
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n');
    rest = (parts.pop() ?? '').slice(-4096);
    for (const line of parts) {
      lines.push(line.slice(0, 500));
      if (lines.length > 20) lines.shift();
      onLine?.(line);
    }
  });
  return () => [...lines, rest].filter(Boolean).slice(-4).join(' | ');
}

/** A TCP port on loopback that is free now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
