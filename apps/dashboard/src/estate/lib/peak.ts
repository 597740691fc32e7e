/** The highest of a series; null = nothing was recorded. */
export function peakOf(series: readonly (number | null)[]): number | null {
  let highest: number | null = null;
  for (const bps of series) if (bps !== null && (highest === null || bps > highest)) highest = bps;
  return highest;
}
