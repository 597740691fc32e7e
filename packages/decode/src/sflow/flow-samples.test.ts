import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as p from '../encode-packet.ts';
import {
  type SflowDatagram,
  type SflowDiscardSample,
  type SflowFlowSample,
  type SflowRecord,
  encodeSflow,
  sflowHeader,
  xdr,
  xdrAddress,
} from '../encode-sflow.ts';
import { flowColumns } from '@linewatch/record';
import type { JsonFlow } from '../json.ts';
import type { Structure } from '../port.ts';
import { harness, ip, nowMs } from '../testing.ts';
import { structureOf } from './unread.ts';

const agent = ip('192.0.2.1');
const web = p.ethernet(
  p.etherTypes.ipv4,
  p.ipv4({ src: ip('10.1.0.1'), dst: ip('10.2.0.2'), protocol: 6, tos: 8 }, p.tcp(40_000, 443, 0x18)),
);
const header = sflowHeader(web, 1518);
const base: SflowFlowSample = {
  kind: 'flow',
  sequence: 1,
  source: 3,
  rate: 1000,
  input: 3,
  output: 4,
  records: [header],
};
const drop: SflowDiscardSample = {
  kind: 'discard',
  sequence: 1,
  source: 3,
  input: 3,
  output: 0,
  reason: 258,
  records: [header],
};
const datagram = (samples: SflowDatagram['samples'], more: Partial<SflowDatagram> = {}): Uint8Array =>
  encodeSflow({ agent, subAgent: 7, sequence: 1, uptimeMs: 5000, samples, ...more });

function one(sample: SflowDatagram['samples'][number]): JsonFlow {
  const h = harness();
  const flows = h.feed(datagram([sample]));
  expect(h.losses()).toEqual({});
  expect(flows).toHaveLength(1);
  return flows[0]!;
}
const withRecords = (...records: readonly SflowRecord[]): JsonFlow => one({ ...base, records });

