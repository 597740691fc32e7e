/** What addresses were replaced by, lately: two entries a set, in memory of a fixed size. A miss costs work, nothing else. */

const sets = 1 << 15;

/**
 * IPv4: a set is [address, replacement] twice; IPv6: four words each. The newer entry comes first. Empty is the address
 * of all zeros, which stands for itself.
 */
export class AddressCache {
  readonly #entries4 = new Uint32Array(4 * sets);
  readonly #entries6 = new Uint32Array(16 * sets);

  /** Puts what stands for the IPv4 address at `words[at]` in its place. @returns false when that is not known. */
  replace4(words: Uint32Array, at: number): boolean {
    const entries = this.#entries4;
    const address = words[at]!;
    const set = 4 * (Math.imul(address, 0x9e3779b1) >>> 17);
    if (entries[set] === address) words[at] = entries[set + 1]!;
    else if (entries[set + 2] === address) words[at] = entries[set + 3]!;
    else return false;
    return true;
  }

  add4(address: number, replacement: number): void {
    const entries = this.#entries4;
    const set = 4 * (Math.imul(address, 0x9e3779b1) >>> 17);
    // It may have been missed twice before it was known.
    if (entries[set] === address) return;
    entries.copyWithin(set + 2, set, set + 2);
    entries[set] = address;
    entries[set + 1] = replacement;
  }

  /** The same for IPv6: four words from `words[at]` on. */
  replace6(words: Uint32Array, at: number): boolean {
    const entries = this.#entries6;
    let entry = setOf6(words, at);
    if (!same6(entries, entry, words, at) && !same6(entries, (entry += 8), words, at)) return false;
    for (let i = 0; i < 4; i++) words[at + i] = entries[entry + 4 + i]!;
    return true;
  }

  add6(address: Uint32Array, addressAt: number, replacement: Uint32Array, replacementAt: number): void {
    const entries = this.#entries6;
    const set = setOf6(address, addressAt);
    if (same6(entries, set, address, addressAt)) return;
    entries.copyWithin(set + 8, set, set + 8);
    for (let i = 0; i < 4; i++) {
      entries[set + i] = address[addressAt + i]!;
      entries[set + 4 + i] = replacement[replacementAt + i]!;
    }
  }
}

function setOf6(words: Uint32Array, at: number): number {
  let hash = Math.imul(words[at]!, 0x85ebca6b) ^ words[at + 1]!;
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) ^ words[at + 2]!;
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) ^ words[at + 3]!;
  return 16 * (Math.imul(hash ^ (hash >>> 15), 0x9e3779b1) >>> 17);
}

const same6 = (a: Uint32Array, i: number, b: Uint32Array, j: number): boolean =>
  a[i + 3] === b[j + 3] && a[i + 2] === b[j + 2] && a[i + 1] === b[j + 1] && a[i] === b[j];
