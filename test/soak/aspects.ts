/**
 * What a generated template is made of. An aspect is one or more fields that tell one thing, and how to fill them: it
 * draws a value, says what row that must become, and returns the octets for each of its fields.
 */
import type { FlowColumnName } from '@linewatch/record';
import { type ExpectedRow, words } from './expected.ts';
import type { Random } from './random.ts';

/** Length of a field whose records tell it (RFC 7011 section 7). */
const variable = 65_535;

export interface AspectField {
  readonly id: number;
  readonly length: number;
  readonly pen: number;
}

interface Fill {
  readonly random: Random;
  readonly row: ExpectedRow;
  /** Counters of the reverse half, where the template has them. */
  readonly reverse: ExpectedRow;
  /** From the message header. */
  readonly exportMs: number;
  readonly uptimeMs: number;
}

export interface Aspect {
  readonly fields: readonly AspectField[];
  fill(fill: Fill): Uint8Array[];
}

/** RFC 5103 section 6.1. */
const reversePen = 29_305;

export function integer(low: number, high: number, length: number): Uint8Array {
  const out = new Uint8Array(length);
  for (let i = 0; i < length && i < 8; i++) {
    const word = i < 4 ? low : high;
    out[length - 1 - i] = word >>> (8 * (i & 3));
  }
  return out;
}

/** A field's length as announced: with some chance its records tell it. */
const announced = (random: Random, length: number, mayVary: boolean): number =>
  mayVary && random.chance(0.3) ? variable : length;

/** A value of up to `bits` in `length` octets; often a small one, now and then all ones. */
function draw(random: Random, bits: number): number {
  const size = bits >= 32 ? 4_294_967_296 : 2 ** bits;
  if (random.chance(0.05)) return size - 1;
  return random.chance(0.5) ? random.below(Math.min(size, 200)) : random.u32() % size;
}

interface NumberAspect {
  readonly column: FlowColumnName;
  readonly ids: readonly number[];
  readonly bits: 8 | 16 | 32;
  readonly lengths: readonly number[];
  /** From the value sent to what it means. */
  readonly means?: (value: number) => number;
}

/** RFC 7011 section 6.2 lets integers be sent shorter; some exporters send them longer. */
const numbers: readonly NumberAspect[] = [
  { column: 'in_if', ids: [10, 252], bits: 32, lengths: [1, 2, 3, 4, 8] },
  { column: 'out_if', ids: [14, 253], bits: 32, lengths: [1, 2, 4] },
  { column: 'src_port', ids: [7, 180, 182], bits: 16, lengths: [1, 2, 4] },
  { column: 'dst_port', ids: [11, 181, 183], bits: 16, lengths: [2] },
  { column: 'protocol', ids: [4], bits: 8, lengths: [1, 2] },
  { column: 'tcp_flags', ids: [6], bits: 16, lengths: [1, 2] },
  { column: 'tos', ids: [5], bits: 8, lengths: [1] },
  { column: 'src_as', ids: [16], bits: 32, lengths: [2, 4] },
  { column: 'dst_as', ids: [17], bits: 32, lengths: [2, 3, 4] },
  { column: 'src_mask', ids: [9, 29], bits: 8, lengths: [1] },
  { column: 'dst_mask', ids: [13, 30], bits: 8, lengths: [1] },
  { column: 'src_vlan', ids: [58, 243], bits: 16, lengths: [2] },
  { column: 'dst_vlan', ids: [59, 254], bits: 16, lengths: [2] },
  { column: 'forwarding_status', ids: [89], bits: 8, lengths: [1, 4] },
  { column: 'post_nat_src_port', ids: [227], bits: 16, lengths: [2] },
  { column: 'post_nat_dst_port', ids: [228], bits: 16, lengths: [2] },
  { column: 'direction', ids: [61], bits: 8, lengths: [1], means: (value) => (value < 2 ? value + 1 : 0) },
];

function numberAspect(random: Random, plain: boolean, mayVary: boolean, one: NumberAspect): Aspect {
  const { column, bits, means } = one;
  const id = plain ? one.ids[0]! : random.pick(one.ids);
  const length = plain ? bits / 8 : random.pick(one.lengths);
  const field = { id, length: announced(random, length, mayVary), pen: 0 };
  // The same element twice is legal (RFC 7011 section 8); the first that is not empty counts.
  const twice = !plain && column !== 'direction' && random.chance(0.06);
  return {
    fields: twice ? [field, field] : [field],
    fill({ random, row }) {
      const value = draw(random, Math.min(bits, 8 * length));
      row[column] = means ? means(value) : value;
      const octets = integer(value, 0, length);
      if (!twice) return [octets];
      return random.chance(0.5) && value > 0
        ? [octets, integer(draw(random, bits), 0, length)]
        : [new Uint8Array(length), octets];
    },
  };
}

