import { createFlowColumns, formatAddress, parseAddress } from '@linewatch/record';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { localNetworks } from './networks.ts';
import { Privacy, hostColumns, originalOf } from './privacy.ts';

const key = Uint8Array.from({ length: 32 }, (_, i) => 7 * i + 1);

const width = (address: Uint8Array): number => (formatAddress(address).includes(':') ? 128 : 32);
/** As 0 and 1, of its own family. */
const bits = (address: Uint8Array): string =>
  [...address.subarray(width(address) === 32 ? 12 : 0)].map((octet) => octet.toString(2).padStart(8, '0')).join('');
function sharedBits(a: Uint8Array, b: Uint8Array): number {
  const [x, y] = [bits(a), bits(b)];
  let i = 0;
  while (i < x.length && x[i] === y[i]) i++;
  return i;
}

const pseudonymOf = (privacy: Privacy, address: Uint8Array): Uint8Array => {
  const copy = Uint8Array.from(address);
  privacy.address(copy);
  return copy;
};

/** Listed besides the local ones: nested, adjacent, public, a whole family, a single host. */
const listed = ['10.20.0.0/16', '10.20.30.0/24', '81.2.0.0/16', '2a02:db8:5::/48', 'fd00:1::/32', '10.77.1.1/32'];
const everything = ['0.0.0.0/0', '::/0'];

const v4 = fc.uint8Array({ minLength: 4, maxLength: 4 }).map((tail) => {
  const address = parseAddress('0.0.0.0');
  address.set(tail, 12);
  return address;
});
const v6 = fc.uint8Array({ minLength: 16, maxLength: 16 }).filter((address) => width(address) === 128);
/** Addresses that begin as a network does, mostly. */
const near = fc
  .tuple(
    fc.constantFrom(...localNetworks, ...listed),
    fc.uint8Array({ minLength: 16, maxLength: 16 }),
    fc.integer({ min: 0, max: 128 }),
  )
  .map(([network, random, keep]) => {
    const address = parseAddress(network.slice(0, network.indexOf('/')));
    const from = width(address) === 32 ? 96 : 0;
    for (let i = from + keep; i < 128; i++) {
      const bit = 0x80 >>> (i & 7);
      address[i >> 3] = (address[i >> 3]! & ~bit) | (random[i >> 3]! & bit);
    }
    return address;
  })
  .filter((address) => address[0] !== 0 || width(address) === 32);
const anyAddress = fc.oneof(v4, v6, { weight: 4, arbitrary: near });

describe.each([
  ['the local networks', []],
  ['nested and public networks', listed],
  ['all addresses', everything],
])('pseudonyms with %s inside', (_, inside) => {
  const privacy = new Privacy({ addresses: 'pseudonym', inside, key });

  it('are given back by the key', () => {
    fc.assert(
      fc.property(anyAddress, (address) => {
        expect(originalOf(pseudonymOf(privacy, address), { key, inside })).toEqual(address);
      }),
    );
  });

  it('share exactly the leading bits that their addresses share, inside or not', () => {
    fc.assert(
      fc.property(anyAddress, anyAddress, (a, b) => {
        const [x, y] = [pseudonymOf(privacy, a), pseudonymOf(privacy, b)];
        expect(width(x)).toBe(width(a));
        if (width(a) === width(b)) expect(sharedBits(x, y)).toBe(sharedBits(a, b));
      }),
    );
  });

  it('are the same from the cache, from a batch and one by one', () => {
    fc.assert(
      fc.property(fc.array(anyAddress, { minLength: 1, maxLength: 200 }), (addresses) => {
        const columns = createFlowColumns(addresses.length);
        const at = columns.table.findIndex(({ name }) => name === 'dst_addr');
        addresses.forEach((address, row) => columns.bytes[at]!.set(address, 16 * row));
        new Privacy({ addresses: 'pseudonym', inside, key }).apply(columns, addresses.length);
        addresses.forEach((address, row) =>
          expect(columns.bytes[at]!.slice(16 * row, 16 * row + 16)).toEqual(pseudonymOf(privacy, address)),
        );
      }),
      { numRuns: 20 },
    );
  });
});

