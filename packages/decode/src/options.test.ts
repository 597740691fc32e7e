/** What options data tells besides sampling: names, and the exporter's own statistics. */
import { describe, expect, test } from 'vitest';
import { harness, message, nowMs, template } from './testing.ts';

describe('sampling in options data', () => {
  const probability = (value: number): Uint8Array => {
    const octets = new Uint8Array(8);
    new DataView(octets.buffer).setFloat64(0, value);
    return octets;
  };

  test.each([
    [0.001, 1000, true],
    [1, 1, true],
    [0, 1, false],
    [-5, 1, false],
    [NaN, 1, false],
    [Number.MIN_VALUE, 0xffffffff, true],
  ])('as the probability %d (element 311) is one packet in %d', (p, rate, stated) => {
    const h = harness();
    const t = template(
      300,
      [
        [149, 4],
        [304, 2],
        [311, 8],
      ],
      1,
    );
    const flows = template(256, [[1, 4]]);
    h.feed(message(10, [{ template: t }, { data: t, rows: [[7, 3, probability(p)]] }]));
    expect(h.feed(message(10, [{ template: flows }, { data: flows, rows: [[5]] }]))).toMatchObject([
      { samplingRate: rate, samplingStated: stated, octets: 5 },
    ]);
  });
});

describe('names in options data', () => {
  test.each([9, 10] as const)('of applications become samples with their id (version %i)', (version) => {
    const h = harness();
    const t = template(
      300,
      [
        [95, 4],
        [96, 24],
        [94, 55],
        [372, 32],
      ],
      version === 9 ? 0 : 1,
    );
    const say = (text: string, at = nowMs) =>
      h.feed(
        message(version, [
          { template: t },
          {
            data: t,
            rows: [
              [0x0d000035, 'dns', text, 'net-admin'],
              [0x03000050, 'http', '', ''],
            ],
          },
        ]),
        { at },
      );
    say('Domain Name Service');
    expect(h.sink.samples).toMatchObject([
      { metric: 'application.name', value: 0x0d000035, text: 'dns', interface: 0, timeMs: nowMs },
      { metric: 'application.description', value: 0x0d000035, text: 'Domain Name Service' },
      { metric: 'application.category', value: 0x0d000035, text: 'net-admin' },
      { metric: 'application.name', value: 0x03000050, text: 'http' },
    ]);
    say('Domain Name Service');
    expect(h.sink.samples).toHaveLength(4);
    say('DNS');
    expect(h.sink.samples.slice(4)).toMatchObject([{ metric: 'application.description', text: 'DNS' }]);
    say('DNS', nowMs + 3_600_000);
    expect(h.sink.samples).toHaveLength(9);
  });

  test('of applications are told apart by all octets of their id', () => {
    const h = harness();
    const t = template(
      300,
      [
        [95, 9],
        [96, 8],
      ],
      1,
    );
    const id = (last: number): Uint8Array => Uint8Array.of(20, 0, 0, 0, 9, 0, 0, 0, last);
    h.feed(
      message(10, [
        { template: t },
        {
          data: t,
          rows: [
            [id(1), 'a'],
            [id(2), 'b'],
          ],
        },
      ]),
    );
    expect(h.sink.samples.map(({ text }) => text)).toEqual(['a', 'b']);
  });

  test('of VRFs become samples with their id, the default one of id 0 too, wherever the id stands', () => {
    const h = harness();
    const scoped = template(
      300,
      [
        [234, 4],
        [236, 32],
        [234, 4],
        [235, 4],
        [90, 8],
      ],
      1,
    );
    const egress = template(
      301,
      [
        [149, 4],
        [235, 4],
        [236, 65535],
      ],
      1,
    );
    h.feed(
      message(10, [
        { template: scoped },
        { template: egress },
        {
          data: scoped,
          rows: [
            [7, 'blue', 7, 7, 0],
            [0, 'default', 0, 0, 0],
          ],
        },
        { data: egress, rows: [[1, 9, 'red']] },
      ]),
    );
    expect(h.sink.samples.map(({ metric, value, text }) => [metric, value, text])).toEqual([
      ['vrf.name', 7, 'blue'],
      ['vrf.name', 0, 'default'],
      ['vrf.name', 9, 'red'],
    ]);
  });

  test('of VLANs are not taken for those of interfaces', () => {
    const h = harness();
    const t = template(
      300,
      [
        [1, 4],
        [58, 2],
        [82, 32],
      ],
      1,
    );
    h.feed(message(9, [{ template: t }, { data: t, rows: [[1, 30, 'staff']] }]));
    expect(h.sink.samples).toMatchObject([{ metric: 'vlan.name', interface: 0, value: 30, text: 'staff' }]);
  });

  test('are remembered within bounds', () => {
    const h = harness({ limits: { namesPerExporter: 2 } });
    const t = template(
      300,
      [
        [95, 4],
        [96, 8],
      ],
      1,
    );
    const data = { data: t, rows: [1, 2, 3].map((id) => [id, `a${id}`]) };
    h.feed(message(10, [{ template: t }, data]));
    for (const exporter of h.decoder.exporters) expect(exporter.names.size).toBe(2);
  });
});

describe('statistics in options data', () => {
  const t = template(
    300,
    [
      [144, 4],
      [41, 8],
      [42, 8],
      [40, 8],
      [164, 8],
      [166, 8],
      [135, 4],
    ],
    1,
  );
  const say = (h: ReturnType<typeof harness>, first: number, at = nowMs, domain = 7) =>
    h.feed(message(10, [{ template: t }, { data: t, rows: [[3, first, 200, 30_000, 4, 5, 6]] }], { domain }), { at });

  test('become samples of the exporter, which tell the domain and process that they are of', () => {
    const h = harness();
    say(h, 100);
    expect(h.sink.samples.map(({ metric, value, text }) => [metric, value, text])).toEqual([
      ['exporter.exported.octets', 30_000, '7/3'],
      ['exporter.exported.messages', 100, '7/3'],
      ['exporter.exported.flows', 200, '7/3'],
      ['exporter.dropped.packets', 6, '7/3'],
      ['exporter.ignored.packets', 4, '7/3'],
      ['exporter.not_sent.flows', 5, '7/3'],
    ]);
  });

  test('are passed on when they change, once a minute at most, and else once an hour', () => {
    const h = harness();
    say(h, 100);
    say(h, 101, nowMs + 59_999);
    expect(h.sink.samples).toHaveLength(6);
    say(h, 102, nowMs + 60_000);
    expect(h.sink.samples.slice(6)).toMatchObject([{ metric: 'exporter.exported.messages', value: 102 }]);
    say(h, 102, nowMs + 3_600_000);
    expect(h.sink.samples).toHaveLength(7 + 5);
    say(h, 1, nowMs, 8);
    expect(h.sink.samples).toHaveLength(7 + 5 + 6);
  });

  test('of an interface stand at it (v9)', () => {
    const h = harness();
    const v9 = template(
      300,
      [
        [1, 4],
        [2, 4],
        [42, 4],
        [41, 4],
      ],
      2,
    );
    h.feed(message(9, [{ template: v9 }, { data: v9, rows: [[1, 12, 500, 20]] }]));
    expect(h.sink.samples).toMatchObject([
      { metric: 'exporter.exported.messages', interface: 12, value: 20, text: '7' },
      { metric: 'exporter.exported.flows', interface: 12, value: 500, text: '7' },
    ]);
  });
});
