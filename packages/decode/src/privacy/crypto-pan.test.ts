import { formatAddress, parseAddress } from '@linewatch/record';
import { describe, expect, it } from 'vitest';
import { CryptoPan } from './crypto-pan.ts';

/** The sample key of the Crypto-PAn reference distribution (J. Fan, J. Xu). */
const sampleKey = Uint8Array.of(
  ...[21, 34, 23, 141, 51, 164, 207, 128, 19, 10, 91, 22, 73, 144, 125, 16],
  ...[216, 152, 143, 131, 121, 121, 101, 39, 98, 87, 76, 45, 42, 132, 34, 2],
);
describe('Crypto-PAn', () => {
  const whole = (text: string): string => {
    const words = new Uint32Array(parseAddress(text).buffer);
    const pan = new CryptoPan(sampleKey);
    if (text.includes(':')) pan.pseudonym(words, 0, 0, 128);
    else pan.pseudonym(words, 3, 0, 32);
    return formatAddress(new Uint8Array(words.buffer));
  };

  // From sample_trace_raw.dat and sample_trace_sanitized.dat of the reference distribution.
  it.each([
    ['128.11.68.132', '135.242.180.132'],
    ['129.118.74.4', '134.136.186.123'],
    ['192.102.249.13', '252.138.62.131'],
    ['195.205.63.100', '255.186.223.5'],
    ['207.25.71.27', '241.33.119.156'],
    ['24.0.250.221', '100.15.198.226'],
    ['64.14.118.196', '0.255.183.58'],
    ['10.185.25.118', '117.161.29.118'],
  ])('makes of %s what the reference implementation does', (address, pseudonym) => {
    expect(whole(address)).toBe(pseudonym);
  });

  // The reference is of IPv4; these are from the tests of github.com/Yawning/cryptopan.
  it.each([
    ['::1', '78ff:f001:9fc0:20df:8380:b1f1:704:ed'],
    ['::ffff', '78ff:f001:9fc0:20df:8380:b1f1:704:f838'],
    ['2001:db8::1', '4401:2bc:603f:d91d:27f:ff8e:e6f1:dc1e'],
    ['2001:db8::2', '4401:2bc:603f:d91d:27f:ff8e:e6f1:dc1c'],
  ])('makes of %s what another implementation does', (address, pseudonym) => {
    expect(whole(address)).toBe(pseudonym);
  });

  it('takes a key of 32 octets only', () => {
    expect(() => new CryptoPan(new Uint8Array(16))).toThrow('16 octets');
  });
});
