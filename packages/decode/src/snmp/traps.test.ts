import { describe, expect, test } from 'vitest';
import { nowMs } from '../testing.ts';
import { encodeCommunityMessage, encodeInteger, encodeOid, encodePdu, element } from './encode.ts';
import { tags } from './ber.ts';
import { pduTags } from './pdu.ts';
import {
  type Varbinds,
  address,
  integer,
  interfaceVarbinds,
  link,
  oids,
  string,
  trapHarness,
  v1,
  v1Pdu,
  v2c,
} from './testing.ts';

/** The event of one v2c trap. */
function eventOf(oid: string, varbinds: Varbinds = []) {
  const h = trapHarness();
  h.feed(v2c({ oid, varbinds }));
  expect(h.losses()).toEqual({});
  expect(h.events).toHaveLength(1);
  return h.events[0]!;
}

describe('28. SNMP traps', () => {
  test.each([
    [0, '1.3.6.1.6.3.1.1.5.1', 'device.cold_start'],
    [1, '1.3.6.1.6.3.1.1.5.2', 'device.warm_start'],
    [2, '1.3.6.1.6.3.1.1.5.3', 'link.down'],
    [3, '1.3.6.1.6.3.1.1.5.4', 'link.up'],
    [4, '1.3.6.1.6.3.1.1.5.5', 'device.authentication_failure'],
    [5, '1.3.6.1.6.3.1.1.5.6', 'trap'],
  ])('a v1 trap of generic number %i is what SNMPv2 calls it (RFC 3584 section 3.1)', (generic, trapOid, kind) => {
    const h = trapHarness();
    h.feed(v1({ enterprise: '1.3.6.1.4.1.9.1.1', generic, varbinds: interfaceVarbinds(4, 1, 2) }));
    expect(h.events).toMatchObject([{ kind, detail: { trapOid, version: 'v1', uptime: 100 } }]);
  });

  test('a v1 trap of an enterprise is its OID, a zero and its number', () => {
    const h = trapHarness();
    h.feed(v1({ enterprise: '1.3.6.1.4.1.12356.101.2', generic: 6, specific: 302 }));
    h.feed(v1({ enterprise: '1.3.6.1.4.1.9', generic: 6, specific: 0xffffffff }));
    expect(h.events).toMatchObject([
      { kind: 'vpn.down', detail: { trapOid: '1.3.6.1.4.1.12356.101.2.0.302', name: 'fgTrapVpnTunDown' } },
      { kind: 'trap', detail: { trapOid: '1.3.6.1.4.1.9.0.4294967295', vendor: 'Cisco' } },
    ]);
  });

  test('a v1 trap that its MIB names without the zero is known too', () => {
    const h = trapHarness();
    h.feed(v1({ enterprise: '1.3.6.1.4.1.29671.1.1.7', generic: 6, specific: 9 }));
    expect(h.events).toMatchObject([{ kind: 'uplink.changed', detail: { name: 'uplinkStatusChanged' } }]);
  });

  test.each([-1, 7])('a v1 trap of generic number %i is rejected', (generic) => {
    const h = trapHarness();
    h.feed(v1({ enterprise: '1.3.6.1.4.1.9', generic }));
    expect(h.losses()).toEqual({ trap_malformed: 1 });
  });

  test('a v1 trap inside a v2c message is read', () => {
    const h = trapHarness();
    h.feed(encodeCommunityMessage(1, 'public', v1Pdu({ enterprise: '1.3.6.1.4.1.9', generic: 0 })));
    expect(h.events).toMatchObject([{ kind: 'device.cold_start' }]);
  });

  test('a v2c trap is read whatever stands before its OID', () => {
    const h = trapHarness();
    const varbinds = [
      element(tags.sequence, encodeOid('1.3.6.1.2.1.1.5.0'), string('core')),
      element(tags.sequence, encodeOid('1.3.6.1.6.3.1.1.4.1.0'), encodeOid(oids.coldStart)),
    ];
    h.feed(encodeCommunityMessage(1, 'public', encodePdu(pduTags.trapV2, 1, varbinds)));
    expect(h.events).toMatchObject([
      { kind: 'device.cold_start', detail: { varbinds: [{ name: 'sysName.0', value: 'core' }] } },
    ]);
  });

  test('a v2c trap without an OID is rejected', () => {
    const h = trapHarness();
    h.feed(encodeCommunityMessage(1, 'public', encodePdu(pduTags.trapV2, 1, [])));
    expect(h.losses()).toEqual({ trap_malformed: 1 });
  });

  test('a v2c inform is answered with its request-id and varbinds; one that comes again makes no other event', () => {
    const h = trapHarness();
    const request = v2c({ ...link('linkDown', 3), inform: true, requestId: 0x1234 });
    const reply = h.feed(request)!;
    const expected = v2c({ ...link('linkDown', 3), inform: true, requestId: 0x1234 });
    expected[expected.indexOf(0xa6)] = pduTags.response;
    expect(Buffer.from(reply).toString('hex')).toBe(expected.toString('hex'));
    expect(h.feed(request, { at: nowMs + 5000 })).toEqual(reply);
    expect(h.events).toHaveLength(1);
    h.feed(request, { from: '192.0.2.2' });
    h.feed(request, { at: nowMs + 310_000 });
    expect(h.events).toHaveLength(3);
    expect(h.counters.datagrams.decoded).toBe(4);
  });

  test('a trap is not answered', () => {
    expect(trapHarness().feed(v2c(link('linkDown', 3)))).toBeUndefined();
  });

  test('an unknown community is refused, and nothing is answered', () => {
    const h = trapHarness();
    expect(h.feed(v2c({ ...link('linkDown', 3), inform: true }, 'guess'))).toBeUndefined();
    h.feed(v1({ enterprise: '1.3.6.1.4.1.9', generic: 0 }, ''));
    expect(h.losses()).toEqual({ trap_community_unknown: 2 });
    expect(h.counters.datagrams).toEqual({ decoded: 0, held: 0, rejected: 2 });
    const any = trapHarness({});
    any.feed(v2c(link('linkDown', 3), 'guess'));
    expect(any.events).toHaveLength(1);
    const none = trapHarness({ communities: [] });
    none.feed(v2c(link('linkDown', 3)));
    expect(none.losses()).toEqual({ trap_community_unknown: 1 });
  });

  test.each([
    ['a get', pduTags.get],
    ['a response', pduTags.response],
    ['a report', pduTags.report],
  ])('%s is refused', (_what, tag) => {
    const h = trapHarness();
    h.feed(encodeCommunityMessage(1, 'public', encodePdu(tag, 1, [])));
    expect(h.losses()).toEqual({ trap_pdu_unexpected: 1 });
  });

  test('octets behind a message are counted, and the message is read', () => {
    const h = trapHarness();
    h.feed(Buffer.concat([v2c(link('linkDown', 3)), Buffer.from('extra')]));
    expect(h.losses()).toEqual({ octets_trailing: 1 });
    expect(h.events).toHaveLength(1);
  });

  test('values of every type reach the event', () => {
    const { detail } = eventOf('1.3.6.1.4.1.99999.0.1', [
      ['1.3.6.1.4.1.99999.1', integer(-5)],
      ['1.3.6.1.4.1.99999.2', encodeInteger(2n ** 64n - 1n, tags.counter64)],
      ['1.3.6.1.4.1.99999.3', element(tags.opaque, Buffer.from('9f780440500000', 'hex'))],
      ['1.3.6.1.4.1.99999.4', encodeOid('1.3.6.1.2.1.2.2.1.8')],
      ['1.3.6.1.2.1.2.2.1.8.7', integer(7)],
    ]);
    expect(detail.varbinds).toEqual([
      { oid: '1.3.6.1.4.1.99999.1', type: 'Integer32', value: -5 },
      { oid: '1.3.6.1.4.1.99999.2', type: 'Counter64', value: '18446744073709551615' },
      { oid: '1.3.6.1.4.1.99999.3', type: 'Float', value: 3.25 },
      { oid: '1.3.6.1.4.1.99999.4', type: 'ObjectIdentifier', value: '1.3.6.1.2.1.2.2.1.8', label: 'ifOperStatus' },
      { oid: '1.3.6.1.2.1.2.2.1.8.7', name: 'ifOperStatus.7', type: 'Integer32', value: 7, label: 'lowerLayerDown' },
    ]);
  });

  test('an event’s detail has at most 16 KiB and says that it was cut', () => {
    const h = trapHarness({});
    const many: Varbinds = Array.from({ length: 600 }, (_, i) => [`1.3.6.1.4.1.9.9.9.${i}`, string('ü"\n'.repeat(5))]);
    const long: Varbinds = [['1.3.6.1.4.1.9.9.9.1', string('x'.repeat(20_000))]];
    const wide: Varbinds = [['1.3.6.1.2.1.31.1.1.1.18.1', string('"\n\\'.repeat(5000))], ...many];
    for (const varbinds of [many, long, wide]) h.feed(v2c({ ...link('linkDown', 3, varbinds) }));
    expect(h.raw).toHaveLength(3);
    for (const { detail } of h.raw) expect(Buffer.byteLength(detail)).toBeLessThanOrEqual(16 * 1024);
    expect(h.events.map(({ detail }) => detail['truncated'])).toEqual([true, undefined, true]);
    expect(String(h.events[1]!.detail.varbinds[1]!.value)).toHaveLength(4096);
  });

  test('the community is in no event', () => {
    const h = trapHarness({});
    h.feed(v2c({ ...link('linkDown', 3, [['1.3.6.1.6.3.18.1.4.0', string('s3cret')]]) }, 's3cret'));
    expect(h.raw[0]!.detail).not.toContain('s3cret');
  });
});

