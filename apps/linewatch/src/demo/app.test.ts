import { type RemoteInfo, type Socket, createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { demoAcademies } from './academies.ts';
import { createDemo } from './app.ts';

async function listen(): Promise<{ socket: Socket; port: number }> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { socket, port: socket.address().port };
}

test('every academy sends from its own address, IPFIX to its own port', async () => {
  const netflow = await listen();
  const ipfix = await listen();
  const heard = new Map<string, Set<number>>();
  const all = demoAcademies(12);
  const enough = new Promise<void>((resolve) => {
    for (const { socket } of [netflow, ipfix])
      socket.on('message', (message: Buffer, { address }: RemoteInfo) => {
        const versions = heard.get(address) ?? new Set();
        heard.set(address, versions.add(message.readUInt16BE(0)));
        if (heard.size === all.length) resolve();
      });
  });
  const demo = createDemo({
    academies: 12,
    flowsPerSecond: 500,
    ports: { netflow: netflow.port, ipfix: ipfix.port, traps: 9 },
  });
  expect(await demo.health()).toMatchObject({ ready: false });
  await demo.start();
  await enough;
  expect(await demo.health()).toMatchObject({ ready: true });
  await demo.stop();
  const versions = { v5: 5, v9: 9, ipfix: 10 };
  for (const { exporter, protocol } of all) expect([...heard.get(exporter)!]).toEqual([versions[protocol]]);
  expect(demo.counters.failed).toBe(0);
  netflow.socket.close();
  ipfix.socket.close();
});

test('sends to loopback only, and at a rate that can be', () => {
  const ports = { netflow: 2055, ipfix: 4739, traps: 162 };
  expect(() => createDemo({ academies: 1, flowsPerSecond: 1, host: '192.0.2.1', ports })).toThrow(RangeError);
  expect(() => createDemo({ academies: 1, flowsPerSecond: 0, ports })).toThrow(RangeError);
});

test('can be stopped before it was started', async () => {
  await expect(
    createDemo({ academies: 1, flowsPerSecond: 1, ports: { netflow: 1, ipfix: 1, traps: 1 } }).stop(),
  ).resolves.toBeUndefined();
});

test('tells of a line that goes down, soon after its start, and takes it back when it stops', async () => {
  const traps = await listen();
  const heard: string[] = [];
  const ports = { netflow: 9, ipfix: 9, traps: traps.port };
  const [academy] = demoAcademies(1);
  const told = new Promise<void>((resolve) => {
    traps.socket.on('message', (message: Buffer, { address }: RemoteInfo) => {
      expect(address).toBe(academy!.exporter);
      // linkDown is ...5.3, linkUp ...5.4 (RFC 2863).
      heard.push(message.includes(Buffer.from('2b0601060301010503', 'hex')) ? 'down' : 'up');
      if (heard.length === 2) resolve();
    });
  });
  const demo = createDemo({ academies: 1, flowsPerSecond: 1, ports, nowMs: Date.now() - 61_000 });
  await demo.start();
  await new Promise((resolve) => setTimeout(resolve, 50));
  await demo.stop();
  await told;
  expect(heard).toEqual(['down', 'up']);
  traps.socket.close();
});
