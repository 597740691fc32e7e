import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deviceAddress, network } from './address.ts';

describe('deviceAddress', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:C000:0201', '192.0.2.1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8:0:1::1', '2001:db8:0:1::1'],
    ['fe80::1', 'fe80::1'],
    ['::1', '::1'],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
  ])('writes %s as %s', (text, canonical) => {
    expect(deviceAddress(text)).toEqual({ value: canonical });
  });

  it.each([
    '',
    'router',
    '300.1.1.1',
    '192.0.2',
    '192.0.2.01',
    '192.0.2.1:2055',
    'fe80::1%eth0',
    '2001:db8::1/64',
    '[::1]',
    ':::1',
  ])('refuses %j', (text) => {
    expect(deviceAddress(text)).toEqual({ problem: 'must be an IPv4 or IPv6 address' });
  });

  it.each(['0.0.0.0', '::', '224.0.0.9', 'ff02::1', '255.255.255.255', '::ffff:239.1.1.1'])(
    'refuses %s, which no device has',
    (text) => {
      expect(deviceAddress(text)).toHaveProperty('problem');
    },
  );

  it('takes its own output unchanged', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const once = deviceAddress(text);
        if ('value' in once) expect(deviceAddress(once.value)).toEqual(once);
      }),
    );
  });
});

describe('network', () => {
  it.each([
    ['10.20.0.0/16', '10.20.0.0/16'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['192.0.2.1/32', '192.0.2.1/32'],
    ['2001:DB8::/32', '2001:db8::/32'],
    ['2001:db8::1/128', '2001:db8::1/128'],
  ])('writes %s as %s', (text, canonical) => {
    expect(network(text)).toEqual({ value: canonical });
  });

  it('offers the network that an address is in', () => {
    expect(network('10.1.2.3/16')).toEqual({ problem: 'has bits set beyond its prefix; did you mean 10.1.0.0/16?' });
    expect(network('2001:db8::1/64')).toEqual({
      problem: 'has bits set beyond its prefix; did you mean 2001:db8::/64?',
    });
  });

  it.each([
    '10.0.0.0',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/',
    '/8',
    '2001:db8::/129',
    '10.0.0.0/8/8',
    '::ffff:10.0.0.0/104',
  ])('refuses %j', (text) => {
    expect(network(text)).toHaveProperty('problem');
  });
});
