/**
 * What the traps that matter to circuits mean: data, by trap OID. A trap may have a kind of its own for each value of a
 * varbind, and fields in its event's detail that are constants, values of varbinds, or parts of their instances.
 */

/** How an instance's sub-identifiers are read: the last one; an IPv4 address; InetAddressType and InetAddress; two names. */
export type IndexForm = 'last' | 'ipv4' | 'inet' | 'names';

export interface FieldSource {
  /** A constant. */
  readonly is?: string;
  /** Value of the first varbind of one of these objects, with its label for a number. */
  readonly of?: readonly string[];
  /** Labels in place of the object's own. */
  readonly labels?: Readonly<Record<number, string>>;
  /** Whether that value is this number. */
  readonly equals?: number;
  /** That value is the octets of an address. */
  readonly address?: boolean;
  /** That value is the octets of a MAC address. */
  readonly mac?: boolean;
  /** Instance of the first varbind (or the last, with `nth`) of one of these objects, where `of` gave nothing. */
  readonly index?: readonly string[];
  readonly form?: IndexForm;
  readonly nth?: 'last';
  /** Where nothing was found. */
  readonly otherwise?: string;
}

export interface KindByValue {
  readonly of: string;
  readonly kinds: Readonly<Record<number, string>>;
  readonly otherwise: string;
}

type Fields = Readonly<Record<string, FieldSource>>;

export interface TrapType {
  /** The OIDs that it comes under, as SNMPv2 has them. */
  readonly oids: readonly string[];
  readonly kind: string | KindByValue;
  /** `interface` is the ifIndex: it becomes the event's own. */
  readonly fields?: Fields;
  /** The fields that tell one thing of the device from another, besides the interface: storms are limited by them. */
  readonly subject?: string | readonly string[];
}

const mib2 = '1.3.6.1.2.1';
const cisco = '1.3.6.1.4.1.9.9';
const ifEntry = `${mib2}.2.2.1`;
const bgpPeer = `${mib2}.15.3.1`;
const cbgpPeer2 = `${cisco}.187.1.2.5.1`;
const ping = `${mib2}.80.1`;
const rtt = `${cisco}.42.1`;
const vedge = '1.3.6.1.4.1.41916.100';
const fortigate = '1.3.6.1.4.1.12356.101';
const meraki = '1.3.6.1.4.1.29671.1.1';
const upDown = { 0: 'up', 1: 'down' } as const;

/** ifName is no varbind of IF-MIB's notifications, but many agents send it, or ifDescr. */
const linkFields: Fields = {
  interface: { of: [`${ifEntry}.1`], index: [`${ifEntry}.7`, `${ifEntry}.8`, `${ifEntry}.2`], form: 'last' },
  interfaceName: { of: [`${mib2}.31.1.1.1.1`, `${ifEntry}.2`] },
  alias: { of: [`${mib2}.31.1.1.1.18`] },
  admin: { of: [`${ifEntry}.7`], equals: 2 },
  // locIfReason of OLD-CISCO-INTERFACES-MIB.
  reason: { of: ['1.3.6.1.4.1.9.2.2.1.1.20'] },
};

const bgpFields = {
  peer: { of: [`${bgpPeer}.7`], index: [`${bgpPeer}.2`, `${bgpPeer}.14`], form: 'ipv4' },
  from: { of: [`${cisco}.187.1.2.1.1.8`] },
  to: { of: [`${bgpPeer}.2`] },
  lastError: { of: [`${bgpPeer}.14`] },
  reason: { of: [`${cisco}.187.1.2.1.1.7`] },
} as const satisfies Fields;

const bgp2Fields = {
  peer: { index: [`${cbgpPeer2}.3`, `${cbgpPeer2}.17`], form: 'inet' },
  from: { of: [`${cbgpPeer2}.29`] },
  to: { of: [`${cbgpPeer2}.3`] },
  lastError: { of: [`${cbgpPeer2}.17`] },
  reason: { of: [`${cbgpPeer2}.28`] },
} as const satisfies Fields;

/** Two varbinds: the lowest and the highest of a range of sessions. */
const bfdFields = (diag: string, to: string): Fields => ({
  session: { index: [diag], form: 'last' },
  sessionTo: { index: [diag], form: 'last', nth: 'last' },
  diagnostic: { of: [diag] },
  to: { is: to },
});

