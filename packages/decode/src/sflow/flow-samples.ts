/** Flow samples and discarded packets: a sampled packet is a row. */
import { type FlowColumns, counterCodes } from '@linewatch/record';
import type { Exporter } from '../exporter.ts';
import { PacketReader, tunnels } from '../packet/packet.ts';
import type { RowWriter } from '../rows.ts';
import { ipStructureOctets, readAddress, readIp, readOuter, readPath } from './flow-records.ts';
import { type Taken, flowFormats, headerProtocols, padded, sampleFormats, sourceClasses, taken } from './formats.ts';
import type { TcpInfo } from './tcp-info.ts';
import type { Unread } from './unread.ts';

const word = 4_294_967_296;
/** The value for an interface inside the device, or a VLAN that is not known. */
const localInterface = 0x3fffffff;
const unknown = 0xffffffff;
/** Element 89: dropped, reason not told there. */
const dropped = 2 << 6;

/** Which structure the octets are from; a packet's own header knows best. */
const sizeFrom = { nothing: 0, ip: 1, ethernet: 2, header: 3 } as const;

interface Parts {
  readonly rows: RowWriter;
  readonly unread: Unread;
  readonly tcpInfo: TcpInfo;
}

/** Where the parts of a sample's fixed beginning are. */
const layouts = {
  [sampleFormats.flow]: { octets: 32, rate: 8, input: 20, output: 24, records: 28 },
  [sampleFormats.flowExpanded]: { octets: 44, rate: 12, input: 24, output: 32, records: 40 },
  [sampleFormats.discarded]: { octets: 32, rate: -1, input: 16, output: 20, records: 28 },
} as const;
export type FlowSampleFormat = keyof typeof layouts;

export class FlowSamples {
  readonly #rows: RowWriter;
  readonly #unread: Unread;
  readonly #tcpInfo: TcpInfo;
  readonly #packets: PacketReader;
  readonly #c: FlowColumns['arrays'];
  // Of the datagram:
  #exporter: Exporter | undefined;
  #domain = 0;
  #nowMs = 0;
  // Of the sample:
  #vlanIn = 0;
  #vlanOut = 0;
  #size: number = sizeFrom.nothing;
  /** The packet's own header told its addresses. */
  #addressed = false;
  #routed = false;
  #tunnelAt = -1;
  #tunnelOctets = 0;
  #vni = 0;
  #label = 0;
  #ipAt = -1;
  #ipOctets = 0;

  constructor({ rows, unread, tcpInfo }: Parts) {
    this.#rows = rows;
    this.#unread = unread;
    this.#tcpInfo = tcpInfo;
    this.#packets = new PacketReader(rows.columns);
    // A copy of a fixed shape: the table's own object is built name by name, and looked up by hash.
    this.#c = { ...rows.columns.arrays };
  }

  begin(exporter: Exporter, domain: number, nowMs: number): void {
    this.#exporter = exporter;
    this.#domain = domain;
    this.#nowMs = nowMs;
  }

  /** Reads the sample in [at, end) into a row. */
  read(format: FlowSampleFormat, sourceClass: number, source: number, view: DataView, at: number, end: number): Taken {
    const layout = layouts[format];
    const exporter = this.#exporter;
    if (exporter === undefined || end - at < layout.octets) return taken.nothing;
    const row = this.#rows.blank(exporter, this.#nowMs);
    if (row < 0) return taken.whole;
    this.#interfaces(format, row, view, at);
    // The source is the interface that samples: it saw the packet come in, or go out.
    if (sourceClass === sourceClasses.interface && source !== 0)
      this.#c.direction[row] = source === this.#c.in_if[row] ? 1 : source === this.#c.out_if[row] ? 2 : 0;
    this.#vlanIn = this.#vlanOut = this.#vni = this.#label = 0;
    this.#size = sizeFrom.nothing;
    this.#addressed = this.#routed = false;
    this.#tunnelAt = this.#ipAt = -1;
    const count = view.getUint32(at + layout.records);
    const records = this.#records(row, view, at + layout.octets, end, count);
    // Nothing of a broken sample could be read: what it begins with is not to be trusted.
    if (records < count && records === 0) return taken.nothing;
    this.#finish(row, view);
    this.#constants(row, exporter);
    this.#rows.keep();
    return records === count ? taken.whole : taken.part;
  }

