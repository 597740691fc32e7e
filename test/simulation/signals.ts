/**
 * What collectors would tell of a world: heartbeats, polls, probes and traps, with traps that get lost, collectors that are
 * away, and clocks that differ. Imports the messages' types only.
 */
import type { Event, Sample } from '@linewatch/record';
import { type Random, randomOf } from './random.ts';
import type { SimulatedLine, Span, World } from './world.ts';

/** All that one collector tells within one step of time, in the order of its clock. */
export interface Told {
  /** From 0: the first polls and hears traps, the others probe. */
  readonly collector: number;
  readonly samples: readonly Sample[];
  readonly events: readonly Event[];
  /** End of the step, Unix ms. */
  readonly untilMs: number;
}

export interface SignalOptions {
  readonly seed: number;
  readonly stepMs: number;
  readonly pollEveryMs: number;
  readonly probeEveryMs: number;
  readonly beatEveryMs: number;
  /** Share of traps that never come. */
  readonly lostTraps: number;
  /** By collector: what its clock is ahead, ms. */
  readonly skewMs: readonly number[];
}

const ifUp = 1;
const ifDown = 2;
/** Polls tell what stays once an hour. */
const repeatMs = 3_600_000;
const noAddress = new Uint8Array(16);

/** ::ffff:10.0.0.0/104 by site. */
const deviceAddress = (site: number): Uint8Array =>
  Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, (site >> 8) & 0xff, site & 0xff, 1]);
export const deviceText = (site: number): string => `10.${(site >> 8) & 0xff}.${site & 0xff}.1`;
/** What answers while a line is up. */
export const farEnd = (line: number): string =>
  `icmp://192.0.2.${line % 250}`.replace('192.0.2', `198.18.${Math.floor(line / 250)}`);

const within = <S extends Span>(spans: readonly S[], ms: number): S | undefined => {
  let [low, high] = [0, spans.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const span = spans[middle]!;
    if (ms < span.fromMs) high = middle - 1;
    else if (ms >= span.toMs) low = middle + 1;
    else return span;
  }
  return undefined;
};

interface Port {
  readonly line: SimulatedLine;
  readonly ifIndex: number;
  /** What polls told last, and when; forgotten when the collector starts again. */
  oper: number;
  admin: number;
  changeMs: number;
  toldMs: number;
}

/** A device of a site: its power, and its two ports. */
class Device {
  readonly address: Uint8Array;
  readonly ports: readonly Port[];
  readonly #dark: readonly Span[];
  readonly #bootedMs: number;

  constructor(site: number, lines: readonly SimulatedLine[], dark: readonly Span[], startMs: number) {
    this.address = deviceAddress(site);
    this.#dark = dark;
    this.#bootedMs = startMs - 86_400_000;
    this.ports = lines.map((line, i) => ({ line, ifIndex: i + 1, oper: 0, admin: 0, changeMs: 0, toldMs: 0 }));
  }

