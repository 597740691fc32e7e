/**
 * Octets and packets of each exporter interface and side, spread over the flows' durations into cells:
 *
 *      … │ 60 s │ 60 s │ 10 s │ … │ 10 s │ 1 s │ 1 s │ 1 s │ now
 *        └ older ──────┘└ the last minutes ┘└ the last 10–20 s
 *
 * Cells are aligned to their width, so a wider one never crosses a minute and roll-ups stay exact. Shares are whole
 * octets that add up to the flow's own count (exactly up to 2^53 a cell). Rows of the same cell may be published more than once: they add up.
 */
import { type FlowColumns, type SumColumns, counterCodes, createSumColumns } from '@linewatch/record';
import type { Passed } from './poll/readings.ts';
import { AllSeries, type Exporter, type ExporterSeries, type Series } from './series.ts';

/** Rows that one set takes before it must be published. */
const capacity = 32_768;
/** An interface that was not heard for this long is forgotten, s. */
const forgetAfterS = 900;

/** See the column. */
const countedBasis = 2;

export interface SumSet {
  readonly columns: SumColumns;
  readonly rows: number;
}

function setWide(words: Uint32Array, row: number, value: number): void {
  words[2 * row] = value >>> 0;
  words[2 * row + 1] = Math.floor(value / 2 ** 32);
}

export class InterfaceSums {
  readonly #columns = createSumColumns(capacity);
  /** Of each row octets, packets, flows; one place is spare. */
  readonly #counts = new Float64Array(4 * capacity);
  readonly #exporterAt: number;
  readonly #all: AllSeries;
  readonly #publish: (set: SumSet) => void;
  #rows = 0;
  #nowS = 0;
  #secondsFrom = 0;
  #tensFrom = 0;
  #window = 0;
  /** Records of running totals, which are not summed. */
  totalsSkipped = 0;

  /** `publish` must consume the set before it returns. */
  constructor(publish: (set: SumSet) => void, limits?: { readonly exporters?: number; readonly interfaces?: number }) {
    this.#publish = publish;
    this.#all = new AllSeries(limits);
    this.#exporterAt = this.#columns.table.findIndex((column) => column.name === 'exporter');
  }

  /** Flows that were not summed because too many interfaces are remembered. */
  get overLimit(): number {
    return this.#all.overLimit;
  }

  /** Adds rows [from, to) of one exporter. */
  add(exporter: Exporter, flows: FlowColumns, from: number, to: number, nowMs: number): void {
    const {
      in_if,
      out_if,
      direction,
      octets,
      packets,
      sampling_rate,
      sampling_stated,
      start_ms,
      end_ms,
      reverse,
      counter,
    } = flows.arrays;
    const known = this.#all.of(exporter);
    const latestMs = nowMs + 1000;
    this.#atTime(nowMs);
    for (let row = from; row < to; row++) {
      // Totals are not deltas: adding them up would count the same octets again. A dropped packet did not leave, and that
      // it came was seen by the interface's own samples.
      const kind = counter[row];
      if (kind === counterCodes.total || kind === counterCodes.repeated || kind === counterCodes.discard) {
        if (kind !== counterCodes.discard) this.totalsSkipped++;
        continue;
      }
      const at = 2 * row;
      const sum = octets[at]! + octets[at + 1]! * 2 ** 32;
      const count = packets[at]! + packets[at + 1]! * 2 ** 32;
      if (sum === 0 && count === 0) continue;
      let endMs = end_ms[at]! + end_ms[at + 1]! * 2 ** 32;
      if (endMs > latestMs) endMs = latestMs;
      let startMs = start_ms[at]! + start_ms[at + 1]! * 2 ** 32;
      if (startMs > endMs) startMs = endMs;
      const rate = sampling_rate[row]!;
      const stated = sampling_stated[row]!;
      // Observed at ingress (or not stated) or at egress; the reverse half of a biflow where its forward half was: at the
      // interface it now leaves by.
      const inferred = (direction[row]! >> 1) ^ (reverse[row]! & 1);
      const input = in_if[row]!;
      const output = out_if[row]!;
      const into = input === 0 ? undefined : this.#all.find(known, input, 0, inferred, rate, stated);
      const outOf = output === 0 ? undefined : this.#all.find(known, output, 1, inferred ^ 1, rate, stated);
      if (into) this.#spread(known, into, outOf, startMs, endMs, sum, count);
      else if (outOf) this.#spread(known, outOf, undefined, startMs, endMs, sum, count);
    }
  }

