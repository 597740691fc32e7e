/** A simulated agent of sFlow v5 (https://sflow.org/sflow_version_5.txt), with the rows expected of its datagrams. */
import {
  type SflowRecord,
  type SflowSample,
  encodeSflow,
  packets,
  sflowHeader,
  xdr,
  xdrAddress,
} from '@linewatch/decode';
import { mapped } from './aspects.ts';
import { type ExpectedRow, words } from './expected.ts';
import type { Generated } from './exporter.ts';
import type { Random } from './random.ts';

const word = 4_294_967_296;
const sflowVersion = 105;
const protocols = { icmp: 1, tcp: 6, udp: 17, gre: 47, ospf: 89 } as const;
/** Elements of the enterprise 0: structures of flows and counters. */
const tags = { switch: 1001, router: 1002, interface: 1, processor: 1001, unknown: 4300 * 4096 + 7 } as const;
/** An interface inside the device. */
const local = 0x3fffffff;

interface Packet {
  readonly octets: Uint8Array;
  readonly row: ExpectedRow;
}

/** A transport header, and what it makes of the row. */
function transport(random: Random, protocol: number, row: ExpectedRow): Uint8Array {
  row.protocol = protocol;
  const [src, dst] = [random.below(65_536), random.between(1, 1023)];
  switch (protocol) {
    case protocols.tcp: {
      const flags = random.below(256);
      Object.assign(row, { src_port: src, dst_port: dst, tcp_flags: flags });
      return Buffer.concat([packets.tcp(src, dst, flags), random.octets(random.below(60))]);
    }
    case protocols.udp:
      Object.assign(row, { src_port: src, dst_port: dst });
      return packets.udp(src, dst, random.octets(random.below(60)));
    case protocols.icmp:
      return packets.icmp(8, 0);
    case protocols.gre: {
      const inner = packets.ipv4({ src: random.octets(4), dst: random.octets(4), protocol: 6 }, packets.tcp(1, 2));
      return packets.gre(packets.etherTypes.ipv4, inner, random.chance(0.5) ? { key: random.u32() } : {});
    }
    default:
      return random.octets(20);
  }
}

function ipPacket(random: Random, row: ExpectedRow): { etherType: number; octets: Uint8Array } {
  const payload = transport(random, random.pick(Object.values(protocols)), row);
  const tos = random.below(256);
  const protocol = row.protocol as number;
  row.tos = tos;
  if (random.chance(0.6)) {
    const [src, dst] = [random.octets(4), random.octets(4)];
    Object.assign(row, { src_addr: mapped(src), dst_addr: mapped(dst) });
    const options = random.chance(0.2) ? random.octets(random.below(12)) : new Uint8Array();
    return { etherType: packets.etherTypes.ipv4, octets: packets.ipv4({ src, dst, protocol, tos, options }, payload) };
  }
  const [src, dst] = [random.octets(16), random.octets(16)];
  Object.assign(row, { src_addr: src, dst_addr: dst });
  const extended = random.chance(0.3);
  const inside = extended ? packets.ipv6Extension(protocol, payload, random.below(3)) : payload;
  const octets = packets.ipv6({ src, dst, next: extended ? 60 : protocol, trafficClass: tos }, inside);
  return { etherType: packets.etherTypes.ipv6, octets };
}

function frame(random: Random): Packet {
  const row: ExpectedRow = {};
  let { etherType, octets } = ipPacket(random, row);
  for (let i = random.pick([0, 0, 1, 2]); i > 0; i--) {
    const id = random.between(1, 4094);
    row.src_vlan = id;
    octets = packets.vlanTag(id, etherType, octets, random.below(8));
    etherType = random.pick([packets.etherTypes.vlan, packets.etherTypes.serviceVlan]);
  }
  return { octets: packets.ethernet(etherType, octets), row };
}

export class SimulatedAgent {
  readonly #random: Random;
  readonly #address: Uint8Array;
  readonly #subAgent: number;
  readonly #rate: number;
  #sequence: number;
  /** By source and kind. */
  readonly #sequences = new Map<string, number>();

  constructor(random: Random, address: Uint8Array) {
    this.#random = random;
    this.#address = address;
    this.#subAgent = random.pick([0, 0, 1, 70_000]);
    this.#rate = random.pick([1, 256, 1000, 16_384]);
    this.#sequence = random.u32();
  }

