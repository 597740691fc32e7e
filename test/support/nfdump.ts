/** What nfcapd receives and nfdump reads back: one line a flow. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { type Socket, createSocket } from 'node:dgram';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { formatAddress } from '@linewatch/record';
import type { Datagram } from './flows.ts';

const run = promisify(execFile);

export interface NfdumpFlow {
  readonly exporter: string;
  readonly srcAddr: string;
  readonly dstAddr: string;
  readonly octets: number;
  readonly packets: number;
}

async function bound(address: string, port = 0): Promise<Socket> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ address, port }, () => resolve());
  });
  return socket;
}

async function freePort(): Promise<number> {
  const socket = await bound('127.0.0.1');
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}

/** True once a UDP socket is bound to the port. */
const listens = (port: number): boolean =>
  readFileSync('/proc/net/udp', 'latin1').includes(`:${port.toString(16).toUpperCase().padStart(4, '0')} `);

async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`${what}: not within 20 s`);
    await delay(50);
  }
}

/** Sends each datagram from its own address, which must be in 127.0.0.0/8, slowly enough that none is dropped. */
async function send(datagrams: readonly Datagram[], port: number): Promise<void> {
  const sockets = new Map<string, Socket>();
  try {
    for (const [i, { sourceAddress, payload }] of datagrams.entries()) {
      const address = formatAddress(sourceAddress);
      const socket = sockets.get(address) ?? (await bound(address));
      sockets.set(address, socket);
      await new Promise<void>((resolve, reject) => {
        socket.send(payload, port, '127.0.0.1', (error) => (error ? reject(error) : resolve()));
      });
      if (i % 20 === 19) await delay(5);
    }
  } finally {
    for (const socket of sockets.values()) socket.close();
  }
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await Promise.race([ended, delay(10_000).then(() => child.kill('SIGKILL'))]);
}

export async function readWithNfdump(
  nfcapd: string,
  nfdump: string,
  datagrams: readonly Datagram[],
): Promise<NfdumpFlow[]> {
  const directory = mkdtempSync(path.join(tmpdir(), 'linewatch-nfdump-'));
  const port = await freePort();
  const child = spawn(
    nfcapd,
    ['-b', '127.0.0.1', '-p', String(port), '-w', directory, '-B', String(4 * 1024 * 1024), '-t', '3600'],
    { stdio: 'ignore' },
  );
  try {
    await until('nfcapd listens', () => listens(port));
    await send(datagrams, port);
    await delay(500);
    await stop(child);
    const flows: NfdumpFlow[] = [];
    for (const name of readdirSync(directory).filter((file) => /^nfcapd\.\d+$/.test(file))) {
      const format = 'fmt:%ra|%sa|%da|%byt|%pkt|';
      const { stdout } = await run(nfdump, ['-r', path.join(directory, name), '-q', '-N', '-6', '-o', format], {
        maxBuffer: 256 * 1024 * 1024,
      });
      for (const line of stdout.split('\n')) {
        const [exporter, srcAddr, dstAddr, octets, packets] = line.split('|').map((cell) => cell.trim());
        if (packets === undefined) continue;
        flows.push({
          exporter: exporter!,
          srcAddr: srcAddr!,
          dstAddr: dstAddr!,
          octets: Number(octets),
          packets: Number(packets),
        });
      }
    }
    return flows;
  } finally {
    child.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
}
