/**
 * One bounds-checked pass over the captured start of a packet, straight into a row:
 *
 *     Ethernet │ VLAN tags │ MPLS labels │ PPPoE │ IPv4 or IPv6 │ TCP, UDP, ICMP …
 *                                                       └ GRE, IP in IP, VXLAN, GENEVE │ the same again, once
 *
 * What is cut off is left out: the capture ends where the exporter was told to cut.
 */
import type { FlowColumnName, FlowColumns } from '@linewatch/record';
import { copyAddress } from '../values.ts';

/** Columns that a reader may write. It writes only what it finds: they must be zero in the row. */
export const packetColumns = [
  'src_addr',
  'dst_addr',
  'src_port',
  'dst_port',
  'protocol',
  'tcp_flags',
  'tos',
  'src_vlan',
  'icmp_type',
  'icmp_code',
  'mpls_label',
  'tunnel',
  'tunnel_id',
  'inner_src_addr',
  'inner_dst_addr',
  'inner_protocol',
  'inner_src_port',
  'inner_dst_port',
] as const satisfies readonly FlowColumnName[];

/** As in `tunnelNames`. EtherIP is in IP directly, so it counts with IP in IP. */
export const tunnels = { gre: 1, ipip: 2, vxlan: 3, geneve: 4 } as const;

const ethernetOctets = 14;
/** Ethernet headers read in one packet: in MPLS there may be one below another. */
const maxFrames = 4;
const maxExtensionHeaders = 16;

/** IP protocol numbers. */
const ip = {
  icmp: 1,
  ipv4: 4,
  tcp: 6,
  udp: 17,
  dccp: 33,
  ipv6: 41,
  gre: 47,
  icmpv6: 58,
  etherIp: 97,
  sctp: 132,
  udpLite: 136,
} as const;

/** The columns of one of the two IP packets. */
interface Level {
  readonly src: Uint32Array;
  readonly dst: Uint32Array;
  readonly protocol: Uint8Array;
  readonly srcPort: Uint16Array;
  readonly dstPort: Uint16Array;
}

/** Reads packets into rows of these columns. */
export class PacketReader {
  readonly #outer: Level;
  readonly #inner: Level;
  readonly #tos: Uint8Array;
  readonly #tcpFlags: Uint16Array;
  readonly #icmpType: Uint8Array;
  readonly #icmpCode: Uint8Array;
  readonly #srcVlan: Uint16Array;
  readonly #mplsLabel: Uint32Array;
  readonly #tunnel: Uint8Array;
  readonly #tunnelId: Uint32Array;
  #view: DataView = new DataView(new ArrayBuffer(0));
  #row = 0;
  #frames = 0;

