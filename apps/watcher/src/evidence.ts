/** From a batch of signals to what it says of lines. Nothing here reads a clock: times are those of the samples and events. */
import { type Sample, type SignalBatch, readProbeText, workerOf } from '@linewatch/record';
import type { Evidence } from '@linewatch/sla';
import type { AddressMap } from './addresses.ts';
import { isZero } from './addresses.ts';
import { readEvent } from './events.ts';
import { forgetInterface } from './gone.ts';
import { type Limits, type Quality, exceeded } from './limits.ts';
import { type DeviceMemory, type HeldFailure, type LineMemory, maxHeld, maxSources } from './memory.ts';
import { type Device, type Line, type Plan, isTunnel, isValid } from './plan.ts';
import { type HoldBounds, heard, holdOf, newSpacing } from './spacing.ts';
import { type SumRow, eachSum } from './sums.ts';
import { type Failure, type Place, Vantages } from './vantages.ts';

/** What is said, before it is known for how long and seen from where. */
export interface Saying {
  readonly atMs: number;
  readonly kind: Evidence['kind'];
  readonly name?: string;
  readonly says: Evidence['says'];
  readonly sinceMs?: number;
  /** Without it, by how often it is told. */
  readonly holdMs?: number;
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
  /** Those that say that nothing passed, too. */
  readonly onSum: (line: Line, row: Readonly<SumRow>) => void;
  /** A device told of an interface, whatever it is of. */
  readonly onHeard: (device: Device, timeS: number) => void;
  /** A certificate that a probe was shown is good for so many days from a time on. */
  readonly onCertificate: (line: Line, target: string, atMs: number, days: number) => void;
  /** From a vantage point nothing is answered any more: of so many targets, since then; and it is again. */
  readonly onBlind: (place: Place, line: Line, fromMs: number, targets: number) => void;
  readonly onSight: (place: Place, toMs: number) => void;
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
  readonly #vantages: Vantages;
  #plan: Plan | undefined;

