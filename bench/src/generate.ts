/** Datagrams in memory: NetFlow v9 as the C sender makes them (RFC 3954), and sFlow v5. */
import { encodeSflow, packets, sflowHeader } from '@linewatch/decode';

/** Field type, length. */
const fields = [
  [8, 4], [12, 4], [15, 4], [10, 4], [14, 4], [2, 4], [1, 4], [22, 4], [21, 4], [7, 2],
  [11, 2], [6, 1], [4, 1], [5, 1], [16, 4], [17, 4], [9, 1], [13, 1], [61, 1], [58, 2],
] as const; // prettier-ignore
const stride = fields.reduce((sum, [, length]) => sum + length, 0);
const uptimeMs = 1_000_000;

function header(buffer: Buffer, count: number, sequence: number): void {
  buffer.writeUInt16BE(9, 0);
  buffer.writeUInt16BE(count, 2);
  buffer.writeUInt32BE(uptimeMs, 4);
  buffer.writeUInt32BE(Math.floor(Date.now() / 1000), 8);
  buffer.writeUInt32BE(sequence, 12);
  buffer.writeUInt32BE(1, 16);
}

export function templateDatagram(): Buffer {
  const buffer = Buffer.alloc(20 + 8 + fields.length * 4);
  header(buffer, 1, 0);
  buffer.writeUInt16BE(8 + fields.length * 4, 22);
  buffer.writeUInt16BE(256, 24);
  buffer.writeUInt16BE(fields.length, 26);
  fields.forEach(([type, length], i) => {
    buffer.writeUInt16BE(type, 28 + 4 * i);
    buffer.writeUInt16BE(length, 30 + 4 * i);
  });
  return buffer;
}

/** `count` datagrams of `records` records, filled with bytes that differ; times are before the exporter's uptime. */
export function dataDatagrams(count: number, records: number): Buffer[] {
  let state = 1;
  return Array.from({ length: count }, (_, sequence) => {
    const buffer = Buffer.alloc(24 + records * stride);
    header(buffer, records, sequence + 1);
    buffer.writeUInt16BE(256, 20);
    buffer.writeUInt16BE(4 + records * stride, 22);
    for (let at = 24; at < buffer.length; at++)
      buffer[at] = (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) >>> 24;
    for (let record = 0; record < records; record++) {
      const at = 24 + record * stride;
      buffer.writeUInt32BE(uptimeMs - 5000, at + 28);
      buffer.writeUInt32BE(uptimeMs - 10, at + 32);
    }
    return buffer;
  });
}

/** sFlow v5 datagrams of one agent: flow samples whose packets' headers were cut at 128 octets; every fourth has a VLAN. */
export function sflowDatagrams(count: number, samples: number): Buffer[] {
  let state = 1;
  const random = (): number => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) >>> 8;
  const address = (): Uint8Array => Uint8Array.of(10, random(), random(), random());
  const packetOf = (n: number): Uint8Array => {
    const [src, dst] = [address(), address()];
    const payload = new Uint8Array(64 + (n % 64));
    const [port, service] = [1024 + (random() & 0x7fff), random() & 0x3ff];
    const tcp = n % 3 > 0;
    const inside = tcp ? Buffer.concat([packets.tcp(port, service), payload]) : packets.udp(port, service, payload);
    const ip = packets.ipv4({ src, dst, protocol: tcp ? 6 : 17, totalLength: 1400 }, inside);
    const { ipv4, vlan } = packets.etherTypes;
    return n % 4 === 0 ? packets.ethernet(vlan, packets.vlanTag(100, ipv4, ip)) : packets.ethernet(ipv4, ip);
  };
  return Array.from({ length: count }, (_, sequence) =>
    Buffer.from(
      encodeSflow({
        agent: Uint8Array.of(10, 0, 0, 1),
        sequence,
        samples: Array.from({ length: samples }, (_, i) => ({
          kind: 'flow',
          sequence: sequence * samples + i,
          source: 3,
          rate: 1000,
          pool: 1000 * (sequence * samples + i),
          input: 3,
          output: 1 + (random() & 31),
          records: [sflowHeader(packetOf(sequence + i).subarray(0, 128), 1418)],
        })),
      }),
    ),
  );
}

/** A file of datagrams: before each its length, 32 bits big-endian. */
export const frame = (datagrams: readonly Buffer[]): Buffer =>
  Buffer.concat(
    datagrams.flatMap((datagram) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(datagram.length);
      return [length, datagram];
    }),
  );

export function unframe(file: Buffer): Buffer[] {
  const datagrams: Buffer[] = [];
  for (let at = 0; at + 4 <= file.length;) {
    const length = file.readUInt32BE(at);
    datagrams.push(file.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return datagrams;
}