describe('pseudonyms', () => {
  const privacy = new Privacy({ addresses: 'pseudonym', inside: listed, key });

  it('keep the bits of the most specific network and no others', () => {
    for (const [network, prefix] of [
      ['10.200.', '10.'],
      ['10.20.', '10.20.'],
      ['10.20.30.', '10.20.30.'],
      ['81.2.', '81.2.'],
      ['192.168.', '192.168.'],
      ['fd00:1:5::', 'fd00:1:'],
      ['2a02:db8:5:9::', '2a02:db8:5:'],
    ] as const) {
      // Leading bits that pseudonyms and addresses have in common.
      const lengths: number[] = [];
      for (let host = 1; host < 200; host++) {
        const address = `${network}${network.split('.').length === 3 ? `${host}.` : ''}${host}`;
        const pseudonym = privacy.text(address);
        expect(pseudonym.startsWith(prefix)).toBe(true);
        lengths.push(sharedBits(parseAddress(pseudonym), parseAddress(address)));
      }
      const kept = network.includes(':') ? (prefix === 'fd00:1:' ? 32 : 48) : 8 * (prefix.split('.').length - 1);
      expect(Math.min(...lengths)).toBeGreaterThanOrEqual(kept);
      expect(Math.min(...lengths)).toBeLessThan(kept + 8);
      // By chance, one of 256 hosts of a /24 stays.
      expect(lengths.filter((length) => length === (network.includes(':') ? 128 : 32)).length).toBeLessThan(8);
    }
  });

  it('replace inside hosts; what is outside or of no host stays', () => {
    const stays = ['8.8.8.8', '11.0.0.1', '9.255.255.255', '81.3.0.1', '2a02:db8:6::1', '2001:db8::1', '172.32.0.1'];
    stays.push('224.0.0.251', '239.255.255.250', '255.255.255.255', '127.0.0.1', '0.0.0.0', '::', '::1', 'ff02::fb');
    stays.push('10.77.1.1');
    const all = new Privacy({ addresses: 'pseudonym', inside: everything, key });
    for (const address of stays) expect(privacy.text(address)).toBe(address);
    for (const address of stays.slice(7, -1)) expect(all.text(address)).toBe(address);
    const changes = ['10.9.8.7', '172.31.1.1', '100.64.2.3', '169.254.7.7', 'fe80::a1b2:c3ff:fed4:e5f6', 'fd12::9'];
    for (const address of changes) expect(privacy.text(address)).not.toBe(address);
    for (const address of ['8.8.8.8', '2001:db8::1']) expect(all.text(address)).not.toBe(address);
  });

  it('of another key are others, and another key gives other addresses back', () => {
    const other = Uint8Array.from(key, (octet) => octet ^ 0x55);
    const second = new Privacy({ addresses: 'pseudonym', inside: listed, key: other });
    let wrong = 0;
    for (let host = 0; host < 256; host++) {
      const address = parseAddress(`10.1.2.${host}`);
      const pseudonym = pseudonymOf(privacy, address);
      if (formatAddress(pseudonym) !== formatAddress(pseudonymOf(second, address))) wrong++;
      expect(formatAddress(originalOf(pseudonym, { key: other, inside: listed }))).not.toBe(formatAddress(address));
    }
    expect(wrong).toBe(256);
  });

  it('are not made without a key', () => {
    expect(() => new Privacy({ addresses: 'pseudonym' })).toThrow(RangeError);
  });

  it('are one to one over a whole network', () => {
    const seen = new Set<string>();
    for (let host = 0; host < 65_536; host++) seen.add(privacy.text(`10.20.${host >> 8}.${host & 255}`));
    expect(seen.size).toBe(65_536);
  });
});