  constructor(options: EvidenceOptions) {
    this.#options = options;
    this.#vantages = new Vantages({
      probed: (place) => this.#plan!.probedFrom(place),
      onHeld: (failure) => this.#hold(failure),
      onJudged: (failure, isBelieved) => this.#judged(failure, isBelieved),
      onBlind: (place, { circuit }, fromMs, targets) => {
        const line = this.#plan!.lines.get(circuit);
        if (line) options.onBlind(place, line, fromMs, targets);
      },
      onSight: options.onSight,
    });
  }

  /** The estate, at first and whenever it changed; `atMs`: when the queue had what was read last. */
  follow(plan: Plan, atMs: number): void {
    this.#plan = plan;
    this.#vantages.review(atMs);
  }

  /** Failures of a line's probes that waited when it was kept. */
  restoreHeld({ circuit, trust }: Line, held: readonly HeldFailure[]): void {
    for (const each of held)
      this.#vantages.restore({ trust, collector: each.vantage }, { ...each, circuit: circuit.id });
  }

  /** When nothing was answered at a vantage point, as it was told. */
  restoreBlind(place: Place, fromMs: number, toMs: number): void {
    this.#vantages.restoreBlind(place, fromMs, toMs);
  }

  /** `appendedMs`: when the queue had the batch. */
  read(batch: SignalBatch, appendedMs: number): void {
    const plan = this.#plan!;
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
    for (const reading of pending.readings.values()) this.#reading(reading, watcher, collector);
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
      } else if (metric === 'probe.tls.days') this.#options.onCertificate(line, url, atMs, value);
      else measured(reading.quality, metric, value);
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
    return device.lines.filter((line) => this.#isOn(line, index));
  }

  #isOn(line: Line, index: number): boolean {
    return indexOf(line, this.#options.memoryOf(line)) === index;
  }

  /** Of the lines that name the path; of those that name none, of the lines on the interface that it goes through. */
  #path({ metric, timeMs: atMs, value, text, interface: index }: Sample, device: Device, pending: Pending): void {
    const name = text.toLowerCase();
    for (const line of device.lines) {
      const isOf = line.tunnels.length > 0 ? isTunnel(line, name) : index > 0 && this.#isOn(line, index);
      if (!isOf || !isValid(line, atMs)) continue;
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

  #reading({ line, name, atMs, isProbe, carries, note, quality }: Reading, watcher: string, collector: string): void {
    const isCarried = carries ?? true;
    const place = { trust: line.trust, collector };
    if (isProbe && carries === false)
      this.#vantages.failed(place, { circuit: line.circuit.id, name, vantage: collector, watcher, atMs, note });
    else if (carries !== undefined) {
      if (isProbe) this.#vantages.answered(place, name, atMs);
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

  #hold({ circuit, ...failure }: Failure): void {
    const line = this.#plan!.lines.get(circuit);
    if (!line) return;
    const memory = this.#options.memoryOf(line);
    memory.held ??= [];
    if (memory.held.some(({ name, atMs }) => name === failure.name && atMs === failure.atMs)) return;
    if (memory.held.length < maxHeld) memory.held.push(failure);
    this.#options.onLearned(line);
  }

  #judged({ circuit, name, vantage, watcher, atMs, note }: Failure, isBelieved: boolean): void {
    const line = this.#plan!.lines.get(circuit);
    if (!line) return;
    const memory = this.#options.memoryOf(line);
    const held = memory.held?.filter((each) => each.name !== name || each.vantage !== vantage || each.atMs !== atMs);
    if (held?.length) memory.held = held;
    else delete memory.held;
    if (!line.probes.some(({ url, collector }) => url === name && collector === vantage)) return;
    if (isBelieved) this.#say(line, watcher, { atMs, kind: 'probe', name, says: 'down', note });
    else {
      this.#options.onDropped('vantage');
      // It is no vantage point until something is answered there: what it said before is over too.
      this.#say(line, watcher, { atMs, kind: 'probe', name, says: 'up', note: 'nothing is answered there', holdMs: 0 });
    }
  }

  #sums(batch: SignalBatch, watcher: string, devices: AddressMap<Device>): void {
    eachSum(batch, (row, exporters) => {
      const device = devices.get(exporters, row.exporterAt);
      if (!device) return;
      this.#options.onHeard(device, row.timeS);
      for (const line of device.lines) {
        const memory = this.#options.memoryOf(line);
        if (indexOf(line, memory) !== row.interface) continue;
        this.#options.onSum(line, row);
        // Only what came in over the line shows that it carries. Counters are spread over the time between two readings, and
        // have a state of their own beside them.
        if (row.side !== 0 || row.basis === 2 || row.octets === 0) continue;
        const atMs = row.timeS * 1000;
        if (atMs < memory.trafficMs + trafficEveryMs || !isValid(line, atMs)) continue;
        this.#say(line, watcher, { atMs, kind: 'traffic', says: 'up', note: 'traffic came in' });
        memory.trafficMs = atMs;
      }
    });
  }

  #say(line: Line, collector: string, { atMs, kind, name = '', says, sinceMs, holdMs, note }: Saying): void {
    const memory = this.#options.memoryOf(line);
    // What comes after something else was said may change the state: it is not to wait.
    if (kind !== 'traffic' && says !== 'up') memory.trafficMs = Math.min(memory.trafficMs, atMs - trafficEveryMs);
    this.#options.onEvidence(line, {
      atMs,
      kind,
      name,
      collector,
      says,
      holdMs: holdMs ?? this.#holdOf(line, memory, kind, name, collector, atMs),
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
  const isNamed = selector.kind === kind && selector.value === text;
  const wasNamed = selector.kind === kind && memory.index === index;
  if (isNamed !== wasNamed) {
    // Another number, or another interface has it now: what was known is of another one.
    forgetInterface(memory);
    if (isNamed) memory.index = index;
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
