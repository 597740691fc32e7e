/** Rows of the demo's past, put into the columns of messages as collectors make them. */
import {
  type BatchIdentity,
  type Sample,
  createFlowColumns,
  createSumColumns,
  encodeFlowBatch,
  encodeSignalBatch,
} from '@linewatch/record';
import { type DemoAcademy, lan } from './academies.ts';
import { type DemoFlow, nextHopOf } from './flows.ts';

/** Rows of one message: about 1 MiB of sums, 0.5 MiB of flows. */
const sumRows = 20_000;
const flowRows = 4000;

/** An academy and what is worked out of it once. */
export interface Place {
  readonly academy: DemoAcademy;
  readonly address: Uint8Array;
  readonly network: number;
  readonly random: () => number;
}

const setU64 = (array: Uint32Array, row: number, value: number): void => {
  array[2 * row] = value >>> 0;
  array[2 * row + 1] = Math.floor(value / 4_294_967_296);
};

/** IPv4 as a v4-mapped address into 16 octets of a column. */
function setV4(bytes: Uint8Array, row: number, value: number): void {
  const at = 16 * row;
  bytes[at + 10] = bytes[at + 11] = 0xff;
  bytes[at + 12] = value >>> 24;
  bytes[at + 13] = value >>> 16;
  bytes[at + 14] = value >>> 8;
  bytes[at + 15] = value;
}

/** Interface sums, as messages of at most `sumRows`. */
export class SumWriter {
  readonly #columns = createSumColumns(sumRows);
  readonly #exporter = this.#columns.bytes[this.#columns.table.findIndex((c) => c.name === 'exporter')]!;
  readonly #identity: () => BatchIdentity;
  #rows = 0;
  messages: { value: Uint8Array }[] = [];
  total = 0;

  constructor(identity: () => BatchIdentity) {
    this.#identity = identity;
  }

  add({ academy, address }: Place, timeS: number, ifIndex: number, side: number, octets: number): void {
    if (octets === 0) return;
    if (this.#rows === sumRows) this.finish();
    const { arrays } = this.#columns;
    const row = this.#rows++;
    const counted = Math.round(octets / academy.samplingRate);
    arrays.time_s[row] = timeS;
    arrays.width_s[row] = 60;
    this.#exporter.set(address, 16 * row);
    arrays.interface[row] = ifIndex;
    arrays.side[row] = side;
    // As live: v5 cannot say that a record was observed on the way out, so its upload is seen at the inside only.
    arrays.basis[row] = academy.protocol === 'v5' ? side : 0;
    arrays.sampling_rate[row] = academy.samplingRate;
    arrays.sampling_stated[row] = academy.samplingRate > 1 ? 1 : 0;
    setU64(arrays.octets, row, counted);
    setU64(arrays.packets, row, Math.ceil(counted / 900));
    arrays.flows[row] = 1;
    this.total++;
  }

  finish(samples: readonly Sample[] = []): void {
    if (this.#rows === 0 && samples.length === 0) return;
    // It does not say that it covers flow batches: a collector that recovers must leave these flows alone.
    const value = encodeSignalBatch(this.#identity(), { columns: this.#columns, rows: this.#rows }, samples, []);
    this.messages.push({ value });
    this.#rows = 0;
  }
}

/** Flows, as messages of at most `flowRows`. */
export class FlowWriter {
  readonly #columns = createFlowColumns(flowRows);
  readonly #identity: () => BatchIdentity;
  readonly #bytes: (name: string) => Uint8Array;
  #rows = 0;
  messages: { value: Uint8Array }[] = [];
  total = 0;

  constructor(identity: () => BatchIdentity) {
    this.#identity = identity;
    const at = new Map(this.#columns.table.map((column, i) => [column.name as string, this.#columns.bytes[i]!]));
    this.#bytes = (name) => at.get(name)!;
  }

  add({ academy, address, network }: Place, flow: DemoFlow, wan: number, startMs: number, endMs: number): void {
    if (this.#rows === flowRows) this.finish();
    const { arrays } = this.#columns;
    const row = this.#rows++;
    setU64(arrays.received_ms, row, endMs + 400);
    setU64(arrays.exported_ms, row, endMs + 200);
    setU64(arrays.start_ms, row, startMs);
    setU64(arrays.end_ms, row, endMs);
    this.#bytes('exporter').set(address, 16 * row);
    arrays.version[row] = academy.protocol === 'v5' ? 5 : academy.protocol === 'v9' ? 9 : 10;
    arrays.sampling_rate[row] = academy.samplingRate;
    arrays.sampling_stated[row] = academy.samplingRate > 1 ? 1 : 0;
    arrays.in_if[row] = flow.download ? wan : lan.ifIndex;
    arrays.out_if[row] = flow.download ? lan.ifIndex : wan;
    arrays.direction[row] = academy.protocol === 'v5' ? 0 : flow.download ? 1 : 2;
    setV4(this.#bytes('src_addr'), row, flow.source);
    setV4(this.#bytes('dst_addr'), row, flow.destination);
    setV4(this.#bytes('next_hop'), row, nextHopOf(network, flow.download));
    arrays.src_port[row] = flow.sourcePort;
    arrays.dst_port[row] = flow.destinationPort;
    arrays.protocol[row] = flow.service.protocol;
    arrays.tcp_flags[row] = flow.tcpFlags;
    arrays.tos[row] = flow.service.tos;
    setU64(arrays.octets, row, flow.octets);
    setU64(arrays.packets, row, flow.packets);
    arrays.src_as[row] = flow.sourceAs;
    arrays.dst_as[row] = flow.destinationAs;
    arrays.src_mask[row] = arrays.dst_mask[row] = 24;
    this.total++;
  }

  finish(): void {
    if (this.#rows === 0) return;
    this.messages.push({ value: encodeFlowBatch(this.#identity(), this.#columns, this.#rows) });
    this.#rows = 0;
  }
}
