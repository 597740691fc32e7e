/** What one writer at a time does beside writing: the estate's map, hourly traffic, monthly percentiles. */
import type { Estate } from '@linewatch/estate';
import { type Logger, describe, sleep } from '@linewatch/service';
import {
  type ResolvedInterface,
  type Store,
  monthOf,
  publishEstateMap,
  refreshPercentiles,
  resolveInterfaces,
  rollUpTraffic,
} from '@linewatch/store';
import { estateMap } from './estate-map.ts';

/** Circuits that are named by ifName or ifAlias follow the exporters' names this often. */
const namesEveryMs = 5000;
const hoursEveryMs = 300_000;
const percentilesEveryMs = 3_600_000;
/** The month before is worked out again for this long: data may come late. */
const settleMs = 3 * 86_400_000;
const retryMs = 1000;

/** Asked after a failure: a call that a stop cut short is none. */
const isOver = (signal: AbortSignal): boolean => signal.aborted;

export interface ChoreOptions {
  readonly store: Store;
  readonly estate: Estate;
  readonly logger: Logger;
}

/** Runs until the signal aborts; ClickHouse and PostgreSQL may come and go. */
export async function publishMaps({ store, estate, logger }: ChoreOptions, signal: AbortSignal): Promise<void> {
  let woken = new AbortController();
  const watch = estate.watch(() => woken.abort());
  try {
    let failing = false;
    while (!signal.aborted) {
      woken = new AbortController();
      let pauseMs = namesEveryMs;
      try {
        const snapshot = await estate.snapshot();
        const resolved: ResolvedInterface[][] = [];
        for (const { key } of snapshot.trusts) resolved.push(await resolveInterfaces(store, key, { signal }));
        await publishEstateMap(store, estateMap(snapshot, resolved.flat()), { signal });
        failing = false;
      } catch (error) {
        if (!failing && !isOver(signal)) logger.warn({ reason: describe(error) }, 'estate map was not published');
        failing = true;
        pauseMs = retryMs;
      }
      await sleep(pauseMs, AbortSignal.any([signal, woken.signal]));
    }
  } finally {
    await watch.stop();
  }
}

/** Runs until the signal aborts: an hour of traffic is made when it is over, and again when flows of it come late. */
export async function rollUpHours(
  { store, logger }: ChoreOptions,
  rawDays: number,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await rollUpTraffic(store, Date.now(), { rawDays, signal });
    } catch (error) {
      if (!isOver(signal)) logger.warn({ reason: describe(error) }, 'hourly traffic was not rolled up');
    }
    await sleep(hoursEveryMs, signal);
  }
}

/** Runs until the signal aborts. */
export async function refreshMonths({ store, logger }: ChoreOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const now = Date.now();
    try {
      const months = new Set([monthOf(now - settleMs), monthOf(now)]);
      for (const month of months) await refreshPercentiles(store, month, now, { signal });
    } catch (error) {
      if (!isOver(signal)) logger.warn({ reason: describe(error) }, 'monthly percentiles were not refreshed');
    }
    await sleep(percentilesEveryMs, signal);
  }
}
