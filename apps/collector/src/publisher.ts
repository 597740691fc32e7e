/**
 * From decoded rows to accepted messages. Flow batches close by rows or age; every half second the sums, samples and
 * events go out behind them, saying how many flow batches they cover:
 *
 *   flows    [batch 0][batch 1][batch 2] ───► accepted ┐
 *   signals                                            └► [sums, covers 3]
 *
 * so that after a crash between the two, the next start can tell which flows' sums are missing (see recover.ts).
 */
import type { Exporter, FlowSink, Privacy } from '@linewatch/decode';
import { type Producer, QueueError } from '@linewatch/queue';
import {
  ElementColumnBuilder,
  type Event,
  type FlowColumns,
  type Sample,
  createFlowColumns,
  createSumColumns,
  encodeFlowBatch,
  encodeSignalBatch,
  fnv1a,
} from '@linewatch/record';
import { type Logger, describe } from '@linewatch/service';
import { Counted } from './counted.ts';
import { FlowAppends } from './flow-appends.ts';
import type { CollectorMetrics, UnqueuedReason } from './metrics.ts';
import type { Passed } from './poll/readings.ts';
import { RunningTotals } from './running-totals.ts';
import { SignalAppends } from './signal-appends.ts';
import { InterfaceSums, type SumSet } from './sums.ts';

/** Rows of a batch: half a megabyte of message. */
const batchRows = 8192;
/** A refusal is told for this long: without new flows, nothing would take it back. */
const problemMs = 10_000;
/** Samples and events of one message; text of them, characters. */
const messageRows = 5000;
const messageText = 512 * 1024;
/** Text of kept elements in one batch, octets: far below what a message may have. */
const elementOctets = 2 * 1024 * 1024;
/** What is covered is said again after this long: the next start looks back a little further than that. */
const sayCoveredMs = 30_000;

export interface PublisherOptions {
  readonly producer: Producer;
  readonly trust: string;
  readonly collector: string;
  readonly epoch: number;
  readonly flowPartitions: number;
  readonly signalPartitions: number;
  readonly inFlightBytes: number;
  /** What becomes of addresses of inside hosts. */
  readonly privacy: Pick<Privacy, 'apply' | 'text'>;
  readonly now: () => number;
  readonly logger: Logger;
}

/** One partition of the signals topic: its exporters' sums, samples and events. */
interface SignalPartition {
  readonly appends: SignalAppends;
  readonly sums: InterfaceSums;
  samples: Sample[];
  events: Event[];
  /** Characters of text in both. */
  text: number;
  /** Messages of sums of this round, and their rows. */
  sumMessages: Uint8Array[];
  sumRows: number;
  /** Flow batches that the latest message covers; -1 before the first. And when it was made, Unix ms. */
  covered: number;
  coveredMs: number;
}

/** Which partition an exporter's signals go to (FNV-1a of its address). */
export const partitionOf = (address: Uint8Array, partitions: number): number =>
  partitions === 1 ? 0 : fnv1a(address) % partitions;

const noSums = { columns: createSumColumns(1), rows: 0 };

