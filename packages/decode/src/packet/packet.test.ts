import { type FlowColumns, createFlowColumns, flowColumns } from '@linewatch/record';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import * as p from '../encode-packet.ts';
import { type JsonFlow, flowToJson } from '../json.ts';
import { ip } from '../testing.ts';
import { PacketReader, packetColumns } from './packet.ts';

let columns: FlowColumns;
let reader: PacketReader;

beforeEach(() => {
  columns = createFlowColumns(4);
  reader = new PacketReader(columns);
});

const viewOf = (octets: Uint8Array): DataView => new DataView(octets.buffer, octets.byteOffset, octets.length);

/** Reads a frame into row 1; gives the columns that are not as they were. */
function read(frame: Uint8Array, how: 'ethernet' | 'ip' | 'mpls' = 'ethernet', end = frame.length): Partial<JsonFlow> {
  for (const bytes of columns.bytes) bytes.fill(0);
  reader[how](1, viewOf(frame), 0, end);
  const row = flowToJson(columns, 1);
  const untouched = flowToJson(columns, 0);
  expect(flowToJson(columns, 2)).toEqual(untouched);
  return Object.fromEntries(Object.entries(row).filter(([name, value]) => value !== untouched[name]));
}

const a = ip('192.0.2.1');
const b = ip('198.51.100.2');
const a6 = ip('2001:db8::1');
const b6 = ip('2001:db8::2');
const web = p.tcp(40_000, 443, 0x12);
const v4 = (payload: Uint8Array, protocol = 6, more: Partial<p.Ipv4Header> = {}): Uint8Array =>
  p.ipv4({ src: a, dst: b, protocol, ...more }, payload);
const v6 = (payload: Uint8Array, next = 6, trafficClass = 0): Uint8Array =>
  p.ipv6({ src: a6, dst: b6, next, trafficClass }, payload);
const addresses = { srcAddr: '192.0.2.1', dstAddr: '198.51.100.2' };
const addresses6 = { srcAddr: '2001:db8::1', dstAddr: '2001:db8::2' };
const webOut = { protocol: 6, srcPort: 40_000, dstPort: 443, tcpFlags: 0x12 };
const { ethernet, etherTypes } = p;