  constructor({ arrays: a }: FlowColumns) {
    this.#outer = {
      src: a.src_addr,
      dst: a.dst_addr,
      protocol: a.protocol,
      srcPort: a.src_port,
      dstPort: a.dst_port,
    };
    this.#inner = {
      src: a.inner_src_addr,
      dst: a.inner_dst_addr,
      protocol: a.inner_protocol,
      srcPort: a.inner_src_port,
      dstPort: a.inner_dst_port,
    };
    this.#tos = a.tos;
    this.#tcpFlags = a.tcp_flags;
    this.#icmpType = a.icmp_type;
    this.#icmpCode = a.icmp_code;
    this.#srcVlan = a.src_vlan;
    this.#mplsLabel = a.mpls_label;
    this.#tunnel = a.tunnel;
    this.#tunnelId = a.tunnel_id;
  }

  /**
   * Reads the Ethernet frame in [at, end) (sFlow header protocol 1, IPFIX element 315) into the row. `src_vlan` gets the
   * outermost VLAN id that is not 0. True when addresses were written: of IPv4 or IPv6, the outermost ones.
   */
  ethernet(row: number, view: DataView, at: number, end: number): boolean {
    this.#begin(row, view);
    return this.#ethernet(at, Math.min(end, view.byteLength), this.#outer);
  }

  /** The same for an IPv4 or IPv6 packet (sFlow header protocols 11 and 12, IPFIX element 313). */
  ip(row: number, view: DataView, at: number, end: number): boolean {
    this.#begin(row, view);
    return this.#ip(at, Math.min(end, view.byteLength), this.#outer);
  }

  /** The same behind a stack of MPLS labels (sFlow header protocol 13). */
  mpls(row: number, view: DataView, at: number, end: number): boolean {
    this.#begin(row, view);
    return this.#mpls(at, Math.min(end, view.byteLength), this.#outer);
  }

  /** The payload of an IP packet whose header was sent apart (IPFIX element 314); `protocol` is that header's. */
  payload(row: number, view: DataView, at: number, end: number, protocol: number): void {
    this.#begin(row, view);
    this.#transport(at, Math.min(end, view.byteLength), this.#outer, protocol);
  }

  #begin(row: number, view: DataView): void {
    this.#row = row;
    this.#view = view;
    this.#frames = 0;
  }

  #ethernet(at: number, end: number, level: Level): boolean {
    if (end - at < ethernetOctets || ++this.#frames > maxFrames) return false;
    return this.#network(at + 12, end, level);
  }

  /** From an EtherType on. Each turn takes a tag. */
  #network(from: number, end: number, level: Level): boolean {
    const view = this.#view;
    let at = from;
    while (end - at >= 2) {
      const type = view.getUint16(at);
      at += 2;
      switch (type) {
        case 0x0800:
          return this.#ipv4(at, end, level);
        case 0x86dd:
          return this.#ipv6(at, end, level);
        case 0x8100:
        case 0x88a8:
        case 0x9100:
        case 0x9200:
          if (end - at < 2) return false;
          // Id 0 carries a priority only (IEEE 802.1Q section 9.6).
          if (level === this.#outer && this.#srcVlan[this.#row] === 0)
            this.#srcVlan[this.#row] = view.getUint16(at) & 0xfff;
          at += 2;
          break;
        case 0x8847:
        case 0x8848:
          return this.#mpls(at, end, level);
        case 0x8864:
          return this.#pppoe(at, end, level);
        default:
          // A length: IEEE 802.3 with LLC, where SNAP brings the EtherType.
          if (type > 1500 || end - at < 8 || view.getUint32(at) !== 0xaaaa0300 || view.getUint16(at + 4) !== 0)
            return false;
          at += 6;
      }
    }
    return false;
  }

  /** RFC 3032. What follows the last label is told by its first four bits (RFC 4928 section 3). */
  #mpls(from: number, end: number, level: Level): boolean {
    const view = this.#view;
    for (let at = from; end - at >= 4;) {
      const entry = view.getUint32(at);
      if (at === from && level === this.#outer && this.#mplsLabel[this.#row] === 0)
        this.#mplsLabel[this.#row] = entry >>> 12;
      at += 4;
      if ((entry & 0x100) === 0) continue;
      if (at >= end) return false;
      // A control word before the Ethernet frame of a pseudowire (RFC 4385 section 3).
      return view.getUint8(at) >> 4 === 0 ? this.#ethernet(at + 4, end, level) : this.#ip(at, end, level);
    }
    return false;
  }

  /** RFC 2516 section 4, then the PPP protocol number. */
  #pppoe(at: number, end: number, level: Level): boolean {
    const view = this.#view;
    if (end - at < 8 || view.getUint16(at) !== 0x1100) return false;
    switch (view.getUint16(at + 6)) {
      case 0x0021:
        return this.#ipv4(at + 8, end, level);
      case 0x0057:
        return this.#ipv6(at + 8, end, level);
      case 0x0281:
        return this.#mpls(at + 8, end, level);
      default:
        return false;
    }
  }

  #ip(at: number, end: number, level: Level): boolean {
    if (at >= end) return false;
    const version = this.#view.getUint8(at) >> 4;
    return version === 4 ? this.#ipv4(at, end, level) : version === 6 ? this.#ipv6(at, end, level) : false;
  }

  #ipv4(at: number, captured: number, level: Level): boolean {
    const view = this.#view;
    if (captured - at < 20) return false;
    const first = view.getUint8(at);
    const headerOctets = (first & 15) * 4;
    if (first >> 4 !== 4 || headerOctets < 20) return false;
    const q = this.#row * 4;
    copyAddress(view, at + 12, 4, level.src, q);
    copyAddress(view, at + 16, 4, level.dst, q);
    const protocol = (level.protocol[this.#row] = view.getUint8(at + 9));
    if (level === this.#outer) this.#tos[this.#row] = view.getUint8(at + 1);
    // Only a first fragment has the transport header.
    if ((view.getUint16(at + 6) & 0x1fff) !== 0) return true;
    // Behind the total length is padding; segmentation in the network card leaves it 0.
    const total = view.getUint16(at + 2);
    const end = total >= headerOctets ? Math.min(captured, at + total) : captured;
    this.#transport(at + headerOctets, end, level, protocol);
    return true;
  }

  #ipv6(at: number, captured: number, level: Level): boolean {
    const view = this.#view;
    if (captured - at < 40 || view.getUint8(at) >> 4 !== 6) return false;
    const q = this.#row * 4;
    copyAddress(view, at + 8, 16, level.src, q);
    copyAddress(view, at + 24, 16, level.dst, q);
    if (level === this.#outer) this.#tos[this.#row] = (view.getUint16(at) >> 4) & 0xff;
    // Length 0: a jumbogram (RFC 2675), or segmentation in the network card.
    const payload = view.getUint16(at + 4);
    const end = payload > 0 ? Math.min(captured, at + 40 + payload) : captured;
    this.#extensions(at + 40, end, level, view.getUint8(at + 6));
    return true;
  }

  /** Extension headers (RFC 8200 section 4), then the transport header. */
  #extensions(from: number, end: number, level: Level, next: number): void {
    const view = this.#view;
    let at = from;
    let protocol = next;
    let first = true;
    for (let i = 0; i < maxExtensionHeaders && first && end - at >= 8; i++) {
      let octets: number;
      switch (protocol) {
        case 0: // hop-by-hop options
        case 43: // routing
        case 60: // destination options
        case 135: // mobility
        case 139: // host identity
        case 140: // shim6
          octets = 8 + view.getUint8(at + 1) * 8;
          break;
        case 44: // fragment
          octets = 8;
          first = (view.getUint16(at + 2) & 0xfff8) === 0;
          break;
        case 51: // authentication, in units of 4 octets (RFC 4302 section 2.2)
          octets = 8 + view.getUint8(at + 1) * 4;
          break;
        default:
          octets = 0;
      }
      if (octets === 0) break;
      protocol = view.getUint8(at);
      at += octets;
    }
    level.protocol[this.#row] = protocol;
    if (first) this.#transport(at, end, level, protocol);
  }

  #transport(at: number, end: number, level: Level, protocol: number): void {
    const view = this.#view;
    const row = this.#row;
    const left = end - at;
    switch (protocol) {
      case ip.tcp:
      case ip.udp:
      case ip.sctp:
      case ip.dccp:
      case ip.udpLite: {
        if (left < 4) return;
        level.srcPort[row] = view.getUint16(at);
        const port = (level.dstPort[row] = view.getUint16(at + 2));
        if (level !== this.#outer) return;
        if (protocol === ip.tcp) {
          if (left >= 14) this.#tcpFlags[row] = view.getUint16(at + 12) & 0xfff;
        } else if (protocol === ip.udp && left >= 16) this.#udp(at + 8, end, port);
        return;
      }
      case ip.icmp:
      case ip.icmpv6:
        if (left < 2 || level !== this.#outer) return;
        this.#icmpType[row] = view.getUint8(at);
        this.#icmpCode[row] = view.getUint8(at + 1);
        return;
      case ip.ipv4:
      case ip.ipv6:
        if (level !== this.#outer) return;
        this.#tunnel[row] = tunnels.ipip;
        this.#ip(at, end, this.#inner);
        return;
      case ip.gre:
        if (level === this.#outer) this.#gre(at, end);
        return;
      case ip.etherIp:
        // RFC 3378 section 2.
        if (level !== this.#outer || left < 2 || view.getUint8(at) >> 4 !== 3) return;
        this.#tunnel[row] = tunnels.ipip;
        this.#ethernet(at + 2, end, this.#inner);
        return;
    }
  }

  /** VXLAN (RFC 7348 section 5; 8472 is Linux's port) and GENEVE (RFC 8926 section 3.4). At least 8 octets are there. */
  #udp(at: number, end: number, port: number): void {
    const view = this.#view;
    const row = this.#row;
    if (port === 4789 || port === 8472) {
      if ((view.getUint8(at) & 0x08) === 0) return;
      this.#tunnel[row] = tunnels.vxlan;
      this.#tunnelId[row] = view.getUint32(at + 4) >>> 8;
      this.#ethernet(at + 8, end, this.#inner);
    } else if (port === 6081) {
      const first = view.getUint8(at);
      if (first >> 6 !== 0) return;
      this.#tunnel[row] = tunnels.geneve;
      this.#tunnelId[row] = view.getUint32(at + 4) >>> 8;
      this.#carried(view.getUint16(at + 2), at + 8 + (first & 0x3f) * 4, end);
    }
  }

  /** RFC 2784, with the key and sequence number of RFC 2890; NVGRE is a key over Ethernet, version 1 is PPTP's. */
  #gre(at: number, end: number): void {
    const view = this.#view;
    if (end - at < 4) return;
    const flags = view.getUint16(at);
    const version = flags & 7;
    if (version > 1) return;
    this.#tunnel[this.#row] = tunnels.gre;
    let next = at + ((flags & 0x8000) !== 0 ? 8 : 4);
    if ((flags & 0x2000) !== 0) {
      if (end - next < 4) return;
      // PPTP's key is the payload's length, then the call (RFC 2637 section 4.1).
      this.#tunnelId[this.#row] = version === 0 ? view.getUint32(next) : view.getUint16(next + 2);
      next += 4;
    }
    // Source routes (RFC 1701) have no bound that is worth walking.
    if (version === 1 || (flags & 0x4000) !== 0) return;
    if ((flags & 0x1000) !== 0) next += 4;
    this.#carried(view.getUint16(at + 2), next, end);
  }

  /** What a tunnel carries, by EtherType. */
  #carried(type: number, at: number, end: number): void {
    if (type === 0x6558) this.#ethernet(at, end, this.#inner);
    else if (type === 0x0800) this.#ipv4(at, end, this.#inner);
    else if (type === 0x86dd) this.#ipv6(at, end, this.#inner);
    else if (type === 0x8847) this.#mpls(at, end, this.#inner);
  }
}
