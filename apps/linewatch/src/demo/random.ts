/** Seeded randomness: the same academies, the same weeks, on every machine. */
import { fnv1a } from '@linewatch/record';

/** A seed made from a text. */
export const seedOf = (text: string): number => fnv1a(new TextEncoder().encode(text));

/** A number in [0, 1) for a seed and a position: no state, so any moment can be asked for. */
function hashUnit(seed: number, position: number): number {
  let x = Math.imul(seed ^ Math.imul(position | 0, 0x9e3779b1), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  x = Math.imul(x ^ (x >>> 16), 0x27d4eb2f);
  return ((x ^ (x >>> 15)) >>> 0) / 4294967296;
}

/** Smooth noise in (-1, 1) that changes about once a unit of `position`. */
export function smoothNoise(seed: number, position: number): number {
  const whole = Math.floor(position);
  const part = position - whole;
  const ease = part * part * (3 - 2 * part);
  const a = hashUnit(seed, whole);
  return 2 * (a + (hashUnit(seed, whole + 1) - a) * ease) - 1;
}

/** A stream of numbers in [0, 1). */
export function createRandom(seed: number): () => number {
  let position = 0;
  return () => hashUnit(seed, position++);
}

export const pick = <T>(items: readonly T[], unit: number): T => items[Math.floor(unit * items.length)]!;
