/** Options data: sampling rates, interface names, the exporter's start. Few records, so they are walked, not compiled. */
import type { Sample } from '@linewatch/record';
import * as e from './elements.ts';
import type { Domain, Exporter } from './exporter.ts';
import { lose } from './losses.ts';
import type { Memory } from './memory.ts';
import type { Counters } from './port.ts';
import { contentEnd } from './reader.ts';
import { type Template, smallestRecord, variableLength } from './template.ts';
import { type SamplingParameters, statedRate, unsigned } from './values.ts';

/** A name is passed on again after this long, unchanged. */
const nameRefreshMs = 3_600_000;
const maxNameOctets = 255;

interface OptionValues extends SamplingParameters {
  sampler: number;
  template: number;
  ifIndex: number;
  systemInitMs: number;
  name: string;
  alias: string;
}

const blank: OptionValues = {
  interval: -1,
  randomInterval: -1,
  packetInterval: -1,
  packetSpace: -1,
  size: -1,
  population: -1,
  sampler: -1,
  template: -1,
  ifIndex: -1,
  systemInitMs: 0,
  name: '',
  alias: '',
};

const numbers = new Map<
  number,
  keyof { [K in keyof OptionValues as OptionValues[K] extends number ? K : never]: true }
>([
  [e.sampling.interval, 'interval'],
  [e.sampling.randomInterval, 'randomInterval'],
  [e.sampling.packetInterval, 'packetInterval'],
  [e.sampling.packetSpace, 'packetSpace'],
  [e.sampling.size, 'size'],
  [e.sampling.population, 'population'],
  ...e.sampling.samplers.map((id) => [id, 'sampler'] as const),
  [e.sampling.template, 'template'],
  ...e.interfaceElements.map((id) => [id, 'ifIndex'] as const),
  [e.systemInitElement, 'systemInitMs'],
]);

const utf8 = new TextDecoder();

/** Text up to the first NUL, without control characters or space around it. */
function textOf(view: DataView, at: number, length: number): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + at, Math.min(length, maxNameOctets));
  const end = bytes.indexOf(0);
  return utf8
    .decode(end < 0 ? bytes : bytes.subarray(0, end))
    .replaceAll(/\p{Cc}/gu, '')
    .trim();
}

export class OptionsReader {
  readonly #counters: Counters;
  readonly #memory: Memory;
  readonly #emit: (sample: Sample) => void;

  constructor(memory: Memory, counters: Counters, emit: (sample: Sample) => void) {
    this.#memory = memory;
    this.#counters = counters;
    this.#emit = emit;
  }

  /** Reads the records of a set; returns how many. */
  read(
    exporter: Exporter,
    domain: Domain,
    template: Template,
    view: DataView,
    from: number,
    end: number,
    nowMs: number,
  ): number {
    const smallest = smallestRecord(template.fields);
    const values: OptionValues = { ...blank };
    const content = contentEnd(view, from, end);
    let at = from;
    let records = 0;
    while (end - at >= smallest) {
      // All zero to the end is padding, unless it is the set's only record.
      if (records > 0 && at >= content) break;
      Object.assign(values, blank);
      const next = walk(template, view, at, end, values);
      if (next < 0) {
        lose(this.#counters, exporter, 'record_malformed');
        break;
      }
      at = next;
      records++;
      this.#take(exporter, domain, values, nowMs);
    }
    this.#counters.optionRecords += records;
    return records;
  }

  #take(exporter: Exporter, domain: Domain, values: OptionValues, nowMs: number): void {
    const rate = statedRate(values);
    if (rate > 0) this.#memory.keepRate(exporter, domain, rate, values.sampler, values.template);
    if (values.systemInitMs > 0) domain.systemInitMs = values.systemInitMs;
    if (values.ifIndex <= 0 || values.ifIndex > 0xffffffff) return;
    if (values.name !== '') this.#name(exporter, values.ifIndex, 'interface.name', values.name, nowMs);
    if (values.alias !== '') this.#name(exporter, values.ifIndex, 'interface.alias', values.alias, nowMs);
  }

  #name(exporter: Exporter, ifIndex: number, metric: string, text: string, nowMs: number): void {
    const { names } = exporter;
    const key = 2 * ifIndex + (metric === 'interface.name' ? 0 : 1);
    const known = names.get(key);
    if (known?.text === text && nowMs - known.sentMs < nameRefreshMs) return;
    this.#memory.keepName(exporter, key, text, nowMs);
    this.#emit({ timeMs: nowMs, exporter: exporter.address, interface: ifIndex, metric, value: 0, text });
  }
}

/** Fills `values` from the record at `at`; returns where the next begins, -1 when it runs past the set. */
function walk(template: Template, view: DataView, from: number, end: number, values: OptionValues): number {
  let at = from;
  for (const field of template.fields) {
    let { length } = field;
    if (length === variableLength) {
      if (at >= end) return -1;
      length = view.getUint8(at++);
      if (length === 255) {
        if (end - at < 2) return -1;
        length = view.getUint16(at);
        at += 2;
      }
    }
    if (end - at < length) return -1;
    if (field.pen === 0 && length > 0) {
      const name = numbers.get(field.id);
      if (name !== undefined) {
        const value = unsigned(view, at, length);
        // The same element twice: the first that is not empty counts.
        if (values[name] <= 0) values[name] = value;
      } else if (field.id === e.interfaceName) values.name ||= textOf(view, at, length);
      else if (field.id === e.interfaceAlias) values.alias ||= textOf(view, at, length);
    }
    at += length;
  }
  return at;
}
