/** From a batch of signals to what it says of lines. Nothing here reads a clock: times are those of the samples and events. */
import { type Sample, type SignalBatch, readProbeText, workerOf } from '@linewatch/record';
import type { Evidence } from '@linewatch/sla';
import type { AddressMap } from './addresses.ts';
import { isZero } from './addresses.ts';
import { readEvent } from './events.ts';
import { type Limits, type Quality, exceeded } from './limits.ts';
import { type DeviceMemory, type LineMemory, maxSources } from './memory.ts';
import { type Device, type Line, type Plan, isValid } from './plan.ts';
import { type HoldBounds, heard, holdOf, newSpacing } from './spacing.ts';
import { type SumRow, eachSum } from './sums.ts';
import { Vantages } from './vantages.ts';

/** What is said, before it is known for how long and seen from where. */
export interface Saying {
  readonly atMs: number;
  readonly kind: Evidence['kind'];
  readonly name?: string;
  readonly says: Evidence['says'];
  readonly sinceMs?: number;
  readonly note: string;
}

export type Say = (line: Line, saying: Saying) => void;

export interface EvidenceOptions {
  readonly hold: HoldBounds;
  readonly limitsOf: (line: Line) => Limits;
  readonly memoryOf: (line: Line) => LineMemory;
  readonly deviceOf: (device: Device) => DeviceMemory;
  readonly onEvidence: (line: Line, evidence: Evidence) => void;
  readonly onHeartbeat: (trust: string, watcher: string, atMs: number) => void;
  /** What is remembered of a line changed, though nothing was said of it. */
  readonly onLearned: (line: Line) => void;
  readonly onSum: (line: Line, row: Readonly<SumRow>) => void;
  readonly onDropped: (reason: DropReason) => void;
}

/** `vantage`: every probe from there failed. `future`: its time has not come. */
export type DropReason = 'vantage' | 'future';

/**
 * A state that polls have not told again for so long no longer is what they confirm: they tell it each hour. One that was told
 * later is none of theirs: after a restart they may be read again.
 */
const confirmedMs = 75 * 60_000;
/** Two readings of the age of one state are of the same change. */
const sameChangeMs = 5000;
/** Traffic is told of again after this, unless something else was said meanwhile. */
const trafficEveryMs = 10_000;
/** A sample's time is a collector's clock; one that is ahead by more says nothing yet. */
const aheadMs = 5 * 60_000;
const maxNote = 200;

/** RFC 2863: what passes packets, and what is ready to. Unknown (4) says nothing. */
const operSays: Readonly<Record<number, Evidence['says']>> = {
  1: 'up',
  2: 'down',
  3: 'down',
  5: 'up',
  6: 'down',
  7: 'down',
};
const adminSays: Readonly<Record<number, Evidence['says']>> = { 1: 'up', 2: 'down', 3: 'down' };
const operNames: Readonly<Record<number, string>> = {
  1: 'up',
  2: 'down',
  3: 'testing',
  5: 'dormant',
  6: 'not present',
  7: 'lower layer down',
};

const qualityFields: Readonly<Record<string, keyof Quality>> = {
  'path.rtt.ms': 'latencyMs',
  'path.jitter.ms': 'jitterMs',
  'path.loss.percent': 'lossPercent',
  'probe.rtt.ms': 'latencyMs',
  'probe.jitter.ms': 'jitterMs',
  'probe.loss.percent': 'lossPercent',
};

/** What one reading of a path or probe found. */
interface Reading {
  readonly line: Line;
  readonly name: string;
  readonly atMs: number;
  readonly isProbe: boolean;
  carries: boolean | undefined;
  note: string;
  readonly quality: Quality;
}

/** What the batch at hand has told so far. */
interface Pending {
  readonly batch: SignalBatch;
  /** Who saw it: the collector's label, and its worker where that is not the first. */
  readonly watcher: string;
  /** When devices answered a poll. */
  readonly polled: Map<Device, number>;
  /** Interfaces whose state was told without a poll, and when. */
  readonly told: Map<Line, number>;
  readonly ages: Map<Line, { readonly atMs: number; readonly ageMs: number }>;
  readonly readings: Map<string, Reading>;
}