  #atTime(nowMs: number): void {
    this.#nowS = Math.floor(nowMs / 1000);
    // 1-second cells from here on, 10-second ones from the minute before, 60-second ones before that.
    const from = Math.floor((this.#nowS - 10) / 10) * 10;
    if (from === this.#secondsFrom) return;
    this.#secondsFrom = from;
    this.#window++;
    this.#tensFrom = Math.floor((this.#secondsFrom - 60) / 60) * 60;
  }

  /** Adds what an interface's counter moved by; `flows` of its rows is how many ms of the cell it tells of. */
  addCounted(exporter: Exporter, { interface: index, side, octets, fromMs, toMs }: Passed, nowMs: number): void {
    this.#atTime(nowMs);
    const known = this.#all.of(exporter);
    const series = this.#all.find(known, index, side, countedBasis, 1, 1);
    if (!series) return;
    series.lastS = this.#nowS;
    let octetsDone = 0;
    for (let second = Math.floor(fromMs / 1000); second * 1000 < toMs;) {
      // A counter knows nothing finer; that nothing passed takes no fine cells either.
      const width = octets > 0 && second >= this.#tensFrom ? 10 : 60;
      const cell = second - (second % width);
      const next = cell + width;
      const untilMs = Math.min(next * 1000, toMs);
      const octetsUpTo = untilMs === toMs ? octets : Math.floor((octets * (untilMs - fromMs)) / (toMs - fromMs));
      const row = this.#row(known, series, cell, width);
      this.#counts[4 * row]! += octetsUpTo - octetsDone;
      this.#counts[4 * row + 2]! += untilMs - Math.max(cell * 1000, fromMs);
      octetsDone = octetsUpTo;
      second = next;
    }
  }

  /** Adds a flow to both series: its shares are the same. */
  #spread(
    known: ExporterSeries,
    one: Series,
    other: Series | undefined,
    startMs: number,
    endMs: number,
    octets: number,
    packets: number,
  ): void {
    one.lastS = this.#nowS;
    if (other) other.lastS = this.#nowS;
    const fromMs = this.#secondsFrom * 1000;
    if (startMs < fromMs) {
      this.#spreadWide(known, one, other, startMs, endMs, octets, packets);
      return;
    }
    // Most flows: cells of a second.
    this.#begin(one);
    if (other) this.#begin(other);
    const counts = this.#counts;
    const last = ((endMs - fromMs) / 1000) | 0;
    let index = ((startMs - fromMs) / 1000) | 0;
    if (index < last) {
      const octetsPerMs = octets / (endMs - startMs);
      const packetsPerMs = packets / (endMs - startMs);
      let octetsDone = 0;
      let packetsDone = 0;
      for (let ms = fromMs + (index + 1) * 1000 - startMs; index < last; index++, ms += 1000) {
        const octetsHere = Math.min(octets, Math.floor(octetsPerMs * ms)) - octetsDone;
        const packetsHere = Math.min(packets, Math.floor(packetsPerMs * ms)) - packetsDone;
        if (octetsHere + packetsHere === 0) continue;
        let at = 4 * one.seconds[index]!;
        if (at < 0) at = 4 * this.#rowOfSecond(known, one, index, other);
        counts[at]! += octetsHere;
        counts[at + 1]! += packetsHere;
        if (other) {
          at = 4 * other.seconds[index]!;
          if (at < 0) at = 4 * this.#rowOfSecond(known, other, index, one);
          counts[at]! += octetsHere;
          counts[at + 1]! += packetsHere;
        }
        octetsDone += octetsHere;
        packetsDone += packetsHere;
      }
      octets -= octetsDone;
      packets -= packetsDone;
    }
    let row = one.seconds[last]!;
    if (row < 0) row = this.#rowOfSecond(known, one, last, other);
    this.#count(row, octets, packets, 1);
    if (!other) return;
    row = other.seconds[last]!;
    if (row < 0) row = this.#rowOfSecond(known, other, last, one);
    this.#count(row, octets, packets, 1);
  }

  #spreadWide(
    known: ExporterSeries,
    one: Series,
    other: Series | undefined,
    startMs: number,
    endMs: number,
    octets: number,
    packets: number,
  ): void {
    const duration = endMs - startMs;
    const lastS = Math.floor(endMs / 1000);
    let octetsDone = 0;
    let packetsDone = 0;
    for (let second = Math.floor(startMs / 1000); ;) {
      const width = second >= this.#secondsFrom ? 1 : second >= this.#tensFrom ? 10 : 60;
      const cell = second - (second % width);
      const next = cell + width;
      const last = next > lastS;
      const share = last ? 1 : (next * 1000 - startMs) / duration;
      const octetsHere = Math.floor(octets * share) - octetsDone;
      const packetsHere = Math.floor(packets * share) - packetsDone;
      if (last || octetsHere > 0 || packetsHere > 0) {
        this.#count(this.#row(known, one, cell, width), octetsHere, packetsHere, last ? 1 : 0);
        if (other) this.#count(this.#row(known, other, cell, width), octetsHere, packetsHere, last ? 1 : 0);
      }
      if (last) return;
      octetsDone += octetsHere;
      packetsDone += packetsHere;
      second = next;
    }
  }

