import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatAddress } from '@linewatch/record';
import { encodeV5 } from '../encode.ts';
import { encodeSflow } from '../encode-sflow.ts';
import { ip, message, nowMs, template } from '../testing.ts';
import { type Captured, readCapture } from './index.ts';

const payload = Buffer.from('payload');

const udp = (body: Uint8Array = payload): Buffer => {
  const head = Buffer.alloc(8);
  head.writeUInt16BE(50_000, 0);
  head.writeUInt16BE(2055, 2);
  head.writeUInt16BE(8 + body.length, 4);
  return Buffer.concat([head, body]);
};

function ipv4(body: Buffer, { protocol = 17, fragment = 0, options = 0 } = {}): Buffer {
  const head = Buffer.alloc(20 + options);
  head[0] = 0x45 + options / 4;
  head.writeUInt16BE(head.length + body.length, 2);
  head.writeUInt16BE(fragment, 6);
  head[9] = protocol;
  head.set([192, 0, 2, 1], 12);
  head.set([192, 0, 2, 2], 16);
  return Buffer.concat([head, body]);
}

function ipv6(body: Buffer, next = 17): Buffer {
  const head = Buffer.alloc(40);
  head[0] = 0x60;
  head.writeUInt16BE(body.length, 4);
  head[6] = next;
  head.set(ip('2001:db8::1'), 8);
  return Buffer.concat([head, body]);
}

const ethernet = (body: Buffer, type = 0x0800, tags: number[] = []): Buffer => {
  const types = Buffer.alloc(2 + 4 * tags.length);
  tags.forEach((tag, i) => types.writeUInt16BE(tag, 4 * i));
  types.writeUInt16BE(type, 4 * tags.length);
  return Buffer.concat([Buffer.alloc(12), types, body]);
};

const zeros = (length: number, type: number): Buffer => {
  const out = Buffer.alloc(length);
  out.writeUInt16BE(type, length - 2);
  return out;
};

interface FileOptions {
  readonly link?: number;
  readonly little?: boolean;
  readonly nanoseconds?: boolean;
}

function pcap(frames: readonly Buffer[], { link = 1, little = true, nanoseconds = false }: FileOptions = {}): Buffer {
  const words = (...values: number[]): Buffer => {
    const out = Buffer.alloc(4 * values.length);
    values.forEach((v, i) => (little ? out.writeUInt32LE(v, 4 * i) : out.writeUInt32BE(v, 4 * i)));
    return out;
  };
  const records = frames.map((frame, i) =>
    Buffer.concat([words(nowMs / 1000 + i, nanoseconds ? 250_000_000 : 250_000, frame.length, frame.length), frame]),
  );
  return Buffer.concat([words(nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4, 0x00040002, 0, 0, 65535, link), ...records]);
}

function block(type: number, body: Buffer, little: boolean): Buffer {
  const padded = Buffer.concat([body, Buffer.alloc(-body.length & 3)]);
  const out = Buffer.alloc(padded.length + 12);
  for (const [value, at] of [
    [type, 0],
    [out.length, 4],
    [out.length, out.length - 4],
  ] as const)
    if (little) out.writeUInt32LE(value, at);
    else out.writeUInt32BE(value, at);
  padded.copy(out, 8);
  return out;
}

function pcapng(frame: Buffer, little: boolean, resolution?: number): Buffer {
  const u16 = (v: number): Buffer => {
    const out = Buffer.alloc(2);
    if (little) out.writeUInt16LE(v);
    else out.writeUInt16BE(v);
    return out;
  };
  const u32 = (v: number): Buffer => {
    const out = Buffer.alloc(4);
    if (little) out.writeUInt32LE(v >>> 0);
    else out.writeUInt32BE(v >>> 0);
    return out;
  };
  const option = resolution === undefined ? [] : [u16(9), u16(1), Buffer.from([resolution, 0, 0, 0]), u16(0), u16(0)];
  const perSecond = resolution === undefined ? 1e6 : resolution & 0x80 ? 2 ** (resolution & 0x7f) : 10 ** resolution;
  const ticks = BigInt(Math.round((nowMs / 1000) * perSecond));
  return Buffer.concat([
    block(0x0a0d0d0a, Buffer.concat([u32(0x1a2b3c4d), u16(1), u16(0), u32(0xffffffff), u32(0xffffffff)]), little),
    block(1, Buffer.concat([u16(1), u16(0), u32(0), ...option]), little),
    block(5, Buffer.alloc(12), little),
    block(
      6,
      Buffer.concat([
        u32(0),
        u32(Number(ticks >> 32n)),
        u32(Number(ticks & 0xffffffffn)),
        u32(frame.length),
        u32(frame.length),
        frame,
      ]),
      little,
    ),
    block(3, Buffer.concat([u32(frame.length), frame]), little),
  ]);
}

