import type { Store } from '../store.ts';
import { monthOf, refreshPercentiles } from './percentile-month.ts';
import { rollUpTraffic } from './traffic-hours.ts';

const percentileEveryMs = 3_600_000;
/** A month's figures are worked out again for this long after its end: exporters and collectors may be late. */
const settleMs = 3 * 86_400_000;

/**
 * What has to be done now and then beside inserting: hours of traffic that are over, and hourly the percentiles of the
 * month, and of the one before while it settles. Cheap when there is nothing to do: call it every few minutes, from one
 * place (a second one does no harm but work).
 * @throws StoreError
 */
export async function refreshRollUps(
  store: Store,
  nowMs: number,
  options: { readonly rawDays?: number } = {},
): Promise<void> {
  await rollUpTraffic(store, nowMs, options);
  const [last] = await store.query<{ at: number }>(
    'SELECT toFloat64(toUnixTimestamp(max(refreshed_at))) * 1000 AS at FROM percentile_month',
  );
  if (nowMs - (last?.at ?? 0) < percentileEveryMs) return;
  const before = monthOf(nowMs - settleMs);
  const month = monthOf(nowMs);
  if (before !== month) await refreshPercentiles(store, before, nowMs);
  await refreshPercentiles(store, month, nowMs);
}