describe('29. a trap is from', () => {
  const relayed = (text: string): Varbinds => [['1.3.6.1.6.3.18.1.3.0', address(text)]];

  test('the agent that a v1 trap names', () => {
    const h = trapHarness();
    h.feed(v1({ enterprise: '1.3.6.1.4.1.9', agent: '198.51.100.7', generic: 0 }));
    expect(h.events).toMatchObject([
      { exporter: '198.51.100.7', detail: { agent: '198.51.100.7', source: '192.0.2.1' } },
    ]);
  });

  test('snmpTrapAddress.0 when it was relayed', () => {
    const h = trapHarness();
    h.feed(v2c({ oid: oids.coldStart, varbinds: relayed('198.51.100.8') }));
    expect(h.events).toMatchObject([
      { exporter: '198.51.100.8', detail: { agent: '198.51.100.8', source: '192.0.2.1' } },
    ]);
  });

  test.each(['0.0.0.0', '127.0.0.1', '255.255.255.255', '224.0.0.1'])('its UDP source when it names %s', (agent) => {
    const h = trapHarness();
    h.feed(v1({ enterprise: '1.3.6.1.4.1.9', agent, generic: 0 }));
    h.feed(v2c({ oid: oids.coldStart, varbinds: relayed(agent) }), { from: '2001:db8::5' });
    expect(h.events.map(({ exporter }) => exporter)).toEqual(['192.0.2.1', '2001:db8::5']);
    for (const { detail } of h.events) expect(detail['agent']).toBeUndefined();
  });

  test.each([
    ['octets', Buffer.from('00180a0b0c0d', 'hex'), '00:18:0a:0b:0c:0d'],
    ['printable octets', Buffer.from('abcdef'), '61:62:63:64:65:66'],
    ['text', Buffer.from('00:18:0a:0b:0c:0d'), '00:18:0a:0b:0c:0d'],
  ])('Meraki’s cloud: the device is told by its MAC address, as %s', (_what, mac, expected) => {
    const event = eventOf('1.3.6.1.4.1.29671.1.1.7.2', [
      ['1.3.6.1.4.1.29671.1.1.4.1.1.0.24.10.11.12.13', string(mac)],
      ['1.3.6.1.4.1.29671.1.1.2.1.2.1', string('Hill')],
    ]);
    expect(event).toMatchObject({ kind: 'device.down', detail: { deviceMac: expected, network: 'Hill', to: 'down' } });
  });
});

