/**
 * The messages on the queue. Grammar (`proto/linewatch/v1/flow.proto`):
 *
 *   FlowBatch = header fields 1..6, then one packed field a column
 *   column    = nothing: all rows are zero | one value: all rows have it | `rows` values
 *
 * Columns pass through as bytes: nothing here runs once a row.
 */
import protobuf from 'protobufjs/minimal.js';
import { type Column, type ColumnSet, columnWidth } from './columns.ts';

/** Version of the messages' meaning. A reader takes its own version and every one before it. */
export const schemaVersion = 1;

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

function writeColumns(writer: protobuf.Writer, set: ColumnSet<readonly Column[]>, rows: number): void {
  set.table.forEach((column, i) => {
    const width = columnWidth[column.type];
    const bytes = squeeze(set.bytes[i]!.subarray(0, rows * width), width);
    if (bytes !== undefined) writer.uint32((column.field << 3) | lengthDelimited).bytes(bytes);
  });
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
  const writer = protobuf.Writer.create();
  writeIdentity(writer, identity);
  writer.uint32(48).uint32(rows);
  writeColumns(writer, set, rows);
  more?.(writer);
  return writer.finish();
}

/** protobufjs hands 64-bit values out as Long objects; ours stay below 2^53. */
export const numberOf = (value: protobuf.Long | number): number =>
  typeof value === 'number' ? value : (value.high >>> 0) * 2 ** 32 + (value.low >>> 0);

const fieldIndex = new WeakMap<readonly Column[], Map<number, number>>();
function indexOf(table: readonly Column[]): Map<number, number> {
  let index = fieldIndex.get(table);
  if (!index) fieldIndex.set(table, (index = new Map(table.map((c, i) => [c.field, i]))));
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
        if (at !== undefined && (tag & 7) === lengthDelimited) columns[at] = reader.bytes();
        else if (!other?.(field, reader)) reader.skipType(tag & 7);
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
  table.forEach((column, i) => {
    const length = columns[i]?.length;
    const width = columnWidth[column.type];
    if (length !== undefined && length !== width && length !== rows * width)
      throw new MessageError(`column ${column.name} has ${length} octets, not ${width} or ${rows * width}`);
  });
  return { schemaVersion: version, trust, collector, epoch, sequence, rows, columns };
}
