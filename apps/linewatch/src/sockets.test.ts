/** Which worker's socket the kernel hands a datagram to, told with real datagrams. */
import { closeSync } from 'node:fs';
import { type Socket, createSocket } from 'node:dgram';
import type { CollectorConfig } from '@linewatch/collector';
import { formatAddress, ownerOf, parseAddress } from '@linewatch/record';
import { afterEach, describe, expect, it } from 'vitest';
import { type OpenSocket, openSockets } from './sockets.ts';

const config = (port: number, workers: number, address = '::'): CollectorConfig =>
  ({
    address,
    workers,
    listen: { netflow: port, ipfix: 0, sflow: 0, traps: 0, trapsFallback: 0 },
    receiveBufferBytes: 65_536,
  }) as CollectorConfig;

async function freePort(): Promise<number> {
  const socket = createSocket('udp6');
  await new Promise<void>((resolve) => socket.bind(0, '::', resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}

/** Any loopback address, an IPv4 one for each number. */
const loopback = (i: number): string => `127.${i % 7}.${(i * 37) % 251}.${1 + (i % 250)}`;

describe.runIf(process.platform === 'linux')('sockets of several workers', () => {
  const open: Socket[] = [];
  let opened: OpenSocket[][] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((socket) => new Promise<void>((done) => void socket.close(() => done()))));
    for (const { fd } of opened.flat()) {
      try {
        closeSync(fd);
      } catch {
        // A socket of this process took it over.
      }
    }
    opened = [];
  });

  /** By source address: the workers that it reached. */
  async function listen(port: number, workers: number): Promise<Map<string, Set<number>>> {
    const reached = new Map<string, Set<number>>();
    opened = openSockets(config(port, workers))!;
    expect(opened).toHaveLength(workers);
    for (const [worker, [socket]] of opened.entries()) {
      const receiver = createSocket('udp6');
      receiver.on('message', (_datagram, { address }) => {
        const text = formatAddress(parseAddress(address));
        reached.set(text, (reached.get(text) ?? new Set()).add(worker));
      });
      await new Promise<void>((resolve) => receiver.bind({ fd: socket!.fd }, resolve));
      open.push(receiver);
    }
    return reached;
  }

  async function send(from: string, port: number, times: number): Promise<void> {
    const six = from.includes(':');
    for (let i = 0; i < times; i++) {
      const socket = createSocket(six ? 'udp6' : 'udp4');
      await new Promise<void>((resolve) => socket.bind(0, from, resolve));
      await new Promise((resolve) => socket.send('x', port, six ? '::1' : '127.0.0.1', resolve));
      await new Promise<void>((resolve) => socket.close(() => resolve()));
    }
  }

  const settled = async (check: () => boolean): Promise<void> => {
    while (!check()) await new Promise((resolve) => setTimeout(resolve, 10));
  };

  it.each([2, 3, 5, 32])(
    'of %i, the kernel picks the one that owns the source address, whatever its port',
    async (n) => {
      const port = await freePort();
      const reached = await listen(port, n);
      const sources = ['::1', ...Array.from({ length: 120 }, (_, i) => loopback(i))];
      for (const source of sources) await send(source, port, 2);
      await settled(() => reached.size === new Set(sources).size);
      for (const source of sources) expect([...reached.get(source)!]).toEqual([ownerOf(parseAddress(source), n)]);
      // Each of them has some.
      if (n <= 5) expect(new Set([...reached.values()].flatMap((workers) => [...workers])).size).toBe(n);
    },
  );

  it('of one, the port is not shared with whoever asks for it', async () => {
    const port = await freePort();
    opened = openSockets(config(port, 1))!;
    expect(opened).toHaveLength(1);
    expect(() => openSockets(config(port, 1))).toThrow(/taken/);
    expect(() => openSockets(config(port, 2))).toThrow(/taken/);
  });

  it('of two, nobody of ours joins them', async () => {
    const port = await freePort();
    opened = openSockets(config(port, 2))!;
    expect(() => openSockets(config(port, 2))).toThrow(/taken/);
    expect(() => openSockets(config(port, 1))).toThrow(/taken/);
  });
});
