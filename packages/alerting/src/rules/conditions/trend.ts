/** A straight line through values that may have outliers, and whether there is a trend at all. */

export interface Trend {
  /** By one step. */
  readonly slope: number;
  /** At step 0. */
  readonly intercept: number;
  /** Standard score of Mann–Kendall's test: over 1.645, a rise that chance makes in one case of twenty. */
  readonly score: number;
}

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

/**
 * Theil–Sen: the median of the slopes of all pairs; the median of what is left is the intercept. The score is S of Mann (1945)
 * and Kendall with its variance corrected for ties. Steps that have no value are left out.
 * @returns undefined with less than two values
 */
export function trendOf(values: readonly (number | null)[]): Trend | undefined {
  const points = values.flatMap((y, x) => (y === null || !Number.isFinite(y) ? [] : [{ x, y }]));
  const n = points.length;
  if (n < 2) return undefined;
  const slopes: number[] = [];
  let sum = 0;
  for (const [i, a] of points.entries())
    for (const b of points.slice(i + 1)) {
      slopes.push((b.y - a.y) / (b.x - a.x));
      sum += Math.sign(b.y - a.y);
    }
  const slope = median(slopes);
  const ties = [...Map.groupBy(points, ({ y }) => y).values()].map(({ length: t }) => t * (t - 1) * (2 * t + 5));
  const variance = (n * (n - 1) * (2 * n + 5) - ties.reduce((all, each) => all + each, 0)) / 18;
  const score = variance <= 0 || sum === 0 ? 0 : (sum - Math.sign(sum)) / Math.sqrt(variance);
  return { slope, intercept: median(points.map(({ x, y }) => y - slope * x)), score };
}
