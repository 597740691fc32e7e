import { describe, expect, it } from 'vitest';
import { insideNetworks } from './networks.ts';

describe('inside networks', () => {
  it.each([
    ['10.0.0.0', 'must be a network'],
    ['10.0.0.0/33', 'must be a network'],
    ['2001:db8::/129', 'must be a network'],
    ['10.1.2.3/16', 'did you mean 10.1.0.0/16?'],
    ['2a02:1::1/32', 'did you mean 2a02:1::/32?'],
    ['::ffff:10.0.0.0/104', 'must be written as an IPv4 network'],
    ['224.1.0.0/16', 'is not of hosts'],
    ['127.0.0.0/8', 'is not of hosts'],
  ])('%s is refused', (text, why) => {
    expect(() => insideNetworks([text])).toThrow(why);
    expect(() => insideNetworks([text])).toThrow(text);
  });

  it('may be 256 at most', () => {
    expect(() => insideNetworks(Array.from({ length: 257 }, (_, i) => `81.${i & 255}.0.0/16`))).toThrow('over 256');
  });
});
