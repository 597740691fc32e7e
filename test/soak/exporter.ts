/**
 * A simulated exporter of NetFlow v9 and IPFIX. Its datagrams are valid by RFC 3954 and RFC 7011 and in no good order:
 * data before its template, templates replaced, withdrawn and sent again. Each comes with the rows that are expected
 * once it was decoded, computed from what was drawn and from the rules of `Domain`, never from a decoder.
 */
import { type EncodedSet, type EncodedTemplate, type Row, encodeMessage } from '@linewatch/decode';
import type { FlowColumnName } from '@linewatch/record';
import { type Aspect, type AspectField, drawAspects, integer } from './aspects.ts';
import { type ExpectedRow, type ExpectedValue, words } from './expected.ts';
import type { Random } from './random.ts';

export interface Generated {
  /** 16 octets. */
  readonly address: Uint8Array;
  readonly datagram: Uint8Array;
  readonly receivedMs: number;
  readonly expected: readonly ExpectedRow[];
}

const variable = 65_535;
const word = 4_294_967_296;
const slotsPerDomain = 8;
/** Three domains of these stay below what a collector keeps of one exporter's sets (64 KiB by default). */
const maxWaitingOctets = 12 * 1024;

interface Layout {
  readonly template: EncodedTemplate;
  readonly aspects: readonly Aspect[];
  /** By field: which aspect fills it. */
  readonly owner: readonly number[];
  readonly variable: boolean;
  readonly smallest: number;
}

interface Slot {
  readonly id: number;
  layout: Layout;
  announced: boolean;
  /** Rows of sets that were sent before the template. */
  waiting: (() => ExpectedRow[])[];
  waitingOctets: number;
}

/** How a domain tells its sampling rate. */
type SamplingStyle = 'none' | 'domain' | 'sampler' | 'template';

const swaps: readonly (readonly [FlowColumnName, FlowColumnName])[] = [
  ['src_addr', 'dst_addr'],
  ['src_port', 'dst_port'],
  ['src_as', 'dst_as'],
  ['src_mask', 'dst_mask'],
  ['src_vlan', 'dst_vlan'],
  ['in_if', 'out_if'],
  ['post_nat_src_addr', 'post_nat_dst_addr'],
  ['post_nat_src_port', 'post_nat_dst_port'],
];

/** Columns that are of the packets seen, not of the record: the reverse half has none of them. */
const forwardOnly: readonly FlowColumnName[] = ['next_hop', 'tcp_flags', 'tos', 'forwarding_status'];
const turned = new Map([...swaps, ...swaps.map(([a, b]) => [b, a] as const)]);
const isZero = (value: ExpectedValue | undefined): boolean =>
  value === undefined || (Array.isArray(value) && value.every((n) => n === 0));

/** The reverse half of a biflow (RFC 5103), when it has counters: what has a direction is turned round. */
function reverseOf(row: ExpectedRow, counters: ExpectedRow): ExpectedRow | undefined {
  if (isZero(counters.octets) && isZero(counters.packets)) return undefined;
  const out: ExpectedRow = { ...counters, reverse: 1 };
  for (const [column, value] of Object.entries(row) as [FlowColumnName, ExpectedValue][])
    if (column === 'direction') out.direction = value === 0 ? 0 : 3 - (value as number);
    else if (column !== 'octets' && column !== 'packets' && !forwardOnly.includes(column))
      out[turned.get(column) ?? column] = value;
  return out;
}

class Domain {
  readonly id: number;
  readonly version: 9 | 10;
  readonly style: SamplingStyle;
  readonly #random: Random;
  /** No template comes after its data, or changes. */
  readonly #plain: boolean;
  readonly #address: Uint8Array;
  readonly #slots: Slot[];
  readonly #options: EncodedTemplate;
  /** Element and length in which records name their sampler. */
  readonly #samplerField: AspectField;
  readonly #rates = new Map<number, number>();
  #domainRate = 0;
  #sequence: number;
  #waitingOctets = 0;