describe('a packet header', () => {
  test('of Ethernet, IPv4 and TCP', () => {
    expect(read(ethernet(etherTypes.ipv4, v4(web, 6, { tos: 0xb8 })))).toEqual({ ...addresses, ...webOut, tos: 0xb8 });
  });

  test('of IPv6 and UDP, with its traffic class', () => {
    expect(read(ethernet(etherTypes.ipv6, v6(p.udp(5353, 53), 17, 0x28)))).toEqual({
      ...addresses6,
      protocol: 17,
      srcPort: 5353,
      dstPort: 53,
      tos: 0x28,
    });
  });

  test('without a link layer is told apart by its version', () => {
    expect(read(v4(web), 'ip')).toEqual({ ...addresses, ...webOut });
    expect(read(v6(web), 'ip')).toEqual({ ...addresses6, ...webOut });
    expect(read(Uint8Array.of(0x50, ...v4(web).subarray(1)), 'ip')).toEqual({});
  });

  test.each([
    [[etherTypes.vlan]],
    [[etherTypes.serviceVlan, etherTypes.vlan]],
    [[etherTypes.oldServiceVlan, etherTypes.vlan, etherTypes.vlan]],
  ])('with VLAN tags %j: the outermost id', (types) => {
    const tagged = types.reduceRight<{ type: number; packet: Uint8Array }>(
      ({ type, packet }, tag, i) => ({ type: tag, packet: p.vlanTag(100 + i, type, packet, 5) }),
      { type: etherTypes.ipv4, packet: v4(web) },
    );
    expect(read(ethernet(tagged.type, tagged.packet))).toEqual({ ...addresses, ...webOut, srcVlan: 100 });
  });

  test('with a tag for priority only has the VLAN below it, or none', () => {
    const priority = (id: number): Uint8Array =>
      p.vlanTag(0, etherTypes.vlan, p.vlanTag(id, etherTypes.ipv4, v4(web)), 7);
    expect(read(ethernet(etherTypes.vlan, priority(9)))).toMatchObject({ srcVlan: 9 });
    expect(read(ethernet(etherTypes.vlan, priority(0)))).toEqual({ ...addresses, ...webOut });
  });

  test('in 802.3 with SNAP', () => {
    const snap = Uint8Array.of(0xaa, 0xaa, 3, 0, 0, 0, 8, 0, ...v4(web));
    expect(read(ethernet(snap.length, snap))).toEqual({ ...addresses, ...webOut });
    expect(read(ethernet(40, Uint8Array.of(0x42, 0x42, 3, ...new Uint8Array(40))))).toEqual({});
  });

  test('below MPLS labels: the top one, and IPv4, IPv6 or a frame behind a control word', () => {
    expect(read(ethernet(etherTypes.mpls, p.mpls([16_001, 24], v4(web))))).toEqual({
      ...addresses,
      ...webOut,
      mplsLabel: 16_001,
    });
    expect(read(ethernet(etherTypes.mpls, p.mpls([3], v6(web))))).toMatchObject({ ...addresses6, mplsLabel: 3 });
    const wire = Buffer.concat([new Uint8Array(4), ethernet(etherTypes.ipv4, v4(web))]);
    expect(read(p.mpls([77], wire), 'mpls')).toEqual({ ...addresses, ...webOut, mplsLabel: 77 });
  });

  test('in PPPoE', () => {
    expect(read(ethernet(etherTypes.pppoe, p.pppoe(0x0021, v4(web))))).toEqual({ ...addresses, ...webOut });
    expect(read(ethernet(etherTypes.pppoe, p.pppoe(0x0057, v6(web))))).toEqual({ ...addresses6, ...webOut });
    // LCP is not of the user.
    expect(read(ethernet(etherTypes.pppoe, p.pppoe(0xc021, v4(web))))).toEqual({});
  });

  test('with IPv4 options', () => {
    expect(read(ethernet(etherTypes.ipv4, v4(web, 6, { options: new Uint8Array(37) })))).toEqual({
      ...addresses,
      ...webOut,
    });
  });

  test('with IPv6 extension headers has the protocol behind them', () => {
    const options = p.ipv6Extension(43, p.ipv6Extension(60, p.ipv6Extension(6, web, 2)));
    expect(read(ethernet(etherTypes.ipv6, v6(options, 0)))).toEqual({ ...addresses6, ...webOut });
    const chain = Array.from({ length: 40 }).reduce<Uint8Array>((payload) => p.ipv6Extension(60, payload), web);
    // Longer than anyone sends: given up after a bound.
    expect(read(ethernet(etherTypes.ipv6, v6(chain, 60)))).toEqual({ ...addresses6, protocol: 60 });
  });

  test('of a fragment has ports in the first only', () => {
    const first = v4(web, 6, { moreFragments: true });
    expect(read(ethernet(etherTypes.ipv4, first))).toEqual({ ...addresses, ...webOut });
    expect(read(ethernet(etherTypes.ipv4, v4(web, 6, { fragment: 185 })))).toEqual({ ...addresses, protocol: 6 });
    expect(read(ethernet(etherTypes.ipv6, v6(p.ipv6Fragment(6, 0, web), 44)))).toEqual({ ...addresses6, ...webOut });
    expect(read(ethernet(etherTypes.ipv6, v6(p.ipv6Fragment(6, 185, web), 44)))).toEqual({
      ...addresses6,
      protocol: 6,
    });
    // Nor has a later fragment a tunnel.
    const later = v4(p.gre(etherTypes.ipv4, v4(web)), 47, { fragment: 185 });
    expect(read(ethernet(etherTypes.ipv4, later))).toEqual({ ...addresses, protocol: 47 });
  });

  test('of ICMP and ICMPv6 has type and code, and no ports', () => {
    expect(read(ethernet(etherTypes.ipv4, v4(p.icmp(3, 13), 1)))).toEqual({
      ...addresses,
      protocol: 1,
      icmpType: 3,
      icmpCode: 13,
    });
    expect(read(ethernet(etherTypes.ipv6, v6(p.icmp(135, 0), 58)))).toEqual({
      ...addresses6,
      protocol: 58,
      icmpType: 135,
    });
  });

  test.each([17, 33, 132, 136])('of IP protocol %i has ports', (protocol) => {
    const flow = read(ethernet(etherTypes.ipv4, v4(p.udp(7, 9), protocol)));
    expect(flow).toEqual({ ...addresses, protocol, srcPort: 7, dstPort: 9 });
  });

  test('does not take padding of the frame for a transport header', () => {
    const padded = Buffer.concat([v4(new Uint8Array(0), 6), Buffer.alloc(26, 7)]);
    expect(read(ethernet(etherTypes.ipv4, padded))).toEqual({ ...addresses, protocol: 6 });
    // A total length of 0: the network card cuts later.
    expect(read(ethernet(etherTypes.ipv4, v4(web, 6, { totalLength: 0 })))).toEqual({ ...addresses, ...webOut });
  });

  test('of anything else has no address', () => {
    expect(read(ethernet(etherTypes.arp, new Uint8Array(46)))).toEqual({});
    expect(reader.ethernet(1, viewOf(ethernet(etherTypes.arp, new Uint8Array(46))), 0, 60)).toBe(false);
    expect(reader.ethernet(1, viewOf(ethernet(etherTypes.ipv4, v4(web))), 0, 54)).toBe(true);
  });

  test('sent without its IP header gives what the protocol has', () => {
    reader.payload(1, viewOf(web), 0, web.length, 6);
    expect(flowToJson(columns, 1)).toMatchObject({ srcPort: 40_000, dstPort: 443, tcpFlags: 0x12, protocol: 0 });
  });
});