  #constants(row: number, exporter: Exporter): void {
    const c = this.#c;
    const d = row * 2;
    const q = row * 4;
    const high = Math.floor(this.#nowMs / word);
    const low = this.#nowMs - high * word;
    // sFlow has no time but the agent's uptime.
    c.received_ms[d] = c.exported_ms[d] = c.start_ms[d] = c.end_ms[d] = low;
    c.received_ms[d + 1] = c.exported_ms[d + 1] = c.start_ms[d + 1] = c.end_ms[d + 1] = high;
    const { words } = exporter;
    c.exporter[q] = words[0]!;
    c.exporter[q + 1] = words[1]!;
    c.exporter[q + 2] = words[2]!;
    c.exporter[q + 3] = words[3]!;
    c.observation_domain[row] = this.#domain;
    c.version[row] = 105;
    c.packets[d] = 1;
  }

  /** What a sample begins with: sampling rate and interfaces. */
  #interfaces(format: FlowSampleFormat, row: number, view: DataView, at: number): void {
    const c = this.#c;
    const compact = format === sampleFormats.flow;
    const layout = layouts[format];
    let input = view.getUint32(at + layout.input);
    let output = view.getUint32(at + layout.output);
    let inFormat = 0;
    let outFormat = 0;
    if (compact) {
      inFormat = input >>> 30;
      input &= localInterface;
      outFormat = output >>> 30;
      output &= localInterface;
    } else if (format === sampleFormats.flowExpanded) {
      inFormat = input;
      input = view.getUint32(at + layout.input + 4);
      outFormat = output;
      output = view.getUint32(at + layout.output + 4);
    }
    if (inFormat === 0 && input !== localInterface) c.in_if[row] = input;
    if (outFormat === 0 && output !== localInterface) c.out_if[row] = output;
    if (outFormat === 1) {
      c.forwarding_status[row] = dropped;
      c.discard_reason[row] = output;
    }
    if (format === sampleFormats.discarded) {
      c.counter[row] = counterCodes.discard;
      c.forwarding_status[row] = dropped;
      c.discard_reason[row] = view.getUint32(at + 24);
    }
    const rate = layout.rate < 0 ? 1 : view.getUint32(at + layout.rate);
    c.sampling_rate[row] = rate || 1;
    c.sampling_stated[row] = rate > 0 ? 1 : 0;
  }

  /** Returns how many records were whole. */
  #records(row: number, view: DataView, from: number, end: number, count: number): number {
    let at = from;
    for (let i = 0; i < count; i++) {
      if (end - at < 8) return i;
      const tag = view.getUint32(at);
      const octets = view.getUint32(at + 4);
      at += 8;
      if (octets > end - at || !this.#record(tag, row, view, at, at + octets)) return i;
      at += padded(octets);
    }
    return count;
  }

  /** False when the record is shorter than its own lengths say. */
  #record(tag: number, row: number, view: DataView, at: number, end: number): boolean {
    const c = this.#c;
    const octets = end - at;
    switch (tag) {
      case flowFormats.rawHeader:
        return this.#rawHeader(row, view, at, end);
      case flowFormats.ethernet:
        // Length of the frame, two addresses of 6 octets padded to 8, and the EtherType.
        if (octets < 4) return false;
        this.#sized(row, sizeFrom.ethernet, view.getUint32(at));
        return true;
      case flowFormats.ipv4:
      case flowFormats.ipv6:
        this.#ipOctets = tag === flowFormats.ipv4 ? 4 : 16;
        if (octets < ipStructureOctets(this.#ipOctets)) return false;
        this.#ipAt = at;
        this.#sized(row, sizeFrom.ip, view.getUint32(at));
        return true;
      case flowFormats.switch:
        if (octets < 16) return false;
        this.#vlanIn = view.getUint32(at);
        this.#vlanOut = view.getUint32(at + 8);
        return true;
      case flowFormats.router: {
        const next = readAddress(view, at, end, c.next_hop, row);
        if (next < 0 || end - next < 8) return false;
        this.#routed = true;
        c.src_mask[row] = view.getUint32(next);
        c.dst_mask[row] = view.getUint32(next + 4);
        return true;
      }
      case flowFormats.gateway: {
        // The router's next hop is the nearer one.
        const next = readAddress(view, at, end, this.#routed ? undefined : c.next_hop, row);
        return next >= 0 && readPath(c, row, view, next, end);
      }
      case flowFormats.mpls: {
        const next = readAddress(view, at, end, undefined, row);
        if (next < 0 || end - next < 4) return false;
        // Labels on ingress, the top first, as in the packet (RFC 3032).
        if (end - next >= 8 && view.getUint32(next) > 0) this.#label = view.getUint32(next + 4) >>> 12;
        return true;
      }
      case flowFormats.nat: {
        const next = readAddress(view, at, end, c.post_nat_src_addr, row);
        return next >= 0 && readAddress(view, next, end, c.post_nat_dst_addr, row) >= 0;
      }
      case flowFormats.natPort:
        if (octets < 8) return false;
        c.post_nat_src_port[row] = view.getUint32(at);
        c.post_nat_dst_port[row] = view.getUint32(at + 4);
        return true;
      case flowFormats.ipv4TunnelEgress:
      case flowFormats.ipv4TunnelIngress:
      case flowFormats.ipv6TunnelEgress:
      case flowFormats.ipv6TunnelIngress: {
        const size = tag <= flowFormats.ipv4TunnelIngress ? 4 : 16;
        if (octets < ipStructureOctets(size)) return false;
        this.#tunnelAt = at;
        this.#tunnelOctets = size;
        return true;
      }
      case flowFormats.vniEgress:
      case flowFormats.vniIngress:
        if (octets < 4) return false;
        this.#vni = view.getUint32(at);
        return true;
      case flowFormats.tcpInfo:
        if (octets < 48) return false;
        if (this.#exporter) this.#tcpInfo.read(this.#exporter, c.in_if[row]! || c.out_if[row]!, view, at, this.#nowMs);
        return true;
      default:
        if (this.#exporter) this.#unread.count(this.#exporter, 'flow', tag, view, at, end, this.#nowMs);
        return true;
    }
  }

  #sized(row: number, from: number, octets: number): void {
    if (from <= this.#size) return;
    this.#size = from;
    this.#c.octets[2 * row] = octets;
  }

  /** Header protocol, length of the frame, octets taken off its end, and the header. */
  #rawHeader(row: number, view: DataView, at: number, end: number): boolean {
    if (end - at < 16) return false;
    const protocol = view.getUint32(at);
    const octets = view.getUint32(at + 12);
    const from = at + 16;
    const whole = octets <= end - from;
    const to = whole ? from + octets : end;
    // One packet is a row: a second header is another part of it.
    if (this.#size === sizeFrom.header) return whole;
    this.#sized(row, sizeFrom.header, view.getUint32(at + 4));
    switch (protocol) {
      case headerProtocols.ethernet:
        this.#addressed = this.#packets.ethernet(row, view, from, to);
        break;
      case headerProtocols.ipv4:
      case headerProtocols.ipv6:
        this.#addressed = this.#packets.ip(row, view, from, to);
        break;
      case headerProtocols.mpls:
        this.#addressed = this.#packets.mpls(row, view, from, to);
        break;
      default:
        if (this.#exporter) this.#unread.count(this.#exporter, 'header', protocol & 0xfff, view, from, to, this.#nowMs);
    }
    return whole;
  }

  /** What records say of a packet together, whatever their order. */
  #finish(row: number, view: DataView): void {
    const c = this.#c;
    if (this.#ipAt >= 0 && !this.#addressed) readIp(c, row, view, this.#ipAt, this.#ipOctets);
    if (c.mpls_label[row] === 0) c.mpls_label[row] = this.#label;
    if (this.#vlanIn > 0 && this.#vlanIn < 4096) c.src_vlan[row] = this.#vlanIn;
    if (this.#vlanOut > 0 && this.#vlanOut < 4096) c.dst_vlan[row] = this.#vlanOut;
    if (this.#tunnelAt >= 0 && c.tunnel[row] === 0) readOuter(c, row, view, this.#tunnelAt, this.#tunnelOctets);
    if (this.#vni > 0 && this.#vni !== unknown && c.tunnel_id[row] === 0) {
      c.tunnel[row] ||= tunnels.vxlan;
      c.tunnel_id[row] = this.#vni;
    }
  }
}
