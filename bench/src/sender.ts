/** The load: builds and runs `sender/udp-sender.c`. */
import { execFile } from 'node:child_process';
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Records in each datagram that the sender makes. */
export const recordsPerDatagram = 24;

const benchDir = path.resolve(import.meta.dirname, '..');
const source = path.join(benchDir, 'sender', 'udp-sender.c');
const binary = path.join(benchDir, 'bin', 'udp-sender');

/** Compiles the sender when its source is newer. @throws Error when there is no C compiler. */
export async function buildSender(): Promise<void> {
  const [from, to] = await Promise.all([stat(source), stat(binary).catch(() => undefined)]);
  if (to && to.mtimeMs >= from.mtimeMs) return;
  await mkdir(path.dirname(binary), { recursive: true });
  await run('cc', ['-O2', '-Wall', '-Wextra', '-o', binary, source]);
}

export interface Sent {
  readonly datagrams: number;
  readonly records: number;
  /** Sum of the octets that the records claim. */
  readonly octets: number;
  readonly seconds: number;
  /** The ordinal after the last one sent: records carry 0, 1, 2, … as their next hop. */
  readonly nextOrdinal: number;
}

export interface SendOptions {
  readonly port: number;
  /** Records a second; 0 = as fast as it goes. */
  readonly rate: number;
  readonly seconds: number;
  readonly exporters: number;
  readonly ordinal?: number;
  readonly core?: number;
}

export async function send({ port, rate, seconds, exporters, ordinal = 0, core }: SendOptions): Promise<Sent> {
  const args = [
    '--port',
    port,
    '--rate',
    rate / recordsPerDatagram,
    '--seconds',
    seconds,
    '--exporters',
    exporters,
    '--ordinal',
    ordinal,
  ];
  const [file, first] = core === undefined ? [binary, []] : ['taskset', ['-c', String(core), binary]];
  const { stdout } = await run(file, [...first, ...args.map(String)], { timeout: (seconds + 30) * 1000 });
  return JSON.parse(stdout) as Sent;
}
