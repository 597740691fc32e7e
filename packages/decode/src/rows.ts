/** Runs compiled programs over sets: makes room in the sink, keeps unsent columns zero, counts. */
import { columnWidth, flowColumns } from '@linewatch/record';
import { type Compilable, type Pass, type Program, compile } from './compile.ts';
import type { Domain, Exporter } from './exporter.ts';
import type { Frame } from './frame.ts';
import { lose } from './losses.ts';
import type { Counters, FlowSink, Limits } from './port.ts';
import { contentEnd } from './reader.ts';

const widths = flowColumns.map((column) => columnWidth[column.type]);
const every = widths.map((_, i) => i);

export class RowWriter {
  readonly #sink: FlowSink;
  readonly #limits: Limits;
  readonly #counters: Counters;
  readonly #programs = new Map<string, Program>();
  /** Columns that a pass does not write. */
  readonly #unwritten = new WeakMap<Pass, readonly number[]>();
  /** By column: rows at or after this are still zero. */
  readonly #dirtyTo = new Int32Array(flowColumns.length);
  #second = -1;
  #compiled = 0;
  /** The sink is being called: what it throws is its own. */
  inSink = false;

  constructor(sink: FlowSink, limits: Limits, counters: Counters) {
    this.#sink = sink;
    this.#limits = limits;
    this.#counters = counters;
    for (const bytes of sink.columns.bytes) bytes.fill(0);
  }

  /** The program of a layout; equal signatures share one. Undefined when too many were new in this second. */
  program(layout: Compilable, signature: string, nowMs: number): Program | undefined {
    const known = this.#programs.get(signature);
    if (known) return known;
    const second = Math.floor(nowMs / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#compiled = 0;
    }
    if (this.#compiled >= this.#limits.compilesPerSecond) return undefined;
    this.#compiled++;
    const program = compile(this.#sink.columns, layout);
    this.#programs.set(signature, program);
    if (this.#programs.size > this.#limits.programs)
      this.#programs.delete(this.#programs.keys().next().value ?? signature);
    return program;
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
    this.#clear(pass, from, from + count);
    frame.timesAbsurd = 0;
    frame.broken = false;
    const to = pass.run(view, at, end, count, from, frame);
    this.#counters.timesAbsurd += frame.timesAbsurd;
    if (to === from) return;
    sink.rows = to;
    this.#counters.flows += to - from;
    exporter.flows += to - from;
    this.inSink = true;
    sink.decoded(exporter, from, to);
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
