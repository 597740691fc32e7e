/** From readings of a device to samples: what changed, or was told an hour ago; and rates between two readings. */
import type { MetricName, Sample } from '@linewatch/record';
import type { DeviceReading, InterfaceReading, Octets } from './device.ts';
import { type CounterReading, delta } from './rate.ts';

/** A value that stays is told again after this. */
const repeatMs = 3_600_000;
/** An interface that went down is in doubt for so long: the device is asked more often, until it is up again. */
const doubtMs = 300_000;
/** An interface that was not there for so long is forgotten. */
const forgetMs = 900_000;

/** What passed one side of an interface between two times. */
export interface Passed {
  readonly interface: number;
  /** 0 in, 1 out. */
  readonly side: 0 | 1;
  readonly octets: number;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Readout {
  readonly samples: Sample[];
  readonly passed: Passed[];
  /** The state of an interface changed since the reading before, or went down not long ago. */
  readonly doubtful: boolean;
}

interface Told {
  value: number;
  text: string;
  ms: number;
}

interface Known {
  readonly told: Map<MetricName, Told>;
  /** ifName. */
  name: string | undefined;
  counters: readonly [CounterReading | undefined, CounterReading | undefined];
  oper: number | undefined;
  /** Until when it is in doubt. */
  doubtUntilMs: number;
  lastChange: number | undefined;
  /** When the age of the state was told. */
  ageToldMs: number;
  seenMs: number;
}

/** ifOperStatus and ifAdminStatus (RFC 2863). */
const isUp = 1;
const isDown = 2;

const sides = [
  { side: 0, octets: 'interface.in.octets', bps: 'interface.in.bps' },
  { side: 1, octets: 'interface.out.octets', bps: 'interface.out.bps' },
] as const;

/** What is remembered of one device between its polls. */
export class DeviceMemory {
  readonly #exporter: Uint8Array;
  readonly #device = new Map<MetricName, Told>();
  readonly #interfaces = new Map<number, Known>();

  constructor(exporter: Uint8Array) {
    this.#exporter = exporter;
  }

  read(reading: DeviceReading): Readout {
    const samples: Sample[] = [];
    const passed: Passed[] = [];
    let doubtful = false;
    const { atMs } = reading;
    const put = (timeMs: number, index: number, metric: MetricName, value: number, text = ''): void =>
      void samples.push({ timeMs, exporter: this.#exporter, interface: index, metric, value, text });
    const tell = (told: Map<MetricName, Told>, index: number, metric: MetricName, value: number, text = ''): void => {
      const last = told.get(metric);
      if (last && last.value === value && last.text === text && atMs - last.ms < repeatMs) return;
      told.set(metric, { value, text, ms: atMs });
      put(atMs, index, metric, value, text);
    };
    put(atMs, 0, 'poll.ok', 1);
    put(atMs, 0, 'poll.rtt.ms', reading.rttMs);
    if (reading.uptime !== undefined) put(atMs, 0, 'device.uptime_s', reading.uptime / 100);
    if (reading.name !== '') tell(this.#device, 0, 'device.name', 0, reading.name);
    if (reading.description !== '') tell(this.#device, 0, 'device.description', 0, reading.description);
    for (const each of reading.interfaces) {
      const known = this.#known(each.index);
      const of = (metric: MetricName, value: number | undefined, text?: string): void => {
        if (value !== undefined) tell(known.told, each.index, metric, value, text);
      };
      // Another interface bears the number now: it did not go on counting where the one before had stopped.
      if (each.name && known.name && each.name !== known.name) {
        known.counters = [undefined, undefined];
        // Whoever follows it forgets what was told of that number: all of it is told again.
        known.told.clear();
      }
      known.name = each.name ?? known.name;
      if (each.name) of('interface.name', 0, each.name);
      if (each.alias) of('interface.alias', 0, each.alias);
      of('interface.speed.bps', each.speedBps);
      of('interface.admin.state', each.admin);
      of('interface.oper.state', each.oper);
      of('interface.in.errors', each.inErrors);
      of('interface.out.errors', each.outErrors);
      of('interface.in.discards', each.inDiscards);
      of('interface.out.discards', each.outDiscards);
      // A state that changed and changed back between two polls shows only here.
      const { lastChange } = each;
      if (lastChange !== undefined && known.lastChange !== undefined && lastChange !== known.lastChange)
        doubtful = true;
      if (lastChange !== undefined && reading.uptime !== undefined && this.#isNews(known, lastChange, atMs))
        put(atMs, each.index, 'interface.last_change_s', Math.max(0, reading.uptime - lastChange) / 100);
      of('interface.discontinuity_s', each.discontinuity === undefined ? undefined : each.discontinuity / 100);
      if (known.oper !== undefined && each.oper !== known.oper) {
        doubtful = true;
        known.doubtUntilMs = known.oper === isUp && each.admin !== isDown ? atMs + doubtMs : 0;
      }
      if (atMs < known.doubtUntilMs) doubtful = true;
      known.oper = each.oper;
      known.seenMs = atMs;
      const readings = [each.in, each.out].map((octets) => counterOf(octets, each, reading.uptime));
      for (const { side, octets, bps } of sides) {
        const next = readings[side];
        const previous = known.counters[side];
        if (!next) continue;
        of(octets, Number(next.value));
        const moved = previous && delta(previous, next);
        if (moved === undefined) {
          // Across a reset there is no rate; the next one is told whatever it is.
          known.told.delete(bps);
          continue;
        }
        of(bps, (moved * 8000) / (next.atMs - previous!.atMs));
        passed.push({ interface: each.index, side, octets: moved, fromMs: previous!.atMs, toMs: next.atMs });
      }
      known.counters = [readings[0], readings[1]];
    }
    for (const [index, { seenMs }] of this.#interfaces) if (atMs - seenMs > forgetMs) this.#interfaces.delete(index);
    return { samples, passed, doubtful };
  }

  get interfaces(): number {
    return this.#interfaces.size;
  }

  /** The age of a state grows: it is told when the state changed, and each hour. */
  #isNews(known: Known, lastChange: number, atMs: number): boolean {
    if (lastChange === known.lastChange && atMs - known.ageToldMs < repeatMs) return false;
    known.lastChange = lastChange;
    known.ageToldMs = atMs;
    return true;
  }

  #known(index: number): Known {
    let known = this.#interfaces.get(index);
    if (!known)
      this.#interfaces.set(
        index,
        (known = {
          told: new Map(),
          name: undefined,
          counters: [undefined, undefined],
          oper: undefined,
          doubtUntilMs: 0,
          lastChange: undefined,
          ageToldMs: 0,
          seenMs: 0,
        }),
      );
    return known;
  }
}

const counterOf = (
  octets: Octets | undefined,
  { discontinuity, speedBps }: InterfaceReading,
  uptime: number | undefined,
): CounterReading | undefined => octets && { ...octets, uptime, discontinuity, speedBps };
