/** For the tests: a decoder whose flows and samples are kept as plain data. */
import { type Event, type Sample, createFlowColumns, parseAddress } from '@linewatch/record';
import { createDecoder } from './decoder.ts';
import { type EncodedSet, type EncodedTemplate, type MessageHeader, encodeMessage } from './encode.ts';
import type { Exporter } from './exporter.ts';
import { type JsonFlow, flowToJson } from './json.ts';
import type { FlowSink, Limits, LossReason } from './port.ts';

/** 2026-01-05T09:00:00Z: what "now" is in the tests, of both clocks. */
export const nowMs = Date.UTC(2026, 0, 5, 9);
export const uptimeMs = 5_000_000;

export const ip = (text: string): Uint8Array => parseAddress(text);

class TestSink implements FlowSink {
  readonly columns;
  rows = 0;
  flushes = 0;
  readonly flows: JsonFlow[] = [];
  readonly samples: Sample[] = [];
  readonly events: Event[] = [];
  readonly elements: [row: number, name: string, value: string][] = [];
  readonly ranges: [exporter: string, from: number, to: number][] = [];

  constructor(capacity: number) {
    this.columns = createFlowColumns(capacity);
  }
  flush(): void {
    for (let row = 0; row < this.rows; row++) this.flows.push(flowToJson(this.columns, row));
    this.rows = 0;
    this.flushes++;
  }
  decoded(exporter: Exporter, from: number, to: number): void {
    this.ranges.push([exporter.text, from, to]);
  }
  element(row: number, name: string, value: string): void {
    this.elements.push([row, name, value]);
  }
  sample(sample: Sample): void {
    this.samples.push(sample);
  }
  event(event: Event): void {
    this.events.push(event);
  }
}

export interface HarnessOptions {
  readonly limits?: Partial<Limits>;
  readonly correctClock?: boolean;
  readonly keepElements?: readonly string[] | 'all';
  readonly capacity?: number;
}

export function harness({
  limits = {},
  correctClock = false,
  keepElements = [],
  capacity = 4096,
}: HarnessOptions = {}) {
  const sink = new TestSink(capacity);
  const decoder = createDecoder({
    sink,
    limits: { compilesPerSecond: Infinity, ...limits },
    correctClock,
    keepElements,
  });
  return {
    sink,
    decoder,
    counters: decoder.counters,
    /** Decodes and returns the flows that it gave. */
    feed(datagram: Uint8Array, { at = nowMs, from = '192.0.2.1' } = {}): JsonFlow[] {
      const before = sink.flows.length;
      decoder.decode(decoder.exporter(ip(from)), datagram, at);
      sink.flush();
      return sink.flows.slice(before);
    },
    /** Losses that are not zero. */
    losses(): Partial<Record<LossReason, number>> {
      return Object.fromEntries(Object.entries(decoder.counters.losses).filter(([, count]) => count > 0));
    },
  };
}

let sequence = 0;

/** A message at `nowMs` with the next sequence number, whatever the unit. */
export function message(version: 9 | 10, sets: readonly EncodedSet[], header: Partial<MessageHeader> = {}): Uint8Array {
  return encodeMessage({ version, sequence: sequence++, domain: 7, exportMs: nowMs, uptimeMs, ...header }, sets);
}

export const template = (
  id: number,
  fields: readonly (readonly [id: number, length: number, pen?: number])[],
  scopes?: number,
): EncodedTemplate => ({
  id,
  fields: fields.map(([element, length, pen = 0]) => ({ id: element, length, pen })),
  ...(scopes !== undefined && { scopes }),
});
