/**
 * Echo requests to many addresses by one process of `fping`, which has the privilege that they need. Addresses go to its
 * standard input; it prints for each, when all is over,
 *
 *   192.0.2.1   : 0.33 - 0.39
 */
import { spawn } from 'node:child_process';
import { type Outcome, codeOf, untried } from './outcome.ts';

export interface FpingOptions {
  readonly packets: number;
  /** Between two packets to one address. */
  readonly spacingMs: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly command?: string;
}

/** Between any two packets, ms; it is the least that anyone but root may ask for. */
const pauseMs = 1;
/** Beyond what it was told to take. */
const patienceMs = 5000;
const maxOutput = 4 * 1024 * 1024;

/**
 * @param addresses canonical text, each once
 * @returns an outcome for each of them
 */
export function runFping(addresses: readonly string[], options: FpingOptions): Promise<ReadonlyMap<string, Outcome>> {
  const { packets, spacingMs, timeoutMs, signal, command = 'fping' } = options;
  const all = (outcome: Outcome): ReadonlyMap<string, Outcome> => new Map(addresses.map((each) => [each, outcome]));
  const args = ['-C', packets, '-q', '-p', spacingMs, '-t', timeoutMs, '-i', pauseMs].map(String);
  const longestMs = packets * Math.max(spacingMs, addresses.length * pauseMs) + timeoutMs + patienceMs;
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ['pipe', 'ignore', 'pipe'],
      signal,
      timeout: longestMs,
      killSignal: 'SIGKILL',
    });
    let output = '';
    // Latin-1: what it prints is ASCII, and nothing else is to pass for it.
    child.stderr.setEncoding('latin1').on('data', (chunk: string) => {
      if (output.length < maxOutput) output += chunk;
    });
    child.on('error', (error) =>
      resolve(
        all(
          codeOf(error) === 'ENOENT'
            ? untried('no_fping', 'ICMP probes need fping')
            : untried('fping_failed', codeOf(error)),
        ),
      ),
    );
    child.on('close', (code, killed) => {
      // 0 all answered, 1 some did not; else it could not do what it was told.
      if (code === 0 || code === 1) resolve(readFping(output, addresses, packets));
      else
        resolve(
          all(untried('fping_failed', `${killed ?? `exit ${code}`}: ${output.split('\n', 1)[0]!.slice(0, 200)}`)),
        );
    });
    // It ended before it had read all: `close` tells.
    child.stdin.on('error', () => undefined);
    child.stdin.end(`${addresses.join('\n')}\n`);
  });
}

const line = /^(\S+)\s+: ((?:-|\d+(?:\.\d+)?)(?: (?:-|\d+(?:\.\d+)?))*)$/;

/** An address without a line of its own, with as many figures as packets, was not probed. */
export function readFping(output: string, addresses: readonly string[], packets: number): Map<string, Outcome> {
  const found = new Map<string, Outcome>(addresses.map((each) => [each, untried('fping_failed', 'no figures')]));
  for (const each of output.split('\n')) {
    const [, address = '', figures = ''] = line.exec(each) ?? [];
    if (!found.has(address)) continue;
    const values = figures.split(' ');
    if (values.length !== packets) continue;
    const rttsMs = values.filter((value) => value !== '-').map(Number);
    found.set(
      address,
      rttsMs.length === 0
        ? { is: 'failed', reason: 'timeout', sent: packets }
        : { is: 'packets', packets: { sent: packets, rttsMs } },
    );
  }
  return found;
}
