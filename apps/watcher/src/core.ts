/**
 * The watcher without its surroundings: batches go in, and what is to be kept comes out. No I/O, and no clock: time is the
 * collectors' heartbeats, and when the queue had a message.
 */
import type {
  CertificateRow,
  CircuitStateRow,
  QualityNote,
  StoredMaintenance,
  UsageRow,
  WatcherChange,
  WatcherMemory,
  WatcherPosition,
} from '@linewatch/estate';
import { type SignalBatch } from '@linewatch/record';
import { type StateSettings, Watch, defaultStateSettings } from '@linewatch/sla';
import type { WatcherConfig } from './config.ts';
import { Certificates } from './certificates.ts';
import { EvidenceReader } from './evidence.ts';
import { Gap } from './gap.ts';
import { goneOf } from './gone.ts';
import { Groups } from './groups.ts';
import { Incidents, type Surroundings } from './incidents.ts';
import type { Limits } from './limits.ts';
import { WatchedLine } from './lines.ts';
import { Maintenances } from './maintenance.ts';
import {
  type DeviceMemory,
  type Kept,
  type KeptWatch,
  type LineMemory,
  newDeviceMemory,
  newLineMemory,
  unpackSnapshot,
} from './memory.ts';
import type { WatcherMetrics } from './metrics.ts';
import { type Device, type Line, type Plan, isValid } from './plan.ts';
import { Taken } from './repeats.ts';
import { Usage } from './usage.ts';

export interface CoreOptions {
  readonly config: WatcherConfig;
  readonly memory: WatcherMemory;
  /** As kept. */
  readonly usage?: readonly UsageRow[];
  readonly metrics: Pick<WatcherMetrics, 'evidence' | 'dropped' | 'transition'>;
}

/** What is measured for rules. It is no state: what could not be kept is told again. */
interface MeasuredNow {
  readonly usage: readonly UsageRow[];
  readonly certificates: readonly CertificateRow[];
}

export interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly log: string;
  readonly offset: number;
  /** When the queue had it, Unix ms. */
  readonly appendedMs: number;
}

export interface Core {
  /** The estate, at first and whenever it changed; limits of a line's contract, where it has some. */
  follow(plan: Plan, limitsOf: (line: Line) => Partial<Limits> | undefined): void;
  maintain(maintenances: readonly StoredMaintenance[]): void;
  take(place: Place, batch: SignalBatch): void;
  /** A message that is no batch. */
  pass(place: Place): void;
  /** Nothing waits in a partition. Where no collector was heard for long, time goes on by this, well behind it. */
  caughtUp(partition: number, nowMs: number): void;
  /** A state or an incident changed. */
  readonly hasChanges: boolean;
  /** What changed, and is to be kept at once. */
  changes(): WatcherChange;
  /** All that is not kept yet, with how far it has come: what is read again from there changes nothing. */
  everything(): WatcherChange;
  /** A change was kept. */
  kept(change: WatcherChange): void;
  /** The first offset of a partition that what is kept does not hold. */
  keptOffset(partition: number): number | undefined;
  /** What was measured since it was kept. */
  measured(): MeasuredNow;
  measuredKept(measured: MeasuredNow): void;
  /** Of the trust that is ahead, Unix ms; 0 = none yet. */
  readonly watermarkMs: number;
  readonly incidentsOpen: number;
  readonly lines: number;
  /** Lines by their state. */
  counts(): Readonly<Record<string, number>>;
}

/** Lines are looked at when time has gone on by so much; what was told of in between at once. */
const sweepMs = 1000;
/** States of all lines are kept so often, for how far they are known. */
const allEveryMs = 60_000;
/** Beyond the time between two heartbeats: what a collector keeps back while the queue is away comes later. */
const idleMs = 60_000;
/** Gaps in what collectors watched are remembered for so long. */
const watchMs = 26 * 3_600_000;

interface PartitionState {
  next: WatcherPosition;
  appendedMs: number;
  isIdle: boolean;
}

/** What the lines of one trust share. */
interface Trust {
  watch: Watch;
  sweptMs: number;
  /** Up to when it is kept what its collectors watched. */
  keptMs: number;
}

export const createCore = (options: CoreOptions): Core => new WatcherCore(options);