  #count(row: number, octets: number, packets: number, flows: number): void {
    const counts = this.#counts;
    counts[4 * row]! += octets;
    counts[4 * row + 1]! += packets;
    counts[4 * row + 2]! += flows;
  }

  #begin(series: Series): void {
    if (series.window !== this.#window) series.begin(this.#window);
  }

  /** A new row for a cell of one second, which is `index` seconds after the first of them; `beside` is to be used after it. */
  #rowOfSecond(known: ExporterSeries, series: Series, index: number, beside: Series | undefined): number {
    const row = this.#row(known, series, this.#secondsFrom + index, 1);
    // There may have been no more room.
    if (beside) this.#begin(beside);
    return row;
  }

  #row(known: ExporterSeries, series: Series, cell: number, width: number): number {
    this.#begin(series);
    const { arrays } = this.#columns;
    const slots = width === 1 ? series.seconds : width === 10 ? series.tens : series.minutes;
    const slot = width === 1 ? cell - this.#secondsFrom : (cell / width) & (slots.length - 1);
    let row = slots[slot]!;
    if (row >= 0 && arrays.time_s[row] === cell) return row;
    if (row >= 0) {
      row = series.older.get(cell * 64 + width) ?? -1;
      if (row >= 0) return row;
    }
    if (this.#rows === capacity) {
      this.flush();
      series.begin(this.#window);
    }
    row = this.#rows++;
    if (slots[slot]! >= 0) series.older.set(cell * 64 + width, row);
    else slots[slot] = row;
    arrays.time_s[row] = cell;
    arrays.width_s[row] = width;
    this.#columns.bytes[this.#exporterAt]!.set(known.address, 16 * row);
    arrays.interface[row] = series.interface;
    arrays.side[row] = series.side;
    arrays.basis[row] = series.basis;
    arrays.sampling_rate[row] = series.rate;
    arrays.sampling_stated[row] = series.stated;
    this.#counts.fill(0, 4 * row, 4 * row + 3);
    return row;
  }

  /** Publishes what has been added since the last time. */
  flush(): void {
    const { octets, packets, flows } = this.#columns.arrays;
    const counts = this.#counts;
    for (let row = 0; row < this.#rows; row++) {
      setWide(octets, row, counts[4 * row]!);
      setWide(packets, row, counts[4 * row + 1]!);
      flows[row] = counts[4 * row + 2]!;
    }
    if (this.#rows > 0) this.#publish({ columns: this.#columns, rows: this.#rows });
    this.#rows = 0;
    this.#window++;
  }

  /** Forgets interfaces not heard lately, so that made-up ifIndex values do not stay for ever. */
  forget(nowMs: number): void {
    this.#all.forget(Math.floor(nowMs / 1000) - forgetAfterS);
  }
}