describe('the traps of circuits become typed events', () => {
  const bgpPeer = '1.3.6.1.2.1.15.3.1';
  const cisco = '1.3.6.1.4.1.9.9';
  const vedge = '1.3.6.1.4.1.41916.100';
  const bfd = '1.3.6.1.2.1.222.1.2.1.13';
  const rtt = `${cisco}.42.1`;
  const test1 = '5.97.100.109.105.110.3.104.113.49';

  test('linkDown: keyed on the trap; ifOperStatus is the state that is left', () => {
    const {
      kind,
      interface: index,
      detail,
    } = eventOf(oids.linkDown, [...interfaceVarbinds(7, 1, 1), ['1.3.6.1.2.1.31.1.1.1.1.7', string('Gi0/7')]]);
    expect({ kind, index }).toEqual({ kind: 'link.down', index: 7 });
    expect(detail).toMatchObject({ from: 'up', to: 'down', admin: false, interfaceName: 'Gi0/7', name: 'linkDown' });
  });

  test('linkDown of an interface that someone shut is administrative', () => {
    expect(eventOf(oids.linkDown, interfaceVarbinds(7, 2, 2)).detail).toMatchObject({ admin: true, to: 'down' });
  });

  test('linkUp: ifOperStatus is the new state', () => {
    expect(eventOf(oids.linkUp, interfaceVarbinds(7, 1, 5))).toMatchObject({
      kind: 'link.up',
      interface: 7,
      detail: { from: 'down', to: 'dormant' },
    });
  });

  test('linkUp is up even where the agent still reads down', () => {
    expect(eventOf(oids.linkUp, interfaceVarbinds(7, 1, 2))).toMatchObject({ kind: 'link.up', detail: { to: 'up' } });
  });

  test('an interface is known by the instance where ifIndex itself is not sent', () => {
    expect(eventOf(oids.linkDown, [[`${oids.ifOperStatus}.1048577`, integer(2)]]).interface).toBe(1_048_577);
  });

  test.each([
    ['by value', `${bgpPeer}.7.192.0.2.9`, address('192.0.2.9'), '1.3.6.1.2.1.15.0.2'],
    ['by instance', `${bgpPeer}.14.192.0.2.9`, string(Buffer.from([4, 0])), '1.3.6.1.2.1.15.7.2'],
  ])('BGP backward transition, its peer %s', (_what, oid, value, trap) => {
    const event = eventOf(trap, [
      [oid, value],
      [`${bgpPeer}.2.192.0.2.9`, integer(1)],
    ]);
    expect(event).toMatchObject({ kind: 'bgp.backward_transition', detail: { peer: '192.0.2.9', to: 'idle' } });
  });

  test('Cisco BGP: old and new state, and an IPv6 peer', () => {
    const peer = '2.16.32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.1';
    expect(
      eventOf(`${cisco}.187.0.8`, [
        [`${cisco}.187.1.2.5.1.3.${peer}`, integer(1)],
        [`${cisco}.187.1.2.5.1.29.${peer}`, integer(6)],
      ]),
    ).toMatchObject({
      kind: 'bgp.backward_transition',
      detail: { peer: '2001:db8::1', from: 'established', to: 'idle' },
    });
    expect(
      eventOf(`${cisco}.187.0.1`, [
        [`${bgpPeer}.2.192.0.2.9`, integer(6)],
        [`${cisco}.187.1.2.1.1.8.192.0.2.9`, integer(5)],
      ]),
    ).toMatchObject({
      kind: 'bgp.state_changed',
      detail: { peer: '192.0.2.9', from: 'openconfirm', to: 'established' },
    });
  });

  test.each([
    ['1.3.6.1.2.1.222.0.1', bfd, 'bfd.up', 'up'],
    ['1.3.6.1.2.1.222.0.2', bfd, 'bfd.down', 'down'],
    ['1.3.6.1.4.1.9.10.137.0.2', '1.3.6.1.4.1.9.10.137.1.2.1.8', 'bfd.down', 'down'],
  ])('BFD %s', (oid, diag, kind, to) => {
    const event = eventOf(oid, [
      [`${diag}.11`, integer(1)],
      [`${diag}.14`, integer(1)],
    ]);
    expect(event).toMatchObject({ kind, detail: { session: 11, sessionTo: 14, to } });
    expect(event.detail['diagnostic']).toBe('controlDetectionTimeExpired');
  });

  test.each([
    [1, 'occurred'],
    [2, 'cleared'],
  ])('IP SLA: a threshold with its variable and target (TruthValue %i = %s)', (truth, to) => {
    const event = eventOf(`${cisco}.42.2.0.5`, [
      [`${rtt}.2.1.1.3.17`, string('voice to hub')],
      [`${rtt}.4.1.1.5.17.1.1.1`, string(Buffer.from([10, 1, 2, 3]))],
      [`${rtt}.2.19.1.2.17.1`, integer(10)],
      [`${rtt}.2.19.1.10.17.1`, integer(truth)],
      [`${rtt}.2.19.1.9.17.1`, integer(44)],
    ]);
    expect(event).toMatchObject({
      kind: 'ipsla.threshold',
      detail: { tag: 'voice to hub', operation: 17, target: '10.1.2.3', variable: 'jitterAvg', value: 44, to },
    });
  });

  test.each([
    ['vEdge', `${vedge}.2.4`, `${vedge}.1`, 4],
    ['IOS-XE', `${cisco}.1002.0.1`, `${cisco}.1002.2`, 3],
  ])('SD-WAN BFD of %s: the tunnel is the colour of the underlay', (_what, oid, objects, first) => {
    const column = (n: number): string => `${objects}.${first + n}.0`;
    const event = eventOf(oid, [
      [column(0), string(Buffer.from([10, 0, 0, 1]))],
      [column(1), address('10.0.0.2')],
      [column(6), string('biz-internet')],
      [column(7), address('1.1.1.2')],
      [column(8), string('mpls')],
      [column(9), integer(1)],
    ]);
    expect(event).toMatchObject({
      kind: 'sdwan.bfd',
      detail: { tunnel: 'biz-internet', peer: '1.1.1.2', remoteColor: 'mpls', localAddress: '10.0.0.1', to: 'down' },
    });
  });

  test.each([
    [`${vedge}.2.70`, 'sdwan.sla'],
    [`${vedge}.2.77`, 'sdwan.sla'],
    [`${cisco}.1002.0.2`, 'sdwan.sla'],
    [`${cisco}.1005.0.1`, 'sdwan.sla'],
    [`${vedge}.2.23`, 'sdwan.control'],
    [`${cisco}.1006.0.1`, 'sdwan.control'],
    [`${vedge}.2.19`, 'sdwan.omp'],
    [`${vedge}.2.20`, 'sdwan.omp'],
    [`${cisco}.1003.0.3`, 'sdwan.omp'],
    [`${vedge}.2.54`, 'bgp.state_changed'],
    [`${vedge}.2.55`, 'link.changed'],
    ['1.3.6.1.2.1.15.0.1', 'bgp.established'],
    ['1.3.6.1.2.1.15.7.1', 'bgp.established'],
    [`${cisco}.187.0.5`, 'bgp.established'],
    [`${cisco}.187.0.6`, 'bgp.backward_transition'],
    ['1.3.6.1.4.1.29671.1.1.7.3', 'device.up'],
    ['1.3.6.1.4.1.29671.1.1.7.5', 'cellular.up'],
    ['1.3.6.1.4.1.29671.1.1.7.6', 'cellular.down'],
    ['1.3.6.1.4.1.29671.1.1.7.23', 'vpn.failover'],
    ['1.3.6.1.4.1.12356.101.2.0.301', 'vpn.up'],
    ['1.3.6.1.2.1.80.0.1', 'probe.failed'],
    ['1.3.6.1.2.1.80.0.2', 'probe.test_failed'],
    ['1.3.6.1.2.1.80.0.3', 'probe.completed'],
    ['1.3.6.1.4.1.2636.4.9.0.9', 'probe.threshold'],
    ['1.3.6.1.4.1.23867.4.1.1', 'alarm'],
  ])('%s is %s, varbinds or not', (oid, kind) => {
    expect(eventOf(oid).kind).toBe(kind);
  });

  test('a vEdge’s interface has a kind by its state', () => {
    const of = (state: number) =>
      eventOf(`${vedge}.2.55`, [
        [`${vedge}.1.73.0`, string('ge0/0')],
        [`${vedge}.1.74.0`, integer(state)],
      ]);
    expect(of(0)).toMatchObject({ kind: 'link.up', detail: { interfaceName: 'ge0/0', to: 'up' } });
    expect(of(1)).toMatchObject({ kind: 'link.down', detail: { to: 'down' } });
  });

  test('Meraki VPN: up or down by the device’s status', () => {
    expect(eventOf('1.3.6.1.4.1.29671.1.1.7.22', [['1.3.6.1.4.1.29671.1.1.4.1.3.1', integer(0)]])).toMatchObject({
      kind: 'vpn.down',
      detail: { to: 'offline' },
    });
  });

  test('FortiGate VPN: tunnel, gateways and serial number', () => {
    const event = eventOf('1.3.6.1.4.1.12356.101.2.0.302', [
      ['1.3.6.1.4.1.12356.100.1.1.1.0', string('FGT60F0000000001')],
      ['1.3.6.1.4.1.12356.101.12.3.2.0', address('192.0.2.1')],
      ['1.3.6.1.4.1.12356.101.12.3.3.0', address('203.0.113.5')],
      ['1.3.6.1.4.1.12356.101.12.3.4.0', string('hub')],
    ]);
    expect(event).toMatchObject({
      kind: 'vpn.down',
      detail: {
        tunnel: 'hub',
        peer: '203.0.113.5',
        local: '192.0.2.1',
        serial: 'FGT60F0000000001',
        vendor: 'Fortinet',
      },
    });
  });

  test('Juniper and DISMAN probes: owner, test and target', () => {
    const event = eventOf('1.3.6.1.4.1.2636.4.9.0.1', [
      [`1.3.6.1.2.1.80.1.2.1.3.${test1}`, integer(1)],
      [`1.3.6.1.2.1.80.1.2.1.4.${test1}`, string(Buffer.from([192, 0, 2, 200]))],
    ]);
    expect(event).toMatchObject({ kind: 'probe.threshold', detail: { test: 'admin/hq1', target: '192.0.2.200' } });
  });

  test('any other is kept with its OID, its name and its varbinds', () => {
    const event = eventOf('1.3.6.1.4.1.9.9.43.2.0.1', [['1.3.6.1.4.1.9.9.43.1.1.6.1.3.5', integer(1)]]);
    expect(event).toMatchObject({
      kind: 'trap',
      interface: 0,
      detail: {
        trapOid: '1.3.6.1.4.1.9.9.43.2.0.1',
        name: 'ciscoConfigManEvent',
        vendor: 'Cisco',
        varbinds: [{ name: 'ccmHistoryEventCommandSource.5', value: 1, label: 'commandLine' }],
      },
    });
  });

  test('configuration adds types, and replaces those that there are', () => {
    const h = trapHarness({
      communities: ['public'],
      types: [
        { oids: ['1.3.6.1.4.1.99999.0.1'], kind: 'ups.on_battery', fields: { to: { is: 'battery' } } },
        { oids: [oids.coldStart], kind: 'device.restarted' },
      ],
    });
    h.feed(v2c({ oid: '1.3.6.1.4.1.99999.0.1' }));
    h.feed(v2c({ oid: oids.coldStart }));
    expect(h.events).toMatchObject([
      { kind: 'ups.on_battery', detail: { to: 'battery' } },
      { kind: 'device.restarted' },
    ]);
  });

  test('values that are not what the catalogue expects do no harm', () => {
    for (const value of [
      integer(-1),
      string('x'),
      string(''),
      address('10.0.0.1'),
      encodeOid('1.3'),
      element(tags.null),
    ])
      for (const suffix of ['', '.0', '.1.2.3', '.999999.4294967295', '.2.16.1', '.300.1'])
        for (const object of [oids.ifIndex, `${bgpPeer}.7`, `${bgpPeer}.2`])
          for (const oid of [oids.linkDown, '1.3.6.1.2.1.15.0.2', `${cisco}.187.0.5`, '1.3.6.1.2.1.80.0.1']) {
            const h = trapHarness();
            h.feed(v2c({ oid, varbinds: [[`${object}${suffix}`, value]] }));
            expect(h.losses()).toEqual({});
            expect(h.events).toHaveLength(1);
          }
  });
});