const all = (bytes: Uint8Array): Captured[] => [...readCapture(bytes)];
const text = (found: Captured): string =>
  found.kind === 'loss'
    ? found.reason
    : `${formatAddress(found.sourceAddress)} ${found.sourcePort} ${found.destinationPort} ${Buffer.from(found.payload).toString()} ${found.timeMs - nowMs}`;
const v4Text = '192.0.2.1 50000 2055 payload';

describe('pcap', () => {
  test.each([
    [true, false],
    [true, true],
    [false, false],
    [false, true],
  ])('is read in either byte order, µs or ns (little %s, ns %s)', (little, nanoseconds) => {
    const frame = ethernet(ipv4(udp()));
    expect(all(pcap([frame, frame], { little, nanoseconds })).map(text)).toEqual([`${v4Text} 250`, `${v4Text} 1250`]);
  });

  test.each([
    ['Ethernet', 1, ethernet(ipv4(udp()))],
    ['Ethernet with padding behind the datagram', 1, Buffer.concat([ethernet(ipv4(udp())), Buffer.alloc(20)])],
    ['a VLAN tag', 1, ethernet(ipv4(udp()), 0x0800, [0x8100])],
    ['stacked VLAN tags', 1, ethernet(ipv4(udp()), 0x0800, [0x88a8, 0x8100])],
    ['IPv4 options', 1, ethernet(ipv4(udp(), { options: 8 }))],
    ['raw IP', 101, ipv4(udp())],
    ['raw IPv4', 228, ipv4(udp())],
    ['BSD null', 0, Buffer.concat([Buffer.from([2, 0, 0, 0]), ipv4(udp())])],
    ['BSD loop', 108, Buffer.concat([Buffer.from([0, 0, 0, 2]), ipv4(udp())])],
    ['Linux cooked v1', 113, Buffer.concat([zeros(16, 0x0800), ipv4(udp())])],
    ['Linux cooked v2', 276, Buffer.concat([Buffer.from([8, 0]), Buffer.alloc(18), ipv4(udp())])],
  ])('finds datagrams in %s', (_, link, frame) => {
    expect(all(pcap([frame], { link })).map(text)).toEqual([`${v4Text} 250`]);
  });

  test('finds datagrams in IPv6, behind extension headers too', () => {
    const hop = Buffer.from([17, 0, 1, 4, 0, 0, 0, 0]);
    const frames = [ethernet(ipv6(udp()), 0x86dd), ethernet(ipv6(Buffer.concat([hop, udp()]), 0), 0x86dd)];
    expect(all(pcap(frames)).map(text)).toEqual([
      '2001:db8::1 50000 2055 payload 250',
      '2001:db8::1 50000 2055 payload 1250',
    ]);
  });

  test.each([
    ['IPv4 first fragments', ethernet(ipv4(udp(), { fragment: 0x2000 })), ['capture_fragment']],
    ['IPv4 later fragments', ethernet(ipv4(udp(), { fragment: 100 })), ['capture_fragment']],
    [
      'IPv6 fragments',
      ethernet(ipv6(Buffer.concat([Buffer.from([17, 0, 0, 1, 0, 0, 0, 9]), udp()]), 44), 0x86dd),
      ['capture_fragment'],
    ],
    ['frames cut short', ethernet(ipv4(udp())).subarray(0, 45), ['capture_truncated']],
    ['frames cut in a header', ethernet(ipv4(udp())).subarray(0, 30), ['capture_truncated']],
    ['TCP', ethernet(ipv4(udp(), { protocol: 6 })), []],
    ['ARP', ethernet(Buffer.alloc(28), 0x0806), []],
  ])('%s are told apart', (_, frame, reasons) => {
    expect(all(pcap([frame])).map(text)).toEqual(reasons);
  });

  test('of an unknown link type says so', () => {
    expect(all(pcap([Buffer.alloc(60)], { link: 105 })).map(text)).toEqual(['capture_link_unsupported']);
  });

  test('that ends within a record keeps what came before', () => {
    const whole = pcap([ethernet(ipv4(udp())), ethernet(ipv4(udp()))]);
    expect(all(whole.subarray(0, whole.length - 5)).map(text)).toEqual([`${v4Text} 250`, 'capture_malformed']);
  });
});

