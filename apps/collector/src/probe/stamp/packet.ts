/**
 * Test packets of STAMP, unauthenticated (RFC 8762 section 4.2.1 and 4.3.1), with the session identifier of RFC 8972. TWAMP
 * Light (RFC 5357, Appendix I) has the same fields at the same places, and 41 octets instead of 44.
 *
 *         sender                                  reflector
 *    0    sequence number                         sequence number
 *    4    timestamp, 8 octets                     timestamp of the answer
 *   12    error estimate, 2                       error estimate
 *   14    session identifier, 2                   session identifier
 *   16    zero                                    receive timestamp, 8
 *   24    …                                       the sender's sequence number
 *   28                                            the sender's timestamp, 8
 *   36                                            the sender's error estimate, 2
 *   38                                            zero
 *   40                                            the sender's TTL
 *   41                                            zero
 *   44    extensions (RFC 8972 section 4), or padding
 */

export const packetOctets = 44;
/** An answer may end behind the sender's TTL. */
export const leastOctets = 41;
/** Longer ones are not taken: no path carries them in one piece. */
export const mostOctets = 9000;

/** Seconds from 1900, as in NTP, to 1970 (RFC 5905 figure 4). */
const ntpEpochS = 2_208_988_800;
/** Length of an era of NTP: the next begins in February 2036. */
const eraS = 2 ** 32;
const fraction = 2 ** 32;

/** A clock's time of day and what it says of itself. */
export interface Stamp {
  /** Unix ms, with its fraction. */
  readonly wallMs: number;
  readonly synchronised: boolean;
}

/** RFC 4656 section 4.1.2: S says synchronised, Z that the time is in PTP's format; error = multiplier × 2^(scale − 32) s. */
const synchronisedBit = 0x8000;
const ptpBit = 0x4000;

/** Error of a clock, ms, as its estimate is sent; never zero, which would not be valid. */
export function errorEstimate(errorMs: number, synchronised: boolean): number {
  let multiplier = Math.max(1, (errorMs / 1000) * fraction);
  let scale = 0;
  while (multiplier > 255 && scale < 63) {
    multiplier /= 2;
    scale++;
  }
  return (synchronised ? synchronisedBit : 0) | (scale << 8) | Math.max(1, Math.min(255, Math.ceil(multiplier)));
}

function writeTime(packet: Buffer, at: number, wallMs: number): void {
  const s = Math.floor(wallMs / 1000);
  packet.writeUInt32BE((s + ntpEpochS) % eraS, at);
  packet.writeUInt32BE(Math.min(fraction - 1, Math.round((wallMs / 1000 - s) * fraction)), at + 4);
}

/** Without the highest bit it is of the era that begins in 2036 (RFC 4330 section 3). */
function readTime(packet: Buffer, at: number, isPtp: boolean): number {
  const s = packet.readUInt32BE(at);
  const rest = packet.readUInt32BE(at + 4);
  if (isPtp) return s * 1000 + rest / 1e6;
  return ((s < eraS / 2 ? s + eraS : s) - ntpEpochS) * 1000 + (rest / fraction) * 1000;
}

export interface Request {
  readonly sequence: number;
  readonly wallMs: number;
  readonly errorEstimate: number;
}

export function encodeRequest({ sequence, wallMs, errorEstimate: estimate }: Request): Buffer {
  const packet = Buffer.alloc(packetOctets);
  packet.writeUInt32BE(sequence >>> 0, 0);
  writeTime(packet, 4, wallMs);
  packet.writeUInt16BE(estimate, 12);
  return packet;
}

export interface Reflection {
  /** Undefined: stateless, the sender's own number goes back. */
  readonly sequence: number | undefined;
  readonly receivedMs: number;
  readonly sentMs: number;
  readonly errorEstimate: number;
}

/** Told where the TTL of what came is not to be had (RFC 5357 section 4.2.1). */
const unknownTtl = 255;

/**
 * The answer to a packet: as long as that, so that it amplifies nothing; what is behind the base packet goes back as it came, with
 * the flag that says so where it is an extension (RFC 8972 section 4: U is set until someone clears it).
 * @param request of `leastOctets` at least
 */
export function reflect(
  request: Buffer,
  { sequence, receivedMs, sentMs, errorEstimate: estimate }: Reflection,
): Buffer {
  const answer = Buffer.alloc(Math.max(packetOctets, request.length));
  answer.writeUInt32BE(sequence === undefined ? request.readUInt32BE(0) : sequence >>> 0, 0);
  answer.writeUInt16BE(estimate, 12);
  request.copy(answer, 14, 14, 16);
  writeTime(answer, 16, receivedMs);
  request.copy(answer, 24, 0, 14);
  answer[40] = unknownTtl;
  if (request.length > packetOctets) request.copy(answer, packetOctets, packetOctets);
  // Last: what was written before took its time.
  writeTime(answer, 4, sentMs);
  return answer.subarray(0, request.length);
}

export interface Answer {
  /** Of the reflector. */
  readonly sequence: number;
  /** When the reflector received the packet and when it answered, ms of its clock; with PTP from an epoch of its own. */
  readonly receivedMs: number;
  readonly sentMs: number;
  /** Whether the reflector's clock is synchronised to the time that ours is of. */
  readonly synchronised: boolean;
  /** What it was sent, as it came back: number, timestamp and error estimate, 14 octets. */
  readonly echo: Buffer;
  readonly senderSequence: number;
}

/** Undefined: it is no answer. What is behind its base is not looked at. */
export function decodeAnswer(packet: Buffer): Answer | undefined {
  if (packet.length < leastOctets) return undefined;
  const estimate = packet.readUInt16BE(12);
  const isPtp = (estimate & ptpBit) !== 0;
  return {
    sequence: packet.readUInt32BE(0),
    receivedMs: readTime(packet, 16, isPtp),
    sentMs: readTime(packet, 4, isPtp),
    // PTP counts atomic time: between the two are leap seconds.
    synchronised: (estimate & synchronisedBit) !== 0 && !isPtp,
    echo: packet.subarray(24, 38),
    senderSequence: packet.readUInt32BE(24),
  };
}