describe('a flow sample', () => {
  test.each([
    ['of a kind that is not read', sflowHeader(Uint8Array.of(1, 2, 3, 4), 1482, 2)],
    ['cut before its addresses', sflowHeader(web.subarray(0, 12), 1482)],
  ])('with a header %s has the addresses of the record beside it', (_, cut) => {
    const ipv4 = {
      tag: 3,
      octets: xdr(1450, 6, ip('10.1.0.1').subarray(-4), ip('10.2.0.2').subarray(-4), 80, 443, 0x12, 8),
    };
    for (const records of [
      [cut, ipv4],
      [ipv4, cut],
    ])
      expect(withRecords(...records)).toMatchObject({
        octets: 1482,
        srcAddr: '10.1.0.1',
        dstAddr: '10.2.0.2',
        protocol: 6,
        dstPort: 443,
      });
    // The packet's own header knows best.
    expect(withRecords(header, ipv4)).toMatchObject({ octets: 1518, srcPort: 40_000 });
  });

  test.each([false, true])('is a row: the frame once, and the rate beside it (expanded: %s)', (expanded) => {
    const flow = one({ ...base, expanded });
    expect(flow).toMatchObject({
      version: 105,
      exporter: '192.0.2.1',
      observationDomain: 7,
      receivedMs: nowMs,
      exportedMs: nowMs,
      startMs: nowMs,
      endMs: nowMs,
      samplingRate: 1000,
      samplingStated: true,
      inIf: 3,
      outIf: 4,
      octets: 1518,
      packets: 1,
      counter: 'delta',
      srcAddr: '10.1.0.1',
      dstAddr: '10.2.0.2',
      srcPort: 40_000,
      dstPort: 443,
      protocol: 6,
      tcpFlags: 0x18,
      tos: 8,
      forwardingStatus: 0,
      discardReason: 0,
    });
  });

  test('without a rate is taken at 1, as assumed', () => {
    expect(one({ ...base, rate: 0 })).toMatchObject({ samplingRate: 1, samplingStated: false });
  });

  test.each([false, true])('has an interface in the form that its top bits say (expanded: %s)', (expanded) => {
    const at = (more: Partial<SflowFlowSample>): JsonFlow => one({ ...base, expanded, ...more });
    // Dropped, because of an access list.
    expect(at({ outputFormat: 1, output: 258 })).toMatchObject({ outIf: 0, forwardingStatus: 128, discardReason: 258 });
    // To 5 interfaces.
    expect(at({ outputFormat: 2, output: 5 })).toMatchObject({ outIf: 0, forwardingStatus: 0, discardReason: 0 });
    // The device itself.
    expect(at({ input: 0x3fffffff })).toMatchObject({ inIf: 0, outIf: 4 });
    expect(at({ output: 0x3fffffff })).toMatchObject({ inIf: 3, outIf: 0 });
  });

  test('has ifIndex values of 32 bits in the expanded form only', () => {
    const wide = 0x80000005;
    expect(one({ ...base, expanded: true, source: wide, input: wide })).toMatchObject({
      inIf: wide,
      direction: 'ingress',
    });
    expect(one({ ...base, input: wide })).toMatchObject({ inIf: 0 });
  });

  test('was seen where its source is: a circuit that samples both ways is not doubled', () => {
    expect(one(base)).toMatchObject({ direction: 'ingress' });
    expect(one({ ...base, source: 4 })).toMatchObject({ direction: 'egress' });
    expect(one({ ...base, source: 9 })).toMatchObject({ direction: 'unknown' });
    // A VLAN of that number is no interface.
    expect(one({ ...base, sourceClass: 1 })).toMatchObject({ direction: 'unknown' });
  });

  test.each([
    [11, p.ipv4({ src: ip('10.1.0.1'), dst: ip('10.2.0.2'), protocol: 6 }, p.tcp(1, 2))],
    [12, p.ipv6({ src: ip('2001:db8::1'), dst: ip('2001:db8::2'), next: 6 }, p.tcp(1, 2))],
    [13, p.mpls([5], p.ipv4({ src: ip('10.1.0.1'), dst: ip('10.2.0.2'), protocol: 6 }, p.tcp(1, 2)))],
  ])('with a header of protocol %i', (protocol, octets) => {
    expect(withRecords(sflowHeader(octets, 64, protocol))).toMatchObject({
      octets: 64,
      protocol: 6,
      srcPort: 1,
      dstPort: 2,
    });
  });

  test('with a header of another protocol has its length, and it is counted', () => {
    const h = harness();
    expect(h.feed(datagram([{ ...base, records: [sflowHeader(web, 900, 8)] }]))).toMatchObject([
      { octets: 900, protocol: 0, srcAddr: '::' },
    ]);
    expect(h.counters.sflow.structuresUnread).toBe(1);
    const exporter = h.decoder.exporter(agent);
    expect([...exporter.structures].map(([key, count]) => [structureOf(key), count])).toEqual([
      [{ of: 'header', enterprise: 0, format: 8 }, 1],
    ]);
  });

  test('without a packet is a row with what is known', () => {
    expect(withRecords({ tag: 1001, octets: xdr(3, 0, 5, 0) })).toMatchObject({
      octets: 0,
      packets: 1,
      srcVlan: 3,
      dstVlan: 5,
      srcAddr: '::',
    });
  });

  test('has the parts of a packet when its header is not sent; addresses of Ethernet are padded to 8', () => {
    const mac = Uint8Array.of(2, 0, 0, 0, 0, 1);
    const ethernet = { tag: 2, octets: xdr(118, mac, mac, 0x800) };
    expect(ethernet.octets).toHaveLength(24);
    expect(withRecords(ethernet)).toMatchObject({ octets: 118, protocol: 0 });
    const four = xdr(100, 17, ip('10.1.0.1').subarray(12), ip('10.2.0.2').subarray(12), 53, 5353, 0, 32);
    const expected = { protocol: 17, srcAddr: '10.1.0.1', dstAddr: '10.2.0.2', srcPort: 53, dstPort: 5353, tos: 32 };
    expect(withRecords({ tag: 3, octets: four })).toMatchObject({ octets: 100, ...expected });
    // The length of the frame is what an interface carries.
    expect(withRecords(ethernet, { tag: 3, octets: four })).toMatchObject({ octets: 118, ...expected });
    const six = xdr(100, 6, ip('2001:db8::1'), ip('2001:db8::2'), 1, 2, 0x12, 4);
    expect(withRecords({ tag: 4, octets: six })).toMatchObject({
      octets: 100,
      protocol: 6,
      srcAddr: '2001:db8::1',
      dstAddr: '2001:db8::2',
      tcpFlags: 0x12,
      tos: 4,
    });
    // The packet's own header knows best, wherever it stands.
    for (const records of [
      [header, { tag: 3, octets: four }],
      [{ tag: 3, octets: four }, header],
    ])
      expect(withRecords(...records)).toMatchObject({ octets: 1518, protocol: 6, dstPort: 443 });
  });
});