class WatcherCore implements Core {
  readonly #options: CoreOptions;
  readonly #settings: StateSettings;
  readonly #defaults: Limits;
  readonly #incidents: Incidents;
  readonly #groups: Groups;
  readonly #reader: EvidenceReader;
  readonly #taken = new Taken();
  readonly #trusts = new Map<string, Trust>();
  readonly #lines = new Map<number, WatchedLine>();
  /** Of lines of which nothing was said yet. */
  readonly #memories = new Map<number, LineMemory>();
  /** By `trust/collector/address`: they outlive a plan. */
  readonly #devices = new Map<string, DeviceMemory>();
  readonly #gaps = new Map<number, Gap>();
  readonly #usage: Usage;
  readonly #certificates = new Certificates();
  readonly #partitions = new Map<number, PartitionState>();
  readonly #kept = new Map<number, number>();
  readonly #changed = new Set<WatchedLine>();
  readonly #touched = new Set<WatchedLine>();
  readonly #restoring: Map<number, { readonly kept: Kept; readonly state: Uint8Array }>;
  #quality: QualityNote[] = [];
  #plan: Plan | undefined;
  #limitsOf: (line: Line) => Partial<Limits> | undefined = () => undefined;
  #maintenances = new Maintenances([]);
  #nowMs = 0;
  #allMs = 0;
  #groupsDue = true;

