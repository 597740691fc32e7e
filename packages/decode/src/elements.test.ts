/** Elements that feed no column: counted by exporter, kept by name on request. */
import { describe, expect, test } from 'vitest';
import { type CaptureRecord, decodeCapture } from './decode-capture.ts';
import { createDecoder } from './decoder.ts';
import { harness, ip, message, nowMs, template } from './testing.ts';

const userName = 40000;
const t = template(256, [
  [1, 4],
  [56, 6],
  [210, 2],
  [userName, 8],
  [210, 1],
  [56, 6],
]);
const rows = [
  [10, Uint8Array.of(0, 1, 2, 3, 4, 5), 0, 'ann', 0, 0],
  [20, 0, 0, 'bob', 0, Uint8Array.of(9, 9, 9, 9, 9, 9)],
  [30, 0, 0, '', 0, 0],
];

describe('elements that feed no column', () => {
  test('are counted by exporter, records by element; padding and those that feed one are not', () => {
    const h = harness();
    h.feed(message(9, [{ template: t }, { data: t, rows }]));
    h.feed(message(9, [{ data: t, rows: rows.slice(1) }]));
    h.feed(message(9, [{ template: t }, { data: t, rows }]), { from: '192.0.2.2' });
    const elements = (from: string) => Object.fromEntries(h.decoder.exporter(ip(from)).elements);
    expect(elements('192.0.2.1')).toEqual({ '0/56': 5, '0/40000': 5 });
    expect(elements('192.0.2.2')).toEqual({ '0/56': 3, '0/40000': 3 });
  });

  test('stay counted when their template is replaced, withdrawn or pushed out with its domain', () => {
    const h = harness({ limits: { domainsPerExporter: 1 } });
    const mac = template(256, [
      [1, 4],
      [56, 6],
    ]);
    const other = template(256, [
      [1, 4],
      [57, 6],
    ]);
    const row = [1, 2];
    h.feed(
      message(10, [
        { template: mac },
        { data: mac, rows: [row, row] },
        { template: other },
        { data: other, rows: [row] },
      ]),
    );
    h.feed(message(10, [{ withdraw: 256 }]));
    h.feed(message(10, [{ template: other }, { data: other, rows: [row] }], { domain: 8 }));
    h.feed(message(10, [{ template: mac }], { domain: 9 }));
    expect(h.losses()).toEqual({ domain_evicted: 2 });
    expect(Object.fromEntries(h.decoder.exporter(ip('192.0.2.1')).elements)).toEqual({ '0/56': 2, '0/57': 2 });
  });

  test('of options data are counted too, its scope and what is used of it left out', () => {
    const h = harness();
    const options = template(
      300,
      [
        [144, 4],
        [41, 8],
        [84, 8],
        [147, 4, 4242],
        [210, 2],
      ],
      1,
    );
    h.feed(message(10, [{ template: options }, { data: options, rows: [[1, 2, 'x', 3, 0]] }]));
    expect([...h.decoder.exporter(ip('192.0.2.1')).elements]).toEqual([
      ['0/84', 1],
      ['4242/147', 1],
    ]);
  });

  test('are bounded for an exporter, and what finds no room is counted', () => {
    const h = harness({ limits: { elementsPerExporter: 3 } });
    const many = template(256, [[1, 4], ...[1, 2, 3, 4, 5].map((id) => [id, 1, 4242] as const)]);
    h.feed(message(10, [{ template: many }, { data: many, rows: [[1], [2]] }]));
    const exporter = h.decoder.exporter(ip('192.0.2.1'));
    expect([...exporter.elements.keys()]).toEqual(['4242/1', '4242/2', '4242/3']);
    expect(exporter.elementCounts.over).toBe(4);
  });

  test('get the names that the exporter tells of them (RFC 5610), within bounds', () => {
    const h = harness({ limits: { elementsPerExporter: 2 } });
    const names = template(
      300,
      [
        [346, 4],
        [303, 2],
        [339, 1],
        [341, 65535],
      ],
      2,
    );
    const told = [1, 2, 3].map((id) => [4242, id, 1, `probe:thing${id}`]);
    h.feed(message(10, [{ template: names }, { data: names, rows: told }]));
    expect([...h.decoder.exporter(ip('192.0.2.1')).elementNames]).toEqual([
      ['4242/1', 'probe:thing1'],
      ['4242/2', 'probe:thing2'],
    ]);
  });

  test('of structured data (RFC 6313) are skipped whole and counted', () => {
    const h = harness();
    const lists = template(256, [
      [291, 65535],
      [1, 4],
      [292, 65535],
      [293, 65535],
      [2, 4],
    ]);
    const list = Uint8Array.of(3, 0, 82, 0, 1, 1, 2, 3);
    const flows = h.feed(
      message(10, [
        { template: lists },
        {
          data: lists,
          rows: [
            [list, 10, new Uint8Array(300).fill(1), new Uint8Array(0), 1],
            [new Uint8Array(0), 20, list, list, 2],
          ],
        },
      ]),
    );
    expect(flows).toMatchObject([
      { octets: 10, packets: 1 },
      { octets: 20, packets: 2 },
    ]);
    expect(Object.fromEntries(h.decoder.exporter(ip('192.0.2.1')).elements)).toEqual({
      '0/291': 2,
      '0/292': 2,
      '0/293': 2,
    });
  });
});

