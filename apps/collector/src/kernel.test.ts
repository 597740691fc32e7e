import { createSocket } from 'node:dgram';
import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { inodesOf, readDrops } from './kernel.ts';

const head =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops';
const line = (port: number, drops: number): string =>
  ` 123: 0100007F:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 42 2 0000000000000000 ${drops}`;

test('drops are told by port, over both tables, and for our ports only', () => {
  const v4 = [head, line(2055, 3), line(53, 100), ''].join('\n');
  const v6 = [head, line(2055, 4), line(6343, 5), ''].join('\n');
  expect([...readDrops([v4, v6], new Set([2055, 6343, 4739]))]).toEqual([
    [2055, 7],
    [6343, 5],
    [4739, 0],
  ]);
});

test('with inodes, drops of other sockets on the same port are not ours', () => {
  const other = line(2055, 50).replace(' 42 2 ', ' 43 2 ');
  const table = [head, line(2055, 3), other, ''].join('\n');
  expect([...readDrops([table], new Set([2055]), new Set(['42']))]).toEqual([[2055, 3]]);
  expect([...readDrops([table], new Set([2055]))]).toEqual([[2055, 53]]);
});

test.runIf(process.platform === 'linux')('the inode of a socket is the one in the table', async () => {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const port = socket.address().port.toString(16).toUpperCase().padStart(4, '0');
  const row = readFileSync('/proc/net/udp', 'latin1')
    .split('\n')
    .find((each) => each.includes(`0100007F:${port} `))!;
  const fds = readdirSync('/proc/self/fd').map((fd) => ({ fd: Number(fd) }));
  const ours = fds.filter((each) => inodesOf([each])?.has(row.trim().split(/\s+/)[9]!));
  expect(ours).toHaveLength(1);
  socket.close();
});

test('what is no table counts nothing', () => {
  expect([...readDrops(['', 'nonsense\n\n: : :\n'], new Set([2055]))]).toEqual([[2055, 0]]);
});