describe('a tunnel', () => {
  const inner = { innerSrcAddr: '10.1.0.1', innerDstAddr: '10.2.0.2', innerProtocol: 6 };
  const innerPorts = { innerSrcPort: 40_000, innerDstPort: 443 };
  const inside = p.ipv4({ src: ip('10.1.0.1'), dst: ip('10.2.0.2'), protocol: 6, tos: 0x20 }, web);
  const frame = ethernet(etherTypes.vlan, p.vlanTag(200, etherTypes.ipv4, inside));
  const over = (payload: Uint8Array, protocol: number): Partial<JsonFlow> =>
    read(ethernet(etherTypes.ipv4, v4(payload, protocol)));
  const outer = (protocol: number, tunnel: string): Partial<JsonFlow> => ({ ...addresses, protocol, tunnel });

  test('of GRE: its key, and the addresses inside', () => {
    const expected = { ...outer(47, 'gre'), ...inner, ...innerPorts };
    expect(over(p.gre(etherTypes.ipv4, inside), 47)).toEqual(expected);
    const full = p.gre(etherTypes.ipv4, inside, { key: 0xfedcba98, sequence: 5, checksum: true });
    expect(over(full, 47)).toEqual({ ...expected, tunnelId: 0xfedcba98 });
  });

  test('of NVGRE carries a frame; its VLAN is not the outer one', () => {
    const { srcVlan, ...flow } = over(p.gre(etherTypes.bridging, frame, { key: 5001 << 8 }), 47);
    expect(flow).toEqual({ ...outer(47, 'gre'), tunnelId: 5001 << 8, ...inner, ...innerPorts });
    expect(srcVlan).toBeUndefined();
  });

  test('of GRE version 1 (PPTP) has the call id', () => {
    const pptp = Uint8Array.of(0x30, 0x01, 0x88, 0x0b, 0, 20, 0x12, 0x34, 0, 0, 0, 1, 0xff, 3, 0, 0x21);
    expect(over(pptp, 47)).toEqual({ ...outer(47, 'gre'), tunnelId: 0x1234 });
  });

  test.each([
    ['IPv4 in IPv4', 4],
    ['IPv6 in IPv4', 41],
    ['EtherIP', 97],
  ])('of %s', (name, protocol) => {
    const six = name === 'IPv6 in IPv4';
    const payload = six ? v6(web) : name === 'EtherIP' ? Buffer.concat([Uint8Array.of(0x30, 0), frame]) : inside;
    const within = six
      ? { innerSrcAddr: '2001:db8::1', innerDstAddr: '2001:db8::2', innerProtocol: 6, ...innerPorts }
      : { ...inner, ...innerPorts };
    expect(over(payload, protocol)).toEqual({ ...outer(protocol, 'ipip'), ...within });
  });

  test.each([4789, 8472])('of VXLAN to port %i', (port) => {
    const flow = over(p.udp(55_000, port, p.vxlan(70_001, frame)), 17);
    const ports = { srcPort: 55_000, dstPort: port };
    expect(flow).toEqual({ ...outer(17, 'vxlan'), ...ports, tunnelId: 70_001, ...inner, ...innerPorts });
    // Without the bit that says that there is a network identifier, it is something else.
    const other = p.vxlan(70_001, frame);
    other[0] = 0;
    expect(over(p.udp(55_000, port, other), 17)).toEqual({ ...addresses, protocol: 17, ...ports });
  });

  test('of GENEVE with options', () => {
    const flow = over(p.udp(55_000, 6081, p.geneve(99, etherTypes.bridging, frame, 12)), 17);
    const ports = { srcPort: 55_000, dstPort: 6081 };
    expect(flow).toEqual({ ...outer(17, 'geneve'), ...ports, tunnelId: 99, ...inner, ...innerPorts });
  });

  test('in a tunnel is not looked into', () => {
    const twice = p.gre(etherTypes.ipv4, v4(p.gre(etherTypes.ipv4, inside), 47));
    expect(over(twice, 47)).toEqual({
      ...outer(47, 'gre'),
      innerSrcAddr: '192.0.2.1',
      innerDstAddr: '198.51.100.2',
      innerProtocol: 47,
    });
  });
});