describe('extended data of a flow sample', () => {
  const tagged = sflowHeader(p.ethernet(p.etherTypes.vlan, p.vlanTag(32, p.etherTypes.ipv4, web.subarray(14))), 200);

  test('of a switch: its VLANs count before the header, unknown ones do not', () => {
    expect(withRecords(tagged)).toMatchObject({ srcVlan: 32, dstVlan: 0 });
    for (const records of [
      [tagged, { tag: 1001, octets: xdr(100, 1, 200, 2) }],
      [{ tag: 1001, octets: xdr(100, 1, 200, 2) }, tagged],
    ])
      expect(withRecords(...records)).toMatchObject({ srcVlan: 100, dstVlan: 200 });
    expect(withRecords({ tag: 1001, octets: xdr(0xffffffff, 0, 0xffffffff, 0) }, tagged)).toMatchObject({
      srcVlan: 32,
      dstVlan: 0,
    });
  });

  test('of a router and a gateway: next hop, prefixes, and the ends of the AS path', () => {
    const router = { tag: 1002, octets: xdr(xdrAddress(ip('203.0.113.9')), 24, 20) };
    const path = xdr(2, 2, 3, 64_500, 64_501, 64_502, 1, 2, 65_001, 65_002);
    const gateway = {
      tag: 1003,
      octets: xdr(xdrAddress(ip('2001:db8::9')), 64_496, 64_499, 64_498, path, 2, 1, 2, 100),
    };
    const both = { srcAs: 64_499, dstAs: 65_002, srcMask: 24, dstMask: 20, nextHop: '203.0.113.9' };
    expect(withRecords(header, router, gateway)).toMatchObject(both);
    expect(withRecords(header, gateway, router)).toMatchObject(both);
    expect(withRecords(header, gateway)).toMatchObject({ nextHop: '2001:db8::9', srcMask: 0 });
    // Without a path the destination is inside: 0, as routers send it in NetFlow.
    const inside = { tag: 1003, octets: xdr(xdrAddress(ip('203.0.113.9')), 64_496, 64_499, 0, 0, 0, 100) };
    expect(withRecords(header, inside)).toMatchObject({ srcAs: 64_499, dstAs: 0 });
  });

  test('of MPLS: the top label in, where the packet has none', () => {
    const entry = (label: number): number => (label << 12) | 0x1ff;
    const mpls = { tag: 1006, octets: xdr(xdrAddress(ip('203.0.113.9')), 2, entry(300), entry(301), 1, entry(400)) };
    expect(withRecords(header, mpls)).toMatchObject({ mplsLabel: 300 });
    const labelled = sflowHeader(p.ethernet(p.etherTypes.mpls, p.mpls([17], web.subarray(14))));
    expect(withRecords(labelled, mpls)).toMatchObject({ mplsLabel: 17 });
    expect(withRecords(mpls, labelled)).toMatchObject({ mplsLabel: 17 });
  });

  test('of NAT: addresses and ports after it', () => {
    const nat = { tag: 1007, octets: xdr(xdrAddress(ip('198.51.100.7')), xdrAddress(ip('10.2.0.2'))) };
    expect(withRecords(header, nat, { tag: 1020, octets: xdr(61_000, 443) })).toMatchObject({
      postNatSrcAddr: '198.51.100.7',
      postNatDstAddr: '10.2.0.2',
      postNatSrcPort: 61_000,
      postNatDstPort: 443,
    });
  });

  test('of a tunnel whose header was taken off: the row is of the outer packet', () => {
    const outer = xdr(1600, 17, ip('192.0.2.10').subarray(12), ip('192.0.2.20').subarray(12), 5000, 4789, 0, 0);
    expect(withRecords(header, { tag: 1024, octets: outer }, { tag: 1030, octets: xdr(5001) })).toMatchObject({
      srcAddr: '192.0.2.10',
      dstAddr: '192.0.2.20',
      protocol: 17,
      dstPort: 4789,
      tcpFlags: 0,
      tunnel: 'vxlan',
      tunnelId: 5001,
      innerSrcAddr: '10.1.0.1',
      innerDstAddr: '10.2.0.2',
      innerProtocol: 6,
      innerSrcPort: 40_000,
      innerDstPort: 443,
    });
    const six = xdr(1600, 47, ip('2001:db8::1'), ip('2001:db8::2'), 0, 0, 0, 0);
    expect(withRecords(header, { tag: 1025, octets: six })).toMatchObject({ tunnel: 'gre', srcAddr: '2001:db8::1' });
    expect(withRecords(header, { tag: 1029, octets: xdr(77) })).toMatchObject({ tunnel: 'vxlan', tunnelId: 77 });
  });

  test('of any other kind is counted by its numbers and shown as it is, and its row stays', () => {
    const h = harness();
    const seen: Omit<Structure, 'exporter'>[] = [];
    Object.assign(h.sink, {
      structure: ({ exporter, octets, ...rest }: Structure) =>
        seen.push({ ...rest, octets: Uint8Array.from(octets) }) && expect(exporter.text).toBe('192.0.2.1'),
    });
    const url = { tag: 1005, octets: xdr(1, 'http://example.net/a', 'example.net') };
    const own = { tag: (8800 << 12) | 5, octets: xdr(42) };
    expect(h.feed(datagram([{ ...base, records: [url, own, header] }]))).toMatchObject([
      { octets: 1518, dstPort: 443 },
    ]);
    expect(h.losses()).toEqual({});
    expect(seen).toEqual([
      { timeMs: nowMs, of: 'flow', enterprise: 0, format: 1005, octets: Uint8Array.from(url.octets) },
      { timeMs: nowMs, of: 'flow', enterprise: 8800, format: 5, octets: Uint8Array.of(0, 0, 0, 42) },
    ]);
    expect(h.counters.sflow).toMatchObject({ flowSamples: 1, structuresUnread: 2 });
  });

  test('of unknown kinds is counted for at most 256 of them', () => {
    const h = harness();
    const records = Array.from({ length: 500 }, (_, i) => ({ tag: 4096 * 9 + i, octets: xdr(i) }));
    h.feed(datagram([{ ...base, records }]));
    expect(h.decoder.exporter(agent).structures.size).toBe(256);
    expect(h.counters.sflow.structuresUnread).toBe(500);
  });
});

