/** Finds the elements of a BER message (X.690 section 8.1) and makes one of them wrong. */
import type { Random } from './random.ts';

export interface BerElement {
  /** Of the tag octet. */
  readonly at: number;
  readonly content: number;
  readonly end: number;
  /** Those around it, outermost first. */
  readonly within: readonly BerElement[];
}

const maxDepth = 12;

export function elementsOf(
  bytes: Buffer,
  from = 0,
  to = bytes.length,
  within: readonly BerElement[] = [],
): BerElement[] {
  const found: BerElement[] = [];
  let at = from;
  while (at + 2 <= to) {
    let content = at + 2;
    let length = bytes[at + 1]!;
    if (length > 0x80) {
      const octets = length & 0x7f;
      if (octets > 4 || content + octets > to) break;
      length = bytes.readUIntBE(content, octets);
      content += octets;
    }
    const end = content + length;
    if (end > to) break;
    const element = { at, content, end, within };
    found.push(element);
    // Constructed, or the security parameters of SNMPv3: an OCTET STRING that holds a SEQUENCE.
    const holds = (bytes[at]! & 0x20) !== 0 || (bytes[at] === 0x04 && bytes[content] === 0x30);
    if (holds && within.length < maxDepth) found.push(...elementsOf(bytes, content, end, [...within, element]));
    at = end;
  }
  return found;
}

function lengthOctets(random: Random, length: number): Buffer {
  const form = random.below(4);
  if (form === 0 && length < 0x80) return Buffer.of(length);
  if (form === 1 && length <= 0xff) return Buffer.of(0x81, length);
  if (form === 2) return Buffer.of(0x84, 0, length >> 16, (length >> 8) & 0xff, length & 0xff);
  return Buffer.of(0x82, (length >> 8) & 0xff, length & 0xff);
}

/** Lengths that are indefinite, too long, or longer than any message. */
const wrongLengths = [
  [0x80],
  [0x81, 0xff],
  [0x84, 0xff, 0xff, 0xff, 0xff],
  [0x88, 0, 0, 0, 0, 0, 0, 0, 1],
  [0xff],
  [0x7f],
  [0],
];
const tags = [
  0x02, 0x03, 0x04, 0x05, 0x06, 0x1f, 0x30, 0x40, 0x41, 0x43, 0x44, 0x46, 0x80, 0x81, 0xa0, 0xa4, 0xa6, 0xa7, 0xa8,
  0x9f, 0xff,
];

function newContent(random: Random, content: Buffer): Buffer {
  switch (random.below(6)) {
    case 0:
      return Buffer.alloc(0);
    case 1:
      return Buffer.from(random.octets(random.below(40)));
    case 2:
      return Buffer.concat([content, content]);
    case 3:
      // An arc of an OID, or an integer, that does not end.
      return Buffer.alloc(random.pick([5, 9, 200, 2000]), random.pick([0x80, 0xff, 0x7f, 0]));
    case 4: {
      // Sequences in sequences.
      let nested = content;
      for (let i = random.between(1, 60); i > 0 && nested.length < 0xff00; i--)
        nested = Buffer.concat([Buffer.of(0x30), lengthOctets(random, nested.length), nested]);
      return nested;
    }
    default:
      return Buffer.from(content.map((octet) => (random.chance(0.1) ? random.below(256) : octet)));
  }
}

export function rewriteElement(random: Random, bytes: Buffer, element: BerElement): Buffer {
  const { at, content, end, within } = element;
  if (random.chance(0.15)) {
    const out = Buffer.from(bytes);
    out[at] = random.pick(tags);
    return out;
  }
  const wrong = random.chance(0.25);
  const inside = wrong ? bytes.subarray(content, end) : newContent(random, bytes.subarray(content, end));
  const length = wrong ? Buffer.from(random.pick(wrongLengths)) : lengthOctets(random, inside.length);
  let whole: Buffer = Buffer.concat([bytes.subarray(at, at + 1), length, inside]);
  // Those around it keep true lengths, most of the time, so that the fault is found inside.
  let [from, to] = [at, end];
  if (random.chance(0.8))
    for (const outer of within.toReversed()) {
      const body = Buffer.concat([bytes.subarray(outer.content, from), whole, bytes.subarray(to, outer.end)]);
      whole = Buffer.concat([bytes.subarray(outer.at, outer.at + 1), lengthOctets(random, body.length), body]);
      [from, to] = [outer.at, outer.end];
    }
  return Buffer.concat([bytes.subarray(0, from), whole, bytes.subarray(to)]);
}
