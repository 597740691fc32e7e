/**
 * Which information element feeds which column (IANA registry "ipfix"; NetFlow v9 shares its numbers up to 32767). The
 * enterprise number 0 is IANA's; 29305 marks the same elements of the reverse direction (RFC 5103 section 6).
 */
import { type FlowColumnName, counterCodes } from '@linewatch/record';

export const reversePen = 29305;

/** Elements that feed a column: first those of `ids` in the template's order, then those of `then`. */
export interface Feed {
  readonly ids: readonly number[];
  readonly then?: readonly number[];
  /** NetFlow v9 only: numbers above 32767 are plain there (Cisco ASA). */
  readonly v9?: readonly number[];
}

export const addressFeeds = {
  src_addr: { ids: [8, 27] },
  dst_addr: { ids: [12, 28] },
  next_hop: { ids: [15, 62], then: [18, 63] }, // else the BGP next hop
  post_nat_src_addr: { ids: [225, 281], v9: [40001] },
  post_nat_dst_addr: { ids: [226, 282], v9: [40002] },
} as const satisfies Partial<Record<FlowColumnName, Feed>>;

export const numberFeeds = {
  in_if: { ids: [10], then: [252] },
  out_if: { ids: [14], then: [253] },
  src_port: { ids: [7], then: [180, 182] },
  dst_port: { ids: [11], then: [181, 183] },
  protocol: { ids: [4] },
  tcp_flags: { ids: [6] },
  src_as: { ids: [16] },
  dst_as: { ids: [17] },
  src_mask: { ids: [9, 29] },
  dst_mask: { ids: [13, 30] },
  src_vlan: { ids: [58, 243] },
  dst_vlan: { ids: [59, 254] },
  forwarding_status: { ids: [89] },
  in_vrf: { ids: [234] },
  out_vrf: { ids: [235] },
  post_nat_src_port: { ids: [227], v9: [40003] },
  post_nat_dst_port: { ids: [228], v9: [40004] },
} as const satisfies Partial<Record<FlowColumnName, Feed>>;

export type AddressColumn = keyof typeof addressFeeds;
export type NumberColumn = keyof typeof numberFeeds;

export const tosElement = 5;
export const dscpElement = 195;
export const directionElement = 61;
export const applicationElement = 95;
/** Label, 3 bits of traffic class, 1 of bottom-of-stack: RFC 3032 section 2.1 without its TTL. */
export const mplsTopLabel = 70;
/** Sections of sampled packets (RFC 5477 section 8.5), and what says what they are. */
export const section = {
  frame: 315,
  frameType: 408,
  frameOctets: 312,
  header: 313,
  payload: 314,
  packetOctets: 224,
  offset: 409,
} as const;
export const paddingElement = 210;
/** 1 created, 2 deleted, 3 denied, 4 alert, 5 update; 40005 where Cisco ASA says it in v9. */
export const firewallEvent = { ids: [233], v9: [40005] } as const satisfies Feed;
export const icmp = { type: [176, 178], code: [177, 179], both: [32, 139] } as const;

/**
 * Families of counters, the first that a template has is taken. 23/24 are none: post-NAT octets by the standard, the
 * reverse direction from Meraki, a copy of 1/2 from FortiGate. Where IP octets are not sent, those of layer 2 (352) are
 * taken.
 */
export const counterFamilies = [
  { counter: counterCodes.delta, octets: [1, 352], packets: [2] },
  { counter: counterCodes.initiator, octets: [231], packets: [298], responderOctets: [232], responderPackets: [299] },
  { counter: counterCodes.total, octets: [85, 353], packets: [86] },
] as const;

/** How a time element is coded. */
export type TimeCoding = 'milliseconds' | 'seconds' | 'ntp' | 'delta' | 'uptime';

interface TimeElement {
  readonly id: number;
  readonly coding: TimeCoding;
}

/** What was observed at one instant (Cisco ASA events: 323) is the end, unless a flow end is there. */
const observation: readonly TimeElement[] = [
  { id: 323, coding: 'milliseconds' },
  { id: 324, coding: 'ntp' },
  { id: 325, coding: 'ntp' },
  { id: 322, coding: 'seconds' },
];
export const startTimes: readonly TimeElement[] = [
  { id: 152, coding: 'milliseconds' },
  { id: 154, coding: 'ntp' },
  { id: 156, coding: 'ntp' },
  { id: 158, coding: 'delta' },
  { id: 22, coding: 'uptime' },
  { id: 150, coding: 'seconds' },
];
export const endTimes: readonly TimeElement[] = [
  { id: 153, coding: 'milliseconds' },
  { id: 155, coding: 'ntp' },
  { id: 157, coding: 'ntp' },
  { id: 159, coding: 'delta' },
  { id: 21, coding: 'uptime' },
  { id: 151, coding: 'seconds' },
  ...observation,
];
export const durations = [
  { id: 161, perMs: 1 },
  { id: 162, perMs: 1000 },
] as const;
export const systemInitElement = 160;

export const sampling = {
  interval: 34,
  randomInterval: 50,
  packetInterval: 305,
  packetSpace: 306,
  size: 309,
  population: 310,
  probability: 311,
  samplers: [48, 302],
  template: 145,
} as const;

export const interfaceElements = [10, 14, 252, 253] as const;
