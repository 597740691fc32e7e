import { describe, expect, test } from 'vitest';
import { encodeV5 } from './encode.ts';
import { harness, ip, message, nowMs, template, uptimeMs } from './testing.ts';

const plain = template(256, [
  [1, 4],
  [2, 4],
]);
const plainData = { data: plain, rows: [[1000, 10]] };

/** An options template with a system scope. */
const options = (...fields: (readonly [number, number])[]) => template(300, [[144, 4], ...fields], 1);

describe('sampling', () => {
  test.each([
    [
      '305 and 306',
      [
        [305, 4],
        [306, 4],
      ],
      [1, 99],
      100,
    ],
    [
      '305 and 306 of several packets',
      [
        [305, 4],
        [306, 4],
      ],
      [10, 990],
      100,
    ],
    [
      '310 over 309',
      [
        [309, 4],
        [310, 4],
      ],
      [2, 512],
      256,
    ],
    [
      '305, 309 and 310 without 306 (ASR9000)',
      [
        [305, 4],
        [309, 4],
        [310, 4],
      ],
      [1, 1, 256],
      256,
    ],
    [
      '305, 309 and 310 with a 306 of 0',
      [
        [305, 4],
        [306, 4],
        [309, 4],
        [310, 4],
      ],
      [1, 0, 1, 256],
      256,
    ],
    [
      '34',
      [
        [34, 4],
        [35, 1],
      ],
      [1000, 2],
      1000,
    ],
    ['34 of 2 octets', [[34, 2]], [1000], 1000],
    [
      '50',
      [
        [49, 1],
        [50, 4],
      ],
      [2, 500],
      500,
    ],
    ['305 alone', [[305, 4]], [64], 64],
    ['34 of 0 or 1: unsampled', [[34, 4]], [0], 1],
  ] as const)('is stated by %s', (_, fields, values, rate) => {
    const h = harness();
    const stated = options(...fields);
    h.feed(message(10, [{ template: stated }, { data: stated, rows: [[1, ...values]] }, { template: plain }]));
    expect(h.feed(message(10, [plainData]))[0]).toMatchObject({
      samplingRate: rate,
      samplingStated: true,
      octets: 1000,
      packets: 10,
    });
  });

  test('without a statement is 1 and assumed', () => {
    const h = harness();
    expect(h.feed(message(9, [{ template: plain }, plainData]))[0]).toMatchObject({
      samplingRate: 1,
      samplingStated: false,
    });
  });

  test('stands beside the counters, which are raw: nothing is multiplied', () => {
    const h = harness();
    const stated = options([34, 4]);
    h.feed(message(9, [{ template: stated }, { data: stated, rows: [[1, 1000]] }, { template: plain }]));
    expect(h.feed(message(9, [plainData]))).toMatchObject([{ octets: 1000, packets: 10, samplingRate: 1000 }]);
  });

  test('holds for its exporter and observation domain only', () => {
    const h = harness();
    const stated = options([34, 4]);
    h.feed(message(9, [{ template: stated }, { data: stated, rows: [[1, 10]] }, { template: plain }]));
    expect(h.feed(message(9, [plainData]))[0]).toMatchObject({ samplingRate: 10 });
    expect(h.feed(message(9, [{ template: plain }, plainData], { domain: 8 }))[0]).toMatchObject({
      samplingRate: 1,
      samplingStated: false,
    });
    expect(h.feed(message(9, [{ template: plain }, plainData]), { from: '192.0.2.9' })[0]).toMatchObject({
      samplingRate: 1,
    });
  });

  test.each([
    [48, 1, 48, 2],
    [48, 4, 302, 1],
    [302, 4, 48, 1],
    [302, 8, 302, 2],
  ])('is matched by sampler id: options element %i of %i octets, data element %i of %i', (oid, olen, did, dlen) => {
    const h = harness();
    const samplers = options([oid, olen], [34, 4]);
    const sampled = template(257, [
      [1, 4],
      [did, dlen],
    ]);
    h.feed(
      message(10, [
        { template: samplers },
        {
          data: samplers,
          rows: [
            [1, 1, 2000],
            [1, 2, 4000],
          ],
        },
        { template: sampled },
      ]),
    );
    const rows = [
      [1, 1],
      [2, 2],
      [3, 1],
      [4, 0],
      [5, 9],
    ];
    expect(h.feed(message(10, [{ data: sampled, rows }]))).toMatchObject([
      { samplingRate: 2000, samplingStated: true },
      { samplingRate: 4000, samplingStated: true },
      { samplingRate: 2000, samplingStated: true },
      { samplingRate: 1, samplingStated: true }, // id 0: not sampled
      { samplingRate: 1, samplingStated: false }, // never stated
    ]);
  });

  test('may have the sampler id as the scope (ASR9000)', () => {
    const h = harness();
    const samplers = template(
      300,
      [
        [302, 4],
        [305, 4],
        [304, 2],
        [309, 4],
        [310, 4],
      ],
      1,
    );
    const sampled = template(257, [
      [1, 4],
      [48, 2],
    ]);
    h.feed(message(10, [{ template: samplers }, { data: samplers, rows: [[1, 1, 3, 1, 256]] }, { template: sampled }]));
    expect(h.feed(message(10, [{ data: sampled, rows: [[1, 1]] }]))[0]).toMatchObject({
      samplingRate: 256,
      samplingStated: true,
    });
  });

  test('is matched by all octets of a sampler id (element 302 is an unsigned64)', () => {
    const h = harness();
    const sampler = template(
      300,
      [
        [302, 8],
        [305, 4],
        [306, 4],
      ],
      1,
    );
    const flow = template(256, [
      [302, 8],
      [1, 4],
    ]);
    const ids = [0x1_0000_0005, 5];
    const rows = ids.map((id, i) => [id, 1, 99 + 100 * i]);
    h.feed(message(10, [{ template: sampler }, { data: sampler, rows }, { template: flow }]));
    expect(h.feed(message(10, [{ data: flow, rows: ids.map((id) => [id, 7]) }]))).toMatchObject([
      { samplingRate: 100, samplingStated: true },
      { samplingRate: 200, samplingStated: true },
    ]);
  });

  test('is matched by template id', () => {
    const h = harness();
    const byTemplate = template(
      300,
      [
        [145, 2],
        [34, 4],
      ],
      1,
    );
    const other = template(257, [[1, 4]]);
    h.feed(
      message(10, [
        { template: byTemplate },
        {
          data: byTemplate,
          rows: [
            [256, 100],
            [257, 7],
          ],
        },
        { template: plain },
        { template: other },
      ]),
    );
    expect(h.feed(message(10, [plainData, { data: other, rows: [[1]] }]))).toMatchObject([
      { samplingRate: 100 },
      { samplingRate: 7 },
    ]);
  });

  test('is 1 for the templates of a domain that name no sampler, where others do', () => {
    const h = harness();
    const samplers = options([48, 1], [34, 4]);
    const sampled = template(257, [
      [1, 4],
      [48, 1],
    ]);
    h.feed(
      message(9, [
        { template: samplers },
        { data: samplers, rows: [[1, 1, 100]] },
        { template: sampled },
        { template: plain },
      ]),
    );
    expect(h.feed(message(9, [{ data: sampled, rows: [[5, 1]] }, plainData]))).toMatchObject([
      { samplingRate: 100, samplingStated: true },
      { samplingRate: 1, samplingStated: true },
    ]);
  });

  test("is the only sampler's where no template names one", () => {
    const h = harness();
    const samplers = options([48, 1], [34, 4]);
    h.feed(message(9, [{ template: samplers }, { data: samplers, rows: [[1, 1, 100]] }, { template: plain }]));
    expect(h.feed(message(9, [plainData]))[0]).toMatchObject({ samplingRate: 100, samplingStated: true });
    h.feed(message(9, [{ data: samplers, rows: [[1, 2, 200]] }]));
    expect(h.feed(message(9, [plainData]))[0]).toMatchObject({ samplingRate: 1, samplingStated: false });
  });

  test('in the record itself goes before what options say', () => {
    const h = harness();
    const stated = options([34, 4]);
    const own = template(257, [
      [1, 4],
      [34, 4],
    ]);
    h.feed(message(9, [{ template: stated }, { data: stated, rows: [[1, 10]] }, { template: own }]));
    expect(
      h.feed(
        message(9, [
          {
            data: own,
            rows: [
              [1, 50],
              [2, 0],
            ],
          },
        ]),
      ),
    ).toMatchObject([
      { samplingRate: 50, samplingStated: true },
      { samplingRate: 10, samplingStated: true },
    ]);
  });

  test.each([
    [0x0000, 1, false],
    [0x4000, 1, false],
    [0x0001, 1, true],
    [0x4064, 100, true],
    [0xbfff, 16383, true],
  ])('v5 header word %i is rate %i (mode in the top 2 bits)', (header, rate, stated) => {
    const h = harness();
    const record = {
      srcAddr: ip('10.0.0.1'),
      dstAddr: ip('10.0.0.2'),
      packets: 3,
      octets: 180,
      first: 1000,
      last: 2000,
    };
    const datagram = encodeV5(
      { uptimeMs, exportMs: nowMs, sequence: 0, samplingInterval: header & 0x3fff, samplingMode: header >> 14 },
      [record],
    );
    expect(h.feed(datagram)[0]).toMatchObject({ samplingRate: rate, samplingStated: stated, octets: 180, packets: 3 });
  });

  test('samplers are bounded for a domain', () => {
    const h = harness({ limits: { samplersPerDomain: 2 } });
    const samplers = options([48, 1], [34, 4]);
    h.feed(
      message(9, [
        { template: samplers },
        {
          data: samplers,
          rows: [
            [1, 1, 5],
            [1, 2, 6],
            [1, 3, 7],
          ],
        },
      ]),
    );
    expect(h.losses()).toEqual({ sampler_evicted: 1 });
  });
});