  constructor(random: Random, address: Uint8Array, id: number, plain: boolean) {
    this.#random = random;
    this.#plain = plain;
    this.#address = address;
    this.id = id;
    this.version = random.pick([9, 10]);
    // Interface names are options that others do not tell from records.
    this.style = random.pick(plain ? ['domain', 'sampler', 'template'] : ['none', 'domain', 'sampler', 'template']);
    this.#samplerField = { id: random.pick([48, 302]), length: random.pick([1, 2, 4]), pen: 0 };
    this.#sequence = random.u32();
    const ids = random.shuffle(Array.from({ length: slotsPerDomain + 1 }, (_, i) => 256 + i * random.between(1, 7000)));
    this.#options = this.#optionsTemplate([...new Set(ids)][0]!);
    this.#slots = [...new Set(ids)]
      .slice(1)
      .map((slot) => ({ id: slot, layout: this.#draw(slot), announced: false, waiting: [], waitingOctets: 0 }));
  }

  #optionsTemplate(id: number): EncodedTemplate {
    const rate = this.#random.pick([34, 50, 305]);
    const fields = {
      none: [[10, 4], [82, variable]],
      domain: [[this.version === 9 ? 1 : 149, 4], [rate, 4]],
      sampler: [[this.version === 9 ? 1 : 149, 4], [this.#samplerField.id, this.#random.pick([1, 2, 4])], [rate, 4]],
      template: [[this.version === 9 ? 5 : 145, 2], [rate, this.#random.pick([2, 4])]],
    }[this.style] as [number, number][]; // prettier-ignore
    const fixed = fields.map(([element, length]) => ({
      id: element,
      length: length === variable && this.version === 9 ? 16 : length,
      pen: 0,
    }));
    // RFC 3954 section 6.1: scope 2 is an interface.
    if (this.style === 'none' && this.version === 9) fixed[0] = { ...fixed[0]!, id: 2 };
    return { id, scopes: 1, fields: fixed };
  }

  #draw(id: number): Layout {
    const random = this.#random;
    const aspects = drawAspects(random, this.version, this.#plain);
    if (this.style === 'sampler') aspects.push(this.#samplerAspect());
    else if (random.chance(0.1)) aspects.push(ownRate(random));
    const owner = random.shuffle(aspects.flatMap((aspect, i) => aspect.fields.map(() => i)));
    const used = aspects.map(() => 0);
    const fields = owner.map((i) => aspects[i]!.fields[used[i]!++]!);
    const smallest = fields.reduce((sum, { length }) => sum + (length === variable ? 1 : length), 0);
    return { template: { id, fields }, aspects, owner, variable: fields.some((f) => f.length === variable), smallest };
  }

  #samplerAspect(): Aspect {
    const field = this.#samplerField;
    return {
      fields: [field],
      fill: ({ random, row }) => {
        const sampler = random.between(1, 5);
        samplerOf.set(row, sampler);
        return [integer(sampler, 0, field.length)];
      },
    };
  }

  /** The rate as the domain has stated it by the time a record is decoded. */
  #sample(row: ExpectedRow, slot: Slot): void {
    if (row.sampling_rate !== undefined) return;
    const sampler = samplerOf.get(row);
    const rate = {
      none: undefined,
      domain: this.#domainRate || undefined,
      sampler: this.#rates.get(sampler ?? -1),
      template: this.#rates.get(slot.id),
    }[this.style];
    row.sampling_rate = rate ?? 1;
    if (rate !== undefined) row.sampling_stated = 1;
  }

  message(receivedMs: number, expected: ExpectedRow[]): Uint8Array {
    const random = this.#random;
    const exportMs = receivedMs - (receivedMs % 1000) - 1000 * random.below(2);
    const uptimeMs = random.chance(0.5) ? random.u32() : random.below(100_000);
    const sets: EncodedSet[] = [];
    let records = 0;
    for (let i = random.between(1, 4); i > 0; i--) {
      const slot = random.pick(this.#slots);
      const act = random.below(100);
      if (this.#plain && !slot.announced) this.#announce(slot, sets, expected, false);
      else if (act === 0) this.#announce(slot, sets, expected, !this.#plain);
      else if (!this.#plain && act <= 4 && this.version === 10 && slot.announced) {
        sets.push({ withdraw: slot.id });
        slot.announced = false;
      } else if (act <= 15) records += this.#state(sets);
      else if (act <= 25 || (!slot.announced && this.#waitingOctets > maxWaitingOctets))
        this.#announce(slot, sets, expected, false);
      else records += this.#data(slot, sets, expected, receivedMs, exportMs, uptimeMs);
    }
    return this.#encode(sets, records, exportMs, uptimeMs);
  }

  /** Templates of all that still waits for one; undefined when nothing does. */
  settle(receivedMs: number, expected: ExpectedRow[]): Uint8Array | undefined {
    const sets: EncodedSet[] = [];
    for (const slot of this.#slots) if (slot.waiting.length > 0) this.#announce(slot, sets, expected, false);
    return sets.length === 0 ? undefined : this.#encode(sets, 0, receivedMs - (receivedMs % 1000), 0);
  }

  #encode(sets: readonly EncodedSet[], records: number, exportMs: number, uptimeMs: number): Uint8Array {
    const { id, version } = this;
    const datagram = encodeMessage({ version, sequence: this.#sequence, domain: id, exportMs, uptimeMs }, sets);
    this.#sequence = (this.#sequence + (version === 9 ? 1 : records)) % word;
    return datagram;
  }

  #announce(slot: Slot, sets: EncodedSet[], expected: ExpectedRow[], anew: boolean): void {
    if (anew && slot.waiting.length === 0) slot.layout = this.#draw(slot.id);
    sets.push({ template: slot.layout.template });
    slot.announced = true;
    for (const rows of slot.waiting) expected.push(...rows());
    this.#waitingOctets -= slot.waitingOctets;
    slot.waiting = [];
    slot.waitingOctets = 0;
  }

  /** Options data that state sampling rates; returns the number of records. */
  #state(sets: EncodedSet[]): number {
    const random = this.#random;
    const rate = random.between(1, 60_000);
    const options = this.#options;
    const key =
      this.style === 'template' ? random.pick(this.#slots).id : this.style === 'sampler' ? random.between(1, 5) : 1;
    if (this.style === 'domain') this.#domainRate = rate;
    else this.#rates.set(key, rate);
    const row: Row = {
      none: [random.between(1, 1000), `Gi0/${random.below(100)}`],
      domain: [1, rate],
      sampler: [1, key, rate],
      template: [key, rate],
    }[this.style];
    sets.push({ template: options }, { data: options, rows: [row] });
    return 1;
  }

  #data(
    slot: Slot,
    sets: EncodedSet[],
    expected: ExpectedRow[],
    receivedMs: number,
    exportMs: number,
    uptimeMs: number,
  ): number {
    const random = this.#random;
    const { layout } = slot;
    const { aspects, owner, template } = layout;
    const count = slot.announced && random.chance(0.02) ? random.between(20, 60) : random.between(1, 5);
    const base: ExpectedRow = {
      received_ms: words(receivedMs),
      exported_ms: words(exportMs),
      exporter: this.#address,
      observation_domain: this.id,
      version: this.version,
    };
    const forward: ExpectedRow[] = [];
    const reverse: ExpectedRow[] = [];
    const rows: Row[] = [];
    // As much as the collector charges for it beside.
    let octets = 128;
    for (let i = 0; i < count; i++) {
      const row: ExpectedRow = { ...base };
      const counters: ExpectedRow = {};
      const values = aspects.map((aspect) => aspect.fill({ random, row, reverse: counters, exportMs, uptimeMs }));
      const used = aspects.map(() => 0);
      const sent = owner.map((a) => values[a]![used[a]!++]!);
      octets += sent.reduce((sum, value) => sum + value.length + 3, 0);
      rows.push(sent);
      forward.push(row);
      const back = reverseOf(row, counters);
      if (back) {
        const sampler = samplerOf.get(row);
        if (sampler !== undefined) samplerOf.set(back, sampler);
        reverse.push(back);
      }
    }
    // Padding is below the smallest record (RFC 7011 section 3.3.1); Cisco NX-OS pads with up to 36 octets.
    const most = layout.variable ? Math.min(3, layout.smallest - 1) : random.pick([3, 3, 36]);
    sets.push({ data: template, rows, padding: random.below(most + 1) });
    const all = (): ExpectedRow[] => {
      const both = [...forward, ...reverse];
      for (const row of both) this.#sample(row, slot);
      return both;
    };
    if (slot.announced) expected.push(...all());
    else {
      slot.waiting.push(all);
      slot.waitingOctets += octets;
      this.#waitingOctets += octets;
    }
    return count;
  }
}

/** Which sampler a row names, until its rate is known. */
const samplerOf = new WeakMap<ExpectedRow, number>();

/** A rate in the record itself. Zero states nothing. */
function ownRate(random: Random): Aspect {
  const length = random.pick([2, 4]);
  return {
    fields: [{ id: random.pick([34, 50]), length, pen: 0 }],
    fill: ({ random, row }) => {
      const rate = random.chance(0.3) ? 0 : random.between(1, 60_000);
      if (rate > 0) {
        row.sampling_rate = rate;
        row.sampling_stated = 1;
      }
      return [integer(rate, 0, length)];
    },
  };
}

export class SimulatedExporter {
  readonly #address: Uint8Array;
  readonly #random: Random;
  readonly #domains: Domain[];

  constructor(random: Random, address: Uint8Array, plain: boolean) {
    this.#random = random;
    this.#address = address;
    this.#domains = Array.from(
      { length: random.between(1, 3) },
      (_, i) => new Domain(random, address, i * 256 + random.below(256), plain),
    );
  }

  next(receivedMs: number): Generated {
    const expected: ExpectedRow[] = [];
    const datagram = this.#random.pick(this.#domains).message(receivedMs, expected);
    return { address: this.#address, datagram, receivedMs, expected };
  }

  /** What it sends before it goes: nothing is left waiting. */
  last(receivedMs: number): Generated[] {
    return this.#domains.flatMap((domain) => {
      const expected: ExpectedRow[] = [];
      const datagram = domain.settle(receivedMs, expected);
      return datagram ? [{ address: this.#address, datagram, receivedMs, expected }] : [];
    });
  }
}
