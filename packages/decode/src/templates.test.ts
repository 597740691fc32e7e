import { describe, expect, test } from 'vitest';
import { harness, ip, message, nowMs, template } from './testing.ts';

const counters = template(256, [
  [1, 4],
  [2, 4],
]);

describe('templates', () => {
  test('are scoped by exporter, version, domain and id, and not by source port', () => {
    const h = harness();
    const swapped = template(256, [
      [2, 4],
      [1, 4],
    ]);
    h.feed(message(9, [{ template: counters }]));
    h.feed(message(9, [{ template: swapped }], { domain: 8 }));
    h.feed(message(10, [{ template: swapped }]));
    h.feed(message(9, [{ template: swapped }]), { from: '192.0.2.2' });
    const data = { data: counters, rows: [[10, 20]] };
    expect(h.feed(message(9, [data]))[0]).toMatchObject({ octets: 10, packets: 20 });
    expect(h.feed(message(9, [data], { domain: 8 }))[0]).toMatchObject({ octets: 20, packets: 10 });
    expect(h.feed(message(10, [data]))[0]).toMatchObject({ octets: 20, packets: 10 });
    expect(h.feed(message(9, [data]), { from: '192.0.2.2' })[0]).toMatchObject({ octets: 20, packets: 10 });
  });

  test.each([9, 10] as const)('without any length are refused and end the loop (version %i)', (version) => {
    const h = harness();
    const zero = template(256, [
      [1, 0],
      [2, 0],
    ]);
    h.feed(message(version, [{ template: zero }]));
    h.feed(message(version, [{ data: zero, rows: [], padding: 40 }]));
    expect(h.losses()).toEqual({ template_empty: 1 });
    expect(h.counters.datagrams).toEqual({ decoded: 0, held: 1, rejected: 1 });
  });

  test('two 24-octet datagrams with an empty template and its data do not loop', () => {
    const h = harness();
    const header = message(9, []);
    h.feed(Buffer.concat([header, Buffer.from([0, 0, 0, 4])]));
    h.feed(Buffer.concat([header, Buffer.from([1, 0, 0, 4])]));
    h.feed(Buffer.concat([header, Buffer.from([0, 0, 0, 8, 1, 0, 0, 0])]));
    expect(h.sink.flows).toEqual([]);
  });

  test('empty options templates are refused', () => {
    const h = harness();
    h.feed(message(9, [{ template: template(256, [], 0) }]));
    expect(h.losses()).toEqual({ template_empty: 1 });
  });

  test('may have single fields of no length', () => {
    const h = harness();
    const t = template(256, [
      [150, 0],
      [1, 4],
      [5, 0],
      [2, 4],
    ]);
    expect(h.feed(message(10, [{ template: t }, { data: t, rows: [[0, 5, 0, 6]] }]))[0]).toMatchObject({
      octets: 5,
      packets: 6,
      tos: 0,
    });
  });

  test('may change their layout under the same id, even alternately, and rows stay right', () => {
    const h = harness();
    const ports = template(256, [
      [7, 2],
      [1, 4],
    ]);
    for (let i = 0; i < 3; i++) {
      expect(h.feed(message(9, [{ template: counters }, { data: counters, rows: [[i, 9]] }]))[0]).toMatchObject({
        octets: i,
        packets: 9,
        srcPort: 0,
      });
      expect(h.feed(message(9, [{ template: ports }, { data: ports, rows: [[443, i]] }]))[0]).toMatchObject({
        octets: i,
        packets: 0,
        srcPort: 443,
      });
    }
  });

  test('a redefinition within one datagram applies from there on', () => {
    const h = harness();
    const swapped = template(256, [
      [2, 4],
      [1, 4],
    ]);
    const data = { data: counters, rows: [[1, 2]] };
    const flows = h.feed(message(9, [{ template: counters }, data, { template: swapped }, data]));
    expect(flows.map((f) => f['octets'])).toEqual([1, 2]);
  });

  test.each([9, 10] as const)(
    'that come after their data, in the same datagram or a later one, still serve it (version %i)',
    (version) => {
      const h = harness();
      const data = {
        data: counters,
        rows: [
          [1, 2],
          [3, 4],
        ],
      };
      expect(h.feed(message(version, [data]))).toEqual([]);
      expect(h.counters.datagrams).toEqual({ decoded: 0, held: 1, rejected: 0 });
      const flows = h.feed(message(version, [data, { template: counters }], { exportMs: nowMs + 5000 }), {
        at: nowMs + 5000,
      });
      expect(flows.map((f) => f['octets'])).toEqual([1, 3, 1, 3]);
      expect(flows.map((f) => f['receivedMs'])).toEqual([nowMs, nowMs, nowMs + 5000, nowMs + 5000]);
      expect(flows.map((f) => f['exportedMs'])).toEqual([nowMs, nowMs, nowMs + 5000, nowMs + 5000]);
      expect(h.counters).toMatchObject({ setsHeld: 2, setsReleased: 2 });
    },
  );

  test('a set without its template does not lose the sets around it', () => {
    const h = harness();
    const unknown = { data: template(999, [[1, 4]]), rows: [[1]] };
    const data = { data: counters, rows: [[1, 2]] };
    h.feed(message(9, [{ template: counters }]));
    expect(h.feed(message(9, [data, unknown, data]))).toHaveLength(2);
    expect(h.counters).toMatchObject({ setsHeld: 1, datagrams: { decoded: 2, held: 0 } });
  });

  test('held sets are bounded by octets for an exporter and in all, oldest out first', () => {
    const h = harness({ limits: { heldOctetsPerExporter: 600, heldOctets: 900 } });
    const wide = template(256, [
      [1, 4],
      [210, 68],
    ]);
    const one = (n: number) => message(9, [{ data: wide, rows: [[n, 0]] }]);
    for (let n = 1; n <= 4; n++) h.feed(one(n));
    expect(h.losses()).toEqual({ held_evicted: 1 });
    for (let n = 1; n <= 2; n++) h.feed(one(n), { from: '192.0.2.2' });
    expect(h.losses()).toEqual({ held_evicted: 2 });
    expect(h.decoder.heldOctets).toBeLessThanOrEqual(900);
    expect(h.feed(message(9, [{ template: wide }])).map((f) => f['octets'])).toEqual([3, 4]);
    expect(h.feed(message(9, [{ template: wide }]), { from: '192.0.2.2' }).map((f) => f['octets'])).toEqual([1, 2]);
    expect(h.decoder.heldOctets).toBe(0);
  });

  test('held sets expire by age', () => {
    const h = harness({ limits: { heldMs: 1000 } });
    h.feed(message(9, [{ data: counters, rows: [[1, 2]] }]));
    expect(h.feed(message(9, [{ template: counters }]), { at: nowMs + 1001 })).toEqual([]);
    expect(h.losses()).toEqual({ held_expired: 1 });
  });

  test('survive a restart as plain data, sampling rates included', () => {
    const before = harness();
    const options = template(
      300,
      [
        [1, 4],
        [48, 1],
        [34, 4],
      ],
      1,
    );
    const sampled = template(257, [
      [1, 4],
      [48, 1],
    ]);
    before.feed(
      message(9, [
        { template: counters },
        { template: sampled },
        { template: options },
        { data: options, rows: [[0, 3, 100]] },
      ]),
    );
    const after = harness();
    expect(after.decoder.restore(JSON.parse(JSON.stringify(before.decoder.templates())))).toBe(3);
    expect(after.feed(message(9, [{ data: counters, rows: [[1, 2]] }]))[0]).toMatchObject({ octets: 1, packets: 2 });
    expect(after.feed(message(9, [{ data: sampled, rows: [[1, 3]] }]))[0]).toMatchObject({
      samplingRate: 100,
      samplingStated: true,
    });
  });

  test('what is not valid in a snapshot is left out', () => {
    const h = harness();
    const domain = { exporter: '192.0.2.1', version: 9, domain: 7 };
    const good = { id: 256, scopes: -1, seenMs: 1, fields: [[0, 1, 4]] };
    const templates = [
      good,
      null,
      { ...good, id: 5 },
      { ...good, id: '257;throw 1' },
      { ...good, id: 258, fields: [[0, 1, 'x']] },
      { ...good, id: 259, fields: [[0, 1, 0]] },
      { ...good, id: 260, fields: 'x' },
      { ...good, id: 261, scopes: 4 },
    ];
    for (const junk of [
      null,
      7,
      [],
      {},
      { format: 2 },
      { format: 1, domains: [null, {}, { ...domain, exporter: 'nowhere' }] },
    ])
      expect(h.decoder.restore(junk)).toBe(0);
    expect(
      h.decoder.restore({
        format: 1,
        domains: [
          {
            ...domain,
            templates,
            samplers: [
              [1, -4],
              ['x', 2],
            ],
          },
        ],
      }),
    ).toBe(1);
    expect(h.feed(message(9, [{ data: template(256, [[1, 4]]), rows: [[77]] }]))[0]).toMatchObject({ octets: 77 });
  });

  test('expire when a time is set', () => {
    const h = harness({ limits: { templateMs: 60_000 } });
    h.feed(message(9, [{ template: counters }]));
    const data = message(9, [{ data: counters, rows: [[1, 2]] }]);
    expect(h.feed(data, { at: nowMs + 60_000 })).toHaveLength(1);
    expect(h.feed(data, { at: nowMs + 60_001 })).toHaveLength(0);
    expect(h.feed(message(9, [{ template: counters }]), { at: nowMs + 60_002 })).toHaveLength(1);
  });

  test.each([9, 10] as const)('padding after the last record is never a record (version %i)', (version) => {
    const h = harness();
    for (const padding of [0, 1, 3, 7, 24, 36]) {
      const data = { data: counters, rows: [[1, 2]], padding };
      expect(h.feed(message(version, [{ template: counters }, data, data]))).toHaveLength(2);
    }
    expect(h.losses()).toEqual({});
  });

  test('zeros to the end of the datagram are padding', () => {
    const h = harness();
    const body = message(9, [{ template: counters }, { data: counters, rows: [[1, 2]] }]);
    expect(h.feed(Buffer.concat([body, Buffer.alloc(900)]))).toHaveLength(1);
    expect(h.losses()).toEqual({});
  });

  test('padding shorter than the smallest record of a variable-length template is no record', () => {
    const h = harness();
    const t = template(256, [
      [82, 65535],
      [1, 4],
      [83, 65535],
    ]);
    const rows = [
      ['ab', 5, ''],
      ['', 6, 'x'.repeat(300)],
    ];
    const flows = h.feed(
      message(10, [{ template: t }, { data: t, rows, padding: 3 }, { data: t, rows: [['', 7, '']] }]),
    );
    expect(flows.map((f) => f['octets'])).toEqual([5, 6, 7]);
    expect(h.losses()).toEqual({});
  });

  test('variable-length fields are read in both codings, also where they carry what is kept', () => {
    const h = harness();
    const t = template(256, [
      [82, 65535],
      [1, 65535],
      [8, 65535],
      [7, 65535],
      [12, 4],
      [95, 65535],
    ]);
    const long = 'x'.repeat(700);
    const source = ip('10.1.2.3').subarray(12);
    const row = [
      long,
      Buffer.from([1, 0, 0, 0, 0]),
      source,
      Buffer.from([1, 187]),
      ip('10.9.9.9'),
      Buffer.from([13, 0, 1]),
    ];
    expect(h.feed(message(10, [{ template: t }, { data: t, rows: [row, row] }]))).toMatchObject(
      [1, 2].map(() => ({
        octets: 4_294_967_296,
        srcAddr: '10.1.2.3',
        dstAddr: '10.9.9.9',
        srcPort: 443,
        applicationId: 0x0d0001,
      })),
    );
  });

  test('a variable length beyond its set ends that set only', () => {
    const h = harness();
    const t = template(256, [
      [1, 4],
      [82, 65535],
    ]);
    const bad = Buffer.concat([Buffer.from([0, 0, 0, 9]), Buffer.from([200, 1, 2])]);
    const raw = template(256, [[210, 7]]);
    const flows = h.feed(
      message(10, [
        { template: t },
        { data: t, rows: [[1, 'a']] },
        { data: raw, rows: [[bad]] },
        { data: t, rows: [[2, 'b']] },
      ]),
    );
    expect(flows.map((f) => f['octets'])).toEqual([1, 2]);
    expect(h.losses()).toEqual({ record_malformed: 1 });
  });

  test('v9 options templates give their scope in octets', () => {
    const h = harness();
    const options = template(
      300,
      [
        [1, 4],
        [2, 4],
        [34, 4],
      ],
      2,
    );
    h.feed(message(9, [{ template: options }, { data: options, rows: [[1, 2, 50]] }, { template: counters }]));
    expect(h.counters).toMatchObject({ optionTemplates: 1, optionRecords: 1 });
    expect(h.feed(message(9, [{ data: counters, rows: [[1, 2]] }]))[0]).toMatchObject({ samplingRate: 50 });
  });

  test('v9 options templates may have a scope of no octets (Juniper SRX)', () => {
    const h = harness();
    const options = template(300, [[34, 4]], 0);
    h.feed(message(9, [{ template: options }, { data: options, rows: [[50]] }, { template: counters }]));
    expect(h.feed(message(9, [{ data: counters, rows: [[1, 2]] }]))[0]).toMatchObject({ samplingRate: 50 });
  });

  test('IPFIX options templates give their scope as a count of fields, enterprise ones included', () => {
    const h = harness();
    const options = template(
      300,
      [
        [5, 4, 9],
        [144, 4],
        [34, 4],
        [7, 2, 4242],
      ],
      2,
    );
    h.feed(message(10, [{ template: options }, { data: options, rows: [[0, 2, 50, 1]] }, { template: counters }]));
    expect(h.feed(message(10, [{ data: counters, rows: [[1, 2]] }]))[0]).toMatchObject({ samplingRate: 50 });
  });

  test('IPFIX scopes that outnumber the fields are refused', () => {
    const h = harness();
    h.feed(message(10, [{ template: template(300, [[34, 4]], 2) }]));
    expect(h.losses()).toEqual({ template_malformed: 1 });
  });

  test('enterprise elements are told from IANA elements of the same number', () => {
    const h = harness();
    const t = template(256, [
      [1, 4, 4242],
      [1, 4],
      [2, 4, 9],
      [2, 4],
    ]);
    expect(h.feed(message(10, [{ template: t }, { data: t, rows: [[100, 1, 200, 2]] }]))[0]).toMatchObject({
      octets: 1,
      packets: 2,
    });
  });

  test('v9 elements above 32767 are plain (Cisco ASA 33000, 40001 to 40004)', () => {
    const h = harness();
    const t = template(256, [
      [33000, 12],
      [40001, 4],
      [40002, 4],
      [40003, 2],
      [40004, 2],
      [1, 4],
    ]);
    const row = ['acl', ip('203.0.113.1'), ip('203.0.113.2'), 1000, 2000, 6];
    expect(h.feed(message(9, [{ template: t }, { data: t, rows: [row] }]))[0]).toMatchObject({
      octets: 6,
      postNatSrcAddr: '203.0.113.1',
      postNatDstAddr: '203.0.113.2',
      postNatSrcPort: 1000,
      postNatDstPort: 2000,
    });
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('integers are read from %i octets', (length) => {
    const h = harness();
    const t = template(256, [
      [1, length],
      [2, length],
      [10, length],
      [7, length],
      [4, length],
    ]);
    const value = length < 4 ? 0x31 : 0x31 * 2 ** (8 * (length - 2));
    const row = [value, 7, 9, 5, 6];
    expect(h.feed(message(9, [{ template: t }, { data: t, rows: [row] }]))[0]).toMatchObject({
      octets: value > Number.MAX_SAFE_INTEGER ? String(BigInt(value)) : value,
      packets: 7,
      inIf: 9,
      srcPort: 5,
      protocol: 6,
    });
  });

  test('of a 9-octet integer the low 8 count (FortiGate)', () => {
    const h = harness();
    const t = template(256, [
      [1, 9],
      [2, 4],
    ]);
    const octets = Buffer.from([0xff, 0, 0, 0, 1, 0, 0, 0, 2]);
    expect(h.feed(message(9, [{ template: t }, { data: t, rows: [[octets, 1]] }]))[0]).toMatchObject({
      octets: 4_294_967_298,
    });
  });

  test('counters over 2^53 come out exactly', () => {
    const h = harness();
    const t = template(256, [[1, 8]]);
    expect(h.feed(message(10, [{ template: t }, { data: t, rows: [[2n ** 64n - 1n]] }]))[0]).toMatchObject({
      octets: '18446744073709551615',
    });
  });

  test('of the same element twice the first that is not empty wins', () => {
    const h = harness();
    const t = template(256, [
      [7, 2],
      [210, 3],
      [7, 2],
      [1, 4],
      [1, 8],
    ]);
    const rows = [
      [0, 0, 80, 0, 6],
      [443, 0, 80, 5, 6],
    ];
    expect(h.feed(message(9, [{ template: t }, { data: t, rows }]))).toMatchObject([
      { srcPort: 80, octets: 6 },
      { srcPort: 443, octets: 5 },
    ]);
  });

  test('of an IPv4 and an IPv6 address the one that is not zero is taken', () => {
    const h = harness();
    const t = template(256, [
      [8, 4],
      [27, 16],
      [28, 16],
      [12, 4],
    ]);
    const rows = [
      [0, new Uint8Array(16), new Uint8Array(16), 0],
      [ip('10.0.0.1'), new Uint8Array(16), new Uint8Array(16), ip('10.0.0.2')],
      [0, ip('2001:db8::1'), ip('2001:db8::2'), 0],
    ];
    expect(h.feed(message(9, [{ template: t }, { data: t, rows }]))).toMatchObject([
      { srcAddr: '0.0.0.0', dstAddr: '::' },
      { srcAddr: '10.0.0.1', dstAddr: '10.0.0.2' },
      { srcAddr: '2001:db8::1', dstAddr: '2001:db8::2' },
    ]);
  });

  test('can be withdrawn in IPFIX, one or all of a kind', () => {
    const h = harness();
    const other = template(257, [[1, 4]]);
    const options = template(
      300,
      [
        [144, 4],
        [34, 4],
      ],
      1,
    );
    h.feed(message(10, [{ template: counters }, { template: other }, { template: options }]));
    h.feed(message(10, [{ withdraw: 257 }]));
    expect(h.feed(message(10, [{ data: other, rows: [[1]] }]))).toEqual([]);
    expect(h.feed(message(10, [{ data: counters, rows: [[1, 1]] }]))).toHaveLength(1);
    h.feed(message(10, [{ withdraw: 2 }]));
    expect(h.feed(message(10, [{ data: counters, rows: [[1, 1]] }]))).toEqual([]);
    h.feed(message(10, [{ data: options, rows: [[1, 10]] }]));
    expect(h.counters).toMatchObject({ templatesWithdrawn: 2, optionRecords: 1 });
  });

  test('are bounded in number for an exporter and in fields', () => {
    const h = harness({ limits: { templatesPerExporter: 3, fieldsPerTemplate: 4 } });
    for (let id = 256; id < 261; id++) h.feed(message(9, [{ template: template(id, [[1, 4]]) }], { domain: id % 2 }));
    h.feed(
      message(9, [
        {
          template: template(
            300,
            [1, 2, 3, 4, 5].map((n) => [n, 4] as const),
          ),
        },
      ]),
    );
    expect(h.losses()).toEqual({ template_evicted: 2, template_fields_limit: 1 });
    expect(
      h.decoder
        .templates()
        .domains.flatMap((d) => d.templates.map((t) => t.id))
        .sort(),
    ).toEqual([258, 259, 260]);
  });
});
