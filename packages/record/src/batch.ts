/**
 * The messages on the queue. Grammar (`proto/linewatch/v1/flow.proto`):
 *
 *   FlowBatch = header fields 1..6, then one packed field a column
 *   column    = nothing: all rows are zero | one value: all rows have it | `rows` values | its short form
 *   short     = the 4 octets of each of `rows` values that differ, then those that all of them share
 *
 * The short form has a field of its own and is of columns of 8 and 16 octets: what differs is the low half of a number, or
 * the end of an address. It halves a batch. Other columns pass through as bytes: nothing here runs once a row of them.
 */
import protobuf from 'protobufjs/minimal.js';
import { type Column, type ColumnSet, columnWidth, shortField } from './columns.ts';
import { isShort, readShort, shortLength, shortWidth, writeShort } from './short.ts';

/** Version of the messages' meaning. A reader takes its own version and every one before it. */
export const schemaVersion = 2;

/** Largest message a producer makes and a reader accepts, octets. */
export const maxMessageBytes = 16 * 1024 * 1024;
/** Most rows in one batch. */
export const maxBatchRows = 262_144;

/** Who made a batch and which one it is: (trust, collector, epoch, sequence) is unique for ever. */
export interface BatchIdentity {
  readonly trust: string;
  readonly collector: string;
  /** Unix ms when the collector process started. */
  readonly epoch: number;
  /** Counts this collector's batches of this epoch from 0. */
  readonly sequence: number;
}

export interface ColumnBatch extends BatchIdentity {
  readonly schemaVersion: number;
  readonly rows: number;
  /** By position in the table: absent = all zero, one width = constant, else rows × width octets. Views, not copies. */
  readonly columns: readonly (Uint8Array | undefined)[];
}

/** A message that is not what its topic promises. Its text names the field. */
export class MessageError extends Error {
  override readonly name = 'MessageError';
  readonly code = 'message_invalid';
}

const lengthDelimited = 2;

/** Octets of a column worth sending: none when all zero, one value when constant. */
function squeeze(bytes: Uint8Array, width: number): Uint8Array | undefined {
  const length = bytes.length;
  if (length > width) {
    const whole = Buffer.from(bytes.buffer, bytes.byteOffset, length);
    if (whole.compare(whole, width, length, 0, length - width) !== 0) return bytes;
  }
  for (let i = 0; i < width; i++) if (bytes[i] !== 0) return bytes.subarray(0, width);
  return undefined;
}

/** What is sent of a column. */
interface Sent {
  readonly tag: number;
  readonly length: number;
  /** The column's own octets, all of them where it is sent in its short form. */
  readonly bytes: Uint8Array;
}

function sentColumns(set: ColumnSet<readonly Column[]>, rows: number): Sent[] {
  const sent: Sent[] = [];
  if (rows === 0) return sent;
  set.table.forEach((column, i) => {
    const width = columnWidth[column.type];
    const bytes = squeeze(set.bytes[i]!.subarray(0, rows * width), width);
    if (bytes === undefined) return;
    const short = bytes.length > width && isShort(bytes, width);
    const field = short ? shortField(column) : column.field;
    sent.push({
      tag: (field << 3) | lengthDelimited,
      length: short ? shortLength(rows, width) : bytes.length,
      bytes,
    });
  });
  return sent;
}

const varintLength = (value: number): number =>
  value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5;

function writeVarint(out: Uint8Array, at: number, value: number): number {
  let rest = value;
  for (; rest > 127; rest >>>= 7) out[at++] = (rest & 127) | 128;
  out[at] = rest;
  return at + 1;
}

function writeIdentity(writer: protobuf.Writer, identity: BatchIdentity): void {
  writer.uint32(8).uint32(schemaVersion);
  writer.uint32(18).string(identity.trust);
  writer.uint32(26).string(identity.collector);
  writer.uint32(33).fixed64(identity.epoch);
  writer.uint32(41).fixed64(identity.sequence);
}