export class Publisher implements FlowSink {
  readonly columns: FlowColumns = createFlowColumns(batchRows);
  rows = 0;
  readonly #options: PublisherOptions;
  readonly #signals: SignalPartition[];
  readonly #partitions = new WeakMap<Exporter, SignalPartition>();
  readonly #appends: FlowAppends;
  readonly #elements = new ElementColumnBuilder();
  readonly #totals: RunningTotals;
  readonly #counted = new Counted((exporter, passed) =>
    this.#partitionOf(exporter.address).sums.addCounted(exporter, passed, this.#options.now()),
  );
  #metrics: CollectorMetrics | undefined;
  #sequence = 0;
  #signalSequence = 0;
  /** What was refused last and not accepted since, and when. */
  readonly #problems = { flows: { text: '', ms: 0 }, signals: { text: '', ms: 0 } };
  /** Hears of each event. */
  onEvent: ((event: Event) => void) | undefined;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#totals = new RunningTotals(options.epoch);
    this.#appends = new FlowAppends({
      producer: options.producer,
      partitions: options.flowPartitions,
      onAccepted: (rows, bytes) => {
        this.#problems.flows.text = '';
        this.#metrics?.queued(rows, bytes);
      },
      onRefused: (error, rows) => this.#metrics?.unqueued(this.#failed('flows', error), rows),
    });
    this.#signals = Array.from({ length: options.signalPartitions }, (_, index) => {
      const partition: SignalPartition = {
        appends: new SignalAppends({
          producer: options.producer,
          partition: index,
          onAccepted: () => (this.#problems.signals.text = ''),
          onRefused: (error) => this.#failed('signals', error),
          onLost: (reason, rows) => this.#metrics?.signalsLost(reason, rows),
          now: options.now,
        }),
        sums: new InterfaceSums((set) => {
          partition.sumMessages.push(this.#encode(set, [], []));
          partition.sumRows += set.rows;
        }),
        samples: [],
        events: [],
        text: 0,
        sumMessages: [],
        sumRows: 0,
        covered: -1,
        coveredMs: 0,
      };
      return partition;
    });
  }

  /** Metrics need the decoder, which needs this sink: they come second. */
  use(metrics: CollectorMetrics): void {
    this.#metrics = metrics;
  }

  /** Why the queue refuses, if it does: nothing was accepted since, and the refusal is not long ago. */
  get problem(): string {
    const since = this.#options.now() - problemMs;
    const { flows, signals } = this.#problems;
    return [flows, signals].find(({ text, ms }) => text !== '' && ms >= since)?.text ?? '';
  }

  /** Unix ms when signals were last accepted, on every partition: what came before is covered. */
  get acceptedMs(): number {
    return Math.min(...this.#signals.map(({ appends }) => appends.acceptedMs));
  }

  get inFlightBytes(): number {
    return this.#appends.inFlightBytes;
  }

  get sumsOverLimit(): number {
    return this.#signals.reduce((sum, partition) => sum + partition.sums.overLimit, 0);
  }

  get totalsSkipped(): number {
    return this.#signals.reduce((sum, partition) => sum + partition.sums.totalsSkipped, 0);
  }

  decoded(exporter: Exporter, from: number, to: number): void {
    let partition = this.#partitions.get(exporter);
    if (!partition) {
      partition = this.#partitionOf(exporter.address);
      this.#partitions.set(exporter, partition);
    }
    this.#totals.apply(exporter, this.columns, from, to);
    partition.sums.add(exporter, this.columns, from, to, this.#options.now());
    if (this.#elements.octets > elementOctets) this.flush();
  }

  element(row: number, name: string, value: string): void {
    this.#elements.add(row, name, this.#options.privacy.text(value));
  }

  #partitionOf(address: Uint8Array): SignalPartition {
    return this.#signals[partitionOf(address, this.#signals.length)]!;
  }

  /** From the decoder: octet counters of interfaces count as what these carried. */
  sample(sample: Sample): void {
    this.#counted.sample(sample);
    this.polled(sample);
  }

  /** From a poll, which tells by itself what passed between its readings. */
  polled(sample: Sample): void {
    const partition = this.#partitionOf(sample.exporter);
    partition.samples.push(sample);
    this.#grown(partition, sample.text.length);
  }

  passed(address: Uint8Array, passed: Passed): void {
    this.#counted.passed(address, passed);
  }

  event(event: Event): void {
    this.onEvent?.(event);
    const partition = this.#partitionOf(event.exporter);
    partition.events.push(event);
    this.#metrics?.event(event.kind);
    this.#grown(partition, event.detail.length);
  }

  /** Closes a message of samples and events before it grows beyond what the queue takes. */
  #grown(partition: SignalPartition, text: number): void {
    partition.text += text;
    if (partition.text >= messageText || partition.samples.length + partition.events.length >= messageRows)
      this.#closeRows(partition);
  }

  /** Closes the flow batch. It goes to the queue with those that follow soon, or with `release`. */
  flush(): void {
    const { rows } = this;
    if (rows === 0) return;
    this.rows = 0;
    const elements = this.#elements.take(rows);
    const { trust, collector, epoch, flowPartitions, inFlightBytes } = this.#options;
    if (this.#appends.inFlightBytes > inFlightBytes) {
      this.#metrics?.unqueued('queue_backlog', rows);
      return;
    }
    // Sums hold no host: they were made of the rows before.
    this.#options.privacy.apply(this.columns, rows);
    const sequence = this.#sequence++;
    const value = encodeFlowBatch({ trust, collector, epoch, sequence }, this.columns, rows, elements);
    this.#appends.add(sequence % flowPartitions, value, rows);
  }

  /** Closes the flow batch and hands all closed ones to the queue. */
  release(): void {
    this.flush();
    this.#appends.release();
  }

  #failed(what: 'flows' | 'signals', error: unknown): UnqueuedReason {
    const text = describe(error);
    if (this.#problems[what].text === '') this.#options.logger.error({ what, reason: text }, 'queue does not accept');
    this.#problems[what] = { text, ms: this.#options.now() };
    return error instanceof QueueError && error.code === 'queue_full' ? 'queue_full' : 'queue_failed';
  }

  #encode(sums: SumSet, samples: readonly Sample[], events: readonly Event[], covers?: number): Uint8Array {
    const { trust, collector, epoch } = this.#options;
    const identity = { trust, collector, epoch, sequence: this.#signalSequence++ };
    return encodeSignalBatch(identity, sums, samples, events, covers);
  }

  #closeRows(partition: SignalPartition): void {
    const { samples, events } = partition;
    if (samples.length + events.length === 0) return;
    partition.samples = [];
    partition.events = [];
    partition.text = 0;
    partition.appends.add([this.#encode(noSums, samples, events)], samples.length + events.length);
  }

  /**
   * Publishes the sums of everything decoded so far once its flows are accepted, and the samples and events. A
   * partition's sums of a round and what they cover are one atomic append.
   * @returns when all that waits was tried.
   */
  async publishSignals(): Promise<void> {
    this.release();
    const flows = this.#appends.settled();
    const nowMs = this.#options.now();
    for (const partition of this.#signals) {
      this.#closeRows(partition);
      partition.sums.flush();
      const isSaid = partition.covered === this.#sequence && Math.abs(nowMs - partition.coveredMs) < sayCoveredMs;
      if (!isSaid || partition.sumRows > 0) {
        const values = [...partition.sumMessages, this.#encode(noSums, [], [], this.#sequence)];
        partition.appends.add(values, partition.sumRows, flows);
        [partition.covered, partition.coveredMs] = [this.#sequence, nowMs];
        partition.sumMessages = [];
        partition.sumRows = 0;
      }
    }
    await Promise.all(this.#signals.map(({ appends }) => appends.send()));
  }

  forget(): void {
    for (const partition of this.#signals) partition.sums.forget(this.#options.now());
  }

  /** Resolves when all that was decoded is accepted or counted as lost. */
  async drain(): Promise<void> {
    await this.publishSignals();
    // A round may have been under way and have ended before what came last.
    await this.publishSignals();
    const lost = this.#signals.reduce((sum, { appends }) => sum + appends.waitingRows, 0);
    if (lost === 0) return;
    this.#metrics?.signalsLost('queue_full', lost);
    this.#options.logger.error(
      { rows: lost },
      'signals were not accepted; the next start makes up for sums of accepted flows',
    );
  }
}