describe('elements kept by name', () => {
  test('are those asked for, by name or number; of the same element twice the first that is not empty', () => {
    const h = harness({ keepElements: ['sourceMacAddress', 'cisco:userName', '0/1', 'noSuchElement'] });
    expect(h.decoder.unknownNames).toEqual(['noSuchElement']);
    h.feed(message(9, [{ template: t }, { data: t, rows }]));
    expect(h.sink.elements).toEqual([
      [0, '0/1', '10'],
      [0, 'sourceMacAddress', '00:01:02:03:04:05'],
      [0, 'cisco:userName', 'ann'],
      [1, '0/1', '20'],
      [1, 'sourceMacAddress', '00:00:00:00:00:00'],
      [1, 'cisco:userName', 'bob'],
      [2, '0/1', '30'],
      [2, 'sourceMacAddress', '00:00:00:00:00:00'],
    ]);
  });

  test('come before the sink is told of their rows, whose numbers they have', () => {
    const h = harness({ capacity: 2 });
    const order: string[] = [];
    const { sink } = h;
    const decoder = createDecoder({
      sink: {
        columns: sink.columns,
        rows: 0,
        flush() {
          order.push('flush');
          this.rows = 0;
        },
        element: (row, _, value) => order.push(`${row} ${value}`),
        decoded: (_, from, to) => order.push(`decoded ${from} ${to}`),
        sample: () => undefined,
        event: () => undefined,
      },
      keepElements: ['cisco:userName'],
    });
    const datagram = message(9, [{ template: t }, { data: t, rows }]);
    decoder.decode(decoder.exporter(ip('192.0.2.1')), datagram, nowMs);
    expect(order).toEqual(['0 ann', '1 bob', 'decoded 0 2', 'flush', 'decoded 0 1']);
  });

  test('go with the forward half of a biflow, also those of the reverse direction', () => {
    const h = harness({ keepElements: 'all' });
    const biflow = template(256, [
      [1, 4],
      [1, 4, 29305],
      [136, 1],
      [136, 1, 29305],
    ]);
    expect(h.feed(message(10, [{ template: biflow }, { data: biflow, rows: [[5, 6, 1, 2]] }]))).toHaveLength(2);
    expect(h.sink.elements).toEqual([
      [0, 'flowEndReason', '1'],
      [0, 'reverseFlowEndReason', '2'],
    ]);
  });

  test('of variable length are read within their record', () => {
    const h = harness({ keepElements: ['httpRequestHost', '4242/7'] });
    const v = template(256, [
      [460, 65535],
      [1, 4],
      [7, 65535, 4242],
    ]);
    h.feed(
      message(10, [
        { template: v },
        {
          data: v,
          rows: [
            ['www.example.org', 1, Uint8Array.of(0xca, 0xfe)],
            ['', 2, 'x'.repeat(3000)],
          ],
        },
      ]),
    );
    expect(h.sink.elements.slice(0, 2)).toEqual([
      [0, 'httpRequestHost', 'www.example.org'],
      [0, '4242/7', 'cafe'],
    ]);
    expect(h.sink.elements[2]).toEqual([1, '4242/7', '78'.repeat(1024)]);
  });

  test('leave a sink alone that does not take them', () => {
    const h = harness({ keepElements: 'all' });
    const { sink } = h;
    const decoder = createDecoder({
      sink: {
        columns: sink.columns,
        rows: 0,
        flush: () => undefined,
        decoded: () => undefined,
        sample: () => undefined,
        event: () => undefined,
      },
      keepElements: 'all',
    });
    const exporter = decoder.exporter(ip('192.0.2.1'));
    decoder.decode(exporter, message(9, [{ template: t }, { data: t, rows }]), nowMs);
    expect(decoder.counters.flows).toBe(3);
  });
});

describe('elements in a capture', () => {
  const unnamed = template(257, [
    [1, 4],
    [7, 2, 4242],
    [460, 65535],
  ]);
  const names = template(
    300,
    [
      [346, 4],
      [303, 2],
      [341, 65535],
    ],
    2,
  );
  const file = Buffer.concat([
    message(10, [
      { template: unnamed },
      {
        data: unnamed,
        rows: [
          [5, 0xcafe, 'a.example'],
          [6, 1, ''],
        ],
      },
    ]),
    message(10, [{ data: unnamed, rows: [[7, 1, 'b.example']] }]),
  ]);

  function run(bytes: Uint8Array, elements?: boolean) {
    const records: CaptureRecord[] = [];
    const reading = decodeCapture(bytes, { elements });
    for (;;) {
      const next = reading.next();
      if (next.done === true) return { records, summary: next.value };
      records.push(next.value);
    }
  }

  test('are listed with their records, by the name that is known or was told', () => {
    expect(run(file).summary.unknownElements).toEqual({ '4242/7': 3, httpRequestHost: 3 });
    const told = message(10, [{ template: names }, { data: names, rows: [[4242, 7, 'probe:thing']] }]);
    expect(run(Buffer.concat([file, told])).summary.unknownElements).toEqual({ 'probe:thing': 3, httpRequestHost: 3 });
  });

  test('are shown with each flow on request only', () => {
    expect(run(file, true).records.map((record) => 'elements' in record && record.elements)).toEqual([
      { '4242/7': 'cafe', httpRequestHost: 'a.example' },
      { '4242/7': '0001' },
      { '4242/7': '0001', httpRequestHost: 'b.example' },
    ]);
    expect(run(file).records.some((record) => 'elements' in record)).toBe(false);
  });
});
