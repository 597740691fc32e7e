import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MessageError } from './batch.ts';
import { open, seal } from './seal.ts';

const { privateKey, publicKey } = generateKeyPairSync('x25519');
const spki = publicKey.export({ format: 'der', type: 'spki' });
const address = spki.toString('base64');
const text = Buffer.from('a community that nobody else reads');

describe('sealing', () => {
  it('is undone by the private key, whatever was sealed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        expect(new Uint8Array(open(privateKey, seal(address, bytes)))).toEqual(bytes);
      }),
    );
  });

  it('shows nothing of what is inside and is another text each time', () => {
    const sealed = seal(address, text);
    expect(Buffer.from(sealed, 'base64').includes(text.subarray(0, 6))).toBe(false);
    expect(seal(address, text)).not.toBe(sealed);
  });

  it('refuses another key', () => {
    const other = generateKeyPairSync('x25519');
    expect(() => open(other.privateKey, seal(address, text))).toThrow(MessageError);
  });

  it('refuses a text with any one bit turned, or cut anywhere', () => {
    const sealed = Buffer.from(seal(address, text), 'base64');
    for (let at = 0; at < sealed.length; at++) {
      const altered = Buffer.from(sealed);
      altered[at]! ^= 1 << (at % 8);
      expect(() => open(privateKey, altered.toString('base64'))).toThrow(MessageError);
      expect(() => open(privateKey, sealed.subarray(0, at).toString('base64'))).toThrow(MessageError);
    }
  });

  it('refuses what is no X25519 key, and a point of low order', () => {
    const ed25519 = generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' });
    const zero = Buffer.concat([spki.subarray(0, 12), Buffer.alloc(32)]);
    for (const key of ['', 'nonsense', ed25519.toString('base64'), zero.toString('base64')])
      expect(() => seal(key, text)).toThrow(MessageError);
    const sealed = Buffer.from(seal(address, text), 'base64');
    sealed.fill(0, 1, 33);
    expect(() => open(privateKey, sealed.toString('base64'))).toThrow('low order');
  });

  it('never throws anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => open(privateKey, Buffer.from(bytes).toString('base64'))).toThrow(MessageError);
      }),
    );
  });
});
