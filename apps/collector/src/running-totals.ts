/**
 * Makes increments of running totals (elements 85 and 86; Juniper SRX and others tell of a flow again and again, YAF tells
 * once), so that they count like anything else:
 *
 *   start 0  total 100 ─► 100   from 0 to the end
 *   start 0  total 250 ─► 150   from the end before to the end
 *   start 9  total  40 ─►  40   another flow of the same key
 *
 * A flow that began before this collector did is the base of what comes: what it had carried may have been counted.
 */
import type { Exporter } from '@linewatch/decode';
import { type FlowColumnName, type FlowColumns, columnWidth, counterCodes, flowColumns } from '@linewatch/record';

/** A flow's start is told in ms or s, on a clock that is corrected by what each message says. */
const sameStartMs = 5000;
const defaultFlows = 100_000;

interface Known {
  readonly startMs: number;
  endMs: number;
  octets: number;
  packets: number;
}

/** What tells an exporter's flows apart. */
const keyNames: readonly FlowColumnName[] = [
  'observation_domain',
  'in_if',
  'direction',
  'reverse',
  'src_addr',
  'dst_addr',
  'src_port',
  'dst_port',
  'protocol',
  'icmp_type',
];
/** Their positions in the table, and widths. */
const keyColumns = flowColumns.flatMap(({ name, type }, at) =>
  keyNames.includes(name) ? [{ at, width: columnWidth[type] }] : [],
);

const wide = (words: Uint32Array, row: number): number => words[2 * row]! + words[2 * row + 1]! * 2 ** 32;

function setWide(words: Uint32Array, row: number, value: number): void {
  words[2 * row] = value % 2 ** 32;
  words[2 * row + 1] = Math.floor(value / 2 ** 32);
}

export class RunningTotals {
  /** Of all exporters, the one longest not heard of first. */
  readonly #flows = new Map<string, Known>();
  readonly #sinceMs: number;
  readonly #most: number;

  /** `sinceMs`: Unix ms, when this collector began. */
  constructor(sinceMs: number, most = defaultFlows) {
    this.#sinceMs = sinceMs;
    this.#most = most;
  }

  get size(): number {
    return this.#flows.size;
  }

  /** Rows [from, to) of one exporter, all of one template: changes those that are running totals in place. */
  apply(exporter: Exporter, flows: FlowColumns, from: number, to: number): void {
    const { counter } = flows.arrays;
    for (let row = from; row < to; row++) if (counter[row] === counterCodes.total) this.#apply(exporter, flows, row);
  }

  #apply(exporter: Exporter, flows: FlowColumns, row: number): void {
    const { arrays } = flows;
    const key = exporter.text + keyOf(flows, row);
    const startMs = wide(arrays.start_ms, row);
    const endMs = wide(arrays.end_ms, row);
    const octets = wide(arrays.octets, row);
    const packets = wide(arrays.packets, row);
    const known = this.#flows.get(key);
    const same = known !== undefined && Math.abs(known.startMs - startMs) <= sameStartMs;
    if (same && (octets < known.octets || packets < known.packets || endMs < known.endMs)) {
      // Late, or sent again: what it tells was counted.
      this.#becomes(flows, row, 0, 0, endMs);
      return;
    }
    this.#keep(key, { startMs: same ? known.startMs : startMs, endMs, octets, packets });
    if (same) this.#becomes(flows, row, octets - known.octets, packets - known.packets, known.endMs);
    else if (startMs >= this.#sinceMs) this.#becomes(flows, row, octets, packets, startMs);
  }

  #becomes({ arrays }: FlowColumns, row: number, octets: number, packets: number, startMs: number): void {
    arrays.counter[row] = counterCodes.growth;
    setWide(arrays.octets, row, octets);
    setWide(arrays.packets, row, packets);
    setWide(arrays.start_ms, row, startMs);
  }

  #keep(key: string, known: Known): void {
    this.#flows.delete(key);
    this.#flows.set(key, known);
    if (this.#flows.size > this.#most) this.#flows.delete(this.#flows.keys().next().value!);
  }
}

/** The key's columns' octets as text. */
function keyOf(flows: FlowColumns, row: number): string {
  let key = '';
  for (const { at, width } of keyColumns) {
    const bytes = flows.bytes[at]!;
    key += Buffer.from(bytes.buffer, bytes.byteOffset + row * width, width).toString('latin1');
  }
  return key;
}
