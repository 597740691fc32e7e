/**
 * From decoded rows to accepted messages. Flow batches close by rows or age; every half second the sums, samples and
 * events go out behind them, saying how many flow batches they cover:
 *
 *   flows    [batch 0][batch 1][batch 2] ───► accepted ┐
 *   signals                                            └► [sums, covers 3]
 *
 * so that after a crash between the two, the next start can tell which flows' sums are missing (see recover.ts).
 */
import type { Exporter, FlowSink } from '@linewatch/decode';
import { type Producer, QueueError } from '@linewatch/queue';
import {
  type Event,
  type FlowColumns,
  type Sample,
  createFlowColumns,
  createSumColumns,
  encodeFlowBatch,
  encodeSignalBatch,
  topics,
} from '@linewatch/record';
import { type Logger, describe } from '@linewatch/service';
import type { CollectorMetrics, UnqueuedReason } from './metrics.ts';
import { InterfaceSums } from './sums.ts';

/** Rows of a batch: about 1 MB of message. */
const batchRows = 8192;
/** Signals kept for another try while the queue takes none, octets. */
const maxUnsentBytes = 32 * 1024 * 1024;
/** Samples and events waiting for one partition. */
const maxWaiting = 50_000;

export interface PublisherOptions {
  readonly producer: Producer;
  readonly trust: string;
  readonly collector: string;
  readonly epoch: number;
  readonly flowPartitions: number;
  readonly signalPartitions: number;
  readonly inFlightBytes: number;
  readonly now: () => number;
  readonly logger: Logger;
}

/** One partition of the signals topic: its exporters' sums, samples and events, in order. */
interface SignalPartition {
  readonly sums: InterfaceSums;
  samples: Sample[];
  events: Event[];
  /** Flow batches that its latest message covers; -1 before the first. */
  covered: number;
  /** Messages made in this round. */
  messages: Uint8Array[];
  /** Messages of earlier rounds that the queue did not take. */
  unsent: Uint8Array[];
}

/** Which partition an exporter's signals go to (FNV-1a of its address). */
export function partitionOf(address: Uint8Array, partitions: number): number {
  if (partitions === 1) return 0;
  let hash = 0x811c9dc5;
  for (const byte of address) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0) % partitions;
}

const noSums = { columns: createSumColumns(1), rows: 0 };

