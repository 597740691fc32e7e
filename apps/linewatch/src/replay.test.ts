import { type Socket, createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ReplayError, isLocalAddress, parseDestination, replay, schedule } from './replay.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'linewatch-replay-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** An Ethernet frame with a UDP datagram in it. */
function frame(payload: Buffer): Buffer {
  const ip = Buffer.from('4500000000000000401100007f0000017f000001', 'hex');
  ip.writeUInt16BE(28 + payload.length, 2);
  const udp = Buffer.alloc(8);
  udp.writeUInt16BE(2055, 2);
  udp.writeUInt16BE(8 + payload.length, 4);
  return Buffer.concat([Buffer.alloc(12), Buffer.from('0800', 'hex'), ip, udp, payload]);
}

/** A pcap file of datagrams, `gapMs` apart. */
async function pcap(name: string, payloads: readonly Buffer[], gapMs: number): Promise<string> {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(65_535, 16);
  head.writeUInt32LE(1, 20);
  const parts = payloads.flatMap((payload, i) => {
    const packet = frame(payload);
    const record = Buffer.alloc(16);
    const ms = 1_700_000_000_000 + i * gapMs;
    record.writeUInt32LE(Math.floor(ms / 1000), 0);
    record.writeUInt32LE((ms % 1000) * 1000, 4);
    record.writeUInt32LE(packet.length, 8);
    record.writeUInt32LE(packet.length, 12);
    return [record, packet];
  });
  const file = path.join(directory, name);
  await writeFile(file, Buffer.concat([head, ...parts]));
  return file;
}

async function listen(): Promise<{
  socket: Socket;
  port: number;
  heard: Buffer[];
  until: (count: number) => Promise<void>;
}> {
  const socket = createSocket('udp4');
  const heard: Buffer[] = [];
  socket.on('message', (message) => heard.push(message));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const until = async (count: number): Promise<void> => {
    while (heard.length < count) await once(socket, 'message');
  };
  return { socket, port: socket.address().port, heard, until };
}

const payloads = [Buffer.from('one'), Buffer.from('two, longer'), Buffer.from('three')];

test('sends every payload of a capture unchanged and in order, and counts it', async () => {
  const file = await pcap('three.pcap', payloads, 5);
  const { socket, port, heard, until } = await listen();
  const result = await replay({ file, host: '127.0.0.1', port });
  await until(3);
  expect(heard).toEqual(payloads);
  expect(result).toMatchObject({ datagrams: 3, octets: 19, rounds: 1, unreadable: {} });
  socket.close();
});

test('repeats until it is told to stop', async () => {
  const file = await pcap('loop.pcap', payloads, 0);
  const { socket, port, until } = await listen();
  const abort = new AbortController();
  const done = replay({ file, host: '127.0.0.1', port, rate: 2000, loop: true, signal: abort.signal });
  await until(10);
  abort.abort();
  const { datagrams, rounds } = await done;
  expect(datagrams).toBeGreaterThanOrEqual(10);
  expect(rounds).toBe(Math.floor(datagrams / 3));
  socket.close();
});

test('goes on when nobody listens', async () => {
  const file = await pcap('alone.pcap', payloads, 0);
  const { socket, port } = await listen();
  socket.close();
  await once(socket, 'close');
  expect((await replay({ file, host: '127.0.0.1', port })).datagrams).toBe(3);
});

test('warns before telemetry leaves for a public address, and not for a private one', async () => {
  const file = await pcap('warn.pcap', payloads, 0);
  const warnings: string[] = [];
  const stopped = AbortSignal.abort();
  const onWarning = (text: string): void => void warnings.push(text);
  // Aborted before it begins: nothing is sent.
  const result = await replay({ file, host: '203.0.113.9', port: 2055, signal: stopped, onWarning });
  expect(result.datagrams).toBe(0);
  expect(warnings).toEqual([expect.stringContaining('203.0.113.9')]);
  await replay({ file, host: '127.0.0.1', port: 2055, signal: stopped, onWarning });
  expect(warnings).toHaveLength(1);
});

test.each([
  ['10.1.2.3', true],
  ['172.31.0.1', true],
  ['172.32.0.1', false],
  ['::1', true],
  ['fd12::1', true],
  ['2001:db8::1', false],
  ['8.8.8.8', false],
])('%s is local: %s', (address, expected) => {
  expect(isLocalAddress(address)).toBe(expected);
});

test('says what is wrong with a file', async () => {
  const code = (file: string) =>
    replay({ file, host: '127.0.0.1', port: 9 }).then(
      () => 'sent',
      (error: unknown) => (error instanceof ReplayError ? `${error.code}: ${error.message}` : 'another error'),
    );
  const junk = path.join(directory, 'junk.pcap');
  await writeFile(junk, 'this is not a capture');
  const empty = await pcap('empty.pcap', [], 0);
  expect(await code(path.join(directory, 'missing.pcap'))).toMatch(
    /^capture_unreadable: .*missing\.pcap cannot be read$/,
  );
  expect(await code(directory)).toMatch(/^capture_unreadable: .* is a directory$/);
  expect(await code(junk)).toMatch(/^capture_empty: .*junk\.pcap holds no UDP datagram \(capture_unrecognised\)$/);
  expect(await code(empty)).toMatch(/^capture_empty: /);
});

test('destinations are HOST:PORT', () => {
  expect(parseDestination('collector.example:2055')).toEqual({ host: 'collector.example', port: 2055 });
  expect(parseDestination('[::1]:4739')).toEqual({ host: '::1', port: 4739 });
  for (const wrong of ['', 'host', 'host:', ':1', 'host:0', 'host:65536', '::1:2055', '[host]:1', 'a:b:1'])
    expect(() => parseDestination(wrong)).toThrow(ReplayError);
});

test("the capture's own pace is kept, but for leaps of its clock", () => {
  expect([...schedule([1000, 1500, 1400, 1600, 9_999_999])]).toEqual([0, 500, 500, 700, 60_700, 60_701]);
  expect([...schedule([5, 5, 5], 100)]).toEqual([0, 10, 20, 30]);
});
