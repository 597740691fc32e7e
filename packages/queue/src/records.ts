/**
 * What is stored, octet by octet. Keys are big-endian, so that they sort by partition and offset.
 *
 *     heads    partition id u32                          -> version, next, bytes, messages, lastTimeMs (f64 each)
 *     removals partition id u32                          -> version, first, bytes, messages (f64 each)
 *     index    partition id u32, offset u64              -> timeMs f64, value length u32, key length u16, chunks u16, key
 *                                                           [, since f64, until f64][, value]
 *     body     partition id u32, offset u64, chunk u16   -> up to `chunkBytes` of the value
 *     latest   partition id u32, message key             -> offset f64 (compacted topics)
 *     positions  partition id u32, group                 -> offset f64, metadata
 *
 * The top bit of the key length says that an uncertain message's times follow the key.
 *
 * Heads are written by who appends, removals by retention: neither disturbs the other. A partition holds the difference.
 *
 * A small value stands in its index record. A larger one is cut into chunks that fill whole pages: removed chunks leave
 * holes that other chunks fit into, where values of any size would leave holes that fit nothing.
 */
import type { NewMessage, Uncertain } from './port.ts';

/** Octets of value in a chunk: 64 pages of 4 KiB less the 16-octet header of the first. Part of the stored format. */
export const chunkBytes = 64 * 4096 - 16;
/** Longest index record, octets: two of them fit on a page of 4 KiB. */
const maxInlineBytes = 1900;
const recordHeaderBytes = 16;
const uncertainBit = 0x8000;
const uncertainBytes = 16;

/** What was ever appended; in a compacted topic, less what was superseded. */
export interface Head {
  /** Grows with each change: who changes it names the version it saw. */
  readonly version: number;
  /** The offset of the next message appended. */
  readonly next: number;
  readonly bytes: number;
  readonly messages: number;
  readonly lastTimeMs: number;
}

/** What retention removed. */
export interface Removed {
  readonly version: number;
  /** The oldest offset that may be stored. */
  readonly first: number;
  readonly bytes: number;
  readonly messages: number;
}

const high = 2 ** 32;

export function headKey(partition: number): Buffer {
  const key = Buffer.allocUnsafe(4);
  key.writeUInt32BE(partition, 0);
  return key;
}

export function writeOffsetKey(key: Buffer, partition: number, offset: number): Buffer {
  key.writeUInt32BE(partition, 0);
  key.writeUInt32BE(Math.floor(offset / high), 4);
  key.writeUInt32BE(offset >>> 0, 8);
  return key;
}

export const offsetKey = (partition: number, offset: number): Buffer =>
  writeOffsetKey(Buffer.allocUnsafe(12), partition, offset);

export const keyOffset = (key: Uint8Array): number => {
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
  return view.getUint32(4) * high + view.getUint32(8);
};

/** A key of a partition and a name: a message's key, or a group. */
export function nameKey(partition: number, name: string): Buffer {
  const text = Buffer.from(name);
  const key = Buffer.allocUnsafe(4 + text.length);
  key.writeUInt32BE(partition, 0);
  text.copy(key, 4);
  return key;
}

export function encodeDoubles(...values: number[]): Buffer {
  const buffer = Buffer.allocUnsafe(values.length * 8);
  values.forEach((value, i) => buffer.writeDoubleLE(value, i * 8));
  return buffer;
}

export const decodeHead = (stored: Buffer): Head => ({
  version: stored.readDoubleLE(0),
  next: stored.readDoubleLE(8),
  bytes: stored.readDoubleLE(16),
  messages: stored.readDoubleLE(24),
  lastTimeMs: stored.readDoubleLE(32),
});

export const encodeHead = (head: Head): Buffer =>
  encodeDoubles(head.version, head.next, head.bytes, head.messages, head.lastTimeMs);

export const decodeRemoved = (stored: Buffer): Removed => ({
  version: stored.readDoubleLE(0),
  first: stored.readDoubleLE(8),
  bytes: stored.readDoubleLE(16),
  messages: stored.readDoubleLE(24),
});