interface AddressAspect {
  readonly column: FlowColumnName;
  readonly v4: number;
  readonly v6: number;
}

const addresses: readonly AddressAspect[] = [
  { column: 'src_addr', v4: 8, v6: 27 },
  { column: 'dst_addr', v4: 12, v6: 28 },
  { column: 'next_hop', v4: 15, v6: 62 },
  { column: 'post_nat_src_addr', v4: 225, v6: 281 },
  { column: 'post_nat_dst_addr', v4: 226, v6: 282 },
];

export function mapped(v4: Uint8Array): Uint8Array {
  const out = new Uint8Array(16);
  out.fill(0xff, 10, 12);
  out.set(v4, 12);
  return out;
}

function addressAspect(random: Random, plain: boolean, mayVary: boolean, { column, v4, v6 }: AddressAspect): Aspect {
  const families = random.pick(plain ? [[v4], [v6]] : [[v4], [v6], [v4], [v6, v4], [v4, v6]]);
  return {
    fields: families.map((id) => ({ id, length: announced(random, id === v4 ? 4 : 16, mayVary), pen: 0 })),
    fill({ random, row }) {
      // Where a template has both, the record fills one.
      const used = random.pick(families);
      return families.map((id) => {
        const length = id === v4 ? 4 : 16;
        if (id !== used) return new Uint8Array(length);
        const octets = random.octets(length);
        octets[0]! |= 1;
        row[column] = length === 4 ? mapped(octets) : octets;
        return octets;
      });
    },
  };
}

/** Delta counters, running totals, or both sides of a session (Cisco ASA). */
const families = [
  { counter: 0, octets: 1, packets: 2, otherOctets: 1, otherPackets: 2, pen: reversePen },
  { counter: 1, octets: 85, packets: 86, otherOctets: 85, otherPackets: 86, pen: reversePen },
  { counter: 2, octets: 231, packets: 298, otherOctets: 232, otherPackets: 299, pen: 0 },
] as const;

function counterAspect(random: Random, version: 9 | 10, plain: boolean, mayVary: boolean): Aspect {
  const family = families[plain ? 0 : random.pick([0, 0, 0, 1, 2])]!;
  // v9 has no enterprise numbers, so no reverse elements.
  const both = !plain && random.chance(0.25) && (family.pen === 0 || version === 10);
  const parts = [
    { id: family.octets, pen: 0, column: 'octets', reverse: false },
    { id: family.packets, pen: 0, column: 'packets', reverse: false },
    ...(both
      ? ([
          { id: family.otherOctets, pen: family.pen, column: 'octets', reverse: true },
          { id: family.otherPackets, pen: family.pen, column: 'packets', reverse: true },
        ] as const)
      : []),
  ] as const;
  const lengths = parts.map(() => random.pick(plain ? [4, 8] : [1, 2, 3, 4, 5, 6, 7, 8, 8, 4, 9]));
  return {
    fields: parts.map(({ id, pen }, i) => ({ id, pen, length: announced(random, lengths[i]!, mayVary) })),
    fill({ random, row, reverse }) {
      if (family.counter > 0) row.counter = family.counter;
      const silent = random.chance(0.3);
      return parts.map((part, i) => {
        const length = lengths[i]!;
        const none = part.reverse && silent;
        const low = none ? 0 : draw(random, Math.min(32, 8 * length));
        const high = none || length <= 4 ? 0 : draw(random, Math.min(32, 8 * (length - 4)));
        if (part.reverse) reverse[part.column] = [low, high];
        else row[part.column] = [low, high];
        return integer(low, high, length);
      });
    },
  };
}

