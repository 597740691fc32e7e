import type { Consumer, Message } from '@linewatch/queue';
import { MessageError, type SignalBatch, decodeSignalBatch, formatAddress, labelKey, topics } from '@linewatch/record';
import { type Logger, backoffMs, describe, sleep } from '@linewatch/service';
import type { ApiMetrics } from '../metrics.ts';
import type { LiveQueue } from '../ports.ts';
import { Collectors } from './collectors.ts';
import { type LiveInterfaces, sourceKey } from './interfaces.ts';
import type { NameKind, Names } from './names.ts';
import { RecentSet } from './recent.ts';
import { windowS } from './ring.ts';

/** Batches remembered to tell one that a collector put on the queue twice. */
const maxIdentities = 10_000;
/** Longest the tail holds the event loop before others have their turn, ms. */
const sliceMs = 10;

const nameKinds: Readonly<Partial<Record<string, NameKind>>> = { 'interface.name': 'name', 'interface.alias': 'alias' };

export interface TailOptions {
  readonly queue: LiveQueue;
  readonly interfaces: LiveInterfaces;
  readonly names: Names;
  readonly metrics: ApiMetrics;
  readonly logger: Logger;
  readonly clock: () => number;
}

/** Reads the signals topic from 15 minutes ago, for as long as it runs. Nothing is committed: it has no group. */
export class SignalTail {
  readonly collectors = new Collectors();
  readonly #options: TailOptions;
  readonly #stopped = new AbortController();
  readonly #batches = new RecentSet(maxIdentities);
  #running: Promise<void> = Promise.resolve();
  #trouble = 'the queue is not read yet';

  constructor(options: TailOptions) {
    this.#options = options;
  }

  /** Empty when the topic is being read. */
  get trouble(): string {
    return this.#trouble;
  }

  /** Resolves when the topic is being read, or could not be at first: it goes on trying. */
  start(): Promise<unknown> {
    const tried = Promise.withResolvers<undefined>();
    this.#running = this.#run(() => tried.resolve(undefined));
    return tried.promise;
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  /** Takes what one message of the topic holds. */
  take(message: Message): void {
    const { metrics, interfaces, clock } = this.#options;
    metrics.liveMessages.inc();
    const batch = this.#decode(message);
    if (!batch) return;
    if (!this.#batches.add(`${batch.trust}/${batch.collector}/${batch.epoch}/${batch.sequence}`)) {
      metrics.liveDropped.inc({ reason: 'repeated' });
      return;
    }
    interfaces.add(batch, message.timeMs, clock());
    this.collectors.add(batch, message.timeMs);
    this.#takeNames(batch);
  }

  #takeNames(batch: SignalBatch): void {
    const trust = labelKey(batch.trust);
    const collector = labelKey(batch.collector);
    for (const sample of batch.samples) {
      const kind = nameKinds[sample.metric];
      if (!kind) continue;
      const source = sourceKey(trust, collector, formatAddress(sample.exporter));
      if (!this.#options.names.set(source, sample.interface, kind, sample.text, sample.timeMs))
        this.#options.metrics.liveDropped.inc({ reason: 'names_full' });
    }
  }

  #decode(message: Message): SignalBatch | undefined {
    try {
      return decodeSignalBatch(message.value);
    } catch (error) {
      if (!(error instanceof MessageError)) throw error;
      // The writer keeps it among the dead letters and says so.
      this.#options.metrics.liveDropped.inc({ reason: 'invalid' });
      return undefined;
    }
  }

  async #take(messages: readonly Message[]): Promise<void> {
    let since = performance.now();
    for (const message of messages) {
      this.take(message);
      if (performance.now() - since < sliceMs) continue;
      await new Promise(setImmediate);
      if (this.#stopped.signal.aborted) return;
      since = performance.now();
    }
  }

  async #run(tried: () => void): Promise<void> {
    const { queue, logger, clock } = this.#options;
    const { signal } = this.#stopped;
    let consumer: Consumer | undefined;
    for (let attempt = 0; !consumer && !signal.aborted; attempt++) {
      try {
        consumer = await queue.tail({
          topic: topics.signals,
          from: { timeMs: clock() - windowS * 1000 },
          onMessages: (_partition, messages) => this.#take(messages),
          onError: (error) => logger.warn({ reason: describe(error) }, 'live tail failed; the queue tries again'),
        });
        this.#trouble = '';
      } catch (error) {
        this.#trouble = `the queue cannot be read: ${describe(error)}`;
        logger.warn({ reason: describe(error) }, 'live tail did not start; trying again');
        tried();
        await sleep(backoffMs(attempt, 200, 5000), signal);
      }
    }
    tried();
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    await consumer?.close();
  }
}
