/**
 * What interface counters say an interface carried, from polls and from sFlow counter samples. The two may tell of the
 * same interface: a time that is covered is never counted again, whoever comes first.
 */
import { type Sample, formatAddress } from '@linewatch/record';
import type { Passed } from './poll/readings.ts';
import { type CounterReading, delta } from './poll/rate.ts';

/** Sides of interfaces that are remembered; the exporter not heard longest gives way. */
const maxRemembered = 400_000;
/** Polls further apart than this tell of too long a time to be spread over it; the poller knows a shorter one. */
const longestMs = 3 * 3_600_000;
/** Counter samples of sFlow come every half minute, or few minutes: over more, an outage would show as a steady rate. */
const longestBetweenSamplesMs = 900_000;

export interface CountedExporter {
  readonly address: Uint8Array;
}

interface Side {
  coveredMs: number;
  reading: CounterReading | undefined;
}

interface Known extends CountedExporter {
  /** By interface × 2 + side. */
  readonly sides: Map<number, Side>;
}

const sideOf: Readonly<Record<string, 0 | 1>> = { 'interface.in.octets': 0, 'interface.out.octets': 1 };

export class Counted {
  readonly #add: (exporter: CountedExporter, passed: Passed) => void;
  readonly #known = new Map<string, Known>();
  readonly #limit: number;
  #size = 0;

  constructor(add: (exporter: CountedExporter, passed: Passed) => void, limit = maxRemembered) {
    this.#add = add;
    this.#limit = limit;
  }

  /** Between two polls. */
  passed(address: Uint8Array, passed: Passed): void {
    const known = this.#of(address);
    this.#take(known, this.#side(known, passed.interface, passed.side), passed);
  }

  /** A sample that the decoder gave; all but octet counters are passed over. */
  sample({ metric, exporter, interface: index, value, timeMs }: Sample): void {
    const number = sideOf[metric];
    if (number === undefined || index === 0 || !(value >= 0) || !Number.isFinite(value)) return;
    const known = this.#of(exporter);
    const side = this.#side(known, index, number);
    const previous = side.reading;
    const reading: CounterReading = { atMs: timeMs, value: BigInt(Math.floor(value)), bits: 64 };
    side.reading = reading;
    if (previous && timeMs - previous.atMs > longestBetweenSamplesMs) return;
    const octets = previous && delta(previous, reading);
    if (octets !== undefined)
      this.#take(known, side, { interface: index, side: number, octets, fromMs: previous!.atMs, toMs: timeMs });
  }

  #take(known: Known, side: Side, passed: Passed): void {
    const { fromMs, toMs } = passed;
    if (fromMs < side.coveredMs || toMs <= fromMs || toMs - fromMs > longestMs) return;
    side.coveredMs = toMs;
    this.#add(known, passed);
  }

  /** The same object each time, least recently heard first in the map. */
  #of(address: Uint8Array): Known {
    const key = formatAddress(address);
    const known = this.#known.get(key) ?? { address, sides: new Map<number, Side>() };
    this.#known.delete(key);
    this.#known.set(key, known);
    return known;
  }

  #side(known: Known, index: number, side: number): Side {
    const key = index * 2 + side;
    let found = known.sides.get(key);
    if (!found) {
      if (this.#size >= this.#limit) this.#evict();
      known.sides.set(key, (found = { coveredMs: 0, reading: undefined }));
      this.#size++;
    }
    return found;
  }

  /** The oldest exporter's sides; it may be the one that asks. */
  #evict(): void {
    for (const [key, { sides }] of this.#known) {
      this.#size -= sides.size;
      sides.clear();
      if (this.#known.size > 1) this.#known.delete(key);
      if (this.#size < this.#limit) return;
    }
  }
}