describe('the pass over a batch', () => {
  const rows = 300;
  const filled = () => {
    const columns = createFlowColumns(rows);
    columns.table.forEach(({ name, type }, i) => {
      // Half of the rows have no address after NAT.
      if (type === 'ip' && !name.startsWith('inner'))
        for (let row = 0; row < rows; row++)
          if (!name.startsWith('post_nat') || row % 2 === 0)
            columns.bytes[i]!.set(
              parseAddress(name === 'next_hop' ? '10.0.2.1' : row % 3 === 0 ? `fd00::${row}` : `10.0.1.${row & 255}`),
              16 * row,
            );
    });
    return columns;
  };
  const column = (columns: ReturnType<typeof filled>, name: string): Uint8Array =>
    columns.bytes[columns.table.findIndex((each) => each.name === name)]!;

  it('replaces the addresses of hosts, leaves routers, and keeps what is zero zero', () => {
    const columns = filled();
    const privacy = new Privacy({ addresses: 'pseudonym', key });
    privacy.apply(columns, rows);
    for (const name of ['exporter', 'next_hop']) expect(column(columns, name)).toEqual(column(filled(), name));
    for (const name of ['inner_src_addr', 'inner_dst_addr'])
      expect(column(columns, name)).toEqual(new Uint8Array(16 * rows));
    const before = filled();
    for (const name of ['src_addr', 'dst_addr', 'post_nat_src_addr', 'post_nat_dst_addr']) {
      const kept = Array.from({ length: rows }, (_, row) => row).filter(
        (row) => formatAddress(column(before, name), 16 * row) === formatAddress(column(columns, name), 16 * row),
      );
      const empty = kept.filter((row) => formatAddress(column(before, name), 16 * row) === '::');
      expect(kept).toEqual(empty);
      expect(empty).toHaveLength(name.startsWith('post_nat') ? rows / 2 : 0);
    }
    expect(privacy.replaced).toBe(2 * rows + rows);
    expect(privacy.missed).toBeLessThanOrEqual(3 * rows);
    expect(hostColumns).toHaveLength(6);
  });

  it.each(['pseudonym', 'truncate'] as const)(
    'replaces a next hop that is the destination itself (%s)',
    (addresses) => {
      const columns = createFlowColumns(4);
      const put = (name: 'next_hop' | 'dst_addr', texts: readonly string[]): void =>
        texts.forEach((text, row) => new Uint8Array(columns.arrays[name].buffer).set(parseAddress(text), 16 * row));
      const hosts = ['10.1.2.3', '10.1.2.4', 'fd00::5', '10.1.2.6'];
      put('dst_addr', hosts);
      put('next_hop', ['10.1.2.3', '10.1.2.1', 'fd00::5', '10.1.2.6']);
      new Privacy({ addresses, key }).apply(columns, 3);
      const at = (name: 'next_hop' | 'dst_addr', row: number): string =>
        formatAddress(new Uint8Array(columns.arrays[name].buffer), 16 * row);
      for (const row of [0, 2]) {
        expect(at('next_hop', row)).toBe(at('dst_addr', row));
        expect(at('next_hop', row)).not.toBe(hosts[row]);
      }
      expect([at('next_hop', 1), at('next_hop', 3)]).toEqual(['10.1.2.1', '10.1.2.6']);
    },
  );

  it('touches no row beyond those in use', () => {
    const columns = filled();
    new Privacy({ addresses: 'pseudonym', key }).apply(columns, 10);
    expect(column(columns, 'src_addr').slice(160)).toEqual(column(filled(), 'src_addr').slice(160));
  });

  it('remembers what was asked lately, in a bounded place', () => {
    const privacy = new Privacy({ addresses: 'pseudonym', key });
    privacy.apply(filled(), rows);
    const { missed } = privacy;
    privacy.apply(filled(), rows);
    expect(privacy.missed).toBe(missed);
    // More addresses than it holds: all are still answered the same.
    for (let i = 0; i < 150_000; i++) privacy.text(`10.${100 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`);
    expect(privacy.text('10.100.0.1')).toBe(new Privacy({ addresses: 'pseudonym', key }).text('10.100.0.1'));
  });

  it('leaves all as it is where addresses are kept', () => {
    const columns = filled();
    const privacy = new Privacy({ addresses: 'keep' });
    privacy.apply(columns, rows);
    expect(column(columns, 'src_addr')).toEqual(column(filled(), 'src_addr'));
    expect(privacy.text('10.0.0.1')).toBe('10.0.0.1');
  });

  it('cuts inside addresses where it is told to', () => {
    const privacy = new Privacy({ addresses: 'truncate', truncateTo: { ipv4: 22, ipv6: 60 } });
    expect(['10.1.7.9', 'fd00:1:2:3f:1::9', '8.8.8.8', '255.255.255.255'].map((text) => privacy.text(text))).toEqual([
      '10.1.4.0',
      'fd00:1:2:30::',
      '8.8.8.8',
      '255.255.255.255',
    ]);
    expect(new Privacy({ addresses: 'truncate' }).text('192.168.4.5')).toBe('192.168.4.0');
  });

  it('replaces addresses within text, each once, and nothing else', () => {
    const privacy = new Privacy({ addresses: 'pseudonym', key });
    const [four, six] = [privacy.text('10.1.2.3'), privacy.text('fd00::9')];
    expect(four).not.toBe('10.1.2.3');
    expect(six).not.toBe('fd00::9');
    for (const [text, replaced] of [
      ['http://10.1.2.3:8080/x?y=8.8.8.8', `http://${four}:8080/x?y=8.8.8.8`],
      ['https://[fd00::9]/', `https://[${six}]/`],
      ['from 10.1.2.3, fd00::9. To fd00::9: 10.1.2.3.', `from ${four}, ${six}. To ${six}: ${four}.`],
      ['::ffff:10.1.2.3', four],
      ['FD00:0:0::0009', six],
    ] as const)
      expect(privacy.text(text)).toBe(replaced);
    const stays = [
      '',
      'printer-7',
      '10.0.0.300',
      '1.3.10.1.2.3',
      '00:11:22:33:44:55',
      '2026-01-05T09:00:00Z',
      '2001:DB8::1',
    ];
    for (const text of stays) expect(privacy.text(text)).toBe(text);
    expect(privacy.text(`${'1'.repeat(50_000)}.${'a:'.repeat(50_000)}`)).toHaveLength(150_001);
  });
});
