/** Polls the devices that control names, and, where it says so, every exporter that is heard and taken. */
import type { Event, Sample } from '@linewatch/record';
import { formatAddress, parseAddress } from '@linewatch/record';
import { type Logger, type Metrics, describe, sleep } from '@linewatch/service';
import type { ControlFeed, ControlState } from '../control.ts';
import { type DeviceReading, readDevice } from './device.ts';
import { Endpoint } from './endpoint.ts';
import { PathPolls } from './paths/polls.ts';
import type { PathTable } from './paths/table.ts';
import { pathTables } from './paths/tables.ts';
import { DeviceMemory, type Passed } from './readings.ts';
import { Schedule } from './schedule.ts';
import {
  type KeyExtension,
  PollError,
  type PollFailure,
  boundKeys,
  extensionsOf,
  mayBeExtension,
  openSession,
} from './session.ts';

export interface PollerOptions {
  readonly control: ControlFeed;
  /** 16-octet addresses of exporters that were heard and are taken. */
  readonly heard: () => Iterable<Uint8Array>;
  readonly sink: {
    sample(sample: Sample): void;
    /** What a counter says that an interface carried. */
    passed(exporter: Uint8Array, passed: Passed): void;
  };
  /** Whether this process polls a device; other workers poll theirs. */
  readonly owns: (address: Uint8Array) => boolean;
  /** Tables of paths to look for; without them, those that are known. */
  readonly tables?: readonly PathTable[] | undefined;
  readonly now: () => number;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

const tickMs = 250;
const heardEveryMs = 5000;
const concurrency = 32;
const standardPort = 161;
const maxRows = 4096;
/** Of a table of paths: a hub of SD-WAN has a tunnel to each site over each transport. */
const maxPathRows = 4096;
/** Interfaces remembered, of all devices. */
const maxInterfaces = 200_000;
const maxDevices = 16_384;
const stopMs = 1000;
const restarts: ReadonlySet<string> = new Set(['device.cold_start', 'device.warm_start']);

interface Read {
  readonly reading: DeviceReading;
  readonly paths: readonly Sample[];
}

interface Device {
  readonly address: string;
  readonly bytes: Uint8Array;
  readonly port: number;
  readonly credential: ControlState['secrets']['polling'][number];
  /** Ways to make its key, the one that was answered last first. */
  extensions: readonly KeyExtension[];
}

/**
 * A poll or two may be missed. Over more, what an interface carried is not known by when: spread evenly, an outage would
 * show as a steady rate after the event, and a percentile would be of means.
 */
const longestGapMs = (everyMs: number): number => Math.max(300_000, 3 * everyMs);

const failures: readonly PollFailure[] = ['timeout', 'authentication', 'refused', 'malformed', 'unreachable'];

export class Poller {
  readonly #options: PollerOptions;
  readonly #endpoint: Endpoint;
  readonly #schedule: Schedule<Device>;
  readonly #memories = new Map<string, DeviceMemory>();
  readonly #paths: PathPolls;
  /** By address and port: the same object while nothing about it changed. */
  #devices = new Map<string, Device>();
  readonly #inFlight = new Set<Promise<void>>();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #count: (result: 'ok' | PollFailure) => void;
  #interfaces = 0;
  #stopped = false;