test('a discarded packet is a row of its own kind, at rate 1', () => {
  expect(one(drop)).toMatchObject({
    counter: 'discard',
    samplingRate: 1,
    samplingStated: true,
    forwardingStatus: 128,
    discardReason: 258,
    inIf: 3,
    outIf: 0,
    direction: 'ingress',
    octets: 1518,
    packets: 1,
    dstPort: 443,
  });
});

test('shows the sampling of its exporter, which dropped packets do not', () => {
  const h = harness();
  h.feed(datagram([base], { sequence: 1 }));
  h.feed(datagram([{ ...base, rate: 512 }], { sequence: 2 }));
  h.feed(datagram([drop], { sequence: 3 }));
  expect([...h.decoder.exporter(agent).sampling]).toEqual([
    [1000, true],
    [512, true],
  ]);
});

test('rows after a flush, and after other rows, have nothing of those before them', () => {
  const h = harness({ capacity: 3 });
  const full = { ...base, records: [header, { tag: 1001, octets: xdr(100, 0, 200, 0) }] };
  const bare = { ...base, records: [] };
  const flows = [0, 1, 2].flatMap((i) => h.feed(datagram([full, bare, full, bare], { sequence: i })));
  expect(flows).toHaveLength(12);
  const [first, second] = flows;
  flows.forEach((flow, i) => {
    expect(flow).toEqual(i % 2 === 0 ? first : second);
  });
  expect(second).toMatchObject({ srcVlan: 0, octets: 0, dstPort: 0, packets: 1 });
  expect(h.sink.ranges.reduce((sum, [, from, to]) => sum + to - from, 0)).toBe(12);
  expect(h.counters.flows).toBe(12);
  expect(h.losses()).toEqual({});
});