export class EvidenceReader {
  readonly #options: EvidenceOptions;
  readonly #vantages = new Vantages();

  constructor(options: EvidenceOptions) {
    this.#options = options;
  }

  /** `appendedMs`: when the queue had the batch. */
  read(batch: SignalBatch, appendedMs: number, plan: Plan): void {
    const { trust, collector } = batch;
    const devices = plan.devices(trust, collector);
    const watcher = watcherOf(batch);
    const isAhead = (timeMs: number): boolean => {
      if (timeMs <= appendedMs + aheadMs) return false;
      this.#options.onDropped('future');
      return true;
    };
    const pending: Pending = {
      batch,
      watcher,
      polled: new Map(),
      told: new Map(),
      ages: new Map(),
      readings: new Map(),
    };
    for (const sample of batch.samples) {
      if (isAhead(sample.timeMs)) continue;
      if (isZero(sample.exporter)) this.#own(sample, pending, plan);
      else {
        const device = devices?.get(sample.exporter);
        if (device) this.#sample(sample, device, pending);
      }
    }
    for (const event of batch.events)
      if (!isAhead(event.timeMs))
        readEvent(event, devices?.get(event.exporter), trust, plan, this.#options.memoryOf, (line, saying) =>
          this.#say(line, watcher, saying),
        );
    this.#interfaces(pending);
    const from = { collector, lines: plan.probedFrom(trust, collector) };
    for (const reading of pending.readings.values()) this.#reading(reading, watcher, from);
    if (devices) this.#sums(batch, watcher, devices);
  }