describe('interface names in options data', () => {
  const names = template(
    300,
    [
      [2, 4],
      [82, 8],
      [83, 65535],
    ],
    1,
  );

  test('become samples, when new, changed or an hour old', () => {
    const h = harness();
    const say = (alias: string, at = nowMs) =>
      h.feed(message(9, [{ template: names }, { data: names, rows: [[3, 'Gi0/1', alias]] }]), { at });
    say('WAN');
    say('WAN');
    expect(h.sink.samples).toEqual([
      { timeMs: nowMs, exporter: ip('192.0.2.1'), interface: 3, metric: 'interface.name', value: 0, text: 'Gi0/1' },
      { timeMs: nowMs, exporter: ip('192.0.2.1'), interface: 3, metric: 'interface.alias', value: 0, text: 'WAN' },
    ]);
    say('LAN');
    expect(h.sink.samples.slice(2)).toMatchObject([{ metric: 'interface.alias', text: 'LAN' }]);
    say('LAN', nowMs + 3_600_000);
    expect(h.sink.samples).toHaveLength(5);
  });

  test('lose control characters and anything after a NUL', () => {
    const h = harness();
    const t = template(
      300,
      [
        [10, 4],
        [82, 16],
      ],
      1,
    );
    h.feed(message(10, [{ template: t }, { data: t, rows: [[3, ' a\u001b[2Jb\u0000junk']] }]));
    expect(h.sink.samples).toMatchObject([{ text: 'a[2Jb' }]);
  });

  test('without an interface say nothing', () => {
    const h = harness();
    const t = template(
      300,
      [
        [144, 4],
        [82, 8],
      ],
      1,
    );
    h.feed(message(10, [{ template: t }, { data: t, rows: [[3, 'x']] }]));
    expect(h.sink.samples).toEqual([]);
    expect(h.counters.optionRecords).toBe(1);
  });
});