/** Codings of a flow's start and end, and where both are drawn from: the hour before the export. */
function timeAspect(random: Random, version: 9 | 10, mayVary: boolean): Aspect {
  const coding = random.pick(
    version === 9
      ? (['uptime', 'uptime', 'milliseconds', 'none'] as const)
      : (['milliseconds', 'seconds', 'ntp', 'ntpMicros', 'delta', 'uptime', 'duration', 'none'] as const),
  );
  const of = (...fields: [id: number, length: number][]): AspectField[] =>
    fields.map(([id, length]) => ({ id, length: mayVary && random.chance(0.1) ? variable : length, pen: 0 }));
  const ntp = (ms: number): Uint8Array =>
    integer(Math.ceil(((ms % 1000) * 4_294_967_296) / 1000), Math.floor(ms / 1000) + 2_208_988_800, 8);
  const wide = (ms: number): Uint8Array => integer(...words(ms), 8);
  const short = (value: number): Uint8Array => integer(value >>> 0, 0, 4);
  const fields = {
    uptime: of([22, 4], [21, 4], ...(version === 10 ? ([[160, 8]] as [number, number][]) : [])),
    milliseconds: of([152, 8], [153, 8]),
    seconds: of([150, 4], [151, 4]),
    ntp: of([156, 8], [157, 8]),
    ntpMicros: of([154, 8], [155, 8]),
    delta: of([158, 4], [159, 4]),
    duration: of([152, 8], [161, 4]),
    none: [],
  }[coding];
  return {
    fields,
    fill({ random, row, exportMs, uptimeMs }) {
      let start = exportMs - random.below(3_600_000);
      let end = start + random.below(exportMs - start + 1);
      if (coding === 'seconds') [start, end] = [start - (start % 1000), end - (end % 1000)];
      if (coding === 'none') start = end = exportMs;
      row.start_ms = words(start);
      row.end_ms = words(end);
      switch (coding) {
        case 'none':
          return [];
        case 'milliseconds':
          return [wide(start), wide(end)];
        case 'seconds':
          return [short(start / 1000), short(end / 1000)];
        case 'ntp':
        case 'ntpMicros':
          return [ntp(start), ntp(end)];
        case 'delta':
          return [short((exportMs - start) * 1000), short((exportMs - end) * 1000)];
        case 'duration':
          return [wide(start), short(end - start)];
        case 'uptime': {
          // Signed 32-bit differences: the uptime wraps after 49.7 days.
          const up = [short(uptimeMs - (exportMs - start)), short(uptimeMs - (exportMs - end))];
          return version === 10 ? [...up, wide(exportMs - uptimeMs)] : up;
        }
      }
    },
  };
}

/** Elements of the registry and of vendors that the model has no column for: they are to be passed over, whatever they hold. */
const others = [
  23, 24, 31, 35, 36, 37, 38, 40, 41, 42, 44, 56, 57, 60, 64, 70, 71, 80, 81, 90, 94, 96, 99, 128, 129, 136, 137, 138,
  144, 148, 189, 190, 192, 194, 206, 210, 224, 239, 256, 291, 346, 351, 390, 434, 460, 12_345, 32_000,
];
const pens = [9, 311, 2021, 2636, 3054, 5951, 6876, 8741, 10_704, 14_179, 25_461, 25_506, 35_632, 39_499, 0xffffffff];

/** Of no registry: plain templates have only these, because some decoders give up where a known one has an odd length. */
const unknown = { elements: [12_345, 32_000], pens: [64_999, 0xfffffff0] };

function otherAspect(random: Random, version: 9 | 10, plain: boolean): Aspect {
  const pen = version === 10 && random.chance(0.4) ? random.pick(plain ? unknown.pens : pens) : 0;
  const id = pen > 0 ? random.between(1, 32_767) : random.pick(plain ? unknown.elements : others);
  const vary = version === 10 && random.chance(0.3);
  const length = random.pick([0, 1, 2, 3, 4, 6, 8, 16, 17, 40]);
  return {
    fields: [{ id, pen, length: vary ? variable : length }],
    fill: ({ random }) => {
      if (!vary) return [random.octets(length)];
      return [random.octets(random.chance(0.02) ? random.between(253, 400) : random.below(24))];
    },
  };
}

/** A field that is never zero, so that no record can be taken for padding. */
const marker: Aspect = {
  fields: [{ id: 4001, length: 1, pen: 0 }],
  fill: ({ random }) => [Uint8Array.of(random.between(1, 255))],
};

/**
 * What a random template is made of. A plain one has what every collector reads: usual elements, each once, in their
 * usual lengths.
 */
export function drawAspects(random: Random, version: 9 | 10, plain: boolean): Aspect[] {
  const mayVary = !plain && version === 10 && random.chance(0.25);
  const aspects: Aspect[] = [marker, timeAspect(random, version, mayVary)];
  if (random.chance(0.95)) aspects.push(counterAspect(random, version, plain, mayVary));
  for (const one of addresses)
    if (random.chance(one.column === 'src_addr' || one.column === 'dst_addr' ? 0.9 : 0.2))
      aspects.push(addressAspect(random, plain, mayVary, one));
  const share = random.pick([0.2, 0.5, 0.9]);
  for (const one of numbers) if (random.chance(share)) aspects.push(numberAspect(random, plain, mayVary, one));
  for (let i = random.pick([0, 0, 1, 2, 5, 20]); i > 0; i--) aspects.push(otherAspect(random, version, plain));
  return aspects;
}