describe('what is cut off or wrong', () => {
  const tunnelled = ethernet(
    etherTypes.serviceVlan,
    p.vlanTag(
      7,
      etherTypes.ipv6,
      v6(
        p.ipv6Extension(
          17,
          p.udp(1, 4789, p.vxlan(9, ethernet(etherTypes.mpls, p.mpls([1, 2], v4(web, 6, { options: a }))))),
        ),
        60,
      ),
    ),
  );

  test('at any octet leaves what was before it, and never reads past its end', () => {
    const whole = read(tunnelled);
    expect(whole).toMatchObject({ srcVlan: 7, tunnel: 'vxlan', innerDstPort: 443 });
    // What follows in the buffer would be seen if it were read.
    const hidden = Buffer.concat([tunnelled, Buffer.alloc(64, 0xff)]);
    let known = 0;
    for (let end = 0; end <= tunnelled.length; end++) {
      const flow = read(hidden, 'ethernet', end);
      for (const [name, value] of Object.entries(flow))
        if (name !== 'protocol' && name !== 'tunnel')
          expect({ end, name, value }).toEqual({ end, name, value: whole[name] });
      expect(Object.keys(flow).length).toBeGreaterThanOrEqual(known);
      known = Object.keys(flow).length;
    }
  });

  test('never throws and writes only the columns that it names', () => {
    const others = flowColumns.filter((column) => !(packetColumns as readonly string[]).includes(column.name));
    fc.assert(
      fc.property(
        fc.constantFrom('ethernet', 'ip', 'mpls', 'ipv6', 'gre', 'udp'),
        fc.uint8Array({ maxLength: 160 }),
        (how, random) => {
          for (const bytes of columns.bytes) bytes.fill(0);
          const frame =
            how === 'ipv6'
              ? ethernet(etherTypes.ipv6, v6(random, random[0] ?? 0))
              : how === 'gre'
                ? ethernet(etherTypes.ipv4, v4(random, 47))
                : how === 'udp'
                  ? ethernet(etherTypes.ipv4, v4(p.udp(1, [4789, 6081][random.length & 1]!, random), 17))
                  : random;
          reader[how === 'ip' || how === 'mpls' ? how : 'ethernet'](1, viewOf(frame), 0, frame.length);
          for (const { name } of others) expect(columns.arrays[name].every((value) => value === 0)).toBe(true);
        },
      ),
    );
  });
});