  constructor(options: PollerOptions) {
    const { logger, metrics, control } = options;
    this.#options = options;
    this.#endpoint = new Endpoint(logger);
    this.#paths = new PathPolls(options.tables ?? pathTables, options.now);
    this.#schedule = new Schedule({ everyMs: control.state.polling.everyMs, concurrency });
    const polls = metrics.counter('polls_total', 'Polls of devices, by how they ended.', ['result']);
    for (const result of ['ok', ...failures]) polls.inc({ result }, 0);
    this.#count = (result) => polls.inc({ result });
    metrics.gauge('polled_devices', 'Devices that are polled.', [], (g) => g.set(this.#schedule.size));
    metrics.gauge('poll_answers_dropped_total', 'SNMP answers that were not read, by reason.', ['reason'], (g) => {
      g.set({ reason: 'stray' }, this.#endpoint.counts.strays);
      g.set({ reason: 'fault' }, this.#endpoint.counts.faults);
    });
  }

  start(): void {
    this.#update();
    this.#options.control.onChange(() => this.#update());
    this.#timers.push(
      setInterval(() => this.#update(), heardEveryMs),
      setInterval(() => this.#tick(), tickMs),
    );
  }

  /** Nothing is told after it was called. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#endpoint.close();
    // A question over whose answer net-snmp failed ends by its own time-out only.
    await Promise.race([Promise.all(this.#inFlight), sleep(stopMs)]);
  }

  /** Whoever says that a link changed is asked within seconds, and who started again, perhaps with other ifIndexes. */
  onEvent({ kind, exporter }: Event): void {
    if (kind.startsWith('link.') || restarts.has(kind)) this.soon(exporter);
  }

  soon(exporter: Uint8Array): void {
    const address = formatAddress(exporter);
    for (const [key, device] of this.#devices)
      if (device.address === address) this.#schedule.soon(key, this.#options.now());
  }

  #update(): void {
    if (this.#stopped) return;
    boundKeys();
    const { control, heard, owns, now } = this.#options;
    const { polling, secrets } = control.state;
    const next = new Map<string, Device>();
    const add = (text: string, port: number, name: string): void => {
      const bytes = parseAddress(text);
      if (!owns(bytes)) return;
      const address = formatAddress(bytes);
      const key = `${address} ${port}`;
      const credential = secrets.polling.find((each) => each.name === name);
      if (!credential || next.has(key) || next.size >= maxDevices) return;
      const known = this.#devices.get(key);
      next.set(
        key,
        known?.credential === credential
          ? known
          : { address, bytes, port, credential, extensions: extensionsOf(credential) },
      );
    };
    for (const { address, port, credential } of polling.targets) add(address, port, credential);
    if (polling.heard !== undefined) {
      const listed = new Set(polling.targets.map(({ address }) => formatAddress(parseAddress(address))));
      for (const address of heard()) {
        const text = formatAddress(address);
        if (!listed.has(text)) add(text, standardPort, polling.heard);
      }
    }
    this.#devices = next;
    for (const [key, memory] of this.#memories)
      if (!next.has(key)) {
        this.#interfaces -= memory.interfaces;
        this.#memories.delete(key);
        this.#paths.forget(key);
      }
    this.#schedule.set(next, { everyMs: polling.everyMs, concurrency }, now());
  }

  #tick(): void {
    for (const [key, device] of this.#schedule.next(this.#options.now())) {
      const poll = this.#poll(key, device).finally(() => this.#inFlight.delete(poll));
      this.#inFlight.add(poll);
    }
  }

  async #poll(key: string, device: Device): Promise<void> {
    const { now, sink, logger } = this.#options;
    let answered = false;
    let inDoubt = false;
    try {
      const { reading, paths } = await this.#readEitherWay(key, device);
      // Told to stop, or to leave this device, meanwhile.
      if (this.#stopped || !this.#devices.has(key)) return;
      if (reading.truncated)
        logger.warn({ device: key, rows: reading.interfaces.length }, 'not all interfaces were read');
      let memory = this.#memories.get(key);
      if (!memory) this.#memories.set(key, (memory = new DeviceMemory(device.bytes)));
      const before = memory.interfaces;
      const { samples, passed, doubtful } = memory.read(reading);
      this.#interfaces += memory.interfaces - before;
      for (const sample of samples) sink.sample(sample);
      for (const sample of paths) sink.sample(sample);
      const longestMs = longestGapMs(this.#options.control.state.polling.everyMs);
      for (const each of passed) if (each.toMs - each.fromMs <= longestMs) sink.passed(device.bytes, each);
      answered = true;
      inDoubt = doubtful;
      this.#count('ok');
    } catch (error) {
      if (this.#stopped) return;
      const failure =
        error instanceof PollError ? error : new PollError('malformed', describe(error), { cause: error });
      this.#count(failure.code);
      const text = `${failure.code}: ${failure.message}`.slice(0, 500);
      const sample = { timeMs: now(), exporter: device.bytes, interface: 0, metric: 'poll.ok', value: 0, text };
      sink.sample(sample);
      logger.debug({ device: key, reason: text }, 'device was not read');
    } finally {
      this.#schedule.done(key, answered, now());
      if (inDoubt) this.#schedule.soon(key, now());
    }
  }

  async #readEitherWay(key: string, device: Device): Promise<Read> {
    const [first, second] = device.extensions;
    try {
      return await this.#read(key, device, first);
    } catch (error) {
      if (!second || this.#stopped || !mayBeExtension(error)) throw error;
      const reading = await this.#read(key, device, second);
      device.extensions = [...device.extensions].reverse();
      return reading;
    }
  }

  async #read(key: string, device: Device, extension?: KeyExtension): Promise<Read> {
    const { address, port, credential } = device;
    const { control, now } = this.#options;
    const { timeoutMs, retries, everyMs } = control.state.polling;
    const session = openSession({ endpoint: this.#endpoint, address, port, credential, extension, timeoutMs, retries });
    // A device that goes on answering must not be at it when its next poll is due.
    const endMs = now() + Math.max(everyMs * 0.8, 4000);
    const others = this.#interfaces - (this.#memories.get(key)?.interfaces ?? 0);
    const rows = Math.max(0, Math.min(maxRows, maxInterfaces - others));
    const isOver = (): boolean => this.#stopped || now() >= endMs;
    try {
      const reading = await readDevice(session, now, { rows, isOver });
      const limits = { rows: maxPathRows, isOver };
      const paths = await this.#paths
        .read(key, session, reading.interfaces, device.bytes, limits)
        .catch((error: unknown) => {
          // Its interfaces were read: it is there.
          this.#options.logger.debug({ device: key, reason: describe(error) }, 'paths were not read');
          return [];
        });
      return { reading, paths };
    } finally {
      session.close();
    }
  }
}
