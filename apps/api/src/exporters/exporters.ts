/** Exporters as collectors tell of them on the compacted topic, with what the estate and the devices call them. */
import type { Exporter, ExporterDecision, ExporterList } from '@linewatch/contract';
import { type Producer, QueueError } from '@linewatch/queue';
import { type Decision, encodeState, formatAddress, labelKey, parseAddress, topics } from '@linewatch/record';
import { type Logger, describe, sleep } from '@linewatch/service';
import { type Scope, within } from '../access/principal.ts';
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

interface Carried {
  /** At most `maxCircuits`. */
  readonly shown: Exporter['circuits'];
  /** Whether circuits of academies out of scope are on it, too. */
  others: boolean;
}

/** By the exporter's `sourceKey`. */
type Circuits = ReadonlyMap<string, Carried>;

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

  /** Those that carry circuits of academies in the scope; with the whole trust, all, and the collectors too. */
  list(scope: Scope): ExporterList {
    const { live, clock } = this.#options;
    const nowMs = clock();
    const circuits = this.#circuits(nowMs, scope);
    const all = scope === 'all';
    const exporters = [...this.#table.all]
      .filter((known) => all || (circuits.get(this.#sourceOf(known))?.shown.length ?? 0) > 0)
      .map((known) => this.#show(known, circuits, nowMs));
    return { nowMs, exporters, collectors: all ? live.collectors(nowMs).map(collectorOf) : [] };
  }

  /**
   * Takes or refuses an exporter from now on; resolves when the queue has it, and so its collector soon.
   * An exporter that carries nothing of the academies in the scope is not known; one that carries others' circuits, too, is
   * not theirs alone to decide about.
   * @throws ApiError `exporter_unknown`, `forbidden`, `queue_unavailable`, `request_invalid`
   */
  async decide(collector: string, address: string, decision: ExporterDecision, scope: Scope): Promise<Exporter> {
    const { trust, clock, logger } = this.#options;
    const known = this.#table.find(collector, canonical(address));
    const own = known && this.#circuits(clock(), scope).get(this.#sourceOf(known));
    if (!known || (scope !== 'all' && (own?.shown.length ?? 0) === 0))
      throw new ApiError('exporter_unknown', `Collector "${collector}" has not told of an exporter "${address}".`);
    if (scope !== 'all' && own?.others !== false)
      throw new ApiError('forbidden', `The exporter "${address}" carries circuits of academies outside your scope.`);
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
    return this.#show(known, this.#circuits(made.atMs, scope), made.atMs);
  }

  #sourceOf({ collector, address }: KnownExporter): string {
    return sourceKey(labelKey(this.#options.trust), labelKey(collector), address);
  }

  #show(known: KnownExporter, circuits: Circuits, nowMs: number): Exporter {
    const source = this.#sourceOf(known);
    return exporterOf(known, {
      decision: this.#table.decisionOf(known),
      name: this.#options.live.deviceName(source),
      circuits: circuits.get(source)?.shown ?? [],
      nowMs,
    });
  }

  /** By exporter; none while the estate has not been read. */
  #circuits(nowMs: number, scope: Scope): Circuits {
    const circuits = new Map<string, Carried>();
    for (const { academy, circuits: own } of this.#options.live.plan?.academies ?? [])
      for (const planned of own) {
        if (!isValid(planned, nowMs)) continue;
        if (planned.source === '') continue;
        const carried = circuits.get(planned.source) ?? { shown: [], others: false };
        circuits.set(planned.source, carried);
        if (!within(scope, academy.slug)) carried.others = true;
        else if (carried.shown.length < maxCircuits) {
          const { slug, name } = planned.circuit;
          carried.shown.push({ academy: academy.slug, academyName: academy.name, circuit: slug, name });
        }
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