  constructor(options: CoreOptions) {
    this.#options = options;
    const { config, memory } = options;
    const holdDownMs = config.holdDownSeconds * 1000;
    this.#settings = { ...defaultStateSettings, confirm: config.confirm, blindMs: config.blindSeconds * 1000 };
    this.#defaults = { lossPercent: config.lossPercent, latencyMs: config.latencyMs, jitterMs: config.jitterMs };
    this.#usage = new Usage(options.usage ?? []);
    this.#incidents = new Incidents(
      { holdDownMs, degradedMs: config.degradedMinutes * 60_000, blindMs: config.blindMinutes * 60_000 },
      memory.incidents,
    );
    const { seconds, providerCircuits, providerAcademies } = config.together;
    this.#groups = new Groups({ togetherMs: seconds * 1000, providerCircuits, providerAcademies });
    this.#reader = new EvidenceReader({
      hold: { leastMs: config.leastHoldSeconds * 1000, mostMs: config.mostHoldSeconds * 1000 },
      limitsOf: (line) => this.#limits(line),
      memoryOf: (line) => this.#memoryOf(line),
      deviceOf: (device) => this.#deviceOf(device),
      onEvidence: (line, evidence) => {
        options.metrics.evidence(evidence.kind);
        const watched = this.#lineOf(line, evidence.atMs);
        // Whoever tells of something at a time watched at it.
        this.#trustOf(line.trust).watch.beat(evidence.collector, evidence.atMs);
        watched.add(evidence);
        this.#touched.add(watched);
      },
      onHeartbeat: (trust, watcher, atMs) => this.#trustOf(trust).watch.beat(watcher, atMs),
      onLearned: (line) => {
        const watched = this.#lines.get(line.circuit.id);
        if (watched) watched.isDirty = true;
      },
      onBlind: (place, line, fromMs, targets) =>
        this.#incidents.vantageBlind({ ...place, trustRow: line.circuit.trust, fromMs, targets }, this.#nowMs),
      onSight: (place, toMs) => this.#incidents.vantageSees(place, toMs),
      onSum: (line, row) => {
        this.#usage.add(line, row, this.#nowMs);
        if (row.octets > 0) this.#gapOf(line).add(row);
      },
      onHeard: (device, timeS) => this.#usage.heard(device, timeS, this.#nowMs),
      onCertificate: (line, target, atMs, days) => this.#certificates.add(line, target, atMs, days),
      onDropped: (reason) => options.metrics.dropped(reason),
    });
    this.#restoring = new Map(
      memory.states.flatMap(({ circuit, snapshot }) => {
        const read = unpackSnapshot(snapshot);
        return read ? [[circuit, read] as const] : [];
      }),
    );
    for (const { partition, offset } of memory.positions) this.#kept.set(partition, offset);
  }

  follow(plan: Plan, limitsOf: (line: Line) => Partial<Limits> | undefined): void {
    const before = this.#plan;
    this.#plan = plan;
    this.#limitsOf = limitsOf;
    if (!before) this.#restore(plan);
    for (const [id, watched] of this.#lines) {
      const line = plan.lines.get(id);
      if (line) {
        watched.line = line;
        const atMs = Math.max(watched.seenMs, 0);
        for (const gone of goneOf(line, watched.memory)) {
          watched.add({ ...gone, atMs, says: 'up', holdMs: 0, note: 'no longer asked' });
          this.#touched.add(watched);
        }
      } else {
        // Taken away altogether, and all that was known of it.
        this.#lines.delete(id);
        this.#changed.delete(watched);
        this.#touched.delete(watched);
        this.#gaps.delete(id);
      }
    }
    for (const [id, memory] of this.#memories) {
      const line = plan.lines.get(id);
      if (line && !this.#lines.has(id)) goneOf(line, memory);
      else this.#memories.delete(id);
    }
    this.#usage.follow(plan.lines);
    this.#certificates.follow(plan.lines);
    this.#reader.follow(plan, this.#nowMs);
    this.#groupsDue = true;
  }

  maintain(maintenances: readonly StoredMaintenance[]): void {
    this.#maintenances = new Maintenances(maintenances);
  }

  take(place: Place, batch: SignalBatch): void {
    this.#note(place);
    if (!this.#plan) throw new Error('the estate is not known yet');
    // Of a trust that is not in the estate nothing can be a line's.
    if (!this.#plan.isTrust(batch.trust)) return;
    if (!this.#taken.add(batch, place.partition)) {
      this.#options.metrics.dropped('repeated');
      return;
    }
    this.#reader.read(batch, place.appendedMs);
    this.#settle(batch.trust);
  }

  pass(place: Place): void {
    this.#note(place);
    this.#options.metrics.dropped('invalid');
  }

  caughtUp(partition: number, nowMs: number): void {
    const state = this.#partitions.get(partition);
    if (state) state.isIdle = true;
    if ([...this.#partitions.values()].some(({ isIdle }) => !isIdle)) return;
    const idleTo = nowMs - this.#settings.blindMs - idleMs;
    for (const [label, { watch }] of this.#trusts) {
      if (!Number.isFinite(watch.nowMs)) continue;
      if (idleTo > watch.nowMs) {
        watch.advance(idleTo);
        this.#nowMs = Math.max(this.#nowMs, idleTo);
      }
      this.#settle(label);
    }
  }

  get hasChanges(): boolean {
    return this.#changed.size > 0 || this.#quality.length > 0 || this.#incidents.known.hasNews;
  }

  changes(): WatcherChange {
    const changed = [...this.#changed];
    this.#changed.clear();
    const intervals = changed.flatMap((watched) => {
      const change = watched.takeChange();
      return change ? [{ circuit: watched.line.circuit.id, ...change }] : [];
    });
    const quality = this.#quality;
    this.#quality = [];
    return { positions: [], states: this.#rows(changed), intervals, ...this.#incidents.known.take(), quality };
  }

  everything(): WatcherChange {
    const all = this.#nowMs - this.#allMs >= allEveryMs;
    if (all) this.#allMs = this.#nowMs;
    const change = this.changes();
    const told = new Set(change.states.map(({ circuit }) => circuit));
    const others = [...this.#lines.values()].filter(({ isOver, line }) => !isOver && !told.has(line.circuit.id));
    const rest = this.#rows(others.filter(({ isDirty }) => all || isDirty));
    // Heartbeats belong to no line: one of each trust keeps them for all.
    for (const [label, { watch, keptMs }] of this.#trusts)
      if (watch.nowMs > keptMs) rest.push(...this.#rows(others.filter(({ line }) => line.trust === label).slice(0, 1)));
    const positions = [...this.#partitions.values()]
      .map(({ next }) => next)
      .filter(({ partition, offset }) => this.#kept.get(partition) !== offset);
    this.#incidents.known.forget(this.#nowMs);
    return { ...change, states: [...change.states, ...rest], positions };
  }

  kept({ positions }: WatcherChange): void {
    for (const { partition, offset } of positions) this.#kept.set(partition, offset);
  }

  keptOffset(partition: number): number | undefined {
    return this.#kept.get(partition);
  }

  measured(): MeasuredNow {
    const known = (label: string): number => {
      const trust = this.#trusts.get(label);
      const toMs = trust ? this.#watermark(trust.watch) : 0;
      return Number.isFinite(toMs) ? toMs : 0;
    };
    return { usage: this.#usage.due(known), certificates: this.#certificates.due() };
  }

  measuredKept({ usage, certificates }: MeasuredNow): void {
    this.#usage.kept(usage);
    this.#certificates.kept(certificates);
  }

  get watermarkMs(): number {
    return Math.max(0, ...[...this.#trusts.values()].map(({ watch }) => watch.nowMs));
  }

  get incidentsOpen(): number {
    return this.#incidents.known.open;
  }

  get lines(): number {
    return this.#lines.size;
  }

  counts(): Readonly<Record<string, number>> {
    const counts = { up: 0, degraded: 0, down: 0, unknown: 0 };
    for (const { state } of this.#lines.values()) if (state) counts[state]++;
    return counts;
  }

  #note({ topic, partition, log, offset, appendedMs }: Place): void {
    const next = { topic, partition, log, offset: offset + 1 };
    this.#partitions.set(partition, { next, appendedMs, isIdle: false });
    this.#nowMs = Math.max(this.#nowMs, appendedMs);
  }

  #trustOf(label: string): Trust {
    let trust = this.#trusts.get(label);
    if (!trust) this.#trusts.set(label, (trust = { watch: new Watch(this.#settings.blindMs), sweptMs: 0, keptMs: 0 }));
    return trust;
  }

  /** From what was kept: the newest word of when collectors watched, then the lines by it. */
  #restore(plan: Plan): void {
    const newest = new Map<string, KeptWatch>();
    for (const [id, { kept }] of this.#restoring) {
      const trust = plan.lines.get(id)?.trust;
      if (trust === undefined || kept.watch === '') continue;
      if (kept.watchMs >= (newest.get(trust)?.watchMs ?? 0)) newest.set(trust, kept);
    }
    for (const [label, { watch }] of newest) {
      try {
        const restored = Watch.restore(Buffer.from(watch, 'base64'), this.#settings.blindMs);
        this.#trusts.set(label, { watch: restored, sweptMs: 0, keptMs: restored.nowMs });
      } catch {
        // Of another form: it is learned again.
      }
    }
    const told = Map.groupBy(this.#options.memory.intervals, ({ circuit }) => circuit);
    for (const [id, { kept, state }] of this.#restoring) {
      const line = plan.lines.get(id);
      if (!line) continue;
      const intervals = (told.get(id) ?? []).map(({ fromMs, toMs, state: was, cause, evidence }) => ({
        fromMs,
        toMs,
        state: was,
        cause,
        evidence,
      }));
      const restored = { memory: kept.line, state, told: intervals };
      try {
        this.#lines.set(id, WatchedLine.restore(line, this.#trustOf(line.trust).watch, restored, this.#settings));
      } catch {
        // Of another form: its state begins anew, and its intervals with it.
        continue;
      }
      if (line.device && kept.device) this.#devices.set(keyOf(line.device), kept.device);
      this.#reader.restoreHeld(line, kept.line.held ?? []);
    }
    this.#restoring.clear();
    for (const { place, fromMs, toMs } of this.#incidents.blindVantages())
      this.#reader.restoreBlind(place, fromMs, toMs);
  }

  #lineOf(line: Line, atMs: number): WatchedLine {
    let watched = this.#lines.get(line.circuit.id);
    if (!watched) {
      const { watch } = this.#trustOf(line.trust);
      watched = WatchedLine.begin(line, this.#memoryOf(line), watch, atMs, this.#settings);
      this.#lines.set(line.circuit.id, watched);
    }
    return watched;
  }

  #memoryOf(line: Line): LineMemory {
    const { id } = line.circuit;
    let memory = this.#lines.get(id)?.memory ?? this.#memories.get(id);
    if (!memory) {
      this.#memories.set(id, (memory = newLineMemory()));
      goneOf(line, memory);
    }
    return memory;
  }

  #deviceOf(device: Device): DeviceMemory {
    const key = keyOf(device);
    let memory = this.#devices.get(key);
    if (!memory) this.#devices.set(key, (memory = newDeviceMemory()));
    return memory;
  }

  #gapOf(line: Line): Gap {
    const { id } = line.circuit;
    let gap = this.#gaps.get(id);
    if (!gap) {
      const { gapPercent, gapMinutes, gapLeastBps } = this.#options.config;
      const settings = { gap: gapPercent / 100, forMs: gapMinutes * 60_000, leastBps: gapLeastBps };
      const isOpen = this.#incidents.known.of(id).some(({ kind, state }) => kind === 'quality' && state !== 'resolved');
      this.#gaps.set(id, (gap = new Gap(settings, this.#nowMs, isOpen)));
    }
    return gap;
  }

  #limits(line: Line): Limits {
    const own = this.#limitsOf(line);
    return own
      ? {
          lossPercent: own.lossPercent ?? this.#defaults.lossPercent,
          latencyMs: own.latencyMs ?? this.#defaults.latencyMs,
          jitterMs: own.jitterMs ?? this.#defaults.jitterMs,
        }
      : this.#defaults;
  }

  /** Up to when a trust is known: nothing of before waits in any partition. */
  #watermark(watch: Watch): number {
    let to = watch.nowMs;
    for (const { isIdle, appendedMs } of this.#partitions.values()) if (!isIdle) to = Math.min(to, appendedMs);
    // The instant itself is known.
    return to + 1;
  }

  #settle(label: string): void {
    const trust = this.#trustOf(label);
    const toMs = this.#watermark(trust.watch);
    if (!Number.isFinite(toMs)) return;
    const looked = new Set<WatchedLine>();
    for (const watched of this.#touched) if (this.#advance(watched, toMs)) looked.add(watched);
    this.#touched.clear();
    if (toMs - trust.sweptMs >= sweepMs) {
      trust.sweptMs = toMs;
      for (const watched of this.#lines.values()) {
        if (watched.line.trust !== label) continue;
        if (this.#advance(watched, toMs) || this.#incidents.isWaiting(this.#sight(watched))) looked.add(watched);
      }
      this.#compare(label, toMs);
    }
    this.#look(looked);
  }

  #advance(watched: WatchedLine, toMs: number): boolean {
    const states = watched.advance(toMs);
    if (!states) return false;
    for (const state of states) this.#options.metrics.transition(state);
    this.#changed.add(watched);
    return true;
  }

  #sight(watched: WatchedLine) {
    return { line: watched.line, intervals: watched.told, seenMs: watched.seenMs };
  }

  /** Incidents of lines that changed, and of those beside them, which may be carried by them or hang on them. */
  #look(looked: Set<WatchedLine>): void {
    if (looked.size === 0 && !this.#groupsDue) return;
    const around = this.#around();
    const all = new Set(looked);
    for (const { line } of looked)
      for (const { circuit } of this.#plan!.academy(line.circuit.academy)) {
        const sibling = this.#lines.get(circuit.id);
        if (sibling) all.add(sibling);
      }
    let changed = this.#groupsDue;
    for (const watched of all) {
      if (watched.isOver) changed = this.#incidents.end(watched.line.circuit.id, watched.seenMs) || changed;
      else changed = this.#incidents.line(this.#sight(watched), around, this.#nowMs) || changed;
    }
    if (changed) this.#groups.update(this.#incidents.known, this.#plan!, around, this.#nowMs);
    this.#groupsDue = false;
  }

  #around(): Surroundings {
    const plan = this.#plan!;
    return {
      stateOf: (circuit) => this.#lines.get(circuit)?.state,
      siblings: (line) => plan.academy(line.circuit.academy).filter((each) => isValid(each, this.#nowMs)),
      maintenance: (line, atMs) => this.#maintenances.at(line, atMs),
    };
  }

  #compare(label: string, toMs: number): void {
    for (const [id, gap] of this.#gaps) {
      const line = this.#plan!.lines.get(id);
      if (line?.trust !== label) continue;
      const compared = gap.due(toMs);
      if (!compared) continue;
      this.#quality.push({ circuit: id, kind: 'flows-counters-gap', ...compared });
      this.#incidents.quality(line, compared, this.#options.config.gapMinutes * 60_000, this.#nowMs);
    }
  }

  #rows(lines: readonly WatchedLine[]): CircuitStateRow[] {
    const watches = new Map<string, KeptWatch>();
    return lines.flatMap((watched) => {
      const { trust, device } = watched.line;
      let kept = watches.get(trust);
      if (!kept) {
        const of = this.#trustOf(trust);
        const watch = Buffer.from(of.watch.snapshot(of.watch.nowMs - watchMs)).toString('base64');
        watches.set(trust, (kept = { watch, watchMs: of.watch.nowMs }));
      }
      const row = watched.row(device && this.#devices.get(keyOf(device)), kept);
      if (row) this.#trustOf(trust).keptMs = kept.watchMs;
      return row ?? [];
    });
  }
}

const keyOf = ({ trust, collector, name }: Device): string => `${trust}/${collector}/${name}`;
