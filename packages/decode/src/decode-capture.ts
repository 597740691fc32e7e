/** Decodes a whole capture file to records for people and scripts. */
import { type Event, type Sample, counterCodes, createFlowColumns, formatAddress } from '@linewatch/record';
import { type CaptureReason, readCapture } from './capture/index.ts';
import { createDecoder } from './decoder.ts';
import type { Exporter } from './exporter.ts';
import { type JsonFlow, flowToJson, jsonInteger } from './json.ts';
import { elementOf } from './registry/registry.ts';
import type { TrapOptions } from './snmp/options.ts';
import { type Counters, type FlowSink, type Limits, type LossReason, type Structure, lossReasons } from './port.ts';

export interface JsonSample {
  readonly type: 'sample';
  readonly timeMs: number;
  readonly exporter: string;
  readonly interface: number;
  readonly metric: string;
  readonly value: number;
  readonly text: string;
}

export interface JsonEvent {
  readonly type: 'event';
  readonly timeMs: number;
  readonly exporter: string;
  readonly interface: number;
  readonly kind: string;
  readonly detail: unknown;
}

export interface JsonLoss {
  readonly type: 'loss';
  readonly reason: LossReason | CaptureReason;
  readonly count: number;
  /** Unix ms of the datagram; 0 = not known. */
  readonly timeMs: number;
  /** Empty when the loss is the file's. */
  readonly exporter: string;
}

/** Most octets of a structure that are shown. */
const shownOctets = 1024;

export interface CaptureSummary {
  readonly datagrams: number;
  readonly decoded: number;
  readonly held: number;
  readonly rejected: number;
  readonly flows: number;
  /**
   * Sums over flows of delta counters and of sFlow's frames, dropped ones included; the reverse halves of biflows left
   * out; not multiplied by the sampling rate.
   */
  readonly octets: number | string;
  readonly packets: number | string;
  readonly templates: number;
  readonly optionTemplates: number;
  readonly dataRecords: number;
  readonly optionRecords: number;
  /** sFlow samples by kind. */
  readonly samples: { readonly flow: number; readonly counter: number; readonly discard: number };
  /** Sets that still await their template at the end. */
  readonly setsAwaitingTemplate: number;
  readonly lostUpstream: {
    readonly flows: number;
    readonly datagrams: number;
    readonly records: number;
    readonly samples: number;
  };
  /** Records by information element that feeds no column, most first: by name, or `enterprise/number` without one. */
  readonly unknownElements: Readonly<Record<string, number>>;
  readonly losses: Readonly<Partial<Record<LossReason | CaptureReason, number>>>;
}

export type CaptureRecord = JsonFlow | JsonSample | JsonEvent | JsonLoss;

const capacity = 4096;

class JsonSink implements FlowSink {
  readonly columns = createFlowColumns(capacity);
  rows = 0;
  octets = 0n;
  packets = 0n;
  out: CaptureRecord[] = [];
  readonly #elements = new Map<number, Record<string, string>>();
  readonly #showElements: boolean;

  constructor(showElements: boolean) {
    this.#showElements = showElements;
  }

  element(row: number, name: string, value: string): void {
    const elements = this.#elements.get(row);
    if (elements === undefined) this.#elements.set(row, { [name]: value });
    else elements[name] = value;
  }

