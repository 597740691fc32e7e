import { formatAddress, labelKey } from '@linewatch/record';
import { describe } from '@linewatch/service';
import {
  type Store,
  firstSeen,
  fiveMinuteMeans,
  lastHour,
  lastSeen,
  measured,
  openEndS,
  percentile95,
  resolveInterfaces,
  trafficSeries,
} from '@linewatch/store';
import type { Telemetry } from './ports.ts';

/** What the API asks of stored telemetry, answered by ClickHouse; `label` is that of the trust that is shown. */
export function storedTelemetry(store: Store, label: string): Telemetry {
  const trust = labelKey(label);
  return {
    names: async (signal) =>
      (await resolveInterfaces(store, trust, { signal }))
        .filter(({ validToS }) => validToS === openEndS)
        .map(({ exporter, validFromS, ...rest }) => ({
          ...rest,
          exporter: formatAddress(exporter),
          sinceMs: validFromS * 1000,
        })),
    lastSeen: async (nowMs, signal) =>
      new Map(
        (await lastSeen(store, trust, nowMs, { signal })).map(({ circuit, lastSeenS }) => [circuit, lastSeenS * 1000]),
      ),
    sparklines: async (nowMs, signal) => {
      const { startS, stepS, academies } = await lastHour(store, trust, nowMs, { signal });
      return new Map(academies.map(({ id, inBps, outBps }) => [id, { startS, stepS, inBps, outBps }]));
    },
    series: (scope, range, signal) => trafficSeries(store, { ...scope, trust }, range, { signal }),
    percentile95: (scope, fromS, toS, signal) => percentile95(store, { ...scope, trust }, fromS, toS, { signal }),
    fiveMinutes: async (circuit, fromS, toS, signal) => {
      for await (const means of fiveMinuteMeans(store, trust, [circuit], fromS, toS, { signal })) return means;
      throw new Error('no 5-minute means were given');
    },
    measured: (asked, fromMs, toMs, signal) => measured(store, trust, asked, fromMs, toMs, { signal }),
    firstSeen: (interfaces, signal) => firstSeen(store, trust, interfaces, { signal }),
    health: async () => {
      try {
        await store.ping();
        return { ready: true, detail: 'answers' };
      } catch (error) {
        return { ready: false, detail: describe(error) };
      }
    },
  };
}
