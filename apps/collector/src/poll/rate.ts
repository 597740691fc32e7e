/** What a counter moved by between two readings, where that can be told. */

export interface CounterReading {
  /** Our clock, Unix ms. */
  readonly atMs: number;
  readonly value: bigint;
  readonly bits: 32 | 64;
  /** sysUpTime, hundredths of a second; undefined where it is not known. */
  readonly uptime?: number | undefined;
  /** ifCounterDiscontinuityTime, hundredths of a second. */
  readonly discontinuity?: number | undefined;
  /** Nominal bit/s of the interface; 0 = not known. */
  readonly speedBps?: number | undefined;
}

/** sysUpTime begins again at 0 after 497 days (RFC 3418). */
const uptimeWrap = 2 ** 32;
/** How far a device's clock may be from ours between two readings, s, and as a part of the time between them. */
const slackS = 30;
const slackPart = 0.05;

/** The device has not started again between the two: its uptime is the one before and the time between. */
function ranOn(previous: CounterReading, next: CounterReading): boolean {
  if (previous.uptime === undefined || next.uptime === undefined) return true;
  const elapsed = (next.atMs - previous.atMs) / 10;
  const expected = (previous.uptime + elapsed) % uptimeWrap;
  const off = Math.abs(expected - next.uptime);
  return Math.min(off, uptimeWrap - off) <= Math.max(slackS * 100, elapsed * slackPart);
}

/** Units counted from `previous` to `next`; undefined across a reset, or when a 32-bit counter may have passed 0 twice. */
export function delta(previous: CounterReading, next: CounterReading): number | undefined {
  const elapsedMs = next.atMs - previous.atMs;
  if (elapsedMs <= 0 || previous.bits !== next.bits) return undefined;
  if (!ranOn(previous, next) || previous.discontinuity !== next.discontinuity) return undefined;
  let moved = next.value - previous.value;
  if (next.bits === 32) {
    const wrapS = (2 ** 32 * 8) / (next.speedBps || Infinity);
    // Without a speed, one that goes back is a reset as likely as a wrap.
    if (next.speedBps ? elapsedMs / 1000 >= wrapS : moved < 0n) return undefined;
    if (moved < 0n) moved += 1n << 32n;
    // A wrap that the line could not have carried is a reset.
    if (next.speedBps && (Number(moved) * 8000) / elapsedMs > next.speedBps * 1.1 && next.value < previous.value)
      return undefined;
  }
  // 64-bit counters do not wrap: 2^64 octets are 46 years at 100 Gbit/s.
  return moved < 0n ? undefined : Number(moved);
}

/** Mean bit/s between two readings of an octet counter; undefined where `delta` is. */
export function rate(previous: CounterReading, next: CounterReading): number | undefined {
  const octets = delta(previous, next);
  return octets === undefined ? undefined : (octets * 8000) / (next.atMs - previous.atMs);
}