  /** A collector's own samples: heartbeats, and probes. */
  #own(sample: Sample, pending: Pending, plan: Plan): void {
    const { metric, timeMs: atMs, value, text } = sample;
    const { trust, collector } = pending.batch;
    if (metric === 'collector.heartbeat') this.#options.onHeartbeat(trust, pending.watcher, atMs);
    if (!metric.startsWith('probe.')) return;
    const { url, reason } = readProbeText(text);
    for (const line of plan.probed(trust, collector, url)) {
      if (!isValid(line, atMs)) continue;
      const reading = readingOf(pending, line, url, atMs, true);
      if (metric === 'probe.ok') {
        reading.carries = value > 0;
        reading.note = value > 0 ? 'probe answered' : `probe failed${reason === '' ? '' : `: ${reason}`}`;
      } else measured(reading.quality, metric, value);
    }
  }

  #sample(sample: Sample, device: Device, pending: Pending): void {
    const { metric, timeMs: atMs, value, text, interface: index } = sample;
    switch (metric) {
      case 'poll.ok': {
        const { polls } = this.#options.deviceOf(device);
        heard(polls, atMs, this.#options.hold);
        if (value > 0) pending.polled.set(device, Math.max(atMs, pending.polled.get(device) ?? 0));
        const note = value > 0 ? 'poll answered' : `poll failed${text === '' ? '' : `: ${text}`}`;
        for (const line of device.lines)
          if (isValid(line, atMs))
            this.#say(line, pending.watcher, { atMs, kind: 'reach', says: value > 0 ? 'up' : 'down', note });
        return;
      }
      case 'interface.name':
      case 'interface.alias':
        for (const line of device.lines)
          if (learn(line, this.#options.memoryOf(line), sample)) this.#options.onLearned(line);
        return;
      case 'interface.oper.state':
      case 'interface.admin.state':
        for (const line of this.#on(device, index)) {
          const memory = this.#options.memoryOf(line);
          const field = metric === 'interface.oper.state' ? 'oper' : 'admin';
          if (atMs < (memory[field]?.ms ?? 0)) continue;
          memory[field] = { value, ms: atMs };
          pending.told.set(line, atMs);
        }
        return;
      case 'interface.last_change_s':
        for (const line of this.#on(device, index)) pending.ages.set(line, { atMs, ageMs: value * 1000 });
        return;
      default:
        if (metric.startsWith('path.')) this.#path(sample, device, pending);
    }
  }

  /** Lines whose interface has this number. */
  #on(device: Device, index: number): readonly Line[] {
    return device.lines.filter((line) => indexOf(line, this.#options.memoryOf(line)) === index);
  }

  #path({ metric, timeMs: atMs, value, text }: Sample, device: Device, pending: Pending): void {
    const name = text.toLowerCase();
    const bare = name.slice(name.indexOf(':') + 1);
    for (const line of device.lines) {
      if (!line.tunnels.some((tunnel) => tunnel === bare || tunnel === name) || !isValid(line, atMs)) continue;
      const reading = readingOf(pending, line, name, atMs, false);
      if (metric === 'path.state') {
        reading.carries = value > 0;
        reading.note = `poll: path ${value > 0 ? 'up' : 'down'}`;
      } else measured(reading.quality, metric, value);
    }
  }

  /** The states of interfaces, once all that the batch says of them is known. */
  #interfaces({ watcher, polled, told, ages }: Pending): void {
    const lines = new Map<Line, number>(told);
    // Polls tell a state when it changed, and each hour: each of them confirms it.
    for (const [device, atMs] of polled)
      for (const line of device.lines) lines.set(line, Math.max(atMs, lines.get(line) ?? 0));
    for (const [line, atMs] of lines) {
      if (!isValid(line, atMs)) continue;
      const memory = this.#options.memoryOf(line);
      const polledMs = line.device && polled.get(line.device);
      if (polledMs === undefined) heard(memory.own, atMs, this.#options.hold);
      const age = ages.get(line);
      const sinceMs = age && this.#since(memory, age.atMs - age.ageMs);
      const how = polledMs === undefined ? 'counters' : 'poll';
      const { oper, admin } = memory;
      const isTold = (told: LineMemory['oper']): boolean =>
        told !== undefined && told.ms <= atMs && atMs - told.ms <= confirmedMs;
      const adminSaid = admin && isTold(admin) ? adminSays[admin.value] : undefined;
      if (adminSaid)
        this.#say(line, watcher, {
          atMs,
          kind: 'admin',
          says: adminSaid,
          note: `${how}: ifAdminStatus ${admin!.value}`,
          // Who shuts an interface, or opens it, changes its state in that moment.
          ...(sinceMs !== undefined && { sinceMs: Math.min(sinceMs, atMs) }),
        });
      const operSaid = oper && isTold(oper) ? operSays[oper.value] : undefined;
      if (operSaid)
        this.#say(line, watcher, {
          atMs,
          kind: 'link',
          says: operSaid,
          note: `${how}: ifOperStatus ${operNames[oper!.value]}`,
          ...(sinceMs !== undefined && { sinceMs: Math.min(sinceMs, atMs) }),
        });
    }
  }

  #since(memory: LineMemory, sinceMs: number): number {
    if (memory.sinceMs === undefined || Math.abs(memory.sinceMs - sinceMs) > sameChangeMs)
      memory.sinceMs = Math.round(sinceMs);
    return memory.sinceMs;
  }

  #reading(
    { line, name, atMs, isProbe, carries, note, quality }: Reading,
    watcher: string,
    from: { readonly collector: string; readonly lines: number },
  ): void {
    const isCarried = carries ?? true;
    if (carries !== undefined) {
      if (isProbe && !this.#vantages.saw(`${line.trust}/${from.collector}`, name, carries, atMs, from.lines))
        this.#options.onDropped('vantage');
      else
        this.#say(line, watcher, { atMs, kind: isProbe ? 'probe' : 'path', name, says: carries ? 'up' : 'down', note });
    }
    // Of what does not carry, everything is lost: that is no matter of quality.
    if (!isCarried || Object.keys(quality).length === 0) return;
    const over = exceeded(quality, this.#options.limitsOf(line));
    this.#say(line, watcher, {
      atMs,
      kind: 'quality',
      name,
      says: over === '' ? 'up' : 'degraded',
      note: over === '' ? 'within its limits' : over,
    });
  }

  #sums(batch: SignalBatch, watcher: string, devices: AddressMap<Device>): void {
    eachSum(batch, (row, exporters) => {
      const device = devices.get(exporters, row.exporterAt);
      if (!device || row.octets === 0) return;
      for (const line of device.lines) {
        const memory = this.#options.memoryOf(line);
        if (indexOf(line, memory) !== row.interface) continue;
        this.#options.onSum(line, row);
        // Only what came in over the line shows that it carries. Counters are spread over the time between two readings, and
        // have a state of their own beside them.
        if (row.side !== 0 || row.basis === 2) continue;
        const atMs = row.timeS * 1000;
        if (atMs < memory.trafficMs + trafficEveryMs || !isValid(line, atMs)) continue;
        this.#say(line, watcher, { atMs, kind: 'traffic', says: 'up', note: 'traffic came in' });
        memory.trafficMs = atMs;
      }
    });
  }

  #say(line: Line, collector: string, { atMs, kind, name = '', says, sinceMs, note }: Saying): void {
    const memory = this.#options.memoryOf(line);
    // What comes after something else was said may change the state: it is not to wait.
    if (kind !== 'traffic' && says !== 'up') memory.trafficMs = Math.min(memory.trafficMs, atMs - trafficEveryMs);
    this.#options.onEvidence(line, {
      atMs,
      kind,
      name,
      collector,
      says,
      holdMs: this.#holdOf(line, memory, kind, name, collector, atMs),
      ...(sinceMs !== undefined && { sinceMs }),
      note: note.slice(0, maxNote),
    });
  }

  #holdOf(
    line: Line,
    memory: LineMemory,
    kind: Evidence['kind'],
    name: string,
    collector: string,
    atMs: number,
  ): number {
    const { hold } = this.#options;
    if (kind === 'link' || kind === 'admin' || kind === 'reach') {
      const polls = line.device && this.#options.deviceOf(line.device).polls;
      return holdOf(polls && polls.everyMs > 0 && atMs - polls.lastMs < hold.mostMs ? polls : memory.own, hold);
    }
    if (kind === 'traffic') return hold.mostMs;
    const key = kind === 'probe' ? `${name}#${collector}` : name;
    let spacing = memory.sources[key];
    if (!spacing) {
      if (Object.keys(memory.sources).length >= maxSources) return hold.mostMs;
      memory.sources[key] = spacing = newSpacing();
    }
    heard(spacing, atMs, hold);
    return holdOf(spacing, hold);
  }
}

