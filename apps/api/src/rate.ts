/** Most addresses that are remembered; the one seen longest ago is forgotten first. */
const maxAddresses = 10_000;

/**
 * A token bucket for each client address. Returns how long to wait, s: 0 = go ahead.
 * `perSecond` requests on average, twice as many at once; 0 = no limit.
 */
export function createRateLimit(perSecond: number): (address: string, nowMs: number) => number {
  if (perSecond === 0) return () => 0;
  const burst = perSecond * 2;
  const buckets = new Map<string, { tokens: number; atMs: number }>();
  return (address, nowMs) => {
    const bucket = buckets.get(address) ?? { tokens: burst, atMs: nowMs };
    buckets.delete(address);
    buckets.set(address, bucket);
    const [oldest] = buckets.keys();
    if (buckets.size > maxAddresses) buckets.delete(oldest!);
    bucket.tokens = Math.min(burst, bucket.tokens + (Math.max(0, nowMs - bucket.atMs) / 1000) * perSecond);
    bucket.atMs = nowMs;
    if (bucket.tokens < 1) return Math.ceil((1 - bucket.tokens) / perSecond);
    bucket.tokens -= 1;
    return 0;
  };
}
