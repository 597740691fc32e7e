import { type Logger, describe, sleep } from '@linewatch/service';
import type { ApiLimits } from '../config.ts';
import type { ApiMetrics } from '../metrics.ts';
import type { EstateReader, LiveQueue, Telemetry } from '../ports.ts';
import type { Collecting, CollectorState } from './collectors.ts';
import { LiveInterfaces, sourceKey } from './interfaces.ts';
import { Names } from './names.ts';
import { type Plan, type PlannedAcademy, type PlannedCircuit, planOf } from './plan.ts';
import { SignalTail } from './tail.ts';
import { type AcademyRates, type HeardInterface, LiveView, type RatesNow, type UnmappedInterface } from './view.ts';

/** How often the names and last-seen times of stored telemetry are read, and how soon again after a failure. */
const storedEveryMs = 60_000;
const storedRetryMs = 5000;
const storedTimeoutMs = 20_000;
/** Names kept for each interface that the live state may hold. */
const namesPerInterface = 3;

export interface LiveOptions {
  readonly queue: LiveQueue;
  readonly estate: EstateReader;
  /** Label of the trust that is shown. */
  readonly trust: string;
  readonly store: Telemetry;
  readonly limits: ApiLimits;
  readonly metrics: ApiMetrics;
  readonly logger: Logger;
  readonly clock: () => number;
}

/**
 * What is happening now, from the queue alone. PostgreSQL says what it means and ClickHouse what was heard before the last
 * 15 minutes: while either is down the last known answer is used.
 */
export class Live {
  readonly #options: LiveOptions;
  readonly #interfaces: LiveInterfaces;
  readonly #names: Names;
  readonly #view: LiveView;
  readonly #tail: SignalTail;
  readonly #stopped = new AbortController();
  #watch: { stop(): Promise<void> } | undefined;
  #refreshing: Promise<void> = Promise.resolve();

  constructor(options: LiveOptions) {
    const { metrics, limits } = options;
    this.#options = options;
    this.#interfaces = new LiveInterfaces(limits.interfaces, {
      onOutside: (rows) => metrics.liveDropped.inc({ reason: 'outside_window' }, rows),
      onEvicted: () => metrics.liveDropped.inc({ reason: 'interface_evicted' }),
    });
    this.#names = new Names(limits.interfaces * namesPerInterface);
    this.#view = new LiveView(this.#interfaces, this.#names);
    this.#tail = new SignalTail({ ...options, interfaces: this.#interfaces, names: this.#names });
  }

  async start(): Promise<void> {
    this.#watch = this.#options.estate.watch(async (version) => {
      try {
        this.#view.plan = planOf(await this.#options.estate.snapshot(), this.#options.trust);
        this.#options.logger.info({ version }, 'estate read');
      } catch (error) {
        this.#options.metrics.refreshFailures.inc({ what: 'estate' });
        throw error;
      }
    });
    this.#refreshing = this.#refresh();
    await this.#tail.start();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await Promise.all([this.#watch?.stop(), this.#tail.stop(), this.#refreshing]);
  }

  /** Empty when the queue is being read. */
  get trouble(): string {
    return this.#tail.trouble;
  }

  /** Undefined until the estate was read once. */
  get plan(): Plan | undefined {
    return this.#view.plan;
  }

  academies(nowMs: number): AcademyRates[] {
    this.#options.metrics.liveInterfaces.set(this.#interfaces.size);
    return this.#view.academies(nowMs);
  }

  academy(planned: PlannedAcademy, nowMs: number): AcademyRates {
    return this.#view.academy(planned, nowMs);
  }

  circuit(planned: PlannedCircuit, nowMs: number): RatesNow {
    return this.#view.circuit(planned, nowMs);
  }

  unmapped(nowMs: number): UnmappedInterface[] {
    return this.#view.unmapped(nowMs);
  }

  /** See `LiveView.heard`. */
  heard(nowMs: number): HeardInterface[] {
    return this.#view.heard(nowMs);
  }

  collecting(nowMs: number): Collecting {
    return this.#tail.collectors.collecting(nowMs);
  }

  /** What the collectors of this trust say of themselves. */
  collectors(nowMs: number): CollectorState[] {
    return this.#tail.collectors.all(this.#options.trust, nowMs);
  }

  /** What a device calls itself; empty when it did not say so lately. */
  deviceName(source: string): string {
    return this.#tail.deviceNames.get(source) ?? '';
  }

  /** See `LiveView.latenessMs`. */
  latenessMs(circuits: readonly PlannedCircuit[], nowMs: number): number {
    return this.#view.latenessMs(circuits, nowMs);
  }

  async #refresh(): Promise<void> {
    const { store, metrics, logger, clock } = this.#options;
    const { signal } = this.#stopped;
    let failed = false;
    while (!signal.aborted) {
      try {
        const limit = AbortSignal.any([signal, AbortSignal.timeout(storedTimeoutMs)]);
        const [names, seen] = await Promise.all([store.names(limit), store.lastSeen(clock(), limit)]);
        for (const { trust, collector, exporter, interface: index, kind, name, sinceMs } of names)
          this.#names.set(sourceKey(trust, collector, exporter), index, kind, name, sinceMs);
        this.#view.stored = seen;
        if (failed) logger.info('stored interfaces are read again');
        failed = false;
      } catch (error) {
        metrics.refreshFailures.inc({ what: 'interfaces' });
        if (!failed) logger.warn({ reason: describe(error) }, 'stored interfaces cannot be read; trying again');
        failed = true;
      }
      await sleep(failed ? storedRetryMs : storedEveryMs, signal);
    }
  }
}
