import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSealer } from './seal.ts';

const sealer = createSealer(randomBytes(32));

it('opens what it sealed, and never seals the same twice', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const [a, b] = [sealer.seal(text, 'me')!, sealer.seal(text, 'me')!];
      expect(sealer.open(a, 'me')).toBe(text.toWellFormed());
      expect(a.sealed.equals(b.sealed)).toBe(false);
    }),
  );
});

it('opens nothing that was changed, cut, moved to another record, or sealed with another key', () => {
  const { keyId, sealed } = sealer.seal('correct horse', 'me')!;
  for (let i = 0; i < sealed.length; i++) {
    const changed = Buffer.from(sealed);
    changed[i]! ^= 1;
    expect(sealer.open({ keyId, sealed: changed }, 'me')).toBeUndefined();
    expect(sealer.open({ keyId, sealed: sealed.subarray(0, i) }, 'me')).toBeUndefined();
  }
  expect(sealer.open({ keyId, sealed }, 'you')).toBeUndefined();
  const other = createSealer(randomBytes(32));
  expect(other.open({ keyId, sealed }, 'me')).toBeUndefined();
  expect(other.open({ keyId: other.seal('', 'me')!.keyId, sealed }, 'me')).toBeUndefined();
});

it('does nothing without a key, and takes none of another length', () => {
  expect(createSealer(undefined).seal('x', 'me')).toBeUndefined();
  expect(() => createSealer(randomBytes(16))).toThrow(RangeError);
});
