/** Values by a 16-octet address, looked up without making a text of it. */
export class AddressMap<T> {
  readonly #byEnd = new Map<number, { readonly address: Uint8Array; readonly value: T }[]>();

  set(address: Uint8Array, value: T): void {
    const end = endOf(address, 0);
    const found = this.#byEnd.get(end);
    if (!found) this.#byEnd.set(end, [{ address, value }]);
    else if (this.#at(found, address, 0) === undefined) found.push({ address, value });
  }

  /** Of the address at an offset of some octets. */
  get(octets: Uint8Array, offset = 0): T | undefined {
    const found = this.#byEnd.get(endOf(octets, offset));
    return found && this.#at(found, octets, offset);
  }

  #at(found: readonly { readonly address: Uint8Array; readonly value: T }[], octets: Uint8Array, offset: number) {
    for (const { address, value } of found) {
      let i = 0;
      while (i < 16 && address[i] === octets[offset + i]) i++;
      if (i === 16) return value;
    }
    return undefined;
  }
}

const endOf = (octets: Uint8Array, offset: number): number =>
  (octets[offset + 12]! << 24) | (octets[offset + 13]! << 16) | (octets[offset + 14]! << 8) | octets[offset + 15]!;

export const isZero = (address: Uint8Array): boolean => {
  for (let i = 0; i < 16; i++) if (address[i] !== 0) return false;
  return true;
};
