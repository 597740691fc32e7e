import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGuard, isHttpPort, networkProblem } from './guard.ts';

const guard = createGuard([]);

describe('addresses', () => {
  it.each([
    '8.8.8.8',
    '1.1.1.1',
    '172.15.255.255',
    '172.32.0.1',
    '100.63.255.255',
    '100.128.0.1',
    '2606:4700:4700::1111',
    '2a00:1450:4009:80b::200e',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
  ])('%s is public', (address) => {
    expect(guard.judge(address)).toBe('public');
  });

  it.each([
    '0.0.0.0',
    '0.1.2.3',
    '10.0.0.1',
    '10.255.255.255',
    '100.64.0.1',
    '100.100.100.200',
    '127.0.0.1',
    '127.255.255.254',
    '168.63.129.16',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.192',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.19.255.255',
    '198.51.100.7',
    '203.0.113.9',
    '224.0.0.1',
    '239.255.255.250',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::7f00:1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:a9fe:a9fe',
    '::ffff:0:127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b::169.254.169.254',
    '64:ff9b:1::1',
    '100::1',
    '2001::1',
    '2001:10::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '2002:808:808::1',
    '3fff::1',
    '4000::1',
    '5f00::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    '2606:4700::1%eth0',
    'fec0::1',
    'ff02::1',
    'localhost',
    '127.1',
    '0x7f000001',
    '2130706433',
    '',
  ])('%s is refused', (address) => {
    expect(guard.judge(address)).toBe('refused');
  });

  it('are public nowhere inside of an embedding of an address that is not', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(fc.tuple(octet, octet, octet, octet), ([a, b, c, d]) => {
        const verdict = guard.judge(`${a}.${b}.${c}.${d}`);
        const hex = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
        expect(guard.judge(`::ffff:${hex}`)).toBe(verdict);
        expect(guard.judge(`64:ff9b::${hex}`)).toBe(verdict);
        expect(guard.judge(`0064:FF9B:0:0:0:0:${hex}`)).toBe(verdict);
        expect(guard.judge(`::${hex}`)).toBe('refused');
        expect(guard.judge(`2002:${hex}::1`)).toBe('refused');
      }),
    );
  });
});

describe('allowed networks', () => {
  const inside = createGuard(['10.20.0.0/16', '127.0.0.1', 'fd12::/16', '0.0.0.0/0']);
  const narrow = createGuard(['10.20.0.0/16', 'fd12::/16']);

  it('let in what is within them, in whatever form', () => {
    expect(narrow.judge('10.20.3.4')).toBe('allowed');
    expect(narrow.judge('::ffff:10.20.3.4')).toBe('allowed');
    expect(narrow.judge('fd12::9')).toBe('allowed');
    expect(narrow.judge('10.21.0.1')).toBe('refused');
    expect(narrow.judge('127.0.0.1')).toBe('refused');
    expect(narrow.judge('8.8.8.8')).toBe('public');
  });

  it('do not reach beyond a translator', () => {
    expect(narrow.judge('64:ff9b::10.20.3.4')).toBe('refused');
  });

  it('never let in multicast, broadcast and the unspecified address', () => {
    for (const address of ['0.0.0.0', '224.0.0.1', '255.255.255.255', '::', 'ff02::1'])
      expect(inside.judge(address)).toBe('refused');
  });

  it('are networks, or are refused with what is wrong', () => {
    for (const text of [
      '10.0.0.0/33',
      '10.0.0/8',
      'example.org',
      '::/129',
      '10.0.0.0/8/8',
      'fe80::1%eth0',
      '',
      '1.2.3.4/-1',
    ]) {
      expect(networkProblem(text)).toContain('is no network');
      expect(() => createGuard([text])).toThrow('is no network');
    }
    expect(networkProblem('fd00::/8')).toBeNull();
  });
});

it('asks ports of HTTP only', () => {
  for (const port of [80, 443, 8080, 8443, 9093, 5001]) expect(isHttpPort(port)).toBe(true);
  for (const port of [21, 22, 25, 53, 465, 587, 993, 3306, 5432, 6379, 6667, 11211])
    expect(isHttpPort(port)).toBe(false);
});
