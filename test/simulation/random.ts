/** Numbers that a seed gives, the same each time (mulberry32). */
export interface Random {
  /** 0 ≤ x < 1 */
  next(): number;
  /** Between two numbers. */
  between(least: number, most: number): number;
  chance(share: number): boolean;
  /** Exponential, of this mean: times between things that happen by themselves. */
  wait(mean: number): number;
  /** Of this median, and now and then many times as much. */
  spread(median: number, most: number): number;
}

export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    between: (least, most) => least + next() * (most - least),
    chance: (share) => next() < share,
    wait: (mean) => -Math.log(1 - next()) * mean,
    spread: (median, most) => {
      const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
      return Math.min(most, median * Math.exp(1.4 * normal));
    },
  };
}
