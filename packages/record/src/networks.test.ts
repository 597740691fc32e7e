import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddress } from './address.ts';
import { Networks } from './networks.ts';

const has = (networks: readonly string[], address: string): boolean =>
  new Networks(networks).has(parseAddress(address));

describe('networks', () => {
  it.each([
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.1.128.0/17', '10.1.128.0', true],
    ['10.1.128.0/17', '10.1.127.255', false],
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '192.0.2.6', false],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['::/0', '2001:db8::1', true],
    ['::/0', '192.0.2.1', false],
    ['2001:db8:8000::/33', '2001:db8:8000::1', true],
    ['2001:db8:8000::/33', '2001:db8:7fff::1', false],
    ['10.0.0.0/8', '::ffff:10.0.0.1', true],
    ['::ffff:10.0.0.0/104', '10.9.9.9', true],
  ])('%s and %s: %s', (network, address, held) => {
    expect(has([network], address)).toBe(held);
  });

  it('holds what any of them holds, and nothing when there are none', () => {
    expect(has(['192.0.2.0/24', '2001:db8::/32'], '2001:db8::1')).toBe(true);
    expect(has([], '192.0.2.1')).toBe(false);
  });

  it('refuses what is not a network', () => {
    for (const text of ['', '10.0.0.0/33', '2001:db8::/129', 'example.org', '10.0.0.0/8/8', '10.0.0.0/-1', '/8'])
      expect(() => new Networks([text])).toThrow(RangeError);
  });

  it('decides as arithmetic on 32 bits does', () => {
    const octets = fc.integer({ min: 0, max: 0xffff_ffff });
    const text = (value: number): string => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
    fc.assert(
      fc.property(octets, octets, fc.integer({ min: 0, max: 32 }), fc.boolean(), (a, b, bits, near) => {
        const other = near ? (a ^ (b >>> Math.min(31, bits))) >>> 0 : b;
        const same = bits === 0 || a >>> (32 - bits) === other >>> (32 - bits);
        expect(has([`${text(a)}/${bits}`], text(other))).toBe(same);
      }),
    );
  });
});
