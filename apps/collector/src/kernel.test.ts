import { expect, test } from 'vitest';
import { readDrops } from './kernel.ts';

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

test('what is no table counts nothing', () => {
  expect([...readDrops(['', 'nonsense\n\n: : :\n'], new Set([2055]))]).toEqual([[2055, 0]]);
});
