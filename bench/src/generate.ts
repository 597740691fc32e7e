/** NetFlow v9 datagrams as the C sender makes them, in memory (RFC 3954). */

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