  #next(key: string): number {
    const next = ((this.#sequences.get(key) ?? this.#random.below(1000)) + 1) % word;
    this.#sequences.set(key, next);
    return next;
  }

  #others(row: ExpectedRow): SflowRecord[] {
    const random = this.#random;
    const records: SflowRecord[] = [];
    if (random.chance(0.3)) {
      const [input, output] = [random.between(1, 4094), random.between(1, 4094)];
      Object.assign(row, { src_vlan: input, dst_vlan: output });
      records.push({ tag: tags.switch, octets: xdr(input, 0, output, 0) });
    }
    if (random.chance(0.3)) {
      const next = random.chance(0.5) ? mapped(random.octets(4)) : random.octets(16);
      Object.assign(row, { next_hop: next, src_mask: random.below(129), dst_mask: random.below(129) });
      records.push({
        tag: tags.router,
        octets: xdr(xdrAddress(next), row.src_mask as number, row.dst_mask as number),
      });
    }
    if (random.chance(0.2)) records.push({ tag: tags.unknown, octets: random.octets(4 * random.below(20)) });
    return records;
  }

  #flow(received: ExpectedRow, expected: ExpectedRow[]): SflowSample {
    const random = this.#random;
    const { octets, row } = frame(random);
    const more = octets.length + random.below(1400);
    const header = sflowHeader(octets, more);
    const others = this.#others(row);
    const records = random.chance(0.5) ? [header, ...others] : [...others, header];
    const source = random.between(1, 50);
    const [input, output] = [random.pick([source, random.between(1, 50), local]), random.between(1, 50)];
    const shape = random.pick(['flow', 'flow', 'flow', 'expanded', 'dropped', 'discard'] as const);
    Object.assign(row, received, {
      observation_domain: this.#subAgent,
      octets: words(more),
      in_if: input === local ? 0 : input,
      direction: input === source ? 1 : 0,
    });
    expected.push(row);
    const rate = this.#rate;
    if (shape === 'discard') {
      Object.assign(row, { counter: 3, forwarding_status: 128, sampling_rate: 1, sampling_stated: 1, out_if: output });
      if (output === source && input !== source) row.direction = 2;
      return {
        kind: 'discard',
        sequence: this.#next(`d${source}`),
        source,
        drops: 0,
        input,
        output,
        reason: random.below(300),
        records,
      };
    }
    Object.assign(row, { sampling_rate: rate, sampling_stated: 1 });
    const sequence = this.#next(`f${source}`);
    const common = {
      kind: 'flow',
      sequence,
      source,
      rate,
      pool: 0,
      input,
      expanded: shape === 'expanded',
      records,
    } as const;
    if (shape === 'dropped') {
      row.forwarding_status = 128;
      return { ...common, outputFormat: 1, output: random.below(300) };
    }
    row.out_if = output;
    if (output === source && input !== source) row.direction = 2;
    return { ...common, output };
  }

  #counters(): SflowSample {
    const random = this.#random;
    const source = random.between(1, 50);
    const octets = xdr(source, 6, 1_000_000_000n, 1, 3, BigInt(random.u32()), ...Array.from({ length: 5 }, () => random.u32()), BigInt(random.u32()), ...Array.from({ length: 6 }, () => random.u32())); // prettier-ignore
    return {
      kind: 'counter',
      sequence: this.#next(`c${source}`),
      source,
      expanded: random.chance(0.3),
      records: [{ tag: tags.interface, octets }],
    };
  }

  next(receivedMs: number): Generated {
    const random = this.#random;
    const expected: ExpectedRow[] = [];
    const time = words(receivedMs);
    const received: ExpectedRow = {
      received_ms: time,
      exported_ms: time,
      start_ms: time,
      end_ms: time,
      exporter: this.#address,
      version: sflowVersion,
      packets: [1, 0],
    };
    const samples: SflowSample[] = Array.from({ length: random.between(1, 7) }, (_, i) => {
      if (random.chance(0.1)) return this.#counters();
      // One that is read is among them, or the datagram held nothing.
      if (i > 0 && random.chance(0.05))
        return { kind: 'opaque', tag: tags.unknown, octets: random.octets(4 * random.below(30)) };
      return this.#flow(received, expected);
    });
    const datagram = encodeSflow({
      agent: this.#address,
      subAgent: this.#subAgent,
      sequence: this.#sequence,
      uptimeMs: random.u32(),
      samples,
    });
    this.#sequence = (this.#sequence + 1) % word;
    return { address: this.#address, datagram, receivedMs, expected };
  }
}
