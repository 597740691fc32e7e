/** Records that carry the start of a sampled packet (RFC 5477 section 8.5). */
import { describe, expect, test } from 'vitest';
import { harness, message, template } from './testing.ts';

/** UDP 192.0.2.1:1000 to 192.0.2.2:53, 60 octets of IP. */
const packet = Buffer.from('4500003c00000000401100 00c0000201c000020203e8003500280000'.replaceAll(' ', ''), 'hex');
const ethernet = Buffer.from(`0011223344550066778899aa8100001e0800${packet.toString('hex')}`, 'hex');
const udp = { srcAddr: '192.0.2.1', dstAddr: '192.0.2.2', protocol: 17, srcPort: 1000, dstPort: 53 };

const read = (fields: Parameters<typeof template>[1], row: readonly (number | Uint8Array)[]) => {
  const h = harness();
  const t = template(256, fields);
  // A flow before in the same row: what a packet does not have may not remain of it.
  const before = template(257, [
    [27, 16],
    [11, 2],
    [70, 3],
    [1, 4],
  ]);
  h.feed(message(10, [{ template: before }, { data: before, rows: [[Buffer.alloc(16, 7), 9, 0xfffff1, 5]] }]));
  return h.feed(message(10, [{ template: t }, { data: t, rows: [row] }]))[0];
};

describe('a sampled packet', () => {
  test('in element 315 is an Ethernet frame: one packet of the octets that element 312 tells', () => {
    const flow = read(
      [
        [10, 4],
        [312, 2],
        [315, 65535],
      ],
      [12, 1500, ethernet],
    );
    expect(flow).toMatchObject({
      ...udp,
      inIf: 12,
      srcVlan: 30,
      octets: 1500,
      packets: 1,
      counter: 'packet',
      mplsLabel: 0,
    });
  });

  test('gives way to what the record says besides, its counters included', () => {
    const flow = read(
      [
        [315, ethernet.length],
        [7, 2],
        [1, 4],
        [2, 4],
      ],
      [ethernet, 4321, 3000, 2],
    );
    expect(flow).toMatchObject({ ...udp, srcPort: 4321, octets: 3000, packets: 2, counter: 'delta' });
  });

  test('that is cut short, of another link layer or of a later offset gives what there is', () => {
    expect(read([[315, 20]], [ethernet.subarray(0, 20)])).toMatchObject({
      srcAddr: '::',
      srcVlan: 30,
      octets: 0,
      packets: 1,
    });
    const wireless = [
      [408, 2],
      [315, 65535],
    ] as const;
    expect(read(wireless, [2, ethernet])).toMatchObject({ srcAddr: '::', protocol: 0, packets: 1 });
    expect(read(wireless, [1, ethernet])).toMatchObject(udp);
    const later = [
      [409, 2],
      [315, 65535],
    ] as const;
    expect(read(later, [14, ethernet])).toMatchObject({ srcAddr: '::', packets: 1 });
  });

  test('in element 313 is an IP packet of the length that its header tells; 314 has what follows', () => {
    expect(read([[313, 65535]], [packet])).toMatchObject({ ...udp, octets: 60, packets: 1 });
    expect(
      read(
        [
          [313, 20],
          [314, 65535],
        ],
        [packet.subarray(0, 20), packet.subarray(20)],
      ),
    ).toMatchObject(udp);
  });
});
