/**
 * SignalBatch (`proto/linewatch/v1/signal.proto`): interface sums as columns, samples and events as rows. One message
 * holds one partition's exporters, so an exporter's samples and events keep their order.
 */
import protobuf from 'protobufjs/minimal.js';
import { type BatchIdentity, type ColumnBatch, MessageError, decodeColumns, encodeColumns, numberOf } from './batch.ts';
import { type SumColumns, sumColumns } from './columns.ts';

/** One measured value at one time. */
export interface Sample {
  readonly timeMs: number;
  /** 16 octets; all zero for the collector's own samples. */
  readonly exporter: Uint8Array;
  /** ifIndex; 0 = the device. */
  readonly interface: number;
  /** Dotted name, e.g. `collector.datagrams.received`; the unit is its last word or stands in the catalogue. */
  readonly metric: string;
  readonly value: number;
  /** For values that are text (interface names); else empty. */
  readonly text: string;
}

/** Something that happened at one time. */
export interface Event {
  readonly timeMs: number;
  readonly exporter: Uint8Array;
  readonly interface: number;
  /** Dotted name, e.g. `exporter.heard`. */
  readonly kind: string;
  /** JSON object with the details; at most 16 KiB. */
  readonly detail: string;
}

export interface SignalBatch extends ColumnBatch {
  /**
   * How many of this collector's flow batches of this epoch the sums published so far cover, all partitions' messages of
   * the same count together; undefined when the sums do not come from flow batches. A collector that starts again reads
   * it to find the flows whose sums a crash kept from the queue.
   */
  readonly coversFlowBatches: number | undefined;
  readonly samples: readonly Sample[];
  readonly events: readonly Event[];
}

const coversTag = (7 << 3) | 1;
const samplesField = 60;
const eventsField = 61;
const maxText = 16 * 1024;
/** Most samples, and most events, in one message. */
export const maxSignalRows = 100_000;

const tagOf = (field: number): number => (field << 3) | 2;

function writeSample(writer: protobuf.Writer, sample: Sample): void {
  writer.uint32(tagOf(samplesField)).fork();
  writer.uint32(9).fixed64(sample.timeMs);
  writer.uint32(18).bytes(sample.exporter);
  writer.uint32(24).uint32(sample.interface);
  writer.uint32(34).string(sample.metric);
  writer.uint32(41).double(sample.value);
  writer.uint32(50).string(sample.text);
  writer.ldelim();
}

function writeEvent(writer: protobuf.Writer, event: Event): void {
  writer.uint32(tagOf(eventsField)).fork();
  writer.uint32(9).fixed64(event.timeMs);
  writer.uint32(18).bytes(event.exporter);
  writer.uint32(24).uint32(event.interface);
  writer.uint32(34).string(event.kind);
  writer.uint32(42).string(event.detail);
  writer.ldelim();
}

export function encodeSignalBatch(
  identity: BatchIdentity,
  sums: { readonly columns: SumColumns; readonly rows: number },
  samples: readonly Sample[],
  events: readonly Event[],
  coversFlowBatches?: number,
): Uint8Array {
  return encodeColumns(identity, sums.columns, sums.rows, (writer) => {
    if (coversFlowBatches !== undefined) writer.uint32(coversTag).fixed64(coversFlowBatches);
    for (const sample of samples) writeSample(writer, sample);
    for (const event of events) writeEvent(writer, event);
  });
}

interface Fields {
  timeMs: number;
  exporter: Uint8Array;
  interface: number;
  name: string;
  value: number;
  text: string;
}

function readFields(reader: protobuf.Reader, textTag: number): Fields {
  const end = reader.uint32() + reader.pos;
  if (end > reader.len) throw new MessageError('sample or event overruns its message');
  const out: Fields = { timeMs: 0, exporter: new Uint8Array(16), interface: 0, name: '', value: 0, text: '' };
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === 9) out.timeMs = numberOf(reader.fixed64());
    else if (tag === 18) out.exporter = reader.bytes();
    else if (tag === 24) out.interface = reader.uint32();
    else if (tag === 34) out.name = reader.string();
    else if (tag === 41) out.value = reader.double();
    else if (tag === textTag) out.text = reader.string();
    else reader.skipType(tag & 7);
  }
  if (out.exporter.length !== 16) throw new MessageError(`exporter address of ${out.exporter.length} octets, not 16`);
  if (out.name.length > 200 || out.text.length > maxText) throw new MessageError('sample or event text is too long');
  return out;
}

/** @throws MessageError */
export function decodeSignalBatch(bytes: Uint8Array): SignalBatch {
  const samples: Sample[] = [];
  const events: Event[] = [];
  let coversFlowBatches: number | undefined;
  const batch = decodeColumns(bytes, sumColumns, (field, reader) => {
    if (field === coversTag >>> 3) {
      coversFlowBatches = numberOf(reader.fixed64());
      return true;
    }
    if (field !== samplesField && field !== eventsField) return false;
    if (samples.length + events.length >= maxSignalRows)
      throw new MessageError(`more than ${maxSignalRows} samples and events`);
    if (field === samplesField) {
      const { timeMs, exporter, interface: index, name, value, text } = readFields(reader, 50);
      samples.push({ timeMs, exporter, interface: index, metric: name, value, text });
    } else {
      const { timeMs, exporter, interface: index, name, text } = readFields(reader, 42);
      events.push({ timeMs, exporter, interface: index, kind: name, detail: text });
    }
    return true;
  });
  return { ...batch, samples, events, coversFlowBatches };
}