  isDark(ms: number): boolean {
    return within(this.#dark, ms) !== undefined;
  }

  bootedMs(ms: number): number {
    let booted = this.#bootedMs;
    for (const { toMs } of this.#dark) if (toMs <= ms) booted = toMs;
    return booted;
  }

  /** State of a port at a time, and when it came to be so, as the device knows. */
  stateOf({ line }: Port, ms: number): { oper: number; admin: number; changeMs: number } {
    const outage = within(line.outages, ms);
    const booted = this.bootedMs(ms);
    const at = (change: number): number => Math.max(booted, change);
    if (outage && outage.fault !== 'path')
      return { oper: ifDown, admin: outage.fault === 'admin' ? ifDown : ifUp, changeMs: at(outage.fromMs) };
    const before = line.outages.filter(({ toMs, fault }) => toMs <= ms && fault !== 'path').at(-1);
    return { oper: ifUp, admin: ifUp, changeMs: at(before?.toMs ?? this.#bootedMs) };
  }
}

/** The steps of a world, one collector after the other in each. */
export function* signalsOf(world: World, options: SignalOptions): Generator<Told> {
  const { seed, stepMs, skewMs } = options;
  const random = randomOf(seed);
  const sites = Math.max(...world.lines.map(({ site }) => site)) + 1;
  const devices = Array.from(
    { length: sites },
    (_, site) =>
      new Device(
        site,
        world.lines.filter((line) => line.site === site),
        world.dark[site]!,
        world.span.fromMs,
      ),
  );
  const traps = trapsOf(world, random, options);
  for (let fromMs = world.span.fromMs; fromMs < world.span.toMs; fromMs += stepMs) {
    const untilMs = Math.min(fromMs + stepMs, world.span.toMs);
    const step = { fromMs, toMs: untilMs };
    for (const [collector, gaps] of world.gaps.entries()) {
      const samples: Sample[] = [];
      const events: Event[] = [];
      const isThere = (ms: number): boolean => within(gaps, ms) === undefined;
      const clock = (ms: number): number => ms + (skewMs[collector] ?? 0);
      const own = (ms: number, metric: string, value: number, text = ''): void =>
        void samples.push({ timeMs: clock(ms), exporter: noAddress, interface: 0, metric, value, text });
      for (const ms of times(step, options.beatEveryMs, collector * 137))
        if (isThere(ms)) own(ms, 'collector.heartbeat', world.span.fromMs);
      if (collector === 0) {
        for (const gap of gaps)
          if (gap.toMs >= step.fromMs && gap.toMs < step.toMs)
            for (const { ports } of devices) for (const port of ports) port.toldMs = 0;
        for (const [site, device] of devices.entries())
          for (const ms of times(step, options.pollEveryMs, site * 7_919))
            if (isThere(ms)) poll(device, ms, clock(ms), samples);
        while (traps.length > 0 && traps.at(-1)!.atMs < untilMs) {
          const { atMs, event } = traps.pop()!;
          if (isThere(atMs)) events.push({ ...event, timeMs: clock(atMs) });
        }
      } else {
        for (const line of world.lines)
          for (const ms of times(step, options.probeEveryMs, line.number * 104_729)) {
            if (!isThere(ms)) continue;
            const isDown = within(line.outages, ms) !== undefined;
            own(ms, 'probe.ok', isDown ? 0 : 1, isDown ? `${farEnd(line.number)} no answer` : farEnd(line.number));
          }
      }
      const byTime = (a: { timeMs: number }, b: { timeMs: number }): number => a.timeMs - b.timeMs;
      if (samples.length + events.length > 0)
        yield { collector, samples: samples.sort(byTime), events: events.sort(byTime), untilMs };
    }
  }
}

/** Instants of a step at which something of a period is due, by its place in the period. */
function* times({ fromMs, toMs }: Span, everyMs: number, place: number): Generator<number> {
  const phase = place % everyMs;
  for (let ms = Math.ceil((fromMs - phase) / everyMs) * everyMs + phase; ms < toMs; ms += everyMs) yield ms;
}

function poll(device: Device, ms: number, timeMs: number, samples: Sample[]): void {
  const { address: exporter } = device;
  const put = (index: number, metric: string, value: number, text = ''): void =>
    void samples.push({ timeMs, exporter, interface: index, metric, value, text });
  if (device.isDark(ms)) {
    put(0, 'poll.ok', 0, 'timeout: no answer');
    return;
  }
  put(0, 'poll.ok', 1);
  for (const port of device.ports) {
    const { oper, admin, changeMs } = device.stateOf(port, ms);
    const isDue = ms - port.toldMs >= repeatMs;
    if (isDue || admin !== port.admin) put(port.ifIndex, 'interface.admin.state', admin);
    if (isDue || oper !== port.oper) put(port.ifIndex, 'interface.oper.state', oper);
    // Hundredths of a second, as a device counts.
    if (isDue || changeMs !== port.changeMs)
      put(port.ifIndex, 'interface.last_change_s', Math.round((ms - changeMs) / 10) / 100);
    if (isDue) port.toldMs = ms;
    [port.oper, port.admin, port.changeMs] = [oper, admin, changeMs];
  }
}

interface Trap {
  readonly atMs: number;
  readonly event: Event;
}

/** Traps that come, the latest first. A device that has no power tells nothing, and that it started when it has. */
function trapsOf(world: World, random: Random, { lostTraps, pollEveryMs }: SignalOptions): Trap[] {
  const traps: Trap[] = [];
  const send = (ms: number, site: number, index: number, kind: string, detail: object, lost: number): void => {
    if (random.chance(lost)) return;
    const event = { timeMs: 0, exporter: deviceAddress(site), interface: index, kind, detail: JSON.stringify(detail) };
    traps.push({ atMs: Math.round(ms + random.between(5, 400)), event });
  };
  for (const line of world.lines)
    for (const { fromMs, toMs, fault } of line.outages) {
      if (fault === 'path' || fault === 'power') continue;
      const index = (line.number % 2) + 1;
      // What is over between two polls shows by its traps or not at all.
      const lost = toMs - fromMs > 2 * pollEveryMs ? lostTraps : 0;
      send(fromMs, line.site, index, 'link.down', { admin: fault === 'admin' }, lost);
      send(toMs, line.site, index, 'link.up', { admin: false }, lost);
    }
  for (const [site, cuts] of world.dark.entries())
    for (const { toMs } of cuts) send(toMs, site, 0, 'device.cold_start', {}, lostTraps);
  return traps.sort((a, b) => b.atMs - a.atMs);
}
