/**
 * What of an answer is looked at before net-snmp reads it: that it is a response, and as protected as its request.
 * net-snmp reads a v3 response without authentication as if it were one with it, and v1/v2c answers of any kind.
 */

export interface Expected {
  readonly version: '2c' | '3';
  /** Least protection of a v3 response: flags of RFC 3412 section 6.4 (1 authentication, 2 privacy). */
  readonly flags: number;
}

/** RFC 3411 section 5, SnmpEngineID. */
const maxEngineId = 32;
const tag = { integer: 0x02, octets: 0x04, sequence: 0x30, response: 0xa2, report: 0xa8 } as const;

interface Element {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

/** The BER element at `at`, whole and within `limit`; definite lengths of up to 4 octets, as RFC 3417 section 8 has them. */
function element(bytes: Uint8Array, at: number, limit: number): Element | undefined {
  if (at + 2 > limit) return undefined;
  let length = bytes[at + 1]!;
  let start = at + 2;
  if (length >= 0x80) {
    const octets = length & 0x7f;
    if (octets === 0 || octets > 4 || start + octets > limit) return undefined;
    length = 0;
    for (let i = 0; i < octets; i++) length = length * 256 + bytes[start + i]!;
    start += octets;
  }
  return start + length <= limit ? { tag: bytes[at]!, start, end: start + length } : undefined;
}

/** The elements of these tags, one after the other; undefined when they are not there. */
function elements(bytes: Uint8Array, at: number, limit: number, tags: readonly number[]): Element[] | undefined {
  const found: Element[] = [];
  for (const wanted of tags) {
    const next = element(bytes, at, limit);
    if (next?.tag !== wanted) return undefined;
    found.push(next);
    at = next.end;
  }
  return found;
}

export function isAcceptable(bytes: Uint8Array, { version, flags }: Expected): boolean {
  const message = element(bytes, 0, bytes.length);
  if (message?.tag !== tag.sequence) return false;
  const number = element(bytes, message.start, message.end);
  if (number?.tag !== tag.integer || number.end - number.start > 5) return false;
  // Some agents do not encode in the fewest octets.
  const stated = bytes.subarray(number.start, number.end).reduce((sum, octet) => sum * 256 + octet, 0);
  if (version === '2c') {
    const community = element(bytes, number.end, message.end);
    return (
      stated === 1 && community?.tag === tag.octets && element(bytes, community.end, message.end)?.tag === tag.response
    );
  }
  if (stated !== 3) return false;
  const parts = elements(bytes, number.end, message.end, [tag.sequence, tag.octets]);
  if (!parts) return false;
  const [header, security] = parts as [Element, Element];
  const fields = elements(bytes, header.start, header.end, [tag.integer, tag.integer, tag.octets, tag.integer]);
  const given = fields?.[2];
  if (!given || given.end - given.start !== 1) return false;
  const parameters = element(bytes, security.start, security.end);
  if (parameters?.tag !== tag.sequence) return false;
  const engine = element(bytes, parameters.start, parameters.end);
  if (engine?.tag !== tag.octets || engine.end - engine.start > maxEngineId) return false;
  const protection = bytes[given.start]! & 3;
  const protectedEnough = (protection & flags) === flags;
  // Encrypted: what is inside shows when it is opened.
  if ((protection & 2) !== 0) return protectedEnough && element(bytes, security.end, message.end)?.tag === tag.octets;
  const scoped = element(bytes, security.end, message.end);
  if (scoped?.tag !== tag.sequence) return false;
  const context = elements(bytes, scoped.start, scoped.end, [tag.octets, tag.octets]);
  const pdu = context && element(bytes, context[1]!.end, scoped.end);
  // A report tells an engine's id and time before there can be authentication (RFC 3414 section 4).
  return pdu?.tag === tag.report || (pdu?.tag === tag.response && protectedEnough);
}