const pingFields: Fields = {
  test: { index: [`${ping}.2.1.3`, `${ping}.2.1.4`, `${ping}.3.1.1`], form: 'names' },
  target: { of: [`${ping}.2.1.4`], address: true },
  responses: { of: [`${ping}.3.1.7`] },
  sent: { of: [`${ping}.3.1.8`] },
};

const slaFields = (state: string, target: Fields): Fields => ({
  tag: { of: [`${rtt}.2.1.1.3`, `${rtt}.2.1.1.12`] },
  operation: { index: [`${rtt}.2.1.1.3`, `${rtt}.2.1.1.12`, state], form: 'last' },
  ...target,
});
const slaTarget = { target: { of: [`${rtt}.4.1.1.5`], address: true } } as const;
/** A TruthValue: false = cleared. */
const occurred = (object: string): Fields => ({
  to: { of: [object], labels: { 1: 'occurred', 2: 'cleared' } },
});

/** Columns that stand one after another: source and destination, … local system and colour, remote system and colour. */
function sdwanPath(objects: string, first: number): Fields {
  const column = (offset: number): string => `${objects}.${first + offset}`;
  return {
    // The local colour names the underlay circuit.
    tunnel: { of: [column(6)] },
    peer: { of: [column(7)], address: true },
    remoteColor: { of: [column(8)] },
    localAddress: { of: [column(0)], address: true },
    remoteAddress: { of: [column(1)], address: true },
  };
}

const sdwanBfd = (objects: string, first: number): Fields => ({
  ...sdwanPath(objects, first),
  to: { of: [`${objects}.${first + 9}`], labels: upDown },
});

const sdwanPolicy = (objects: string, first: number): Fields => ({
  vpn: { of: [`${objects}.${first}`] },
  application: { of: [`${objects}.${first + 1}`] },
  sla: { of: [`${objects}.${first + 8}`] },
  to: { of: [`${objects}.${first + 9}`] },
});

const sdwanControl = (objects: string, type: number, peer: number, color: number, state: number): Fields => ({
  peerType: { of: [`${objects}.${type}`] },
  peer: { of: [`${objects}.${peer}`], address: true },
  tunnel: { of: [`${objects}.${color}`] },
  to: { of: [`${objects}.${state}`], labels: upDown },
});

const vpnFields = (to: string): Fields => ({
  tunnel: { of: [`${fortigate}.12.3.4`] },
  peer: { of: [`${fortigate}.12.3.3`] },
  local: { of: [`${fortigate}.12.3.2`] },
  serial: { of: ['1.3.6.1.4.1.12356.100.1.1.1'] },
  to: { is: to },
});

/** Sent from Meraki's cloud: the MAC address tells which device it is about. */
const merakiFields = (fields: Fields = {}): Fields => ({
  deviceMac: { of: [`${meraki}.4.1.1`], mac: true },
  network: { of: [`${meraki}.2.1.2`] },
  interfaceName: { of: [`${meraki}.5.1.3`] },
  ...fields,
});

