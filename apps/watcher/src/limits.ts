/** From when on a line is degraded. */
export interface Limits {
  readonly lossPercent: number | undefined;
  readonly latencyMs: number | undefined;
  readonly jitterMs: number | undefined;
}

/** What was measured at once; what was not is left out. */
export interface Quality {
  lossPercent?: number;
  latencyMs?: number;
  jitterMs?: number;
}

const names = [
  ['lossPercent', 'loss', '%'],
  ['latencyMs', 'round trip', ' ms'],
  ['jitterMs', 'jitter', ' ms'],
] as const;

/** What is over its limit, in words; empty: nothing is. */
export const exceeded = (quality: Quality, limits: Limits): string =>
  names
    .flatMap(([field, name, unit]) => {
      const [value, limit] = [quality[field], limits[field]];
      // Loss of nothing is never too much, whatever the limit.
      if (value === undefined || limit === undefined || value < limit || value === 0) return [];
      return [`${name} ${Number(value.toFixed(1))}${unit} (limit ${limit}${unit})`];
    })
    .join(', ');
