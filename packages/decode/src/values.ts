/** Reads of big-endian values whose length is known only at run time, and what compiled programs call. */

/** Low 32 bits of an integer of `length` octets. */
export function low32(view: DataView, at: number, length: number): number {
  if (length >= 4) return view.getUint32(at + length - 4);
  let value = 0;
  for (let i = 0; i < length; i++) value = (value << 8) | view.getUint8(at + i);
  return value;
}

/** Bits 32 to 63 of an integer of `length` octets; longer ones are read by their low 8 (FortiGate sends 9). */
export function high32(view: DataView, at: number, length: number): number {
  if (length >= 8) return view.getUint32(at + length - 8);
  return length > 4 ? low32(view, at, length - 4) : 0;
}

export const unsigned = (view: DataView, at: number, length: number): number =>
  high32(view, at, length) * 4_294_967_296 + low32(view, at, length);

/** Copies an address of 4 or 16 octets into words [q, q+4). False when it is neither, or zero. */
export function copyAddress(view: DataView, at: number, length: number, words: Uint32Array, q: number): boolean {
  if (length === 4) {
    words[q] = words[q + 1] = 0;
    words[q + 2] = 0xffff0000;
    return (words[q + 3] = view.getUint32(at, true)) !== 0;
  }
  let any = 0;
  for (let i = 0; i < 4; i++) any |= words[q + i] = length === 16 ? view.getUint32(at + 4 * i, true) : 0;
  return any !== 0;
}

/** Octets of an IP packet by its header; 0 = it does not tell. */
export function ipOctets(view: DataView, at: number, length: number): number {
  const version = length > 0 ? view.getUint8(at) >> 4 : 0;
  if (version === 4 && length >= 4) return view.getUint16(at + 2);
  return version === 6 && length >= 6 ? view.getUint16(at + 4) + 40 : 0;
}

/** Unix ms of a 64-bit NTP timestamp (RFC 7011 section 6.1.9), eras 0 and 1. */
export function ntpMs(seconds: number, fraction: number): number {
  const unix = seconds + (seconds < 2_208_988_800 ? 2_085_978_496 : -2_208_988_800);
  return unix * 1000 + Math.floor((fraction * 1000) / 4_294_967_296);
}

/** Sampling parameters as sent; -1 = not sent. */
export interface SamplingParameters {
  interval: number;
  randomInterval: number;
  packetInterval: number;
  packetSpace: number;
  size: number;
  population: number;
}

/**
 * One packet in how many; 0 = nothing stated. RFC 5477 section 8.2: 305 packets taken, then 306 passed over; 309 taken out
 * of 310. ASR9000 sends 305 = 1 without 306, beside 309 = 1 and 310 = 256: that is 256.
 */
export function statedRate(s: Readonly<SamplingParameters>): number {
  let rate = -1;
  // ASR9000 states 305 and 309 as 1 and the rate in 310: a space of 0 says no more than that.
  if (s.packetInterval > 0 && (s.packetSpace > 0 || (s.packetSpace === 0 && s.population <= s.size)))
    rate = (s.packetInterval + s.packetSpace) / s.packetInterval;
  else if (s.size > 0 && s.population > 0) rate = s.population / s.size;
  else if (s.interval >= 0) rate = s.interval;
  else if (s.randomInterval >= 0) rate = s.randomInterval;
  // Alone, 305 is sent for the rate itself.
  else if (s.packetInterval >= 0) rate = s.packetInterval;
  return rate < 0 ? 0 : Math.min(0xffffffff, Math.max(1, Math.round(rate)));
}

const scratch: SamplingParameters = {
  interval: -1,
  randomInterval: -1,
  packetInterval: -1,
  packetSpace: -1,
  size: -1,
  population: -1,
};

/** The same from values in a flow record, where zeros state nothing. */
export function recordRate(
  interval: number,
  randomInterval: number,
  packetInterval: number,
  packetSpace: number,
  size: number,
  population: number,
): number {
  scratch.interval = interval || -1;
  scratch.randomInterval = randomInterval || -1;
  scratch.packetInterval = packetInterval || -1;
  scratch.packetSpace = packetSpace;
  scratch.size = size || -1;
  scratch.population = population || -1;
  return statedRate(scratch);
}
