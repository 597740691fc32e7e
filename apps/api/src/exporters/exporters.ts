/** Exporters as collectors tell of them on the compacted topic, with what the estate and the devices call them. */
import type { Exporter, ExporterDecision, ExporterList } from '@linewatch/contract';
import { type Producer, QueueError } from '@linewatch/queue';
import { type Decision, encodeState, formatAddress, labelKey, parseAddress, topics } from '@linewatch/record';
import { type Logger, describe, sleep } from '@linewatch/service';
import type { CollectorState } from '../live/collectors.ts';
import { Follower } from '../live/follow.ts';
import { sourceKey } from '../live/interfaces.ts';
import type { Live } from '../live/live.ts';
import { isValid } from '../live/plan.ts';
import type { ApiMetrics } from '../metrics.ts';
import type { LiveQueue } from '../ports.ts';
import { ApiError } from '../problems.ts';
import { exporterOf } from './exporter.ts';
import { ExporterTable, type KnownExporter } from './table.ts';
import { lossesOf } from './words.ts';

/** Most circuits that are named of one exporter. */
const maxCircuits = 20;
/** How long who decides waits for the queue, ms. */
const decisionMs = 5000;

export interface ExportersOptions {
  readonly queue: LiveQueue;
  readonly live: Pick<Live, 'plan' | 'collectors' | 'deviceName'>;
  /** Label of the trust that is shown. */
  readonly trust: string;
  readonly metrics: ApiMetrics;
  readonly logger: Logger;
  readonly clock: () => number;
  readonly decisionMs?: number;
}

type Circuits = ReadonlyMap<string, Exporter['circuits']>;

export class Exporters {
  readonly #options: ExportersOptions;
  readonly #table: ExporterTable;
  readonly #follower: Follower;
  #producer: Promise<Producer> | undefined;

  constructor(options: ExportersOptions) {
    this.#options = options;
    this.#table = new ExporterTable(options.trust);
    this.#follower = new Follower({
      ...options,
      topic: topics.state,
      from: () => 'oldest',
      take: (message) => {
        const reason = this.#table.take(message);
        if (reason) options.metrics.stateDropped.inc({ reason });
      },
    });
  }

  start(): Promise<unknown> {
    return this.#follower.start();
  }

  async stop(): Promise<void> {
    await this.#follower.stop();
    await this.#producer?.then(
      (producer) => producer.close(),
      () => undefined,
    );
  }

  list(): ExporterList {
    const { live, clock } = this.#options;
    const nowMs = clock();
    const circuits = this.#circuits(nowMs);
    const exporters = [...this.#table.all].map((known) => this.#show(known, circuits, nowMs));
    return { nowMs, exporters, collectors: live.collectors(nowMs).map(collectorOf) };
  }

  /**
   * Takes or refuses an exporter from now on; resolves when the queue has it, and so its collector soon.
   * @throws ApiError `exporter_unknown`, `queue_unavailable`, `request_invalid`
   */
  async decide(collector: string, address: string, decision: ExporterDecision): Promise<Exporter> {
    const { trust, clock, logger } = this.#options;
    const known = this.#table.find(collector, canonical(address));
    if (!known)
      throw new ApiError('exporter_unknown', `Collector "${collector}" has not told of an exporter "${address}".`);
    const made: Decision = { decision, atMs: clock() };
    const message = { key: `decision/${trust}/${collector}/${known.address}`, value: encodeState(made) };
    try {
      this.#producer ??= this.#options.queue.producer();
      const appended = (await this.#producer).append(topics.state, 0, [message]);
      // Brokers that are away are waited for as long as it takes, a person is not.
      if (!(await isDoneWithin(this.#options.decisionMs ?? decisionMs, appended))) {
        appended.catch((error: unknown) => logger.warn({ reason: describe(error) }, 'exporter was not decided'));
        throw new ApiError(
          'queue_unavailable',
          'The queue has not taken the decision yet. Should it answer soon, the decision is passed on after all.',
        );
      }
    } catch (error) {
      if (error instanceof ApiError) throw error;
      this.#producer = undefined;
      if (!(error instanceof QueueError)) throw error;
      throw new ApiError('queue_unavailable', 'The decision could not be passed on to the collector.', {
        cause: error,
      });
    }
    logger.info({ collector, exporter: known.address, decision }, 'exporter decided');
    // As the tail is about to say.
    this.#table.take(message);
    return this.#show(known, this.#circuits(made.atMs), made.atMs);
  }

  #show(known: KnownExporter, circuits: Circuits, nowMs: number): Exporter {
    const source = sourceKey(labelKey(this.#options.trust), labelKey(known.collector), known.address);
    return exporterOf(known, {
      decision: this.#table.decisionOf(known),
      name: this.#options.live.deviceName(source),
      circuits: circuits.get(source) ?? [],
      nowMs,
    });
  }

  /** By exporter; none while the estate has not been read. */
  #circuits(nowMs: number): Circuits {
    const circuits = new Map<string, Exporter['circuits']>();
    for (const { academy, circuits: own } of this.#options.live.plan?.academies ?? [])
      for (const planned of own) {
        if (!isValid(planned, nowMs)) continue;
        const list = circuits.get(planned.source) ?? [];
        if (list.length >= maxCircuits) continue;
        const { slug, name } = planned.circuit;
        list.push({ academy: academy.slug, academyName: academy.name, circuit: slug, name });
        circuits.set(planned.source, list);
      }
    return circuits;
  }
}

async function isDoneWithin(ms: number, work: Promise<void>): Promise<boolean> {
  const timer = new AbortController();
  try {
    return await Promise.race([work.then(() => true), sleep(ms, timer.signal).then(() => false)]);
  } finally {
    timer.abort();
  }
}

/** @throws ApiError `request_invalid` */
function canonical(address: string): string {
  try {
    return formatAddress(parseAddress(address));
  } catch {
    throw new ApiError('request_invalid', 'path.address is not an IP address');
  }
}

const collectorOf = ({ counts, ...of }: CollectorState): ExporterList['collectors'][number] => ({
  collector: of.label,
  heardMs: of.heardMs,
  sinceMs: of.epoch,
  datagrams: { received: counts.received, decoded: counts.decoded, held: counts.held, rejected: counts.rejected },
  flows: counts.flows,
  lostHere: lossesOf(of.lost),
  sockets: [...of.sockets.values()].map(({ protocol, port, received, kernelDropped, bufferBytes }) => ({
    protocol,
    port,
    received,
    kernelDropped,
    receiveBufferBytes: bufferBytes,
  })),
});
