import { createFlowColumns } from '@linewatch/record';
import { describe, expect, test } from 'vitest';
import { differs } from './expected.ts';
import { Watch } from './watch.ts';

describe('what the soak would miss a defect without', () => {
  test('the datagram under way is known to who watches, with its place', () => {
    const shared = new SharedArrayBuffer(Watch.octets);
    const watch = new Watch(shared);
    expect(watch.datagram).toHaveLength(0);
    new Watch(shared).begin('mutations', 4711, Uint8Array.of(1, 2, 3));
    expect(watch.mark).toBe('mutations, datagram 4711');
    expect([...watch.datagram]).toEqual([1, 2, 3]);
    new Watch(shared).begin('generated', 4712, Uint8Array.of(9));
    expect(watch.mark).toBe('generated, datagram 4712');
    expect([...watch.datagram]).toEqual([9]);
  });

  test('a row that is not as expected is told by its column', () => {
    const columns = createFlowColumns(4);
    expect(differs(columns, 1, {})).toBeUndefined();
    columns.arrays.src_port[1] = 53;
    expect(differs(columns, 1, { src_port: 53 })).toBeUndefined();
    expect(differs(columns, 1, {})).toBe('src_port is 53, not 0');
    expect(differs(columns, 1, { src_port: 53, octets: [1, 2] })).toBe('octets is [0,0], not [1,2]');
    expect(differs(columns, 1, { src_port: 53, dst_addr: new Uint8Array(16).fill(1) })).toMatch(
      /^dst_addr is 0{32}, not/,
    );
  });
});
