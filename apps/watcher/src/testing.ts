/** What the tests of the watcher begin with. */
import type { Circuit, Snapshot, StoredInterval, WatcherMemory } from '@linewatch/estate';
import { type Event, type Sample, type SignalBatch, parseAddress } from '@linewatch/record';
import { Value } from 'typebox/value';
import { WatcherConfig } from './config.ts';
import type { Plan } from './plan.ts';
import { planOf } from './plan.ts';

export const t0 = Date.UTC(2026, 9, 1, 8);
export const second = 1000;
export const minute = 60_000;

export const configOf = (config: Partial<WatcherConfig> = {}): WatcherConfig =>
  Value.Default(WatcherConfig, structuredClone(config)) as WatcherConfig;

export const noMemory: WatcherMemory = { positions: [], states: [], intervals: [], incidents: [] };

/** Circuit `id` of academy 1, on 192.0.2.<id>, ifIndex 2, polled by `main`; what is given goes before. */
export const circuitOf = (id: number, circuit: Partial<Circuit> = {}): Circuit => ({
  id,
  slug: `c${id}`,
  name: `Line ${id}`,
  trust: 1,
  academy: 1,
  provider: 'Acme',
  providerRow: 1,
  site: null,
  contract: null,
  role: 'primary',
  kind: null,
  exporter: `192.0.2.${id}`,
  collector: 'main',
  interface: { kind: 'index', value: 2 },
  tunnel: null,
  probe: null,
  parent: null,
  pop: null,
  downloadSide: 'in',
  committedDownBps: null,
  committedUpBps: null,
  validFromMs: null,
  validToMs: null,
  ...circuit,
});

function snapshotOf(circuits: readonly Circuit[]): Snapshot {
  const academies = [...new Set(circuits.map(({ academy }) => academy))];
  return {
    version: 1,
    trusts: [{ id: 1, key: 1, label: 'main', name: 'Trust' }],
    providers: [],
    academies: academies.map((id) => ({
      id,
      slug: `a${id}`,
      name: `School ${id}`,
      phase: null,
      pupils: null,
      urn: null,
      postcode: null,
      networks: [],
      trust: 1,
      endedMs: null,
    })),
    circuits,
  };
}

export const planFor = (...circuits: readonly Circuit[]): Plan => planOf(snapshotOf(circuits));

let sequence = 0;

export const batchOf = (
  samples: readonly Sample[],
  events: readonly Event[] = [],
  batch: Partial<SignalBatch> = {},
): SignalBatch => ({
  schemaVersion: 2,
  trust: 'main',
  collector: 'main',
  epoch: 0,
  sequence: sequence++,
  rows: 0,
  columns: [],
  coversFlowBatches: undefined,
  samples,
  events,
  ...batch,
});

const zero = new Uint8Array(16);

/** Of the device of circuit `id`; 0: the collector's own. */
export const sampleOf = (
  id: number,
  timeMs: number,
  metric: string,
  value: number,
  text = '',
  index = metric.startsWith('interface.') ? 2 : 0,
): Sample => ({
  timeMs,
  exporter: id === 0 ? zero : parseAddress(`192.0.2.${id}`),
  interface: index,
  metric,
  value,
  text,
});

export const eventOf = (id: number, timeMs: number, kind: string, detail: object = {}, index = 2): Event => ({
  timeMs,
  exporter: parseAddress(`192.0.2.${id}`),
  interface: index,
  kind,
  detail: JSON.stringify(detail),
});

export const heartbeat = (timeMs: number): Sample => sampleOf(0, timeMs, 'collector.heartbeat', 0);

export type Part = readonly [state: StoredInterval['state'], lengthMs?: number | undefined, cause?: string | undefined];

/** Intervals one after another, from `t0` on; the last one goes on. */
export function intervalsOf(...parts: readonly Part[]): StoredInterval[] {
  let at = t0;
  return parts.map(([state, lengthMs, cause = state === 'up' ? 'none' : 'link']) => {
    const fromMs = at;
    at += lengthMs ?? 0;
    const evidence = [{ atMs: fromMs, source: 'link (main)', text: `said to be ${state}` }];
    return { fromMs, toMs: lengthMs === undefined ? null : at, state, cause, evidence };
  });
}
