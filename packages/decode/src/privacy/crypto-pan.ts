/**
 * Crypto-PAn (J. Xu, J. Fan, M. H. Ammar, S. B. Moon: Prefix-Preserving IP Address Anonymization, ICNP 2002): bit i of the
 * pseudonym is bit i of the address, turned over when the first bit of AES(first i bits of the address, then the pad's)
 * is 1. Two addresses that share their first k bits, and no more, have pseudonyms that do.
 *
 * An address' blocks are all known beforehand, so those of many addresses are enciphered in one call.
 */
import { type Cipheriv, createCipheriv } from 'node:crypto';

/** 16 octets of AES key, 16 of pad. */
export const keyOctets = 32;

/** Blocks of one call: 85 IPv4 addresses of 10.0.0.0/8. */
export const maxBlocks = 2048;

/** Bits of a word are counted as its octets lie in memory: bit 0 is the top one of the first octet. */
const bitAt = Uint32Array.from({ length: 32 }, (_, i) => 1 << ((i & 24) + 7 - (i & 7)));
/** The first i bits. */
const headMask = new Uint32Array(32);
for (let i = 1; i < 32; i++) headMask[i] = headMask[i - 1]! | bitAt[i - 1]!;

export class CryptoPan {
  readonly #cipher: Cipheriv;
  readonly #pad: Uint32Array;
  readonly #blocks = new Uint32Array(4 * maxBlocks);
  readonly #octets = Buffer.from(this.#blocks.buffer);

  /** @throws RangeError when the key is not 32 octets. */
  constructor(key: Uint8Array) {
    if (key.length !== keyOctets) throw new RangeError(`a key of ${key.length} octets is not one of ${keyOctets}`);
    this.#cipher = createCipheriv('aes-128-ecb', key.subarray(0, 16), null).setAutoPadding(false);
    // The reference implementation enciphers the pad, too.
    const pad = this.#cipher.update(key.subarray(16));
    this.#pad = new Uint32Array(Uint8Array.from(pad).buffer);
  }

  /**
   * Lays down the blocks of bits [from, to) of an address at `words[at]` and on, from block `block` on. `to` is at most 32
   * (IPv4, one word) or 128. There is room for `maxBlocks`.
   */
  fill(words: Uint32Array, at: number, from: number, to: number, block: number): void {
    const blocks = this.#blocks;
    const pad = this.#pad;
    let out = 4 * block;
    for (let bit = from; bit < to;) {
      const turn = bit >>> 5;
      const word = words[at + turn]!;
      const rest = pad[turn]!;
      const first = turn > 0 ? words[at]! : pad[0]!;
      const second = turn > 1 ? words[at + 1]! : pad[1]!;
      const third = turn > 2 ? words[at + 2]! : pad[2]!;
      for (const end = Math.min(to, 32 * turn + 32); bit < end; bit++, out += 4) {
        const mask = headMask[bit & 31]!;
        blocks[out] = first;
        blocks[out + 1] = second;
        blocks[out + 2] = third;
        blocks[out + 3] = pad[3]!;
        blocks[out + turn] = (word & mask) | (rest & ~mask);
      }
    }
  }

  /** Enciphers the first `blocks` blocks. */
  encipher(blocks: number): Uint8Array {
    return this.#cipher.update(this.#octets.subarray(0, 16 * blocks));
  }

  /** Turns over the bits [from, to) for which the enciphered blocks from `block` on say so. */
  flip(words: Uint32Array, at: number, from: number, to: number, enciphered: Uint8Array, block: number): void {
    let octet = 16 * block;
    // Without a branch: it would be taken at random.
    for (let bit = from; bit < to; bit++, octet += 16)
      words[at + (bit >>> 5)]! ^= bitAt[bit & 31]! & -(enciphered[octet]! >>> 7);
  }

  pseudonym(words: Uint32Array, at: number, from: number, to: number): void {
    this.fill(words, at, from, to, 0);
    this.flip(words, at, from, to, this.encipher(to - from), 0);
  }

  /** The other way round: each bit must be known before the next. */
  original(words: Uint32Array, at: number, from: number, to: number): void {
    for (let bit = from; bit < to; bit++) this.pseudonym(words, at, bit, bit + 1);
  }
}
