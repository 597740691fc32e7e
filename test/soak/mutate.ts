/** Turns a datagram into a wrong one: by chance, or where the protocols keep their lengths. */
import { elementsOf, rewriteElement } from './ber.ts';
import type { Random } from './random.ts';

const octets = [0, 1, 2, 4, 0x7f, 0x80, 0x81, 0x84, 0xff];
const shorts = [0, 1, 2, 3, 4, 5, 8, 255, 256, 257, 0x7fff, 0x8000, 0xfffe, 0xffff];
const longs = [0, 1, 3, 4, 5, 0xff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff];
const maxDatagram = 65_507;

type Mutation = (random: Random, datagram: Buffer, other: Buffer) => Buffer;

/** Where sets begin in a v9 or IPFIX message; empty for others. */
function setsOf(datagram: Buffer): [from: number, to: number][] {
  const version = datagram.length >= 20 ? datagram.readUInt16BE(0) : 0;
  const sets: [number, number][] = [];
  if (version !== 9 && version !== 10) return sets;
  let at = version === 9 ? 20 : 16;
  while (at + 4 <= datagram.length) {
    const end = at + datagram.readUInt16BE(at + 2);
    if (end < at + 4 || end > datagram.length) break;
    sets.push([at, end]);
    at = end;
  }
  return sets;
}

const headerOctets = (datagram: Buffer): number => setsOf(datagram)[0]?.[0] ?? 0;

/** With the length that an IPFIX header states put right, so that what follows is read. */
function relength(datagram: Buffer): Buffer {
  if (datagram.length >= 4 && datagram.readUInt16BE(0) === 10) datagram.writeUInt16BE(datagram.length & 0xffff, 2);
  return datagram;
}

const at = (random: Random, datagram: Buffer, width: number): number =>
  Math.max(0, random.below(Math.max(1, datagram.length - width + 1)));

const mutations: readonly Mutation[] = [
  function flipBits(random, datagram) {
    for (let i = random.between(1, 8); i > 0 && datagram.length > 0; i--)
      datagram[at(random, datagram, 1)]! ^= 1 << random.below(8);
    return datagram;
  },
  function setOctets(random, datagram) {
    for (let i = random.between(1, 4); i > 0 && datagram.length > 0; i--)
      datagram[at(random, datagram, 1)] = random.pick(octets);
    return datagram;
  },
  function setShorts(random, datagram) {
    for (let i = random.between(1, 4); i > 0 && datagram.length >= 2; i--)
      datagram.writeUInt16BE(
        random.chance(0.2) ? random.below(65_536) : random.pick(shorts),
        at(random, datagram, 2) & ~1,
      );
    return datagram;
  },
  function setLongs(random, datagram) {
    for (let i = random.between(1, 3); i > 0 && datagram.length >= 4; i--)
      datagram.writeUInt32BE(random.chance(0.2) ? random.u32() : random.pick(longs), at(random, datagram, 4) & ~3);
    return datagram;
  },
  function nudge(random, datagram) {
    // A length that is off by a little.
    if (datagram.length < 2) return datagram;
    const where = at(random, datagram, 2);
    datagram.writeUInt16BE((datagram.readUInt16BE(where) + random.between(-9, 9)) & 0xffff, where);
    return datagram;
  },
  function header(random, datagram) {
    if (datagram.length < 4) return datagram;
    if (random.chance(0.3)) datagram.writeUInt16BE(random.pick([0, 1, 5, 7, 8, 9, 10, 11]), 0);
    else datagram.writeUInt16BE(random.pick([...shorts, datagram.length - 1, datagram.length + 1]) & 0xffff, 2);
    return datagram;
  },
  (random, datagram) => datagram.subarray(0, random.below(datagram.length + 1)),
  function extend(random, datagram) {
    const more = random.pick([1, 3, 4, 40, 1400]);
    return Buffer.concat([datagram, random.chance(0.5) ? Buffer.alloc(more) : random.octets(more)]);
  },
  function splice(random, datagram, other) {
    const cut = random.below(datagram.length + 1);
    return relength(Buffer.concat([datagram.subarray(0, cut), other.subarray(random.below(other.length + 1))]));
  },
  function move(random, datagram) {
    const from = random.below(datagram.length + 1);
    const chunk = datagram.subarray(from, from + random.between(1, 64));
    const to = random.below(datagram.length + 1);
    const without = random.chance(0.5)
      ? datagram
      : Buffer.concat([datagram.subarray(0, from), datagram.subarray(from + chunk.length)]);
    return Buffer.concat([without.subarray(0, to), chunk, without.subarray(to)]);
  },
  function sets(random, datagram, other) {
    // Of two messages' sets: some left out, some twice, in any order.
    const all = [
      ...setsOf(datagram).map(([a, b]) => datagram.subarray(a, b)),
      ...setsOf(other).map(([a, b]) => other.subarray(a, b)),
    ];
    if (all.length === 0) return datagram;
    const chosen = Array.from({ length: random.between(1, 12) }, () => random.pick(all));
    return relength(Buffer.concat([datagram.subarray(0, headerOctets(datagram)), ...chosen]));
  },
  function setHeader(random, datagram) {
    const framed = setsOf(datagram);
    if (framed.length === 0) return datagram;
    const [from, to] = random.pick(framed);
    if (random.chance(0.5)) datagram.writeUInt16BE(random.pick([0, 1, 2, 3, 4, 255, 256, 257, 65_535]), from);
    else datagram.writeUInt16BE(random.pick([0, 1, 3, 4, 5, to - from - 1, to - from + 1, 65_535]) & 0xffff, from + 2);
    return datagram;
  },
];

function berMutation(random: Random, datagram: Buffer): Buffer {
  const elements = elementsOf(datagram);
  return elements.length === 0 ? datagram : rewriteElement(random, datagram, random.pick(elements));
}

/** One to three mutations of a copy. */
export function mutate(random: Random, original: Uint8Array, other: Uint8Array): Buffer {
  let datagram: Buffer = Buffer.from(original);
  const second = Buffer.from(other.buffer, other.byteOffset, other.length);
  for (let i = random.pick([1, 1, 1, 2, 3]); i > 0; i--)
    datagram =
      datagram[0] === 0x30 && random.chance(0.7)
        ? berMutation(random, datagram)
        : random.pick(mutations)(random, Buffer.from(datagram), second);
  return datagram.length > maxDatagram ? datagram.subarray(0, maxDatagram) : datagram;
}
