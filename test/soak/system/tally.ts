/**
 * What was accepted, from the queue's messages: read by protobufjs from the published `.proto` files, with none of our own
 * decoders. A batch that is on the queue twice, by its identity, counts once.
 */
import path from 'node:path';
import { formatAddress } from '@linewatch/record';
import protobuf from 'protobufjs';

const proto = path.join(import.meta.dirname, '../../../proto/linewatch/v1');

export interface RawMessage {
  readonly topic: 'flows' | 'signals';
  readonly partition: number;
  readonly offset: number;
  readonly value: Uint8Array;
}

/** Of one exporter's rows. The ordinals are next hops, different in every row: their sums tell one set from another. */
export interface Totals {
  rows: bigint;
  octets: bigint;
  ordinals: bigint;
  /** Modulo 2^64. */
  squares: bigint;
}

/** One flow batch, and all places that it was found at. */
export interface TalliedBatch {
  readonly rows: number;
  readonly places: string[];
}

interface Batch {
  readonly trust: string;
  readonly collector: string;
  readonly epoch: bigint;
  readonly sequence: bigint;
  readonly rows: number;
  readonly exporter: Uint8Array;
  readonly nextHop?: Uint8Array;
  readonly octets: readonly bigint[];
  /** The same in their short form (see flow.proto): then they have no other. */
  readonly exporterShort?: Uint8Array;
  readonly nextHopShort?: Uint8Array;
  readonly octetsShort?: Uint8Array;
  readonly side?: Uint8Array;
  readonly basis?: Uint8Array;
}

const add = <K>(map: Map<K, bigint>, key: K, value: bigint): void => void map.set(key, (map.get(key) ?? 0n) + value);
const lastWord = (bytes: Uint8Array, row: number): number =>
  new DataView(bytes.buffer, bytes.byteOffset + 16 * row + 12).getUint32(0);

/** Addresses whose last 4 octets come first, then the 12 that they share. */
function longAddresses(short: Uint8Array, rows: number): Uint8Array {
  const end = (row: number): Uint8Array => short.subarray(4 * row, 4 * row + 4);
  return Buffer.concat(Array.from({ length: rows }, (_, row) => [short.subarray(4 * rows), end(row)]).flat());
}

/** Numbers whose low halves come first, then the high one that they share. */
function longNumbers(short: Uint8Array, rows: number): bigint[] {
  const view = new DataView(short.buffer, short.byteOffset, short.length);
  const word = (at: number): bigint => BigInt(view.getUint32(4 * at, true));
  return Array.from({ length: rows }, (_, row) => (word(rows) << 32n) + word(row));
}

/** The batch with its columns as they would be without short forms. */
function long(batch: Batch): Batch {
  const { rows, exporterShort, nextHopShort, octetsShort } = batch;
  return {
    ...batch,
    ...(exporterShort?.length && { exporter: longAddresses(exporterShort, rows) }),
    ...(nextHopShort?.length && { nextHop: longAddresses(nextHopShort, rows) }),
    ...(octetsShort?.length && { octets: longNumbers(octetsShort, rows) }),
  };
}

/** Interface sums that are inferred or observed from flows; the third basis is counters. */
const basisOfCounters = 2;

export class Tally {
  readonly #flow: protobuf.Type;
  readonly #signal: protobuf.Type;
  readonly #next = new Map<string, number>();
  readonly #signals = new Set<string>();
  /** By identity. */
  readonly batches = new Map<string, TalliedBatch>();
  /** By the exporter's address. */
  readonly exporters = new Map<string, Totals>();
  /** Octets of the interface sums by "exporter side". */
  readonly sums = new Map<string, bigint>();
  /** Places that were gone before they were read: nothing can be said then. */
  readonly gaps: string[] = [];
  repeats = 0;

  private constructor(flow: protobuf.Type, signal: protobuf.Type) {
    this.#flow = flow;
    this.#signal = signal;
  }

  static async open(): Promise<Tally> {
    const [flow, signal] = await Promise.all(
      ['flow.proto', 'signal.proto'].map((file) => protobuf.load(path.join(proto, file))),
    );
    return new Tally(flow!.lookupType('linewatch.v1.FlowBatch'), signal!.lookupType('linewatch.v1.SignalBatch'));
  }

  get rows(): bigint {
    return [...this.exporters.values()].reduce((sum, { rows }) => sum + rows, 0n);
  }

  /** What was read before is passed over, so that a topic may be read again from any place. */
  take({ topic, partition, offset, value }: RawMessage): void {
    const log = `${topic} ${partition}`;
    const next = this.#next.get(log) ?? 0;
    if (offset < next) return;
    if (offset > next) this.gaps.push(`${log}: ${next} to ${offset - 1}`);
    this.#next.set(log, offset + 1);
    if (topic === 'flows') this.#flows(value, `${partition}:${offset}`);
    else this.#sums(value);
  }

  #read(type: protobuf.Type, value: Uint8Array): { batch: Batch; identity: string } {
    const plain = long(type.toObject(type.decode(value), { longs: BigInt, arrays: true, defaults: true }) as Batch);
    const { trust, collector, epoch, sequence } = plain;
    return { batch: plain, identity: `${trust} ${collector} ${epoch} ${sequence}` };
  }

  #flows(value: Uint8Array, place: string): void {
    const { batch, identity } = this.#read(this.#flow, value);
    const known = this.batches.get(identity);
    if (known) {
      this.repeats++;
      known.places.push(place);
      return;
    }
    const { rows, exporter, nextHop = new Uint8Array(), octets } = batch;
    this.batches.set(identity, { rows, places: [place] });
    for (let row = 0; row < rows; row++) {
      // A column holds one value for all rows, or one each.
      const address = exporter.subarray(exporter.length === 16 ? 0 : 16 * row).subarray(0, 16);
      const name = formatAddress(address);
      let totals = this.exporters.get(name);
      if (!totals) this.exporters.set(name, (totals = { rows: 0n, octets: 0n, ordinals: 0n, squares: 0n }));
      const ordinal = nextHop.length < 16 ? 0n : BigInt(lastWord(nextHop, nextHop.length === 16 ? 0 : row));
      totals.rows++;
      totals.octets += octets[octets.length === 1 ? 0 : row] ?? 0n;
      totals.ordinals += ordinal;
      totals.squares = BigInt.asUintN(64, totals.squares + ordinal * ordinal);
    }
  }

  #sums(value: Uint8Array): void {
    const { batch, identity } = this.#read(this.#signal, value);
    if (this.#signals.has(identity)) return;
    this.#signals.add(identity);
    const { rows, exporter, octets, side = new Uint8Array(), basis = new Uint8Array() } = batch;
    const at = (column: Uint8Array, row: number): number => column[column.length === 1 ? 0 : row] ?? 0;
    for (let row = 0; row < rows; row++) {
      if (at(basis, row) === basisOfCounters) continue;
      const address = exporter.subarray(exporter.length === 16 ? 0 : 16 * row).subarray(0, 16);
      add(this.sums, `${formatAddress(address)} ${at(side, row)}`, octets[octets.length === 1 ? 0 : row] ?? 0n);
    }
  }
}
