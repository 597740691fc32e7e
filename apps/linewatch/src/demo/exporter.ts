/** An academy's router as an exporter: its flows as NetFlow v5, v9 or IPFIX datagrams, with what it says of itself. */
import {
  type EncodedSet,
  type EncodedTemplate,
  type Row,
  type V5Record,
  element,
  encodeMessage,
  encodeV5,
} from '@linewatch/decode';
import { type DemoAcademy, lan } from './academies.ts';
import { networkOf, nextHopOf } from './flows.ts';
import type { LiveFlow } from './live.ts';

/** Records of one datagram: below an Ethernet frame with room for tunnels. */
const recordsPerDatagram = 18;
const v5RecordsPerDatagram = 27;
const maskBits = 24;
/** Value of selectorId (302) in a sampled exporter's flows and options. */
const selectorId = 1;

/** What v9 and IPFIX flows have in common: [element, octets]. */
const commonFields = [
  [8, 4], [12, 4], [15, 4], [10, 4], [14, 4], [2, 8], [1, 8], [7, 2], [11, 2], [6, 1], [4, 1], [5, 1], [16, 4], [17, 4],
  [9, 1], [13, 1], [61, 1],
] as const; // prettier-ignore

const fieldsOf = (list: readonly (readonly [number, number])[]) => list.map(([id, length]) => element(id, length));
const variable = 65_535;

const v9Flows: EncodedTemplate = { id: 260, fields: fieldsOf([...commonFields, [22, 4], [21, 4]]) };
const ipfixFlows: EncodedTemplate = { id: 270, fields: fieldsOf([...commonFields, [152, 8], [153, 8]]) };
const ipfixSampledFlows: EncodedTemplate = { id: 271, fields: [...ipfixFlows.fields, element(302, 8)] };
/** Scope System (1, RFC 3954 section 6.1); ifIndex, ifName, description. */
const v9Names: EncodedTemplate = { id: 256, scopes: 1, fields: fieldsOf([[1, 4], [10, 4], [82, 32], [83, 64]]) }; // prettier-ignore
/** Scope ingressInterface; interfaceName, interfaceDescription. */
const ipfixNames: EncodedTemplate = { id: 257, scopes: 1, fields: fieldsOf([[10, 4], [82, variable], [83, variable]]) }; // prettier-ignore
/** Scope selectorId; systematic count-based sampling: 1 packet, then a space of rate − 1 (RFC 5477). */
const ipfixSampling: EncodedTemplate = { id: 258, scopes: 1, fields: fieldsOf([[302, 8], [304, 2], [305, 4], [306, 4]]) }; // prettier-ignore

