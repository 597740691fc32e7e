/** Which addresses are inside, and how many of their leading bits stay. IPv4 and IPv6 apart: v4-mapped is IPv4. */
import { isIP } from 'node:net';
import { formatAddress, parseAddress } from '@linewatch/record';

interface Network {
  readonly width: 32 | 128;
  /** Leading bits, of the width. */
  readonly bits: number;
  /** Four words, most significant first; IPv4 in the first, the others zero. */
  readonly words: Uint32Array;
}

/** Address space that only has a meaning inside an organisation. */
export const localNetworks = [
  '10.0.0.0/8', // RFC 1918
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10', // RFC 6598: shared with a provider's NAT
  '169.254.0.0/16', // RFC 3927: link-local
  'fc00::/7', // RFC 4193
  'fec0::/10', // RFC 3879: site-local, deprecated
  'fe80::/10', // RFC 4291 section 2.5.6: link-local; may hold a MAC address
] as const;

/**
 * Not of a host, so they stay as they are even inside: they say what kind of packet it was (RFC 6890, RFC 4291). The first
 * and last addresses of a subnet are like any other: where subnets end is not known here.
 */
const sparedNetworks = [
  '0.0.0.0/32',
  '127.0.0.0/8',
  '224.0.0.0/4',
  '255.255.255.255/32',
  '::/128',
  '::1/128',
  'ff00::/8',
] as const;

/** Most networks that may be listed: each is looked at for every address that is not in the cache. */
const maxNetworks = 256;

const swap = (x: number): number => ((x << 24) | ((x & 0xff00) << 8) | ((x >>> 8) & 0xff00) | (x >>> 24)) >>> 0;

/** The first `bits` bits of a word. */
const headOf = (word: number, bits: number): number => (bits === 0 ? 0 : (word & (-1 << (32 - bits))) >>> 0);

/** Of a 16-octet address in memory, as words most significant first. @returns its width, bits. */
export function readWords(memory: Uint32Array, at: number, out: Uint32Array): 32 | 128 {
  const third = swap(memory[at + 2]!);
  if (memory[at] === 0 && memory[at + 1] === 0 && third === 0xffff) {
    out.fill(0, 1);
    out[0] = swap(memory[at + 3]!);
    return 32;
  }
  out[0] = swap(memory[at]!);
  out[1] = swap(memory[at + 1]!);
  out[2] = third;
  out[3] = swap(memory[at + 3]!);
  return 128;
}

function networkOf(text: string): Network & { readonly base: string } {
  const [, head = '', tail = ''] = /^([^/%]{1,45})\/(\d{1,3})$/.exec(text) ?? [];
  const family = isIP(head);
  const width = family === 4 ? 32 : 128;
  const bits = Number(tail);
  if (family === 0 || bits > width) throw new RangeError('must be a network such as 10.20.0.0/16 or 2001:db8::/48');
  const memory = new Uint32Array(parseAddress(head).buffer);
  const words = new Uint32Array(4);
  // Not by its octets: ::ffff:0:0/96 is of IPv6.
  if (family === 4) readWords(memory, 0, words);
  else for (let i = 0; i < 4; i++) words[i] = swap(memory[i]!);
  for (let i = 0; i < 4; i++) words[i] = headOf(words[i]!, Math.min(32, Math.max(0, bits - 32 * i)));
  const bytes = new Uint32Array(4);
  if (family === 4) {
    bytes[2] = swap(0xffff);
    bytes[3] = swap(words[0]!);
  } else for (let i = 0; i < 4; i++) bytes[i] = swap(words[i]!);
  return { width, bits, words, base: formatAddress(new Uint8Array(bytes.buffer)) };
}

/** Leading bits that both have, at most the width. */
function common(a: Uint32Array, b: Uint32Array, width: number): number {
  for (let i = 0; 32 * i < width; i++) {
    const differing = (a[i]! ^ b[i]!) >>> 0;
    if (differing !== 0) return 32 * i + Math.clz32(differing);
  }
  return width;
}

const contains = (network: Network, words: Uint32Array, width: number): boolean =>
  network.width === width && common(network.words, words, width) >= network.bits;

/** RFC 4291 section 2.5.5.2. No IPv6 address may become one of these: it would be an IPv4 one. */
const mapped: Network = networkOf('::ffff:0:0/96');
const spared: readonly Network[] = [...sparedNetworks.map(networkOf), mapped];

/** @throws RangeError that says what is wrong, without naming the text. */
function parseNetwork(text: string): Network {
  const { base, ...network } = networkOf(text);
  const head = text.slice(0, text.indexOf('/'));
  if (formatAddress(parseAddress(head)) !== base)
    throw new RangeError(`has bits set beyond its prefix; did you mean ${base}/${network.bits}?`);
  if (network.bits >= mapped.bits && contains(mapped, network.words, network.width))
    throw new RangeError('must be written as an IPv4 network');
  if (spared.some((each) => each.bits <= network.bits && contains(each, network.words, network.width)))
    throw new RangeError('is not of hosts: its addresses always stay as they are');
  return network;
}

/**
 * The inside networks. An address keeps the bits of the most specific of them that it is in. Where one is within another,
 * the bits up to where an address parts from it stay too: else some other address' pseudonym would fall into it.
 *
 *   10.0.0.0/8 and 10.20.0.0/16 listed        1st octet   2nd octet
 *   10.20.1.2  (00001010 00010100 …)          stays       stays
 *   10.99.1.2  (00001010 01100011 …)          stays       2 bits stay: there it parts from 20
 */
export class InsideNetworks {
  readonly #inside: readonly Network[];
  /** Those, and the spared: none of them may move. */
  readonly #fixed: readonly Network[];
  /** By the first two octets of an address as they lie in memory: 1 when some inside address begins so. */
  readonly near4 = new Uint8Array(65_536);
  readonly near6 = new Uint8Array(65_536);

  constructor(inside: readonly Network[]) {
    this.#inside = inside;
    this.#fixed = [...inside, ...spared];
    for (const { width, bits, words } of inside) {
      const near = width === 32 ? this.near4 : this.near6;
      const first = words[0]! >>> 16;
      const count = bits >= 16 ? 1 : 2 ** (16 - bits);
      for (let head = first; head < first + count; head++) near[((head & 0xff) << 8) | (head >>> 8)] = 1;
    }
  }

  /** How many leading bits stay, at most the width; -1 when it is not inside. Words as `readWords` gives them. */
  keptBits(words: Uint32Array, width: 32 | 128): number {
    let inside = false;
    for (const network of this.#inside) inside ||= contains(network, words, width);
    if (!inside) return -1;
    let kept = 0;
    for (const network of this.#fixed) {
      if (network.width !== width) continue;
      const bits = common(network.words, words, width);
      kept = Math.max(kept, Math.min(network.bits, bits + 1));
    }
    return spared.some((network) => contains(network, words, width)) ? -1 : kept;
  }
}

/** The local networks and the listed ones. @throws RangeError that names the first that is wrong. */
export function insideNetworks(listed: readonly string[]): InsideNetworks {
  if (listed.length > maxNetworks) throw new RangeError(`there are over ${maxNetworks} networks`);
  const networks = listed.map((text) => {
    try {
      return parseNetwork(text);
    } catch (error) {
      throw new RangeError(`${text} ${(error as Error).message}`, { cause: error });
    }
  });
  return new InsideNetworks([...localNetworks.map(parseNetwork), ...networks]);
}
