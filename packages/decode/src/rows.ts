/** Runs compiled programs over sets: makes room in the sink, keeps unsent columns zero, counts. */
import { type FlowColumns, columnWidth, counterCodes, flowColumns } from '@linewatch/record';
import type { Pass, Program } from './compile.ts';
import type { Domain, Exporter } from './exporter.ts';
import type { Frame } from './frame.ts';
import { type Keeping, Kept } from './kept.ts';
import { lose } from './losses.ts';
import { PacketReader } from './packet/packet.ts';
import type { Counters, FlowSink, Limits, Structure } from './port.ts';
import { Programs } from './programs.ts';
import { contentEnd } from './reader.ts';

const widths = flowColumns.map((column) => columnWidth[column.type]);
const every = widths.map((_, i) => i);
/** Rows zeroed at once for those who fill them one by one. */
const blankRows = 64;

export class RowWriter {
  readonly #sink: FlowSink;
  readonly programs: Programs;
  readonly #counters: Counters;
  /** Columns that a pass does not write. */
  readonly #unwritten = new WeakMap<Pass, readonly number[]>();
  /** By column: rows at or after this are still zero. */
  readonly #dirtyTo = new Int32Array(flowColumns.length);
  /** Rows [from, to) are zero in all columns. */
  #blankFrom = 0;
  #blankTo = 0;
  /** Rows kept that the sink was not told of. */
  #kept = 0;
  readonly #keptValues = new Kept();
  readonly #packets: PacketReader;
  /** The sink is being called: what it throws is its own. */
  inSink = false;

  constructor(sink: FlowSink, limits: Limits, counters: Counters, keeping?: Keeping) {
    this.#sink = sink;
    this.#packets = new PacketReader(sink.columns);
    this.programs = new Programs(sink.columns, limits, keeping);
    this.#counters = counters;
    for (const bytes of sink.columns.bytes) bytes.fill(0);
  }

