import { slugPattern } from '@linewatch/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freeSlug, slugOf } from './slug.ts';

describe('an id made of a name', () => {
  it('is what people would write', () => {
    expect(slugOf('St Mary’s C of E Primary')).toBe('st-marys-c-of-e-primary');
    expect(slugOf('  Élan & Co. (2) ')).toBe('elan-co-2');
  });

  it('is an id whatever the name, and not one that is taken', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (name) => {
        const first = freeSlug(name, () => false);
        const taken = new Set([first, `${first}-2`]);
        expect(first).toMatch(new RegExp(slugPattern));
        expect(freeSlug(name, (id) => taken.has(id))).toBe(`${first}-3`);
      }),
    );
  });
});