describe('pcapng', () => {
  test.each([
    [true, undefined],
    [false, undefined],
    [true, 3],
    [true, 9],
    [false, 0x8a],
  ])('is read in either byte order and time resolution (little %s, if_tsresol %s)', (little, resolution) => {
    expect(all(pcapng(ethernet(ipv4(udp())), little, resolution)).map(text)).toEqual([`${v4Text} 0`, `${v4Text} 0`]);
  });
});

describe('bare datagrams', () => {
  const t = template(256, [[1, 4]]);
  const record = { srcAddr: ip('10.0.0.1'), dstAddr: ip('10.0.0.2'), packets: 1, octets: 40, first: 1, last: 2 };
  test.each([
    ['IPFIX', [1, 2, 3].map((n) => message(10, [{ template: t }, { data: t, rows: [[n]] }]))],
    ['v9', [1, 2, 3].map((n) => message(9, [{ template: t }, { data: t, rows: [[n]] }]))],
    ['v5', [1, 2, 3].map((n) => encodeV5({ uptimeMs: 5, exportMs: nowMs, sequence: n }, [record, record]))],
    [
      'sFlow',
      ['192.0.2.1', '2001:db8::1'].map((agent, sequence) =>
        encodeSflow({
          agent: ip(agent),
          sequence,
          samples: [1, 2, 3].map((n) => ({ kind: 'opaque', tag: n, octets: new Uint8Array(10 * n) })),
        }),
      ),
    ],
  ])('of %s one after another are split', (name, datagrams) => {
    const found = all(Buffer.concat(datagrams));
    expect(found.map((one) => (one.kind === 'datagram' ? Buffer.from(one.payload) : one))).toEqual(
      datagrams.map((d) => Buffer.from(d)),
    );
    expect(found).toMatchObject(datagrams.map(() => ({ timeMs: name === 'sFlow' ? 0 : nowMs, sourcePort: 0 })));
  });

  test('are told from other files', () => {
    expect(all(Buffer.from('hello, this is text')).map(text)).toEqual(['capture_unrecognised']);
    expect(all(Buffer.alloc(0)).map(text)).toEqual(['capture_unrecognised']);
  });
});

test('a hostile file is read to its end without an error', () => {
  const frame = ethernet(
    ipv6(Buffer.concat([Buffer.from([17, 1, 1, 4, 0, 0, 0, 0]), Buffer.alloc(8), udp()]), 0),
    0x86dd,
    [0x8100],
  );
  const files = [
    pcap([frame, ethernet(ipv4(udp()))]),
    pcapng(frame, true, 9),
    pcapng(frame, false),
    Buffer.from(message(10, [])),
    Buffer.from(
      encodeSflow({ agent: ip('192.0.2.1'), sequence: 1, samples: [{ kind: 'opaque', tag: 1, octets: ip('::') }] }),
    ),
  ];
  for (const file of files) for (let length = 0; length < file.length; length++) all(file.subarray(0, length));
  fc.assert(
    fc.property(
      fc.constantFrom(...files),
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 8 }),
      (file, changes) => {
        const changed = Buffer.from(file);
        for (const [at, value] of changes) changed[at % changed.length] = value;
        all(changed);
      },
    ),
    { numRuns: 5000 },
  );
});
