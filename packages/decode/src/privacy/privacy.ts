/**
 * What becomes of the addresses of inside hosts before anything is stored. Columns are gone over whole; what is not in the
 * cache is put off, so that many addresses share one call of the cipher.
 */
import { isIP } from 'node:net';
import { type FlowColumnName, type FlowColumns, formatAddress, parseAddress } from '@linewatch/record';
import { AddressCache } from './address-cache.ts';
import { CryptoPan, maxBlocks } from './crypto-pan.ts';
import { InsideNetworks, insideNetworks, readWords } from './networks.ts';

export type AddressMode = 'pseudonym' | 'keep' | 'truncate';

export interface PrivacyOptions {
  readonly addresses: AddressMode;
  /** Networks whose hosts are inside, in CIDR notation, besides the local ones. */
  readonly inside?: readonly string[];
  /** Mode `truncate`: leading bits that stay. */
  readonly truncateTo?: { readonly ipv4: number; readonly ipv6: number };
  /** Mode `pseudonym`: 32 octets. */
  readonly key?: Uint8Array | undefined;
}

export type PseudonymOptions = Pick<PrivacyOptions, 'inside'> & { readonly key: Uint8Array };

/** Columns with addresses of hosts. Exporter and next hop are routers, with no person behind them; but see `directRows`. */
export const hostColumns = [
  'src_addr',
  'dst_addr',
  'post_nat_src_addr',
  'post_nat_dst_addr',
  'inner_src_addr',
  'inner_dst_addr',
] as const satisfies readonly FlowColumnName[];

/** A word of ::ffff:0:0/96 as it lies in memory. */
const mappedWord = new Uint32Array(Uint8Array.of(0, 0, 0xff, 0xff).buffer)[0]!;
const noWords = new Uint8Array(0);

/** What an address among other text is made of, and IPv4 with something behind it. Each takes a time linear in the text. */
const addressLike = /[0-9a-f:.]{2,}/gi;
const dotted = /(?<!\d|\d\.)\d{1,3}(?:\.\d{1,3}){3}(?!\d|\.\d)/g;

/** Rows whose next hop is the destination itself: one that is directly connected, and a host. */
function directRows({ next_hop: hop, dst_addr: destination }: FlowColumns['arrays'], rows: number): number[] {
  const found: number[] = [];
  for (let row = 0, at = 0; row < rows; row++, at += 4)
    if (
      hop[at + 3] === destination[at + 3] &&
      hop[at + 2] === destination[at + 2] &&
      hop[at + 1] === destination[at + 1] &&
      hop[at] === destination[at]
    )
      found.push(row);
  return found;
}

export class Privacy {
  readonly mode: AddressMode;
  readonly #networks: InsideNetworks;
  readonly #pan: CryptoPan | undefined;
  readonly #truncateTo: { readonly ipv4: number; readonly ipv6: number };
  readonly #cache = new AddressCache();
  /** The address at hand, most significant word first. */
  readonly #address = new Uint32Array(4);
  /** The same as it lay in memory before it was replaced. */
  readonly #before = new Uint32Array(4);
  /** Addresses that wait for the cipher: where they are, how many bits they keep. */
  readonly #waitingAt = new Uint32Array(maxBlocks);
  readonly #waitingKept = new Uint8Array(maxBlocks);
  #waiting = 0;
  #blocks = 0;
  #zeros = noWords;
  /** Addresses replaced. */
  replaced = 0;
  /** Addresses, perhaps inside, that were not in the cache. */
  missed = 0;

  /** @throws RangeError when a network or the key is wrong, or the key is missing. */
  constructor({ addresses, inside = [], truncateTo = { ipv4: 24, ipv6: 64 }, key }: PrivacyOptions) {
    this.mode = addresses;
    this.#networks = insideNetworks(inside);
    this.#truncateTo = truncateTo;
    this.#pan = addresses === 'pseudonym' ? new CryptoPan(key ?? noWords) : undefined;
  }