describe('what is encoded is read back', () => {
  const port = fc.integer({ min: 0, max: 0xffff });
  const u32 = fc.integer({ min: 0, max: 0xffffffff });
  const index = fc.integer({ min: 1, max: 0x3ffffffe });
  const packet = fc.record({
    six: fc.boolean(),
    src: fc.uint8Array({ minLength: 4, maxLength: 4 }),
    dst: fc.uint8Array({ minLength: 4, maxLength: 4 }),
    ports: fc.tuple(port, port),
    tos: fc.integer({ min: 0, max: 255 }),
    vlan: fc.integer({ min: 0, max: 4095 }),
  });

  test('for random packets, sources, rates and interfaces', () => {
    const columns = flowColumns.map((column) => column.json);
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            packet,
            source: index,
            rate: u32,
            input: index,
            output: index,
            octets: u32,
            expanded: fc.boolean(),
          }),
          {
            maxLength: 8,
          },
        ),
        u32,
        (samples, subAgent) => {
          const wide = (short: Uint8Array): Uint8Array =>
            Uint8Array.of(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 1, ...short);
          const frame = ({ six, src, dst, ports, tos, vlan }: (typeof samples)[number]['packet']): Uint8Array => {
            const payload = p.udp(ports[0], ports[1]);
            const inner = six
              ? p.ipv6({ src: wide(src), dst: wide(dst), next: 136, trafficClass: tos }, payload)
              : p.ipv4({ src, dst, protocol: 136, tos }, payload);
            const type = six ? p.etherTypes.ipv6 : p.etherTypes.ipv4;
            return p.ethernet(vlan > 0 ? p.etherTypes.vlan : type, vlan > 0 ? p.vlanTag(vlan, type, inner) : inner);
          };
          const h = harness();
          const flows = h.feed(
            datagram(
              samples.map(({ packet: sampled, octets, ...sample }, i) => ({
                ...base,
                ...sample,
                sequence: i,
                records: [sflowHeader(frame(sampled), octets)],
              })),
              { subAgent },
            ),
          );
          expect(h.losses()).toEqual({});
          expect(flows).toHaveLength(samples.length);
          samples.forEach((sample, i) => {
            expect(Object.keys(flows[i]!)).toEqual(['type', ...columns]);
            expect(flows[i]).toMatchObject({
              observationDomain: subAgent,
              octets: sample.octets,
              samplingRate: sample.rate || 1,
              samplingStated: sample.rate > 0,
              inIf: sample.input,
              outIf: sample.output,
              srcPort: sample.packet.ports[0],
              dstPort: sample.packet.ports[1],
              protocol: 136,
              tos: sample.packet.tos,
              srcVlan: sample.packet.vlan,
            });
            if (!sample.packet.six)
              expect(flows[i]).toMatchObject({
                srcAddr: sample.packet.src.join('.'),
                dstAddr: sample.packet.dst.join('.'),
              });
            else expect(flows[i]!['srcAddr']).toMatch(/^2001:db8:/);
          });
        },
      ),
    );
  });
});
