import { describe, expect, test } from 'vitest';
import { encodeV5 } from './encode.ts';
import { harness, ip, message, nowMs, template, uptimeMs } from './testing.ts';

const reverse = 29305;

describe('meaning', () => {
  test('every column of a v5 record is read', () => {
    const h = harness();
    const record = {
      srcAddr: ip('10.1.2.3'),
      dstAddr: ip('203.0.113.9'),
      nextHop: ip('10.0.0.254'),
      inIf: 3,
      outIf: 65535,
      packets: 4_000_000_000,
      octets: 4_294_967_295,
      first: uptimeMs - 2000,
      last: uptimeMs - 1000,
      srcPort: 51000,
      dstPort: 443,
      tcpFlags: 0x1b,
      protocol: 6,
      tos: 0xb8,
      srcAs: 65000,
      dstAs: 15169,
      srcMask: 24,
      dstMask: 20,
    };
    expect(h.feed(encodeV5({ uptimeMs, exportMs: nowMs, sequence: 9, engineType: 1, engineId: 2 }, [record]))).toEqual([
      {
        type: 'flow',
        receivedMs: nowMs,
        exportedMs: nowMs,
        startMs: nowMs - 2000,
        endMs: nowMs - 1000,
        exporter: '192.0.2.1',
        observationDomain: 0x0102,
        version: 5,
        samplingRate: 1,
        samplingStated: false,
        inIf: 3,
        outIf: 65535,
        direction: 'unknown',
        counter: 'delta',
        reverse: false,
        srcAddr: '10.1.2.3',
        dstAddr: '203.0.113.9',
        nextHop: '10.0.0.254',
        srcPort: 51000,
        dstPort: 443,
        protocol: 6,
        tcpFlags: 0x1b,
        tos: 0xb8,
        octets: 4_294_967_295,
        packets: 4_000_000_000,
        srcAs: 65000,
        dstAs: 15169,
        srcMask: 24,
        dstMask: 20,
        srcVlan: 0,
        dstVlan: 0,
        icmpType: 0,
        icmpCode: 0,
        forwardingStatus: 0,
        postNatSrcAddr: '::',
        postNatDstAddr: '::',
        postNatSrcPort: 0,
        postNatDstPort: 0,
        applicationId: 0,
        inVrf: 0,
        outVrf: 0,
        mplsLabel: 0,
        tunnel: 'none',
        tunnelId: 0,
        innerSrcAddr: '::',
        innerDstAddr: '::',
        innerProtocol: 0,
        innerSrcPort: 0,
        innerDstPort: 0,
        discardReason: 0,
      },
    ]);
  });

  test('the rest of the columns are read from IPFIX', () => {
    const h = harness();
    const t = template(256, [
      [27, 16],
      [28, 16],
      [62, 16],
      [29, 1],
      [30, 1],
      [182, 2],
      [183, 2],
      [6, 2],
      [58, 2],
      [254, 2],
      [61, 1],
      [89, 1],
      [281, 16],
      [226, 4],
      [227, 2],
      [228, 2],
      [95, 4],
      [139, 2],
      [195, 1],
      [252, 4],
      [253, 4],
      [1, 8],
    ]);
    const row = [
      ip('2001:db8::1'),
      ip('2001:db8::2'),
      ip('fe80::1'),
      64,
      48,
      1,
      2,
      0x0102,
      100,
      200,
      1,
      0x40,
      ip('2001:db8::3'),
      ip('10.0.0.9'),
      3,
      4,
      0x0d000035,
      0x8000,
      46,
      11,
      12,
      1,
    ];
    expect(h.feed(message(10, [{ template: t }, { data: t, rows: [row] }]))[0]).toMatchObject({
      srcAddr: '2001:db8::1',
      dstAddr: '2001:db8::2',
      nextHop: 'fe80::1',
      srcMask: 64,
      dstMask: 48,
      srcPort: 1,
      dstPort: 2,
      tcpFlags: 0x0102,
      srcVlan: 100,
      dstVlan: 200,
      direction: 'egress',
      forwardingStatus: 0x40,
      postNatSrcAddr: '2001:db8::3',
      postNatDstAddr: '10.0.0.9',
      postNatSrcPort: 3,
      postNatDstPort: 4,
      applicationId: 0x0d000035,
      icmpType: 128,
      icmpCode: 0,
      tos: 46 << 2,
      inIf: 11,
      outIf: 12,
    });
  });

  test('VRFs and the label at the top of the MPLS stack have columns; in the other half of a biflow VRFs change sides', () => {
    const h = harness();
    const t = template(256, [
      [234, 4],
      [235, 4],
      [70, 3],
      [1, 4],
      [1, 4, reverse],
    ]);
    const bare = template(257, [
      [70, 4],
      [1, 4],
    ]);
    expect(
      h.feed(
        message(10, [
          { template: t },
          { template: bare },
          { data: t, rows: [[7, 8, 0x01234f, 1, 1]] },
          { data: bare, rows: [[0x01234f, 1]] },
        ]),
      ),
    ).toMatchObject([
      { inVrf: 7, outVrf: 8, mplsLabel: 0x1234, reverse: false },
      { inVrf: 8, outVrf: 7, mplsLabel: 0, reverse: true },
      { inVrf: 0, outVrf: 0, mplsLabel: 0 },
    ]);
  });

  test('octets of layer 2 (352) are taken where those of IP (1) are not sent or zero', () => {
    const h = harness();
    const both = template(256, [
      [352, 8],
      [1, 8],
      [2, 4],
    ]);
    const only = template(257, [
      [352, 8],
      [2, 4],
    ]);
    const flows = h.feed(
      message(10, [
        { template: both },
        { template: only },
        {
          data: both,
          rows: [
            [118, 100, 1],
            [64, 0, 1],
          ],
        },
        { data: only, rows: [[1518, 1]] },
      ]),
    );
    expect(flows.map((f) => [f['octets'], f['counter']])).toEqual([
      [100, 'delta'],
      [64, 'delta'],
      [1518, 'delta'],
    ]);
  });

  test('next hops prefer the IP next hop to the BGP one', () => {
    const h = harness();
    const t = template(256, [
      [18, 4],
      [15, 4],
      [1, 4],
    ]);
    expect(
      h.feed(
        message(9, [
          { template: t },
          {
            data: t,
            rows: [
              [ip('10.0.0.1'), ip('10.0.0.2'), 1],
              [ip('10.0.0.1'), 0, 1],
            ],
          },
        ]),
      ),
    ).toMatchObject([{ nextHop: '10.0.0.2' }, { nextHop: '10.0.0.1' }]);
  });

  test('ICMP type and code are found in the destination port of v5 and v9 where they have no field of their own', () => {
    const h = harness();
    const t = template(256, [
      [4, 1],
      [11, 2],
      [1, 4],
    ]);
    expect(
      h.feed(
        message(9, [
          { template: t },
          {
            data: t,
            rows: [
              [1, 0x0301, 1],
              [6, 0x0301, 1],
            ],
          },
        ]),
      ),
    ).toMatchObject([
      { icmpType: 3, icmpCode: 1 },
      { icmpType: 0, icmpCode: 0 },
    ]);
    expect(h.feed(message(10, [{ template: t }, { data: t, rows: [[1, 0x0301, 1]] }]))).toMatchObject([
      { icmpType: 0 },
    ]);
  });

  test.each([
    [0, 'ingress'],
    [1, 'egress'],
    [7, 'unknown'],
  ])('flow direction %i is %s', (value, direction) => {
    const h = harness();
    const t = template(256, [
      [61, 1],
      [1, 4],
    ]);
    expect(h.feed(message(9, [{ template: t }, { data: t, rows: [[value, 1]] }]))[0]).toMatchObject({ direction });
  });

  test('elements 23 and 24 are never added (post-NAT, the reverse direction, or a copy, by vendor)', () => {
    const h = harness();
    const t = template(256, [
      [1, 4],
      [2, 4],
      [23, 4],
      [24, 4],
    ]);
    const only = template(257, [
      [23, 4],
      [24, 4],
      [4, 1],
    ]);
    const flows = h.feed(
      message(9, [
        { template: t },
        { template: only },
        { data: t, rows: [[100, 1, 100, 1]] },
        { data: only, rows: [[5, 5, 6]] },
      ]),
    );
    expect(flows).toMatchObject([
      { octets: 100, packets: 1 },
      { octets: 0, packets: 0 },
    ]);
  });

  test('initiator and responder counters are two flows, the second reversed (Cisco ASA)', () => {
    const h = harness();
    const t = template(256, [
      [8, 4],
      [12, 4],
      [7, 2],
      [11, 2],
      [10, 2],
      [14, 2],
      [4, 1],
      [231, 4],
      [232, 4],
      [298, 4],
      [299, 4],
    ]);
    const row = [ip('10.0.0.1'), ip('203.0.113.1'), 50000, 443, 3, 4, 6, 1000, 9000, 10, 20];
    expect(h.feed(message(9, [{ template: t }, { data: t, rows: [row] }]))).toMatchObject([
      {
        counter: 'initiator',
        reverse: false,
        srcAddr: '10.0.0.1',
        dstAddr: '203.0.113.1',
        inIf: 3,
        outIf: 4,
        octets: 1000,
        packets: 10,
      },
      {
        counter: 'initiator',
        reverse: true,
        srcAddr: '203.0.113.1',
        dstAddr: '10.0.0.1',
        srcPort: 443,
        dstPort: 50000,
        inIf: 4,
        outIf: 3,
        protocol: 6,
        octets: 9000,
        packets: 20,
      },
    ]);
    expect(h.counters).toMatchObject({ dataRecords: 1, flows: 2 });
  });

  test('events without counters are flows without octets (Cisco ASA create and deny)', () => {
    const h = harness();
    const t = template(256, [
      [148, 4],
      [8, 4],
      [12, 4],
      [233, 1],
    ]);
    expect(
      h.feed(message(9, [{ template: t }, { data: t, rows: [[1, ip('10.0.0.1'), ip('10.0.0.2'), 3]] }])),
    ).toMatchObject([{ srcAddr: '10.0.0.1', octets: 0, packets: 0, counter: 'delta' }]);
  });

  test('running totals are marked (Juniper SRX)', () => {
    const h = harness();
    const t = template(256, [
      [85, 8],
      [86, 8],
      [4, 1],
    ]);
    expect(h.feed(message(9, [{ template: t }, { data: t, rows: [[5000, 50, 6]] }]))[0]).toMatchObject({
      counter: 'total',
      octets: 5000,
      packets: 50,
    });
  });

  test('deltas go before totals and session counters of the same template', () => {
    const h = harness();
    const t = template(256, [
      [85, 8],
      [86, 8],
      [231, 4],
      [232, 4],
      [1, 4],
      [2, 4],
    ]);
    expect(h.feed(message(9, [{ template: t }, { data: t, rows: [[5000, 50, 7, 8, 100, 1]] }]))).toMatchObject([
      { counter: 'delta', octets: 100, packets: 1 },
    ]);
  });

  test('a biflow is two flows (RFC 5103): sides swapped, the reverse half with its own counters, flags and times', () => {
    const h = harness();
    const t = template(256, [
      [8, 4],
      [12, 4],
      [7, 2],
      [11, 2],
      [10, 4],
      [14, 4],
      [4, 1],
      [6, 1],
      [61, 1],
      [58, 2],
      [9, 1],
      [16, 4],
      [5, 1],
      [1, 4],
      [2, 4],
      [152, 8],
      [153, 8],
      [1, 4, reverse],
      [2, 4, reverse],
      [6, 1, reverse],
      [152, 8, reverse],
      [153, 8, reverse],
    ]);
    const row = [
      ip('10.0.0.1'),
      ip('203.0.113.1'),
      50000,
      443,
      1,
      2,
      6,
      0x02,
      0,
      30,
      24,
      65000,
      8,
      100,
      1,
      nowMs - 5000,
      nowMs - 4000,
      900,
      9,
      0x12,
      nowMs - 4900,
      nowMs - 3000,
    ];
    const [forward, back] = h.feed(message(10, [{ template: t }, { data: t, rows: [row] }]));
    expect(forward).toMatchObject({
      reverse: false,
      srcAddr: '10.0.0.1',
      tcpFlags: 2,
      octets: 100,
      packets: 1,
      direction: 'ingress',
      srcVlan: 30,
      tos: 8,
      startMs: nowMs - 5000,
      endMs: nowMs - 4000,
    });
    expect(back).toMatchObject({
      reverse: true,
      counter: 'delta',
      srcAddr: '203.0.113.1',
      dstAddr: '10.0.0.1',
      srcPort: 443,
      dstPort: 50000,
      inIf: 2,
      outIf: 1,
      protocol: 6,
      tcpFlags: 0x12,
      tos: 0,
      direction: 'egress',
      srcVlan: 0,
      dstVlan: 30,
      srcMask: 0,
      dstMask: 24,
      srcAs: 0,
      dstAs: 65000,
      octets: 900,
      packets: 9,
      startMs: nowMs - 4900,
      endMs: nowMs - 3000,
    });
  });

  test('an empty reverse half is no flow', () => {
    const h = harness();
    const t = template(256, [
      [7, 2],
      [1, 4],
      [1, 4, reverse],
      [2, 4, reverse],
    ]);
    const rows = [
      [1, 10, 0, 0],
      [2, 20, 5, 0],
      [3, 30, 0, 0],
      [4, 40, 0, 6],
    ];
    const flows = h.feed(message(10, [{ template: t }, { data: t, rows }]));
    expect(flows.map((f) => [f['reverse'], f['octets'], f['packets'], f['srcPort'] || f['dstPort']])).toEqual([
      [false, 10, 0, 1],
      [false, 20, 0, 2],
      [false, 30, 0, 3],
      [false, 40, 0, 4],
      [true, 5, 0, 2],
      [true, 0, 6, 4],
    ]);
  });

  test('columns that a template does not send are zero, whatever was in those rows before', () => {
    const h = harness();
    const wide = template(256, [
      [8, 4],
      [12, 4],
      [15, 4],
      [7, 2],
      [16, 4],
      [95, 4],
      [225, 4],
      [61, 1],
      [231, 4],
      [232, 4],
    ]);
    const narrow = template(257, [[1, 4]]);
    h.feed(message(9, [{ template: wide }, { template: narrow }]));
    const full = { data: wide, rows: [1, 2, 3].map(() => wide.fields.map(() => 1)) };
    h.feed(message(9, [full]));
    const flows = h.feed(message(9, [{ data: narrow, rows: [[1], [2], [3], [4], [5], [6], [7]] }]));
    expect(flows).toHaveLength(7);
    for (const flow of flows)
      expect(flow).toMatchObject({
        srcAddr: '::',
        dstAddr: '::',
        nextHop: '::',
        srcPort: 0,
        srcAs: 0,
        applicationId: 0,
        postNatSrcAddr: '::',
        direction: 'unknown',
        counter: 'delta',
        reverse: false,
        packets: 0,
      });
    expect(h.feed(message(9, [full, { data: narrow, rows: [[9]] }])).at(-1)).toMatchObject({
      octets: 9,
      srcAddr: '::',
      reverse: false,
    });
  });
});

