import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddress } from './address.ts';
import { ownerOf } from './owner.ts';

describe('the owner of an address', () => {
  it('is one of the workers', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        fc.integer({ min: 1, max: 32 }),
        (address, workers) => {
          const owner = ownerOf(address, workers);
          expect(owner).toBeGreaterThanOrEqual(0);
          expect(owner).toBeLessThan(workers);
        },
      ),
    );
  });

  it.each([
    ['neighbouring IPv4 addresses', (i: number) => `10.20.${i >> 8}.${i & 0xff}`],
    ['routers at .1 of their networks', (i: number) => `10.${i >> 8}.${i & 0xff}.1`],
    ['IPv6 networks', (i: number) => `2001:db8:${i.toString(16)}::1`],
    ['IPv6 hosts', (i: number) => `2001:db8::${i.toString(16)}`],
  ])('spreads %s evenly', (_what, address) => {
    for (const workers of [2, 4, 7]) {
      const counts = new Array<number>(workers).fill(0);
      for (let i = 1; i <= 4000; i++) counts[ownerOf(parseAddress(address(i)), workers)]!++;
      for (const count of counts) {
        expect(count).toBeGreaterThan((4000 / workers) * 0.85);
        expect(count).toBeLessThan((4000 / workers) * 1.15);
      }
    }
  });
});
