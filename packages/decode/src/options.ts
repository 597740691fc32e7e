/**
 * Options data: sampling, names of interfaces, applications and VRFs, the exporter's own statistics. Few records, so they
 * are walked, not compiled.
 */
import type { Sample } from '@linewatch/record';
import { applicationElement, sampling } from './elements.ts';
import type { Domain, Exporter } from './exporter.ts';
import { lose } from './losses.ts';
import type { Memory } from './memory.ts';
import {
  type OptionNumbers,
  type OptionTexts,
  noNumbers,
  noTexts,
  numbers,
  statisticAt,
  statistics,
  texts,
} from './option-fields.ts';
import type { Counters } from './port.ts';
import { contentEnd } from './reader.ts';
import { elementKey } from './registry/registry.ts';
import { hexOf, textOf } from './registry/text.ts';
import { type Template, smallestRecord, variableLength } from './template.ts';
import { statedRate, unsigned } from './values.ts';

/** What did not change is passed on again after this long. */
const refreshMs = 3_600_000;
/** Statistics that changed are passed on this often. */
const statisticsMs = 60_000;
const maxNameOctets = 255;
/** Longest active time-out that is believed: a day, s. */
const maxTimeoutS = 86_400;

class OptionRecord {
  readonly numbers: OptionNumbers = { ...noNumbers };
  readonly texts: OptionTexts = { ...noTexts };
  readonly statistics = new Float64Array(statistics.length);
  application = -1;
  /** All of its octets: a number has room for 53 bits. */
  applicationKey = '';

  clear(): void {
    Object.assign(this.numbers, noNumbers);
    Object.assign(this.texts, noTexts);
    this.statistics.fill(-1);
    this.application = -1;
    this.applicationKey = '';
  }

  /** Takes one field. The same element twice: the first that is not empty counts. */
  take(id: number, view: DataView, at: number, length: number): void {
    const number = numbers.get(id);
    if (number !== undefined) {
      if (this.numbers[number] <= 0) this.numbers[number] = unsigned(view, at, length);
      return;
    }
    const text = texts.get(id);
    if (text !== undefined) {
      this.texts[text] ||= textOf(view, at, Math.min(length, maxNameOctets));
      return;
    }
    const statistic = statisticAt.get(id);
    if (statistic !== undefined) this.statistics[statistic] = unsigned(view, at, length);
    else if (id === sampling.probability) this.#probability(view, at, length);
    else if (id === applicationElement && this.application <= 0) {
      this.application = unsigned(view, at, length);
      this.applicationKey = hexOf(view, at, length);
    }
  }

  /** RFC 5477 section 8.2.7: each packet is taken with this probability, so one in 1 / p is. */
  #probability(view: DataView, at: number, length: number): void {
    const p = length === 8 ? view.getFloat64(at) : length === 4 ? view.getFloat32(at) : 0;
    if (!(p > 0 && p <= 1) || this.numbers.population >= 0) return;
    this.numbers.size = 1;
    this.numbers.population = 1 / p;
  }
}

export class OptionsReader {
  readonly #counters: Counters;
  readonly #memory: Memory;
  readonly #emit: (sample: Sample) => void;
  readonly #record = new OptionRecord();

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
    const content = contentEnd(view, from, end);
    const record = this.#record;
    let at = from;
    let records = 0;
    while (end - at >= smallest) {
      // All zero to the end is padding, unless it is the set's only record.
      if (records > 0 && at >= content) break;
      record.clear();
      const next = walk(template, view, at, end, record);
      if (next < 0) {
        lose(this.#counters, exporter, 'record_malformed');
        break;
      }
      at = next;
      records++;
      this.#take(exporter, domain, nowMs);
    }
    this.#counters.optionRecords += records;
    return records;
  }

  #take(exporter: Exporter, domain: Domain, nowMs: number): void {
    const { numbers: n, texts: t, application, applicationKey } = this.#record;
    const rate = statedRate(n);
    if (rate > 0) this.#memory.keepRate(exporter, domain, rate, n.sampler, n.template);
    if (n.systemInitMs > 0) domain.systemInitMs = n.systemInitMs;
    if (n.activeTimeoutS > 0 && n.activeTimeoutS <= maxTimeoutS) exporter.habits.stateTimeout(n.activeTimeoutS * 1000);
    if (n.enterprise > 0 && n.element >= 0 && t.elementName !== '')
      this.#memory.keepElementName(exporter, elementKey(n.enterprise, n.element), t.elementName);
    const ifIndex = n.ifIndex > 0 && n.ifIndex <= 0xffffffff ? n.ifIndex : 0;
    const name = (metric: string, id: string | number, text: string, value: number): void => {
      if (text === '' || !this.#isNews(exporter, `${metric}/${id}`, text, 0, nowMs)) return;
      this.#emit({ timeMs: nowMs, exporter: exporter.address, interface: 0, metric, value, text });
    };
    if (ifIndex > 0) {
      this.#interfaceName(exporter, ifIndex, 'interface.name', t.name, nowMs);
      this.#interfaceName(exporter, ifIndex, 'interface.alias', t.alias, nowMs);
    } else if (n.vlan >= 0) name('vlan.name', n.vlan, t.name, n.vlan);
    if (n.vrf >= 0) name('vrf.name', n.vrf, t.vrfName, n.vrf);
    if (application >= 0) {
      name('application.name', applicationKey, t.applicationName, application);
      name('application.description', applicationKey, t.applicationDescription, application);
      name('application.category', applicationKey, t.applicationCategory, application);
    }
    this.#statistics(exporter, domain, ifIndex, nowMs);
  }

  #interfaceName(exporter: Exporter, ifIndex: number, metric: string, text: string, nowMs: number): void {
    if (text === '' || !this.#isNews(exporter, `${metric}/${ifIndex}`, text, 0, nowMs)) return;
    this.#emit({ timeMs: nowMs, exporter: exporter.address, interface: ifIndex, metric, value: 0, text });
  }

  /** The text of a statistic tells what it is of: the observation domain, and the process or selector in it. */
  #statistics(exporter: Exporter, domain: Domain, ifIndex: number, nowMs: number): void {
    const { statistics: values, numbers: n } = this.#record;
    let text = '';
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (value < 0) continue;
      text ||= [domain.id, ...[n.process, n.sampler].filter((part) => part >= 0)].join('/');
      const metric = statistics[i]![1];
      if (this.#isNews(exporter, `${metric}/${ifIndex}/${text}`, String(value), statisticsMs, nowMs))
        this.#emit({ timeMs: nowMs, exporter: exporter.address, interface: ifIndex, metric, value, text });
    }
  }

  /** New, an hour old, or changed and not passed on less than `leastMs` ago. */
  #isNews(exporter: Exporter, key: string, text: string, leastMs: number, nowMs: number): boolean {
    if (!this.#memory.mayName(exporter, nowMs)) return false;
    const known = exporter.names.get(key);
    const age = known === undefined ? refreshMs : nowMs - known.sentMs;
    if (known !== undefined && age < (known.text === text ? refreshMs : leastMs)) return false;
    this.#memory.keepName(exporter, key, text, nowMs);
    return true;
  }
}

/** Fills `record` from the one at `at`; returns where the next begins, -1 when it runs past the set. */
function walk(template: Template, view: DataView, from: number, end: number, record: OptionRecord): number {
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
    if (field.pen === 0 && length > 0) record.take(field.id, view, at, length);
    at += length;
  }
  return at;
}