export class Publisher implements FlowSink {
  readonly columns: FlowColumns = createFlowColumns(batchRows);
  rows = 0;
  readonly #options: PublisherOptions;
  readonly #signals: SignalPartition[];
  readonly #partitions = new WeakMap<Exporter, SignalPartition>();
  readonly #pending = new Set<Promise<void>>();
  #metrics: CollectorMetrics | undefined;
  #sequence = 0;
  #signalSequence = 0;
  #inFlight = 0;
  #signalling: Promise<void> = Promise.resolve();
  /** Whether the last append was accepted; the reason when not. */
  problem = '';

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#signals = Array.from({ length: options.signalPartitions }, () => {
      const partition: SignalPartition = {
        sums: new InterfaceSums((set) => partition.messages.push(this.#message(partition, set))),
        samples: [],
        events: [],
        covered: -1,
        messages: [],
        unsent: [],
      };
      return partition;
    });
  }

  /** Metrics need the decoder, which needs this sink: they come second. */
  use(metrics: CollectorMetrics): void {
    this.#metrics = metrics;
  }

  get inFlightBytes(): number {
    return this.#inFlight;
  }

  get sumsOverLimit(): number {
    return this.#signals.reduce((sum, partition) => sum + partition.sums.overLimit, 0);
  }

  decoded(exporter: Exporter, from: number, to: number): void {
    let partition = this.#partitions.get(exporter);
    if (!partition) {
      partition = this.#signals[partitionOf(exporter.address, this.#signals.length)]!;
      this.#partitions.set(exporter, partition);
    }
    partition.sums.add(exporter, this.columns, from, to, this.#options.now());
  }

  sample(sample: Sample): void {
    const partition = this.#signals[partitionOf(sample.exporter, this.#signals.length)]!;
    if (partition.samples.length < maxWaiting) partition.samples.push(sample);
    else this.#metrics?.signalsLost('queue_backlog', 1);
  }

  event(event: Event): void {
    const partition = this.#signals[partitionOf(event.exporter, this.#signals.length)]!;
    if (partition.events.length < maxWaiting) partition.events.push(event);
    else this.#metrics?.signalsLost('queue_backlog', 1);
  }

  /** Closes the flow batch and hands it to the queue. */
  flush(): void {
    const { rows } = this;
    if (rows === 0) return;
    this.rows = 0;
    const { trust, collector, epoch, producer, flowPartitions, inFlightBytes } = this.#options;
    if (this.#inFlight > inFlightBytes) {
      this.#metrics?.unqueued('queue_backlog', rows);
      return;
    }
    const sequence = this.#sequence++;
    const value = encodeFlowBatch({ trust, collector, epoch, sequence }, this.columns, rows);
    this.#inFlight += value.length;
    const append = producer
      .append(topics.flows, sequence % flowPartitions, [{ value }])
      .then(
        () => {
          this.problem = '';
          this.#metrics?.queued(rows, value.length);
        },
        (error: unknown) => this.#metrics?.unqueued(this.#failed(error), rows),
      )
      .finally(() => {
        this.#inFlight -= value.length;
        this.#pending.delete(append);
      });
    this.#pending.add(append);
  }

  #failed(error: unknown): UnqueuedReason {
    const full = error instanceof QueueError && error.code === 'queue_full';
    const text = describe(error);
    if (this.problem !== text) this.#options.logger.error({ reason: text }, 'queue does not accept');
    this.problem = text;
    return full ? 'queue_full' : 'queue_failed';
  }

  #message(partition: SignalPartition, sums: Parameters<typeof encodeSignalBatch>[1]): Uint8Array {
    const { trust, collector, epoch } = this.#options;
    const identity = { trust, collector, epoch, sequence: this.#signalSequence++ };
    const message = encodeSignalBatch(identity, sums, partition.samples, partition.events, this.#sequence);
    partition.samples = [];
    partition.events = [];
    partition.covered = this.#sequence;
    return message;
  }

  /**
   * Publishes the sums of everything decoded so far, with the samples and events, once the flows are accepted. Rounds
   * follow one another; each partition's messages of a round are one atomic append.
   */
  publishSignals(): Promise<void> {
    this.flush();
    for (const partition of this.#signals) {
      partition.sums.flush();
      // Without sums there may still be something to say: samples, events, or what is covered now.
      const more = partition.samples.length + partition.events.length > 0 || partition.covered !== this.#sequence;
      if (more) partition.messages.push(this.#message(partition, noSums));
      partition.unsent.push(...partition.messages);
      partition.messages = [];
      let bytes = partition.unsent.reduce((sum, message) => sum + message.length, 0);
      while (bytes > maxUnsentBytes) {
        bytes -= partition.unsent.shift()!.length;
        this.#metrics?.signalsLost('queue_backlog', 1);
      }
    }
    const flows = [...this.#pending];
    const round = this.#signalling
      .then(() => Promise.allSettled(flows))
      .then(() => Promise.all(this.#signals.map((partition, index) => this.#send(partition, index))))
      .then(() => undefined);
    this.#signalling = round;
    return round;
  }

  async #send(partition: SignalPartition, index: number): Promise<void> {
    const messages = partition.unsent;
    if (messages.length === 0) return;
    partition.unsent = [];
    try {
      await this.#options.producer.append(
        topics.signals,
        index,
        messages.map((value) => ({ value })),
      );
    } catch (error) {
      this.#failed(error);
      partition.unsent.unshift(...messages);
    }
  }

  forget(): void {
    for (const partition of this.#signals) partition.sums.forget(this.#options.now());
  }

  /** Resolves when all that was decoded is accepted or counted as lost. */
  async drain(): Promise<void> {
    await this.publishSignals();
    const left = this.#signals.reduce((sum, partition) => sum + partition.unsent.length, 0);
    if (left > 0) this.#metrics?.signalsLost('queue_full', left);
  }
}
