/** Programs of this machine, and what they say. */
import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

export const run = promisify(execFile);

/** A program on the PATH or where `go install` puts it. */
export async function findProgram(name: string): Promise<string | undefined> {
  const go = [
    process.env['GOBIN'],
    process.env['GOPATH'] && path.join(process.env['GOPATH'], 'bin'),
    path.join(homedir(), 'go', 'bin'),
  ];
  for (const directory of [...(process.env['PATH'] ?? '').split(path.delimiter), ...go]) {
    if (!directory) continue;
    const file = path.join(directory, name);
    if (await access(file).then(() => true, () => false)) return file; // prettier-ignore
  }
  return undefined;
}

/** Last number that follows `label` in a text. */
export function numberAfter(text: string, label: string): number {
  const at = text.lastIndexOf(label);
  return at < 0 ? 0 : Number(/[\d]+/.exec(text.slice(at + label.length))?.[0] ?? 0);
}

/** Sum of a Prometheus metric's samples whose labels hold `label`. */
export function sumMetric(text: string, metric: string, label = ''): number {
  return text
    .split('\n')
    .filter((line) => (line.startsWith(`${metric}{`) || line.startsWith(`${metric} `)) && line.includes(label))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

/** Whether a UDP port is bound: /proc/net/udp* list ports in hexadecimal. */
export async function udpBound(port: number): Promise<boolean> {
  const { stdout } = await run('cat', ['/proc/net/udp', '/proc/net/udp6']);
  return stdout.includes(`:${port.toString(16).toUpperCase().padStart(4, '0')} `);
}
