/** Writes UDP datagrams as a capture file that other programs read: pcap, Ethernet, IPv4 or IPv6. */
import { formatAddress } from '@linewatch/record';

export interface PcapDatagram {
  /** 16 octets; IPv4 as v4-mapped. */
  readonly sourceAddress: Uint8Array;
  readonly destinationPort: number;
  readonly timeMs: number;
  readonly payload: Uint8Array;
}

const sourcePort = 50_000;

/** RFC 1071. */
function checksum(header: Buffer): number {
  let sum = 0;
  for (let i = 0; i < header.length; i += 2) sum += header.readUInt16BE(i);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function packetOf({ sourceAddress, destinationPort, payload }: PcapDatagram): Buffer {
  const udp = Buffer.alloc(8);
  udp.writeUInt16BE(sourcePort, 0);
  udp.writeUInt16BE(destinationPort, 2);
  udp.writeUInt16BE(8 + payload.length, 4);
  const v4 = formatAddress(sourceAddress).includes('.');
  const ip = Buffer.alloc(v4 ? 20 : 40);
  if (v4) {
    ip[0] = 0x45;
    ip.writeUInt16BE(ip.length + udp.length + payload.length, 2);
    ip[8] = 64;
    ip[9] = 17;
    ip.set(sourceAddress.subarray(12), 12);
    ip.set([192, 0, 2, 254], 16);
    ip.writeUInt16BE(checksum(ip), 10);
  } else {
    ip[0] = 0x60;
    ip.writeUInt16BE(udp.length + payload.length, 4);
    ip[6] = 17;
    ip[7] = 64;
    ip.set(sourceAddress, 8);
    ip.set([0x20, 0x01, 0x0d, 0xb8], 24);
    ip[39] = 254;
  }
  const ethernet = Buffer.alloc(14);
  ethernet.writeUInt16BE(v4 ? 0x0800 : 0x86dd, 12);
  return Buffer.concat([ethernet, ip, udp, payload]);
}

export function writePcap(datagrams: Iterable<PcapDatagram>): Buffer {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(262_144, 16);
  head.writeUInt32LE(1, 20);
  const parts: Buffer[] = [head];
  for (const datagram of datagrams) {
    const packet = packetOf(datagram);
    const record = Buffer.alloc(16);
    record.writeUInt32LE(Math.floor(datagram.timeMs / 1000), 0);
    record.writeUInt32LE((datagram.timeMs % 1000) * 1000, 4);
    record.writeUInt32LE(packet.length, 8);
    record.writeUInt32LE(packet.length, 12);
    parts.push(record, packet);
  }
  return Buffer.concat(parts);
}
