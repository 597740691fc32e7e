/** Numbers and texts in as few octets as they need: whole ones as LEB128, signed ones zigzag. */

export class ByteWriter {
  #bytes = new Uint8Array(1024);
  #to = 0;

  whole(value: number): void {
    this.#need(10);
    let left = value;
    while (left >= 128) {
      this.#bytes[this.#to++] = (left % 128) + 128;
      left = Math.floor(left / 128);
    }
    this.#bytes[this.#to++] = left;
  }

  /** Also NaN and the infinities. */
  time(value: number, nearMs: number): void {
    if (Number.isNaN(value)) this.whole(0);
    else if (value === Infinity) this.whole(1);
    else if (value === -Infinity) this.whole(2);
    else {
      const apart = value - nearMs;
      this.whole((apart < 0 ? -apart * 2 - 1 : apart * 2) + 3);
    }
  }

  text(value: string): void {
    const bytes = new TextEncoder().encode(value);
    this.whole(bytes.length);
    this.#need(bytes.length);
    this.#bytes.set(bytes, this.#to);
    this.#to += bytes.length;
  }

  done(): Uint8Array {
    return this.#bytes.slice(0, this.#to);
  }

  #need(octets: number): void {
    if (this.#to + octets <= this.#bytes.length) return;
    const bytes = new Uint8Array(Math.max(this.#bytes.length * 2, this.#to + octets));
    bytes.set(this.#bytes);
    this.#bytes = bytes;
  }
}

/** Reads what a `ByteWriter` wrote. @throws RangeError for what it did not. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isDone(): boolean {
    return this.#at === this.#bytes.length;
  }

  whole(most = Number.MAX_SAFE_INTEGER): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const octet = this.#bytes[this.#at++];
      if (octet === undefined) throw new RangeError('ends too early');
      value += (octet & 127) * scale;
      if (value > most) throw new RangeError('a number is too large');
      if (octet < 128) return value;
      if (scale >= 2 ** 49) throw new RangeError('a number is too long');
    }
  }

  time(nearMs: number): number {
    const value = this.whole();
    if (value < 3) return [Number.NaN, Infinity, -Infinity][value]!;
    const apart = value - 3;
    return nearMs + (apart % 2 === 0 ? apart / 2 : -(apart + 1) / 2);
  }

  text(most: number): string {
    const length = this.whole(most);
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError('a text ends too early');
    const text = new TextDecoder('utf-8', { fatal: true }).decode(this.#bytes.subarray(this.#at, end));
    this.#at = end;
    return text;
  }
}
