/** Gives what is told of a world to the watcher's core, in memory, and keeps what it finds as the database would. */
import type { Circuit, Snapshot, StoredInterval, WatchedIncident } from '@linewatch/estate';
import { type SignalBatch, labelKey, schemaVersion, topics } from '@linewatch/record';
import { WatcherConfig, createCore, planOf } from '@linewatch/watcher';
import { Value } from 'typebox/value';
import { type Told, deviceText, farEnd } from './signals.ts';
import type { World } from './world.ts';

export const trust = 'simulated';
export const collectorLabel = (collector: number): string => (collector === 0 ? 'main' : `far-${collector}`);

/** Rows are numbers of lines and sites, from 1. */
export function estateOf({ lines, gaps }: World): Snapshot {
  const vantages = gaps.slice(1).map((_, i) => collectorLabel(i + 1));
  const circuits = lines.map((line): Circuit => ({
    id: line.number + 1,
    slug: `line-${line.number}`,
    name: `Line ${line.number}`,
    trust: 1,
    academy: line.site + 1,
    provider: `Supplier ${line.provider}`,
    providerRow: line.provider + 1,
    site: null,
    contract: null,
    role: line.role,
    kind: 'leased-line',
    exporter: deviceText(line.site),
    collector: collectorLabel(0),
    interface: { kind: 'index', value: (line.number % 2) + 1 },
    tunnel: null,
    probe: vantages.map((vantage) => `${farEnd(line.number)}#${vantage}`).join(' '),
    parent: null,
    pop: null,
    downloadSide: 'in',
    committedDownBps: null,
    committedUpBps: null,
    validFromMs: null,
    validToMs: null,
  }));
  const academies = [...new Set(lines.map(({ site }) => site))].map((site) => ({
    id: site + 1,
    slug: `school-${site}`,
    name: `School ${site}`,
    phase: null,
    pupils: 100,
    urn: null,
    postcode: null,
    networks: [],
    trust: 1,
    endedMs: null,
  }));
  return {
    version: 1,
    trusts: [{ id: 1, key: labelKey(trust), label: trust, name: 'Simulated' }],
    providers: [],
    academies,
    circuits,
  };
}

export interface Found {
  /** By row of the circuit, in order. */
  readonly intervals: ReadonlyMap<number, readonly StoredInterval[]>;
  readonly incidents: ReadonlyMap<string, WatchedIncident>;
  /** Lines of timelines. */
  readonly entries: number;
  /** Signals that were read. */
  readonly signals: number;
}

/** As the database does it: what stood from a time on is superseded. */
function replace(kept: StoredInterval[], fromMs: number, intervals: readonly StoredInterval[]): void {
  while (kept.length > 0 && kept.at(-1)!.fromMs >= fromMs) kept.pop();
  const last = kept.at(-1);
  if (last && (last.toMs === null || last.toMs > fromMs)) kept[kept.length - 1] = { ...last, toMs: fromMs };
  kept.push(...intervals);
}

const silent = { evidence: () => undefined, dropped: () => undefined, transition: () => undefined };

/** Messages of one collector are one partition, in the order of time. */
export function watchWorld(world: World, told: Iterable<Told>, config: Partial<WatcherConfig> = {}): Found {
  const core = createCore({
    config: Value.Default(WatcherConfig, { ...config }) as WatcherConfig,
    memory: { positions: [], states: [], intervals: [], incidents: [] },
    metrics: silent,
  });
  core.follow(planOf(estateOf(world)), () => undefined);
  core.maintain(
    world.maintenances.map(({ line, fromMs, toMs }, i) => ({
      id: i + 1,
      trust: 1,
      title: 'Planned work',
      scope: { kind: 'circuit', row: line + 1 },
      startMs: fromMs,
      endMs: toMs,
      rrule: null,
      timeZone: null,
      notifiedMs: fromMs - 7 * 86_400_000,
      code: 'planned',
      enteredMs: fromMs - 86_400_000,
      cancelledMs: null,
    })),
  );
  const intervals = new Map<number, StoredInterval[]>();
  const incidents = new Map<string, WatchedIncident>();
  const entries = new Set<string>();
  const sequences = world.gaps.map(() => 0);
  let signals = 0;
  for (const { collector, samples, events, untilMs } of told) {
    const sequence = sequences[collector]!++;
    const batch: SignalBatch = {
      schemaVersion,
      trust,
      collector: collectorLabel(collector),
      epoch: world.span.fromMs - (world.span.fromMs % 64),
      sequence,
      rows: 0,
      columns: [],
      coversFlowBatches: undefined,
      samples,
      events,
    };
    signals += samples.length + events.length;
    core.take(
      { topic: topics.signals, partition: collector, log: 'memory', offset: sequence, appendedMs: untilMs },
      batch,
    );
    if (!core.hasChanges) continue;
    const change = core.changes();
    for (const { circuit, fromMs, intervals: found } of change.intervals) {
      const kept = intervals.get(circuit) ?? [];
      replace(kept, fromMs, found);
      intervals.set(circuit, kept);
    }
    for (const incident of change.incidents) incidents.set(incident.key, incident);
    for (const { incident, key } of change.entries) entries.add(`${incident} ${key}`);
  }
  return { intervals, incidents, entries: entries.size, signals };
}
