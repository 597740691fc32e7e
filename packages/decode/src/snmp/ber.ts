/** Bounds-checked BER (X.690), as far as SNMP uses it (RFC 3417 section 8): low tags, definite lengths. */

export class BerError extends Error {}

/** One for all: a flood of malformed messages is not to pay for stack traces. */
const malformed = new BerError('BER cannot be read');

export function fail(): never {
  throw malformed;
}

/** RFC 2578 section 7.1.3. */
const maxSubIdentifiers = 128;

export const tags = {
  integer: 0x02,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  sequence: 0x30,
  ipAddress: 0x40,
  counter32: 0x41,
  gauge32: 0x42,
  timeTicks: 0x43,
  opaque: 0x44,
  nsapAddress: 0x45,
  counter64: 0x46,
  uinteger32: 0x47,
  noSuchObject: 0x80,
  noSuchInstance: 0x81,
  endOfMibView: 0x82,
} as const;

/** Reads elements one after another; what cannot be read throws BerError. */
export class BerReader {
  readonly bytes: Uint8Array;
  at: number;
  readonly end: number;
  /** Contents of the element that was read last. */
  from = 0;
  to = 0;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  get done(): boolean {
    return this.at >= this.end;
  }

  #octet(): number {
    if (this.at >= this.end) fail();
    return this.bytes[this.at++]!;
  }

  /** Reads an element's tag and length, and goes behind it. */
  next(): number {
    const tag = this.#octet();
    // A tag number of 31 and more.
    if ((tag & 0x1f) === 0x1f) fail();
    let length = this.#octet();
    if (length >= 0x80) {
      const octets = length - 0x80;
      // None is the indefinite form; more than four is no length of a datagram's part.
      if (octets === 0 || octets > 4) fail();
      length = 0;
      for (let i = 0; i < octets; i++) length = length * 256 + this.#octet();
    }
    if (length > this.end - this.at) fail();
    this.from = this.at;
    this.to = this.at += length;
    return tag;
  }

  expect(tag: number): void {
    if (this.next() !== tag) fail();
  }

  /** The elements inside the next one. */
  enter(tag: number): BerReader {
    this.expect(tag);
    return new BerReader(this.bytes, this.from, this.to);
  }

  octets(): Uint8Array {
    this.expect(tags.octetString);
    return this.bytes.subarray(this.from, this.to);
  }

  /** An INTEGER of 32 bits. */
  integer(): number {
    this.expect(tags.integer);
    const value = signed(this.bytes, this.from, this.to);
    if (typeof value === 'bigint' || value < -0x80000000 || value > 0xffffffff) fail();
    return value;
  }

  /** Not below zero: what RFC 3412 calls INTEGER (0..2147483647). */
  natural(): number {
    const value = this.integer();
    if (value < 0 || value > 0x7fffffff) fail();
    return value;
  }
}

/** Octets as a string of characters up to 255: a key of a Map. */
export const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');

/** A two's complement number; a bigint where a number is not exact. */
export function signed(bytes: Uint8Array, from: number, to: number): number | bigint {
  const octets = to - from;
  // Nine octets: a Counter64 with its top bit set.
  if (octets < 1 || octets > 9) fail();
  let value = (bytes[from]! << 24) >> 24;
  if (octets <= 6) {
    for (let i = from + 1; i < to; i++) value = value * 256 + bytes[i]!;
    return value;
  }
  let big = BigInt(value);
  for (let i = from + 1; i < to; i++) big = (big << 8n) | BigInt(bytes[i]!);
  return exact(big);
}

/** The same bits as an unsigned number; agents leave out the zero octet before a set top bit. */
export function unsigned(bytes: Uint8Array, from: number, to: number, bits: 32 | 64): number | bigint {
  const value = signed(bytes, from, to);
  if (value >= 0) return value;
  return exact(BigInt.asUintN(bits, BigInt(value)));
}

const exact = (value: bigint): number | bigint =>
  value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;

/** An object identifier's contents as dotted text. Empty contents, which some agents send, are 0.0. */
export function oidText(bytes: Uint8Array, from: number, to: number): string {
  if (from === to) return '0.0';
  let text = '';
  let count = 0;
  for (let at = from; at < to;) {
    let part = 0;
    for (;;) {
      // Cut off within a number, or wider than 32 bits.
      if (at >= to || part > 0x1ffffff) fail();
      const octet = bytes[at++]!;
      part = part * 128 + (octet & 0x7f);
      if (octet < 0x80) break;
    }
    if (text === '') {
      const first = part < 80 ? Math.floor(part / 40) : 2;
      text = `${first}.${part - 40 * first}`;
      count = 2;
    } else {
      text += `.${part}`;
      count++;
    }
    if (count > maxSubIdentifiers) fail();
  }
  return text;
}