export const trapTypes: readonly TrapType[] = [
  { oids: ['1.3.6.1.6.3.1.1.5.1'], kind: 'device.cold_start' },
  { oids: ['1.3.6.1.6.3.1.1.5.2'], kind: 'device.warm_start' },
  {
    // ifOperStatus is the state that is left (RFC 2863 section 6), and some agents send the new one.
    oids: ['1.3.6.1.6.3.1.1.5.3'],
    kind: 'link.down',
    fields: { ...linkFields, from: { of: [`${ifEntry}.8`] }, to: { is: 'down' } },
  },
  {
    // The state that is entered, which is never down; agents that read it too early say so.
    oids: ['1.3.6.1.6.3.1.1.5.4'],
    kind: 'link.up',
    fields: { ...linkFields, from: { is: 'down' }, to: { of: [`${ifEntry}.8`], labels: { 2: 'up' }, otherwise: 'up' } },
  },
  { oids: ['1.3.6.1.6.3.1.1.5.5'], kind: 'device.authentication_failure' },
  {
    oids: [`${mib2}.15.0.1`, `${mib2}.15.7.1`],
    kind: 'bgp.established',
    fields: { ...bgpFields, to: { of: [`${bgpPeer}.2`], otherwise: 'established' } },
    subject: 'peer',
  },
  {
    oids: [`${mib2}.15.0.2`, `${mib2}.15.7.2`, `${cisco}.187.0.2`],
    kind: 'bgp.backward_transition',
    fields: bgpFields,
    subject: 'peer',
  },
  { oids: [`${cisco}.187.0.1`], kind: 'bgp.state_changed', fields: bgpFields, subject: 'peer' },
  {
    oids: [`${cisco}.187.0.5`],
    kind: 'bgp.established',
    fields: { ...bgp2Fields, to: { of: [`${cbgpPeer2}.3`], otherwise: 'established' } },
    subject: 'peer',
  },
  {
    oids: [`${cisco}.187.0.6`, `${cisco}.187.0.8`],
    kind: 'bgp.backward_transition',
    fields: bgp2Fields,
    subject: 'peer',
  },
  { oids: [`${cisco}.187.0.7`], kind: 'bgp.state_changed', fields: bgp2Fields, subject: 'peer' },
  { oids: [`${mib2}.222.0.1`], kind: 'bfd.up', fields: bfdFields(`${mib2}.222.1.2.1.13`, 'up'), subject: 'session' },
  {
    oids: [`${mib2}.222.0.2`],
    kind: 'bfd.down',
    fields: bfdFields(`${mib2}.222.1.2.1.13`, 'down'),
    subject: 'session',
  },
  {
    oids: ['1.3.6.1.4.1.9.10.137.0.1'],
    kind: 'bfd.up',
    fields: bfdFields('1.3.6.1.4.1.9.10.137.1.2.1.8', 'up'),
    subject: 'session',
  },
  {
    oids: ['1.3.6.1.4.1.9.10.137.0.2'],
    kind: 'bfd.down',
    fields: bfdFields('1.3.6.1.4.1.9.10.137.1.2.1.8', 'down'),
    subject: 'session',
  },
  {
    oids: [`${cisco}.42.2.0.5`, `${cisco}.42.2.0.8`],
    kind: 'ipsla.threshold',
    fields: {
      ...slaFields(`${rtt}.2.19.1.2`, slaTarget),
      variable: { of: [`${rtt}.2.19.1.2`] },
      value: { of: [`${rtt}.2.19.1.9`] },
      ...occurred(`${rtt}.2.19.1.10`),
    },
    subject: 'tag',
  },
  ...(
    [
      [1, 'ipsla.connection', 5],
      [2, 'ipsla.timeout', 6],
      [3, 'ipsla.threshold', 7],
    ] as const
  ).map(([trap, kind, column]): TrapType => ({
    oids: [`${cisco}.42.2.0.${trap}`],
    kind,
    fields: { ...slaFields(`${rtt}.2.9.1.${column}`, slaTarget), ...occurred(`${rtt}.2.9.1.${column}`) },
    subject: 'tag',
  })),
  {
    oids: [`${vedge}.2.4`],
    kind: 'sdwan.bfd',
    fields: sdwanBfd(`${vedge}.1`, 4),
    subject: ['tunnel', 'peer', 'remoteColor'],
  },
  {
    oids: [`${cisco}.1002.0.1`],
    kind: 'sdwan.bfd',
    fields: sdwanBfd(`${cisco}.1002.2`, 3),
    subject: ['tunnel', 'peer', 'remoteColor'],
  },
  {
    oids: [`${cisco}.1002.0.2`],
    kind: 'sdwan.sla',
    fields: sdwanBfd(`${cisco}.1002.2`, 3),
    subject: ['tunnel', 'peer', 'remoteColor'],
  },
  {
    oids: [`${vedge}.2.70`],
    kind: 'sdwan.sla',
    fields: {
      ...sdwanPath(`${vedge}.1`, 94),
      from: { of: [`${vedge}.1.153`] },
      to: { of: [`${vedge}.1.105`] },
      lossPercent: { of: [`${vedge}.1.103`] },
      latencyMs: { of: [`${vedge}.1.104`] },
      jitterMs: { of: [`${vedge}.1.137`] },
    },
    subject: ['tunnel', 'peer', 'remoteColor'],
  },
  { oids: [`${vedge}.2.77`], kind: 'sdwan.sla', fields: sdwanPolicy(`${vedge}.1`, 115), subject: 'sla' },
  { oids: [`${cisco}.1005.0.1`], kind: 'sdwan.sla', fields: sdwanPolicy(`${cisco}.1005.2`, 3), subject: 'sla' },
  {
    oids: [`${vedge}.2.23`],
    kind: 'sdwan.control',
    fields: sdwanControl(`${vedge}.1`, 32, 33, 36, 39),
    subject: 'peer',
  },
  {
    oids: [`${cisco}.1006.0.1`],
    kind: 'sdwan.control',
    fields: sdwanControl(`${cisco}.1006.2`, 4, 5, 9, 12),
    subject: 'peer',
  },
  { oids: [`${vedge}.2.19`], kind: 'sdwan.omp', fields: { to: { of: [`${vedge}.1.26`], labels: upDown } } },
  { oids: [`${cisco}.1003.0.2`], kind: 'sdwan.omp', fields: { to: { of: [`${cisco}.1003.2.4`], labels: upDown } } },
  {
    oids: [`${vedge}.2.20`],
    kind: 'sdwan.omp',
    fields: { peer: { of: [`${vedge}.1.27`], address: true }, to: { of: [`${vedge}.1.28`] } },
    subject: 'peer',
  },
  {
    oids: [`${cisco}.1003.0.3`],
    kind: 'sdwan.omp',
    fields: { peer: { of: [`${cisco}.1003.2.5`], address: true }, to: { of: [`${cisco}.1003.2.6`] } },
    subject: 'peer',
  },
  {
    oids: [`${vedge}.2.54`],
    kind: 'bgp.state_changed',
    fields: { peer: { of: [`${vedge}.1.68`], address: true }, to: { of: [`${vedge}.1.69`] } },
    subject: 'peer',
  },
  {
    oids: [`${vedge}.2.55`],
    kind: { of: `${vedge}.1.74`, kinds: { 0: 'link.up', 1: 'link.down' }, otherwise: 'link.changed' },
    fields: { interfaceName: { of: [`${vedge}.1.73`] }, to: { of: [`${vedge}.1.74`], labels: upDown } },
    subject: 'interfaceName',
  },
  { oids: [`${fortigate}.2.0.301`], kind: 'vpn.up', fields: vpnFields('up'), subject: 'tunnel' },
  { oids: [`${fortigate}.2.0.302`], kind: 'vpn.down', fields: vpnFields('down'), subject: 'tunnel' },
  { oids: [`${meraki}.7.2`], kind: 'device.down', fields: merakiFields({ to: { is: 'down' } }), subject: 'deviceMac' },
  { oids: [`${meraki}.7.3`], kind: 'device.up', fields: merakiFields({ to: { is: 'up' } }), subject: 'deviceMac' },
  { oids: [`${meraki}.7.5`], kind: 'cellular.up', fields: merakiFields({ to: { is: 'up' } }), subject: 'deviceMac' },
  {
    oids: [`${meraki}.7.6`],
    kind: 'cellular.down',
    fields: merakiFields({ to: { is: 'down' } }),
    subject: 'deviceMac',
  },
  { oids: [`${meraki}.7.9`], kind: 'uplink.changed', fields: merakiFields(), subject: 'deviceMac' },
  {
    oids: [`${meraki}.7.22`],
    kind: { of: `${meraki}.4.1.3`, kinds: { 0: 'vpn.down', 1: 'vpn.up' }, otherwise: 'vpn.changed' },
    fields: merakiFields({ peer: { of: [`${meraki}.2.1.4`] }, to: { of: [`${meraki}.4.1.3`] } }),
    subject: 'deviceMac',
  },
  { oids: [`${meraki}.7.23`], kind: 'vpn.failover', fields: merakiFields(), subject: 'network' },
  { oids: [`${mib2}.80.0.1`], kind: 'probe.failed', fields: pingFields, subject: 'test' },
  { oids: [`${mib2}.80.0.2`], kind: 'probe.test_failed', fields: pingFields, subject: 'test' },
  { oids: [`${mib2}.80.0.3`], kind: 'probe.completed', fields: pingFields, subject: 'test' },
  {
    oids: [1, 2, 3, 4, 5, 6, 7, 8, 9].map((trap) => `1.3.6.1.4.1.2636.4.9.0.${trap}`),
    kind: 'probe.threshold',
    fields: pingFields,
    subject: 'test',
  },
  {
    oids: ['1.3.6.1.4.1.23867.4.1.1'],
    kind: 'alarm',
    fields: {
      cause: { of: ['1.3.6.1.4.1.23867.3.1.1.2.1.1.6'] },
      severity: { of: ['1.3.6.1.4.1.23867.3.1.1.2.1.1.3'] },
      description: { of: ['1.3.6.1.4.1.23867.3.1.1.2.1.1.5'] },
    },
    subject: 'description',
  },
];