/** Encodes the first `rows` rows as a message of columns; `more` appends fields that are not columns. */
export function encodeColumns(
  identity: BatchIdentity,
  set: ColumnSet<readonly Column[]>,
  rows: number,
  more?: (writer: protobuf.Writer) => void,
): Uint8Array {
  const head = protobuf.Writer.create();
  writeIdentity(head, identity);
  head.uint32(48).uint32(rows);
  const start = head.finish();
  const rest = protobuf.Writer.create();
  more?.(rest);
  const end = rest.finish();
  const columns = sentColumns(set, rows);
  let size = start.length + end.length;
  for (const { tag, length } of columns) size += varintLength(tag) + varintLength(length) + length;
  // Laid out at once: a writer that grows copies all of it again and again.
  const out = Buffer.allocUnsafeSlow(size);
  out.set(start);
  let at = start.length;
  for (const { tag, length, bytes } of columns) {
    at = writeVarint(out, writeVarint(out, at, tag), length);
    if (length === bytes.length) out.set(bytes, at);
    else writeShort(out, at, bytes, rows);
    at += length;
  }
  out.set(end, at);
  return out;
}

/** protobufjs hands 64-bit values out as Long objects; ours stay below 2^53. */
export const numberOf = (value: protobuf.Long | number): number =>
  typeof value === 'number' ? value : (value.high >>> 0) * 2 ** 32 + (value.low >>> 0);

/** Positions in a table, by field; those of short forms are below zero: -1 is the first column's. */
const fieldIndex = new WeakMap<readonly Column[], Map<number, number>>();
function indexOf(table: readonly Column[]): Map<number, number> {
  let index = fieldIndex.get(table);
  if (!index) {
    index = new Map(table.map((c, i) => [c.field, i]));
    table.forEach((c, i) => {
      if (columnWidth[c.type] > shortWidth) index!.set(shortField(c), -1 - i);
    });
    fieldIndex.set(table, index);
  }
  return index;
}

/** Fields of a message that are not columns, handed to the caller: return false to have one skipped. */
export type OtherField = (field: number, reader: protobuf.Reader) => boolean;

/**
 * Reads and validates a message of columns.
 * @throws MessageError when it is malformed, of a later schema version, or a column's length does not fit its rows.
 */
export function decodeColumns(bytes: Uint8Array, table: readonly Column[], other?: OtherField): ColumnBatch {
  if (bytes.length > maxMessageBytes)
    throw new MessageError(`message of ${bytes.length} octets is over ${maxMessageBytes}`);
  const columns: (Uint8Array | undefined)[] = new Array<undefined>(table.length).fill(undefined);
  const shorts: [column: number, bytes: Uint8Array][] = [];
  const index = indexOf(table);
  let version = 0;
  let trust = '';
  let collector = '';
  let epoch = 0;
  let sequence = 0;
  let rows = 0;
  try {
    const reader = protobuf.Reader.create(bytes);
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      const field = tag >>> 3;
      if (tag === 8) version = reader.uint32();
      else if (tag === 18) trust = reader.string();
      else if (tag === 26) collector = reader.string();
      else if (tag === 33) epoch = numberOf(reader.fixed64());
      else if (tag === 41) sequence = numberOf(reader.fixed64());
      else if (tag === 48) rows = reader.uint32();
      else {
        const at = index.get(field);
        if (at !== undefined && (tag & 7) === lengthDelimited) {
          if (at < 0) shorts.push([-1 - at, reader.bytes()]);
          else columns[at] = reader.bytes();
        } else if (!other?.(field, reader)) reader.skipType(tag & 7);
      }
    }
  } catch (cause) {
    if (cause instanceof MessageError) throw cause;
    throw new MessageError('message is not well-formed protobuf', { cause });
  }
  if (version < 1 || version > schemaVersion)
    throw new MessageError(`schema version ${version} is not one of 1 to ${schemaVersion}`);
  if (trust === '' || collector === '') throw new MessageError('message names no trust or no collector');
  if (rows > maxBatchRows) throw new MessageError(`${rows} rows are over ${maxBatchRows}`);
  // At most a few: a later field takes the place of one before, and each column is expanded once.
  for (const [i, bytes] of new Map(shorts)) {
    const { name, type } = table[i]!;
    const length = shortLength(rows, columnWidth[type]);
    if (columns[i]) throw new MessageError(`column ${name} is there in two forms`);
    if (bytes.length !== length)
      throw new MessageError(`column ${name} has ${bytes.length} octets in its short form, not ${length}`);
    columns[i] = readShort(bytes, rows, columnWidth[type]);
  }
  table.forEach((column, i) => {
    const length = columns[i]?.length;
    const width = columnWidth[column.type];
    if (length !== undefined && length !== width && length !== rows * width)
      throw new MessageError(`column ${column.name} has ${length} octets, not ${width} or ${rows * width}`);
  });
  return { schemaVersion: version, trust, collector, epoch, sequence, rows, columns };
}
