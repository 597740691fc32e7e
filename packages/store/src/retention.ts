import type { Store } from './store.ts';

/** How long each kind of data is kept. */
export interface Retention {
  /** Raw flows, days. */
  readonly rawDays: number;
  /** 1- and 5-minute roll-ups, hourly traffic, samples, events, names, months. */
  readonly rollupMonths: number;
  /** Hourly interface roll-up and monthly percentiles, years. */
  readonly hourYears: number;
}

export const defaultRetention: Retention = { rawDays: 14, rollupMonths: 13, hourYears: 7 };

/** TTL expressions as ClickHouse prints them, so that what is set can be compared with what should be. */
function ttlOf({ rawDays, rollupMonths, hourYears }: Retention): Readonly<Record<string, string>> {
  const whole = (value: number): number => Math.max(1, Math.trunc(value));
  const months = `toIntervalMonth(${whole(rollupMonths)})`;
  const years = `toIntervalYear(${whole(hourYears)})`;
  return {
    flows: `toDateTime(received_ms) + toIntervalDay(${whole(rawDays)})`,
    interface_1m: `time + ${months}`,
    interface_5m: `time + ${months}`,
    interface_1h: `time + ${years}`,
    traffic_1h: `hour + ${months}`,
    flow_hours: `hour + ${months}`,
    traffic_hours: `hour + ${months}`,
    percentile_month: `month + ${years}`,
    samples: `toDateTime(time) + ${months}`,
    interface_names: `toDateTime(last_seen) + ${months}`,
    element_names: `toDateTime(last_seen) + ${months}`,
    events: `toDateTime(time) + ${months}`,
  };
}

/** Sets each table's TTL where it is not what the retention says. What is then too old goes in the background. */
export async function applyRetention(store: Store, retention: Retention): Promise<void> {
  const tables = await store.query<{ name: string; engine_full: string }>(
    'SELECT name, engine_full FROM system.tables WHERE database = currentDatabase()',
  );
  const engines = new Map(tables.map(({ name, engine_full }) => [name, engine_full]));
  for (const [table, ttl] of Object.entries(ttlOf(retention))) {
    const engine = engines.get(table);
    if (engine === undefined || engine.includes(`TTL ${ttl} SETTINGS`)) continue;
    await store.command(`ALTER TABLE ${table} MODIFY TTL ${ttl}`);
    store.logger.info({ table, ttl }, 'retention set');
  }
}
