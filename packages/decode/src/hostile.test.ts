import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeV5 } from './encode.ts';
import { harness, ip, message, nowMs, template, uptimeMs } from './testing.ts';

const fixed = template(256, [
  [8, 4],
  [12, 4],
  [7, 2],
  [11, 2],
  [4, 1],
  [1, 4],
  [2, 8],
  [22, 4],
  [21, 4],
  [1, 4, 29305],
]);
const variable = template(257, [
  [82, 65535],
  [1, 65535],
  [27, 16],
  [48, 2],
  [95, 65535],
  [232, 3],
  [231, 3],
]);
const options = template(
  258,
  [
    [144, 4],
    [48, 1],
    [34, 4],
    [82, 65535],
    [10, 2],
  ],
  1,
);
const sets = [
  { template: fixed },
  { template: variable },
  { template: options },
  { data: options, rows: [[1, 2, 300, 'Gi0/1', 4]] },
  { data: fixed, rows: [1, 2, 3].map((n) => fixed.fields.map(() => n)), padding: 3 },
  { data: variable, rows: [['abc', 5, ip('2001:db8::1'), 2, 'x'.repeat(260), 7, 8]] },
  { withdraw: 256 },
];
const datagrams = [
  message(10, sets),
  message(
    9,
    sets.filter((set) => !('withdraw' in set)),
  ),
  encodeV5({ uptimeMs, exportMs: nowMs, sequence: 1, samplingInterval: 10 }, [
    { srcAddr: ip('10.0.0.1'), dstAddr: ip('10.0.0.2'), packets: 1, octets: 40, first: 1, last: 2 },
  ]),
].map((bytes) => Buffer.from(bytes));

/** Feeds a datagram and checks that it had one outcome and met no defect of ours. */
function feedOnce(h: ReturnType<typeof harness>, datagram: Uint8Array): void {
  const sum = () => h.counters.datagrams.decoded + h.counters.datagrams.held + h.counters.datagrams.rejected;
  const before = sum();
  h.feed(datagram);
  if (sum() !== before + 1 || h.counters.losses.decoder_fault !== 0)
    throw new Error(
      `outcomes ${sum() - before}, faults ${h.counters.losses.decoder_fault}: ${Buffer.from(datagram).toString('hex')}`,
    );
}

describe('hostile input', () => {
  test('truncated at every octet has one outcome and no fault', () => {
    for (const datagram of datagrams) {
      const h = harness({ keepElements: 'all' });
      for (let length = 0; length <= datagram.length; length++) feedOnce(h, datagram.subarray(0, length));
      for (let length = datagram.length; length >= 0; length--) feedOnce(h, datagram.subarray(0, length));
    }
  });

  test('with every octet changed in turn has one outcome and no fault', () => {
    for (const datagram of datagrams) {
      const h = harness({ keepElements: 'all' });
      for (let at = 0; at < datagram.length; at++)
        for (const value of [0, 1, 0x7f, 0x80, 0xff]) {
          const changed = Buffer.from(datagram);
          changed[at] = value;
          feedOnce(h, changed);
        }
    }
  });

  test('changed at random has one outcome and no fault, over a decoder that lives on', () => {
    const h = harness({
      limits: { exporters: 8, templatesPerExporter: 32, heldOctetsPerExporter: 4096, heldOctets: 16_384, programs: 64 },
    });
    const change = fc.record({
      at: fc.nat(2000),
      value: fc.constantFrom(0, 1, 2, 3, 4, 8, 255, 256, 257, 258, 65535),
      wide: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...datagrams),
        fc.array(change, { minLength: 1, maxLength: 6 }),
        (original, changes) => {
          const datagram = Buffer.from(original);
          for (const { at, value, wide } of changes)
            if (wide) datagram.writeUInt16BE(value, (at % (datagram.length / 2)) & ~1);
            else datagram[at % datagram.length] = value;
          feedOnce(h, datagram);
        },
      ),
      { numRuns: 20_000 },
    );
    expect(h.decoder.heldOctets).toBeLessThanOrEqual(16_384);
  });

  test('of random octets behind a known version has one outcome and no fault', () => {
    const h = harness({ keepElements: 'all' });
    fc.assert(
      fc.property(fc.constantFrom(5, 9, 10), fc.uint8Array({ maxLength: 300 }), (version, body) => {
        feedOnce(h, Buffer.concat([Buffer.from([0, version]), body]));
      }),
      { numRuns: 5000 },
    );
  });

  test('of long runs of zeros costs no more than its length', () => {
    const h = harness();
    const t = template(256, [
      [1, 1],
      [210, 99],
    ]);
    const o = template(
      257,
      [
        [144, 4],
        [34, 4],
      ],
      1,
    );
    const raw = template(256, [[210, 60_000]]);
    const zeros = Buffer.alloc(60_000);
    h.feed(message(10, [{ template: t }, { template: o }]));
    for (let i = 0; i < 4; i++)
      for (const id of [2, 3, 256, 257]) {
        zeros[zeros.length - 1] = i % 2;
        h.feed(message(10, [{ data: { ...raw, id }, rows: [[zeros]] }]));
        h.feed(message(9, [{ data: { ...raw, id: id < 256 ? id - 2 : id }, rows: [[zeros]] }]));
      }
    expect(h.counters.losses.decoder_fault).toBe(0);
  });

  test('cannot reach generated code: element numbers and lengths are all that enters it', () => {
    const h = harness();
    for (let id = 0; id < 600; id++) {
      const odd = template(256 + (id % 50), [
        [id, (id * 7) % 20],
        [1, 4],
        [id, 65535],
        [id, 4, 29305],
      ]);
      h.feed(message(10, [{ template: odd }, { data: odd, rows: [[1, 2, 'x', 3]] }]));
    }
    expect(h.counters.flows).toBeGreaterThanOrEqual(600);
    expect(h.losses()).toEqual({});
  });
});
