/** Compares what two decoders read from the same datagrams, column by column, whatever the order of records. */
import type { JsonFlow } from '@linewatch/decode';

/** tshark's fields for each of our columns: all that may feed it. */
const flowFields = {
  octets: ['octets', 'permanent_octets', 'initiator_octets', 'responder_octets'],
  packets: ['packets', 'permanent_packets', 'initiator_packets', 'responder_packets'],
  srcAddr: ['srcaddr', 'srcaddrv6'],
  dstAddr: ['dstaddr', 'dstaddrv6'],
  srcPort: ['srcport'],
  dstPort: ['dstport'],
  protocol: ['protocol'],
  inIf: ['inputint'],
  outIf: ['outputint'],
  srcAs: ['srcas'],
  dstAs: ['dstas'],
  srcVlan: ['vlanid', 'dot1q_vlan_id'],
  dstVlan: ['post_vlanid', 'post_dot1q_vlan_id'],
  srcMask: ['srcmask', 'srcmaskv6'],
  dstMask: ['dstmask', 'dstmaskv6'],
  tos: ['tos'],
} as const satisfies Record<string, readonly string[]>;
export type Column = keyof typeof flowFields;
export const columns = Object.keys(flowFields) as Column[];

const unset = new Set(['0', '0.0.0.0', '::', '0x00']);
const plain = (value: string): string => (value.startsWith('0x') ? String(Number(value)) : value);

/** Values of a column that are set, in order of size: absent and zero are the same to us. */
export const theirs = (answer: Readonly<Record<string, readonly string[]>>, column: Column): string[] =>
  flowFields[column]
    .flatMap((field) => answer[`cflow.${field}`] ?? [])
    .filter((value) => !unset.has(value))
    .map(plain)
    .sort();

export const ours = (flows: readonly JsonFlow[], column: Column | SampleColumn): string[] =>
  flows
    .map((flow) => String(flow[column] as string | number))
    .filter((value) => !unset.has(value))
    .sort();

export const allFields = Object.values(flowFields).flatMap((fields) =>
  fields.map((field) => `cflow.${field}` as const),
);

/** tshark's fields of sFlow: what a sample says, and what it reads from the sampled packet's header. */
const sampleFields = {
  octets: ['sflow_245.header.frame_length'],
  samplingRate: ['sflow.flow_sample.sampling_rate'],
  inIf: ['sflow.flow_sample.input_interface', 'sflow.flow_sample.input_interface_value'],
  srcAddr: ['ip.src', 'ipv6.src'],
  dstAddr: ['ip.dst', 'ipv6.dst'],
} as const;
export type SampleColumn = keyof typeof sampleFields;
export const sampleColumns = Object.keys(sampleFields) as SampleColumn[];
export const allSampleFields = Object.values(sampleFields).flat();
/** The agent itself: no interface to us (https://sflow.org/sflow_version_5.txt, "interface"). */
const local = '1073741823';

/** As `theirs`. The first IPv4 address is of the datagram that brought the samples. */
export const theirSamples = (answer: Readonly<Record<string, readonly string[]>>, column: SampleColumn): string[] =>
  sampleFields[column]
    .flatMap((field) => (answer[field] ?? []).slice(field.startsWith('ip.') ? 1 : 0))
    .filter((value) => !unset.has(value) && value !== local)
    .sort();