/** Workers of a collector share its label; each sees its own exporters. */
const watcherOf = ({ collector, epoch }: SignalBatch): string =>
  workerOf(epoch) === 0 ? collector : `${collector}/${workerOf(epoch)}`;

const indexOf = ({ circuit }: Line, { index }: LineMemory): number | undefined =>
  circuit.interface?.kind === 'index' ? circuit.interface.value : index;

/** True when it is news. */
function learn({ circuit }: Line, memory: LineMemory, { metric, interface: index, text }: Sample): boolean {
  const { interface: selector } = circuit;
  if (selector === null || index === 0) return false;
  const kind = metric === 'interface.name' ? 'name' : 'alias';
  if (selector.kind === kind && selector.value === text && memory.index !== index) {
    // Another number: what was known is of another interface.
    memory.index = index;
    delete memory.oper;
    delete memory.admin;
    delete memory.sinceMs;
  }
  const own = selector.kind === 'index' ? selector.value : memory.index;
  const name = text.slice(0, maxNote);
  if (index !== own || memory[kind] === name) return false;
  memory[kind] = name;
  return true;
}

function readingOf({ readings }: Pending, line: Line, name: string, atMs: number, isProbe: boolean): Reading {
  const key = `${line.circuit.id} ${atMs} ${name}`;
  let reading = readings.get(key);
  if (!reading) readings.set(key, (reading = { line, name, atMs, isProbe, carries: undefined, note: '', quality: {} }));
  return reading;
}

function measured(quality: Quality, metric: string, value: number): void {
  const field = qualityFields[metric];
  if (field !== undefined && Number.isFinite(value)) quality[field] = value;
}
