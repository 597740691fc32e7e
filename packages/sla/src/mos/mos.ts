/**
 * How good speech over a path would sound: the E-model (ITU-T G.107, 06/2015) with its default values for everything that a
 * probe cannot measure, and equipment impairments by codec (ITU-T G.113, Appendix I).
 */

interface Codec {
  /** Equipment impairment factor Ie without loss. */
  readonly ie: number;
  /** Packet-loss robustness factor Bpl, random loss. */
  readonly bpl: number;
  /** What coder and packets of 20 ms add to the delay one way, ms (ITU-T G.114, Annex A). */
  readonly delayMs: number;
}

/** G.711 with and without concealment of lost packets, and G.729A with silence suppression. */
const codecs = {
  'g711-plc': { ie: 0, bpl: 25.1, delayMs: 20 },
  g711: { ie: 0, bpl: 4.3, delayMs: 20 },
  g729a: { ie: 11, bpl: 19, delayMs: 35 },
} as const satisfies Record<string, Codec>;
export type VoiceCodec = keyof typeof codecs;

/** Basic signal-to-noise ratio Ro and its like with the default values of G.107, table 2; Ro − Is. */
const ro = 94.7688;
const roLessIs = 93.3553;
/** Telephone and echo of the default values: TELR and WEPL, dB. */
const telr = 65;
const wepl = 110;

/** Talker echo, Idte (G.107, 7.4), of T ms one way. */
function talkerEcho(t: number): number {
  const terv = telr - 40 * Math.log10((1 + t / 10) / (1 + t / 150)) + 6 * Math.exp(-0.3 * t * t);
  const half = (ro - (80 + 2.5 * (terv - 14))) / 2;
  return (half + Math.sqrt(half * half + 100) - 1) * (1 - Math.exp(-t));
}

/** Listener echo, Idle, of Tr ms there and back. */
function listenerEcho(tr: number): number {
  const half = (ro - 10.5 * (wepl + 7) * (tr + 1) ** -0.25) / 2;
  return half + Math.sqrt(half * half + 169);
}

/** Too long a delay whatever the echo, Idd, of Ta ms one way. */
function pureDelay(ta: number): number {
  if (ta <= 100) return 0;
  const x = Math.log2(ta / 100);
  return 25 * ((1 + x ** 6) ** (1 / 6) - 3 * (1 + (x / 3) ** 6) ** (1 / 6) + 2);
}

const clamp = (value: number, from: number, to: number): number => Math.min(Math.max(value, from), to);

/**
 * Delay from mouth to ear: half of the round trip, a jitter buffer of twice the jitter (it takes what comes late by up to twice the
 * mean deviation), and the codec's own delay. Nothing is lost by jitter beyond what the probe lost.
 */
export const mouthToEarMs = (rttMs: number, jitterMs: number, codec: VoiceCodec = 'g711-plc'): number =>
  Math.max(0, rttMs) / 2 + 2 * Math.max(0, jitterMs) + codecs[codec].delayMs;

/** Transmission rating R, 0 to 100, of a delay one way (mouth to ear, ms) and random loss (0 to 100 %). */
export function rFactor(oneWayMs: number, lossPercent: number, codec: VoiceCodec = 'g711-plc'): number {
  const { ie, bpl } = codecs[codec];
  // Beyond a minute nothing gets worse, and the formulas leave the numbers' range.
  const delay = clamp(oneWayMs, 0, 60_000);
  const loss = clamp(lossPercent, 0, 100);
  const equipment = ie + (95 - ie) * (loss / (loss + bpl));
  return clamp(roLessIs - talkerEcho(delay) - listenerEcho(2 * delay) - pureDelay(delay) - equipment, 0, 100);
}

/** Mean opinion score of a rating (G.107, Annex B): 1 to 4.5. Its polynomial falls below 1 for ratings under 6.5. */
export const mosOfRating = (r: number): number =>
  r <= 0 ? 1 : r >= 100 ? 4.5 : Math.max(1, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6);

/**
 * Mean opinion score, 1 (bad) to 4.5, of a path with a round trip of `rttMs`, a jitter (RFC 3550, mean deviation one way) and a loss
 * of 0 to 100 %, both ways alike. NaN when one of them is not a number: nothing was measured, so nothing is said.
 */
export const mos = (rttMs: number, jitterMs: number, lossPercent: number, codec: VoiceCodec = 'g711-plc'): number =>
  Number.isNaN(rttMs + jitterMs + lossPercent)
    ? Number.NaN
    : mosOfRating(rFactor(mouthToEarMs(rttMs, jitterMs, codec), lossPercent, codec));
