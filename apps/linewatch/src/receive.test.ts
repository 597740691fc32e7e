import { closeSync } from 'node:fs';
import { type Socket, createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { CollectorConfig } from '@linewatch/collector';
import { formatAddress } from '@linewatch/record';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createReader } from './receive.ts';
import { openSockets } from './sockets.ts';

interface Read {
  readonly text: string;
  readonly from: string;
}

const reader = createReader();

describe.runIf(reader !== undefined)('a reader of many datagrams', () => {
  const senders: Socket[] = [];
  let fd = -1;
  let port = 0;

  beforeEach(async () => {
    const probe = createSocket('udp6');
    await new Promise<void>((resolve) => probe.bind(0, '::', resolve));
    port = probe.address().port;
    await new Promise<void>((resolve) => probe.close(() => resolve()));
    const listen = { netflow: port, ipfix: 0, sflow: 0, traps: 0, trapsFallback: 0 };
    const config = { address: '::', workers: 1, listen, receiveBufferBytes: 4_194_304 } as CollectorConfig;
    fd = openSockets(config)![0]![0]!.fd;
  });
  afterEach(() => {
    closeSync(fd);
    for (const sender of senders.splice(0)) sender.close();
  });

  async function sender(from: string): Promise<{ socket: Socket; send: (octets: Uint8Array) => Promise<void> }> {
    const six = from.includes(':');
    const socket = createSocket(six ? 'udp6' : 'udp4');
    senders.push(socket);
    await new Promise<void>((resolve) => socket.bind(0, from, resolve));
    return {
      socket,
      send: (octets) =>
        new Promise((resolve, reject) => {
          socket.send(octets, port, six ? '::1' : '127.0.0.1', (error) => (error ? reject(error) : resolve()));
        }),
    };
  }

  function readAll(): Read[][] {
    const calls: Read[][] = [];
    for (;;) {
      const call: Read[] = [];
      const count = reader!.read(fd, (datagram, address) => {
        const from = formatAddress(new Uint8Array(Uint32Array.from(address).buffer));
        call.push({ text: Buffer.from(datagram).toString('latin1'), from });
        return undefined;
      });
      expect(call).toHaveLength(count);
      if (count === 0) return calls;
      calls.push(call);
    }
  }

  it('has each as it was sent, and whom it is from, whatever its length', async () => {
    expect(readAll()).toEqual([]);
    const sent: Read[] = [];
    for (const from of ['127.0.0.1', '::1', '127.9.8.7']) {
      const { send } = await sender(from);
      for (const octets of [0, 1, 1400, 65_507, 1, 1400]) {
        const text = Array.from({ length: octets }, (_, i) => String.fromCharCode((i + octets) & 255)).join('');
        await send(Buffer.from(text, 'latin1'));
        sent.push({ text, from });
      }
    }
    expect(readAll().flat()).toEqual(sent);
  });

  it('reads at most a few dozen in a call, in order', async () => {
    const { send } = await sender('127.0.0.1');
    const wanted = Array.from({ length: 2 * reader!.most + 3 }, (_, i) => `datagram ${i}`);
    for (const text of wanted) await send(Buffer.from(text));
    const calls = readAll();
    expect(calls.map(({ length }) => length)).toEqual([reader!.most, reader!.most, 3]);
    expect(calls.flat().map(({ text }) => text)).toEqual(wanted);
  });

  it.each(['127.0.0.1', '::1'])('sends a reply to where a datagram came from: %s', async (from) => {
    const { socket, send } = await sender(from);
    const reply = once(socket, 'message') as Promise<[Buffer]>;
    await send(Buffer.from('question'));
    const answer = Buffer.from('an answer to it').subarray(3, 9);
    expect(reader!.read(fd, (datagram) => (datagram.length === 8 ? answer : undefined))).toBe(1);
    expect((await reply)[0].toString()).toBe('answer');
  });

  it('says that there is nothing where there is no socket', () => {
    expect(reader!.read(-1, () => undefined)).toBe(0);
  });
});