  flush(): void {
    const { counter, reverse, octets, packets } = this.columns.arrays;
    for (let row = 0; row < this.rows; row++) {
      const flow = flowToJson(this.columns, row);
      this.out.push(this.#showElements ? { ...flow, elements: this.#elements.get(row) ?? {} } : flow);
      if ((counter[row] !== counterCodes.delta && counter[row] !== counterCodes.discard) || reverse[row] !== 0)
        continue;
      this.octets += (BigInt(octets[2 * row + 1]!) << 32n) | BigInt(octets[2 * row]!);
      this.packets += (BigInt(packets[2 * row + 1]!) << 32n) | BigInt(packets[2 * row]!);
    }
    this.rows = 0;
    this.#elements.clear();
  }

  decoded(): void {
    // Rows are read when the datagram is done.
  }

  sample({ exporter, ...sample }: Sample): void {
    this.out.push({ type: 'sample', ...sample, exporter: formatAddress(exporter) });
  }

  /** As a sample `sflow.<kind>.<enterprise>.<format>`: its length, and its first octets as hex. */
  structure({ timeMs, exporter, of, enterprise, format, octets }: Structure): void {
    const metric = `sflow.${of}.${enterprise}.${format}`;
    const text = Buffer.from(octets.subarray(0, shownOctets)).toString('hex');
    this.out.push({
      type: 'sample',
      timeMs,
      interface: 0,
      metric,
      value: octets.length,
      text,
      exporter: exporter.text,
    });
  }

  event({ exporter, detail, ...event }: Event): void {
    this.out.push({
      type: 'event',
      ...event,
      exporter: formatAddress(exporter),
      detail: JSON.parse(detail) as unknown,
    });
  }
}

const jsonSum = (sum: bigint): number | string => jsonInteger(Number(sum & 0xffffffffn), Number(sum >> 32n));

function lostSince(counters: Readonly<Counters>, before: Map<LossReason, number>): [LossReason, number][] {
  const lost: [LossReason, number][] = [];
  for (const reason of lossReasons) {
    const count = counters.losses[reason] - (before.get(reason) ?? 0);
    if (count === 0) continue;
    lost.push([reason, count]);
    before.set(reason, counters.losses[reason]);
  }
  return lost;
}

/** Of all exporters together. */
function unknownElements(exporters: Iterable<Exporter>): Record<string, number> {
  const sums = new Map<string, number>();
  for (const { elements, elementNames } of exporters)
    for (const [key, records] of elements) {
      const [pen, id] = key.split('/').map(Number);
      const name = elementOf(pen!, id!)?.name ?? elementNames.get(key) ?? key;
      sums.set(name, (sums.get(name) ?? 0) + records);
    }
  return Object.fromEntries([...sums].sort(([, a], [, b]) => b - a));
}

export interface CaptureOptions {
  /** Give each flow what it has besides its columns, by the elements' names. */
  readonly elements?: boolean | undefined;
  readonly limits?: Partial<Limits>;
  /** Whose traps are read; without it, those of any community and of no v3 user. */
  readonly traps?: TrapOptions | undefined;
}

/**
 * Yields a record for each flow, event, sample and loss in the file's order, then returns the summary. Never throws on the
 * file's content. Flow times stay on the exporter's clock.
 */
export function* decodeCapture(
  bytes: Uint8Array,
  { elements = false, limits = {}, traps }: CaptureOptions = {},
): Generator<CaptureRecord, CaptureSummary> {
  const sink = new JsonSink(elements);
  const decoder = createDecoder({
    sink,
    keepElements: elements ? 'all' : [],
    limits: {
      compilesPerSecond: Infinity,
      namesPerExporter: Infinity,
      trapBurst: Infinity,
      measuredEveryMs: 0,
      ...limits,
    },
    traps: traps ?? {},
  });
  const { counters } = decoder;
  const losses: Partial<Record<LossReason | CaptureReason, number>> = {};
  const before = new Map<LossReason, number>();
  let datagrams = 0;
  for (const item of readCapture(bytes)) {
    if (item.kind === 'loss') {
      losses[item.reason] = (losses[item.reason] ?? 0) + 1;
      yield { type: 'loss', reason: item.reason, count: 1, timeMs: 0, exporter: '' };
      continue;
    }
    datagrams++;
    const exporter = decoder.exporter(item.sourceAddress);
    decoder.decode(exporter, item.payload, item.timeMs);
    sink.flush();
    yield* sink.out;
    sink.out = [];
    for (const [reason, count] of lostSince(counters, before)) {
      losses[reason] = (losses[reason] ?? 0) + count;
      yield { type: 'loss', reason, count, timeMs: item.timeMs, exporter: exporter.text };
    }
  }
  const { sequence } = counters;
  return {
    datagrams,
    ...counters.datagrams,
    flows: counters.flows,
    octets: jsonSum(sink.octets),
    packets: jsonSum(sink.packets),
    templates: counters.templates,
    optionTemplates: counters.optionTemplates,
    dataRecords: counters.dataRecords,
    optionRecords: counters.optionRecords,
    samples: {
      flow: counters.sflow.flowSamples,
      counter: counters.sflow.counterSamples,
      discard: counters.sflow.discardSamples,
    },
    setsAwaitingTemplate:
      counters.setsHeld - counters.setsReleased - counters.losses.held_evicted - counters.losses.held_expired,
    lostUpstream: {
      flows: sequence.lostFlows,
      datagrams: sequence.lostDatagrams,
      records: sequence.lostRecords,
      samples: sequence.lostSamples,
    },
    unknownElements: unknownElements(decoder.exporters),
    losses,
  };
}