  /** Replaces the inside hosts of the first `rows` rows. What is zero stays zero. */
  apply({ arrays }: FlowColumns, rows: number): void {
    if (this.mode === 'keep') return;
    const direct = this.#isZero(arrays.next_hop, rows) ? [] : directRows(arrays, rows);
    for (const name of hostColumns) if (!this.#isZero(arrays[name], rows)) this.#column(arrays[name], rows);
    for (const row of direct) arrays.next_hop.set(arrays.dst_addr.subarray(4 * row, 4 * row + 4), 4 * row);
  }

  /** Replaces one address of 16 octets, in place. */
  address(bytes: Uint8Array, offset = 0): void {
    if (this.mode === 'keep') return;
    const copy = new Uint8Array(bytes.subarray(offset, offset + 16));
    this.#column(new Uint32Array(copy.buffer), 1);
    bytes.set(copy, offset);
  }

  /** A text with its inside addresses replaced: an address by itself, or in a URL, a log line and so on. */
  text(text: string): string {
    return this.mode === 'keep' ? text : text.replaceAll(addressLike, this.#likely);
  }

  readonly #likely = (run: string): string => {
    const bare = run.replace(/[.:]$/, '');
    if (isIP(run) === 0 && isIP(bare) === 0) return run.replaceAll(dotted, this.#word);
    return isIP(run) === 0 ? this.#word(bare) + run.slice(-1) : this.#word(run);
  };

  readonly #word = (word: string): string => {
    if (isIP(word) === 0) return word;
    const bytes = parseAddress(word);
    const before = formatAddress(bytes);
    this.address(bytes);
    const after = formatAddress(bytes);
    // What stays keeps its spelling, too.
    return after === before ? word : after;
  };

  #isZero(words: Uint32Array, rows: number): boolean {
    if (this.#zeros.length < 16 * rows) this.#zeros = new Uint8Array(16 * rows);
    return Buffer.from(words.buffer, words.byteOffset, 16 * rows).compare(this.#zeros, 0, 16 * rows) === 0;
  }

  #column(words: Uint32Array, rows: number): void {
    const { near4, near6 } = this.#networks;
    const cache = this.#cache;
    for (let at = 0; at < 4 * rows; at += 4) {
      if (words[at + 2] === mappedWord && words[at] === 0 && words[at + 1] === 0) {
        const address = words[at + 3]!;
        if (near4[address & 0xffff] === 0) continue;
        if (!cache.replace4(words, at + 3)) this.#miss(words, at);
        else if (words[at + 3] !== address) this.replaced++;
      } else {
        const first = words[at]!;
        if (near6[first & 0xffff] === 0) continue;
        const last = words[at + 3];
        if (!cache.replace6(words, at)) this.#miss(words, at);
        else if (words[at + 3] !== last || words[at] !== first) this.replaced++;
      }
    }
    this.#settle(words);
  }

  #miss(words: Uint32Array, at: number): void {
    this.missed++;
    const width = readWords(words, at, this.#address);
    const kept = this.#networks.keptBits(this.#address, width);
    for (let j = 0; j < 4; j++) this.#before[j] = words[at + j]!;
    if (kept < 0 || kept >= width) this.#remember(words, at);
    else if (this.#pan) {
      if (this.#blocks + width - kept > maxBlocks) this.#settle(words);
      this.#pan.fill(words, width === 32 ? at + 3 : at, kept, width, this.#blocks);
      this.#waitingAt[this.#waiting] = at;
      this.#waitingKept[this.#waiting++] = kept;
      this.#blocks += width - kept;
    } else {
      this.#truncate(words, at, width);
      this.#remember(words, at);
    }
  }

  /** Replaces the addresses that wait. */
  #settle(words: Uint32Array): void {
    if (this.#waiting === 0 || !this.#pan) return;
    const enciphered = this.#pan.encipher(this.#blocks);
    let block = 0;
    for (let i = 0; i < this.#waiting; i++) {
      const at = this.#waitingAt[i]!;
      const kept = this.#waitingKept[i]!;
      const mapped = words[at + 2] === mappedWord && words[at] === 0 && words[at + 1] === 0;
      const width = mapped ? 32 : 128;
      for (let j = 0; j < 4; j++) this.#before[j] = words[at + j]!;
      this.#pan.flip(words, mapped ? at + 3 : at, kept, width, enciphered, block);
      block += width - kept;
      this.#remember(words, at);
    }
    this.#waiting = 0;
    this.#blocks = 0;
  }

  #truncate(words: Uint32Array, at: number, width: 32 | 128): void {
    const octets = new Uint8Array(words.buffer, words.byteOffset + 4 * at + (width === 32 ? 12 : 0), width / 8);
    const bits = width === 32 ? this.#truncateTo.ipv4 : this.#truncateTo.ipv6;
    for (let i = 0; i < octets.length; i++) octets[i]! &= 0xff00 >>> Math.min(8, Math.max(0, bits - 8 * i));
  }

  /** `#before` became what is at `words[at]` now. */
  #remember(words: Uint32Array, at: number): void {
    const before = this.#before;
    if (before[2] === mappedWord && before[0] === 0 && before[1] === 0) this.#cache.add4(before[3]!, words[at + 3]!);
    else this.#cache.add6(before, 0, words, at);
    for (let j = 0; j < 4; j++)
      if (before[j] !== words[at + j]) {
        this.replaced++;
        break;
      }
  }
}

/** The address of 16 octets that a pseudonym of it stands for; one that is not inside stands for itself. @throws RangeError */
export function originalOf(pseudonym: Uint8Array, { key, inside = [] }: PseudonymOptions): Uint8Array {
  const copy = new Uint32Array(Uint8Array.from(pseudonym).buffer);
  const words = new Uint32Array(4);
  const width = readWords(copy, 0, words);
  // A pseudonym shares with every network exactly the bits that its address does.
  const kept = insideNetworks(inside).keptBits(words, width);
  if (kept >= 0) new CryptoPan(key).original(copy, width === 32 ? 3 : 0, kept, width);
  return new Uint8Array(copy.buffer);
}