  /** Reads the records in [from, end) into rows; returns how many records there were. */
  write(
    exporter: Exporter,
    domain: Domain,
    program: Program,
    view: DataView,
    from: number,
    end: number,
    frame: Frame,
  ): number {
    const { stride, smallest } = program;
    frame.rateOfSampler = domain.samplers.rateOf;
    frame.packets = this.#packets;
    frame.keep = this.#keptValues.add;
    if (program.events) frame.updateAgeMs = domain.updates.youngestMs(frame.receivedMs);
    let broken = false;
    let at = from;
    let left = stride > 0 ? countFixed(view, from, end, stride) : Math.floor((end - from) / smallest);
    let records = 0;
    while (left > 0) {
      const room = this.#room();
      if (room === 0) {
        lose(this.#counters, exporter, 'sink_full');
        break;
      }
      const count = Math.min(left, room);
      this.#keptValues.begin(program.kept);
      this.#pass(exporter, program.forward, view, at, end, count, frame);
      const { records: read, next } = frame;
      broken = frame.broken;
      if (program.timeless) this.#counters.timesMissing += read;
      if (read === 0) break;
      if (program.reverse) this.#reverse(exporter, program.reverse, view, at, end, read, frame);
      records += read;
      at = next;
      left = stride > 0 ? left - read : broken ? 0 : Math.floor((end - at) / smallest);
    }
    frame.broken = broken;
    if (frame.youngestUpdateMs < Infinity) {
      domain.updates.saw(frame.youngestUpdateMs, frame.receivedMs);
      frame.youngestUpdateMs = Infinity;
    }
    if (broken) lose(this.#counters, exporter, 'record_malformed');
    this.#counters.dataRecords += records;
    return records;
  }

  /** The other halves of the records just read. */
  #reverse(exporter: Exporter, pass: Pass, view: DataView, at: number, end: number, count: number, frame: Frame): void {
    if (this.#room() < count) this.#flush();
    if (this.#room() < count) lose(this.#counters, exporter, 'sink_full');
    else this.#pass(exporter, pass, view, at, end, count, frame);
  }

  #pass(exporter: Exporter, pass: Pass, view: DataView, at: number, end: number, count: number, frame: Frame): void {
    const sink = this.#sink;
    const from = sink.rows;
    this.#blankTo = 0;
    this.#clear(pass, from, from + count);
    frame.timesAbsurd = 0;
    frame.broken = false;
    const to = pass.run(view, at, end, count, from, frame);
    this.#counters.timesAbsurd += frame.timesAbsurd;
    if (to === from) return;
    sink.rows = to;
    this.#counters.flows += to - from;
    exporter.flows += to - from;
    exporter.habits.see(sink.columns, from, frame.receivedMs);
    this.inSink = true;
    if (this.#keptValues.rows.length > 0) this.#passKept();
    sink.decoded(exporter, from, to);
    this.inSink = false;
  }

  #passKept(): void {
    const { rows, names, values } = this.#keptValues;
    for (let i = 0; i < rows.length; i++) this.#sink.element?.(rows[i]!, names[i]!, values[i]!);
    this.#keptValues.clear();
  }

  get columns(): FlowColumns {
    return this.#sink.columns;
  }

  /** A row of zeros to fill by hand, -1 without room. It counts once it is kept; `done` passes the kept ones on. */
  blank(exporter: Exporter, nowMs: number): number {
    const sink = this.#sink;
    if (sink.rows >= sink.columns.capacity) {
      this.done(exporter, nowMs);
      if (this.#room() === 0) {
        lose(this.#counters, exporter, 'sink_full');
        return -1;
      }
    }
    const row = sink.rows;
    if (row < this.#blankFrom || row >= this.#blankTo) this.#zero(row);
    this.#blankFrom = row + 1;
    return row;
  }

  keep(): void {
    this.#sink.rows++;
    this.#kept++;
  }

  /** To be called when a datagram's rows are kept. */
  done(exporter: Exporter, nowMs: number): void {
    const count = this.#kept;
    if (count === 0) return;
    this.#kept = 0;
    this.#counters.flows += count;
    exporter.flows += count;
    const first = this.#sink.rows - count;
    // A dropped packet is told for itself: that says nothing of the sampling.
    if (this.#sink.columns.arrays.counter[first] !== counterCodes.discard)
      exporter.habits.see(this.#sink.columns, first, nowMs);
    this.inSink = true;
    this.#sink.decoded(exporter, this.#sink.rows - count, this.#sink.rows);
    this.inSink = false;
  }

  #zero(from: number): void {
    const dirtyTo = this.#dirtyTo;
    const to = Math.min(from + blankRows, this.#sink.columns.capacity);
    for (const i of every) {
      if (dirtyTo[i]! > from) this.#sink.columns.bytes[i]!.fill(0, from * widths[i]!, to * widths[i]!);
      if (dirtyTo[i]! < to) dirtyTo[i] = to;
    }
    this.#blankTo = to;
  }

  /** What the sink is shown and no column or metric has, where it wants to see that. */
  structure(structure: () => Structure): void {
    if (!this.#sink.structure) return;
    this.inSink = true;
    this.#sink.structure(structure());
    this.inSink = false;
  }

  /** Zeroes the rows of columns that the pass leaves alone, where an earlier one wrote. */
  #clear(pass: Pass, from: number, to: number): void {
    const dirtyTo = this.#dirtyTo;
    let unwritten = this.#unwritten.get(pass);
    if (unwritten === undefined) {
      unwritten = every.filter((i) => !pass.writes.includes(i));
      this.#unwritten.set(pass, unwritten);
    }
    for (const i of unwritten) {
      if (dirtyTo[i]! <= from) continue;
      const width = widths[i]!;
      this.#sink.columns.bytes[i]!.fill(0, from * width, to * width);
      if (dirtyTo[i]! <= to) dirtyTo[i] = from;
    }
    for (const i of pass.writes) if (dirtyTo[i]! < to) dirtyTo[i] = to;
  }

  #flush(): void {
    this.inSink = true;
    this.#sink.flush();
    this.inSink = false;
  }

  #room(): number {
    const { columns } = this.#sink;
    if (this.#sink.rows >= columns.capacity) this.#flush();
    return Math.max(0, columns.capacity - this.#sink.rows);
  }
}

/** Records in a set of fixed-length ones. What is zero to the end is padding (Cisco NX-OS pads with up to 36 octets). */
const countFixed = (view: DataView, from: number, end: number, stride: number): number =>
  Math.min(Math.floor((end - from) / stride), Math.ceil((contentEnd(view, from, end) - from) / stride));