describe('the sink', () => {
  test('is flushed when full, and told of every range of rows', () => {
    const h = harness({ capacity: 5 });
    const t = template(256, [
      [1, 4],
      [1, 4, reverse],
    ]);
    const rows = Array.from({ length: 12 }, (_, i) => [i + 1, i % 2]);
    const flows = h.feed(message(10, [{ template: t }, { data: t, rows }]));
    const forward = flows.filter((f) => f['reverse'] === false).map((f) => f['octets']);
    expect(forward).toEqual(rows.map((row) => row[0]));
    expect(flows).toHaveLength(18);
    expect(h.sink.ranges.reduce((sum, [, from, to]) => sum + to - from, 0)).toBe(18);
    expect(h.sink.ranges.every(([exporter, from, to]) => exporter === '192.0.2.1' && from < to && to <= 5)).toBe(true);
    expect(h.counters).toMatchObject({ dataRecords: 12, flows: 18 });
  });

  test('that makes no room costs the rows, counted, not the decoder', () => {
    const h = harness({ capacity: 2 });
    h.sink.flush = () => undefined;
    const t = template(256, [[1, 4]]);
    h.feed(message(10, [{ template: t }, { data: t, rows: [[1], [2], [3]] }]));
    expect(h.losses()).toEqual({ sink_full: 1 });
    expect(h.counters.flows).toBe(2);
  });

  test('that throws is heard by the caller', () => {
    const h = harness();
    h.sink.decoded = () => {
      throw new Error('sink');
    };
    const t = template(256, [[1, 4]]);
    expect(() => h.feed(message(10, [{ template: t }, { data: t, rows: [[1]] }]))).toThrow('sink');
    expect(h.losses()).toEqual({});
  });
});