function v4(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function* chunks<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

export class Exporter {
  readonly academy: DemoAcademy;
  readonly #network: number;
  /** Unix ms at which the router "started": a few weeks before the demo. */
  readonly #bootMs: number;
  #sequence = 0;

  constructor(academy: DemoAcademy, startedMs: number) {
    this.academy = academy;
    this.#network = networkOf(academy);
    this.#bootMs = startedMs - 86_400_000 * (3 + (academy.seed % 30));
  }

  /** Templates and options data; v5 has none. */
  announce(nowMs: number): Uint8Array[] {
    const { protocol, circuits, samplingRate } = this.academy;
    if (protocol === 'v5') return [];
    const interfaces = [{ ...lan, what: 'inside' }, ...circuits.map((c) => ({ ...c, what: `${c.role} ${c.kind}` }))];
    if (protocol === 'v9') {
      const rows = interfaces.map(({ ifIndex, ifName, what }): Row => [0, ifIndex, ifName, what]);
      return [this.#message(nowMs, [{ template: v9Flows }, { template: v9Names }, { data: v9Names, rows }])];
    }
    const rows = interfaces.map(({ ifIndex, ifName, what }): Row => [ifIndex, ifName, what]);
    const sets: EncodedSet[] = [
      { template: this.#ipfixTemplate() },
      { template: ipfixNames },
      { template: ipfixSampling },
      { data: ipfixNames, rows },
    ];
    if (samplingRate > 1) sets.push({ data: ipfixSampling, rows: [[selectorId, 1, 1, samplingRate - 1]] });
    return [this.#message(nowMs, sets)];
  }

  /** Datagrams of these flows, in order. */
  encode(flows: readonly LiveFlow[], nowMs: number): Uint8Array[] {
    if (this.academy.protocol === 'v5') return this.#encodeV5(flows, nowMs);
    const ipfix = this.academy.protocol === 'ipfix';
    const template = ipfix ? this.#ipfixTemplate() : v9Flows;
    return [...chunks(flows, recordsPerDatagram)].map((some) =>
      this.#message(nowMs, [{ data: template, rows: some.map((flow) => this.#row(flow, ipfix)) }]),
    );
  }

  #ipfixTemplate(): EncodedTemplate {
    return this.academy.samplingRate > 1 ? ipfixSampledFlows : ipfixFlows;
  }

  #row(flow: LiveFlow, ipfix: boolean): Row {
    const row = [
      v4(flow.source),
      v4(flow.destination),
      v4(nextHopOf(this.#network, flow.download)),
      flow.download ? flow.wan : lan.ifIndex,
      flow.download ? lan.ifIndex : flow.wan,
      flow.packets,
      flow.octets,
      flow.sourcePort,
      flow.destinationPort,
      flow.tcpFlags,
      flow.service.protocol,
      flow.service.tos,
      flow.sourceAs,
      flow.destinationAs,
      maskBits,
      maskBits,
      flow.download ? 0 : 1, // both were observed at the WAN interface: on the way in, on the way out
    ];
    if (!ipfix) return [...row, flow.startMs - this.#bootMs, flow.endMs - this.#bootMs];
    return [...row, flow.startMs, flow.endMs, selectorId];
  }

  #message(nowMs: number, sets: readonly EncodedSet[]): Uint8Array {
    const v9 = this.academy.protocol === 'v9';
    const header = { exportMs: nowMs, sequence: this.#sequence, domain: 0, uptimeMs: nowMs - this.#bootMs };
    // v9 counts its packets (RFC 3954 section 5.1), IPFIX its data records (RFC 7011 section 3.1).
    this.#sequence += v9 ? 1 : sets.reduce((sum, set) => sum + ('data' in set ? set.rows.length : 0), 0);
    return encodeMessage({ ...header, version: v9 ? 9 : 10 }, sets);
  }

  #encodeV5(flows: readonly LiveFlow[], nowMs: number): Uint8Array[] {
    return [...chunks(flows, v5RecordsPerDatagram)].map((some) => {
      const header = { uptimeMs: nowMs - this.#bootMs, exportMs: nowMs, sequence: this.#sequence };
      this.#sequence += some.length; // v5 counts flows
      return encodeV5(header, some.map((flow) => this.#v5Record(flow))); // prettier-ignore
    });
  }

  #v5Record(flow: LiveFlow): V5Record {
    return {
      srcAddr: v4(flow.source),
      dstAddr: v4(flow.destination),
      nextHop: v4(nextHopOf(this.#network, flow.download)),
      inIf: flow.download ? flow.wan : lan.ifIndex,
      outIf: flow.download ? lan.ifIndex : flow.wan,
      packets: flow.packets,
      octets: flow.octets,
      first: flow.startMs - this.#bootMs,
      last: flow.endMs - this.#bootMs,
      srcPort: flow.sourcePort,
      dstPort: flow.destinationPort,
      tcpFlags: flow.tcpFlags,
      protocol: flow.service.protocol,
      tos: flow.service.tos,
      srcAs: flow.sourceAs & 0xffff, // v5 has 16 bits
      dstAs: flow.destinationAs & 0xffff,
      srcMask: maskBits,
      dstMask: maskBits,
    };
  }
}
