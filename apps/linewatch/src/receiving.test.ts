/** The collector's sockets as its supervisor opens them, with the reader of many datagrams: what Node reads and what that reads. */
import { closeSync } from 'node:fs';
import { type Socket, createSocket } from 'node:dgram';
import { type CollectorConfig, openSockets as adoptSockets } from '@linewatch/collector';
import { formatAddress } from '@linewatch/record';
import { createLogger } from '@linewatch/service';
import { DataType } from 'ffi-rs';
import { afterEach, describe, expect, it } from 'vitest';
import { libc } from './libc.ts';
import { createReader } from './receive.ts';
import { type OpenSocket, openSockets } from './sockets.ts';

const reader = createReader();
const logger = createLogger('test', 'silent');

async function bound(type: 'udp4' | 'udp6', address: string): Promise<Socket> {
  const socket = createSocket(type);
  await new Promise<void>((resolve) => socket.bind(0, address, resolve));
  return socket;
}

async function freePort(): Promise<number> {
  const socket = await bound('udp6', '::');
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}

const settled = async (check: () => boolean): Promise<void> => {
  while (!check()) await new Promise((resolve) => setTimeout(resolve, 5));
};

describe.runIf(reader !== undefined)('sockets that a collector was given', () => {
  let ends: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const end of ends.reverse()) await end();
    ends = [];
  });

  async function open(): Promise<{ config: CollectorConfig; opened: OpenSocket[] }> {
    const listen = { netflow: await freePort(), ipfix: await freePort(), sflow: 0, traps: 0, trapsFallback: 0 };
    const config = { address: '::', workers: 1, listen, receiveBufferBytes: 4_194_304 } as CollectorConfig;
    return { config, opened: openSockets(config)![0]! };
  }

  async function sender(from: string, port: number) {
    const six = from.includes(':');
    const socket = await bound(six ? 'udp6' : 'udp4', from);
    ends.push(() => new Promise<void>((resolve) => socket.close(() => resolve())));
    const send = (text: string): Promise<void> =>
      new Promise((resolve, reject) => {
        socket.send(text, port, six ? '::1' : '127.0.0.1', (error) => (error ? reject(error) : resolve()));
      });
    return { socket, send };
  }

  it('reads each datagram once, in order, with whom it is from, however many wait on however many ports', async () => {
    const { config, opened } = await open();
    const sent: string[][] = [];
    for (const { port } of opened) {
      const senders = await Promise.all(['127.0.0.1', '::1', '127.5.5.5'].map((from) => sender(from, port)));
      const texts: string[] = [];
      for (let i = 0; i < 700; i++) {
        const { socket, send } = senders[i % senders.length]!;
        await send(`${port} ${i}`);
        texts.push(`${socket.address().address} ${port} ${i}`);
      }
      sent.push(texts);
    }
    const got: string[] = [];
    const sockets = await adoptSockets({
      config,
      inherited: opened,
      reader,
      onDatagram: (datagram, address) => {
        const from = formatAddress(new Uint8Array(Uint32Array.from(address).buffer));
        got.push(`${from} ${Buffer.from(datagram).toString()}`);
        return undefined;
      },
      logger,
    });
    ends.push(() => sockets.close());
    await settled(() => got.length >= 1400);
    for (const [i, { port }] of opened.entries())
      expect(got.filter((text) => text.includes(` ${port} `))).toEqual(sent[i]);
    expect(sockets.listening.map(({ received }) => received)).toEqual([700, 700]);
  });

  it('hands on one that comes alone without waiting for another, and sends its reply, whoever read it', async () => {
    const { config, opened } = await open();
    const [{ port }] = opened as [OpenSocket];
    const got: string[] = [];
    const sockets = await adoptSockets({
      config,
      inherited: opened,
      reader,
      onDatagram: (datagram) => {
        const text = Buffer.from(datagram).toString();
        got.push(text);
        return Buffer.from(`re: ${text}`);
      },
      logger,
    });
    ends.push(() => sockets.close());
    const { socket, send } = await sender('127.0.0.1', port);
    const replies: string[] = [];
    socket.on('message', (reply) => replies.push(reply.toString()));
    const wanted: string[] = [];
    // One by one, and then some at once.
    for (let i = 0; i < 40; i++) {
      await send(`alone ${i}`);
      wanted.push(`alone ${i}`);
      await settled(() => replies.length === wanted.length);
    }
    const many = Array.from({ length: 50 }, (_, i) => `together ${i}`);
    await Promise.all(many.map(send));
    wanted.push(...many);
    await settled(() => replies.length === wanted.length);
    expect(got).toEqual(wanted);
    expect(replies.sort()).toEqual(wanted.map((text) => `re: ${text}`).sort());
  });

  it('says nothing more once it is closed, even where that is asked for while it reads; what waits is for the next', async () => {
    const { config, opened } = await open();
    const [{ port, fd }, { fd: other }] = opened as [OpenSocket, OpenSocket];
    // As the supervisor does, this process keeps sockets of its own: the one that is adopted is closed.
    const kept = libc('dup', [DataType.I32], [fd]).value;
    ends.push(() => closeSync(kept));
    const { send } = await sender('127.0.0.1', port);
    for (let i = 0; i < 300; i++) await send(String(i));
    const got: string[] = [];
    let closed: Promise<void> | undefined;
    const sockets = await adoptSockets({
      config,
      inherited: opened,
      reader,
      onDatagram: (datagram) => {
        got.push(Buffer.from(datagram).toString());
        closed ??= sockets.close();
        return undefined;
      },
      logger,
    });
    await settled(() => closed !== undefined);
    await closed;
    expect(() => closeSync(other)).toThrow(/EBADF/);
    const before = got.length;
    expect(before).toBeLessThan(300);
    while (reader!.read(kept, (datagram) => void got.push(Buffer.from(datagram).toString())) > 0);
    expect(got).toEqual(Array.from({ length: 300 }, (_, i) => String(i)));
  });
});