export const encodeRemoved = (removed: Removed): Buffer =>
  encodeDoubles(removed.version, removed.first, removed.bytes, removed.messages);

/** A message ready to be stored: everything but its offset and time. */
export interface Prepared {
  readonly key: string;
  readonly value: Uint8Array;
  /** The index record; its time is filled in when the offset is given. */
  readonly record: Buffer;
  readonly chunks: number;
  readonly cost: number;
}

export function prepare({ key = '', value, uncertain }: NewMessage, pageBytes: number): Prepared {
  const keyBytes = Buffer.byteLength(key);
  const timesAt = recordHeaderBytes + keyBytes;
  const valueAt = timesAt + (uncertain ? uncertainBytes : 0);
  const inline = valueAt + value.length <= maxInlineBytes;
  const record = Buffer.allocUnsafe(valueAt + (inline ? value.length : 0));
  const chunks = inline ? 0 : Math.ceil(value.length / chunkBytes);
  record.writeUInt32LE(value.length, 8);
  record.writeUInt16LE(keyBytes | (uncertain ? uncertainBit : 0), 12);
  record.writeUInt16LE(chunks, 14);
  record.write(key, recordHeaderBytes);
  if (uncertain) {
    record.writeDoubleLE(uncertain.sinceMs, timesAt);
    record.writeDoubleLE(uncertain.untilMs, timesAt + 8);
  }
  if (inline) record.set(value, valueAt);
  return { key, value, record, chunks, cost: storedBytes(record.length, value.length, chunks, pageBytes) };
}

export const stampTime = (record: Buffer, timeMs: number): number => record.writeDoubleLE(timeMs, 0);

export interface IndexRecord {
  readonly timeMs: number;
  readonly key: string;
  readonly valueBytes: number;
  readonly chunks: number;
  /** The value, when it stands in the record. */
  readonly value: Uint8Array | undefined;
  readonly uncertain: Uncertain | undefined;
  readonly cost: number;
}

export function decodeRecord(record: Buffer, pageBytes: number): IndexRecord {
  const valueBytes = record.readUInt32LE(8);
  const keyLength = record.readUInt16LE(12);
  const isUncertain = (keyLength & uncertainBit) !== 0;
  const timesAt = recordHeaderBytes + (keyLength & ~uncertainBit);
  const valueAt = timesAt + (isUncertain ? uncertainBytes : 0);
  const chunks = record.readUInt16LE(14);
  return {
    timeMs: record.readDoubleLE(0),
    key: record.toString('utf8', recordHeaderBytes, timesAt),
    uncertain: isUncertain
      ? { sinceMs: record.readDoubleLE(timesAt), untilMs: record.readDoubleLE(timesAt + 8) }
      : undefined,
    valueBytes,
    chunks,
    value: chunks === 0 ? record.subarray(valueAt, valueAt + valueBytes) : undefined,
    cost: storedBytes(record.length, valueBytes, chunks, pageBytes),
  };
}

/** Octets of a node in a leaf page that are not its data: header, page pointer, key. */
const nodeOverheadBytes = 8 + 2 + 12;

/**
 * What a message takes on disk, rather too much than too little. Chunks take whole pages. Records share leaf pages, which
 * splitting leaves half full: they count twice, and where three do not fit on a page, as a page.
 */
function storedBytes(recordBytes: number, valueBytes: number, chunks: number, pageBytes: number): number {
  const leaf = (dataBytes: number): number => {
    const node = nodeOverheadBytes + dataBytes;
    return node * 3 > pageBytes ? pageBytes : node * 2;
  };
  const total = leaf(recordBytes);
  if (chunks === 0) return total;
  const pages = (bytes: number): number => Math.ceil((bytes + 16) / pageBytes) * pageBytes + leaf(10);
  const last = valueBytes - (chunks - 1) * chunkBytes;
  return total + (chunks - 1) * pages(chunkBytes) + (last > maxInlineBytes ? pages(last) : leaf(last));
}
