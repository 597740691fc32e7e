import type { Message } from '@linewatch/queue';
import { MessageError, type SignalBatch, decodeSignalBatch, formatAddress, labelKey, topics } from '@linewatch/record';
import type { Logger } from '@linewatch/service';
import type { ApiMetrics } from '../metrics.ts';
import type { LiveQueue } from '../ports.ts';
import { Collectors } from './collectors.ts';
import { Follower } from './follow.ts';
import { type LiveInterfaces, sourceKey } from './interfaces.ts';
import type { NameKind, Names } from './names.ts';
import { RecentSet } from './recent.ts';
import { windowS } from './ring.ts';

/** Batches remembered to tell one that a collector put on the queue twice. */
const maxIdentities = 10_000;
/** Most devices whose name is remembered, and its length. */
const maxDevices = 20_000;
const maxNameLength = 255;

const nameKinds: Readonly<Partial<Record<string, NameKind>>> = { 'interface.name': 'name', 'interface.alias': 'alias' };

export interface TailOptions {
  readonly queue: LiveQueue;
  /** Label of the trust that is shown: of the others nothing is kept. */
  readonly trust: string;
  readonly interfaces: LiveInterfaces;
  readonly names: Names;
  readonly metrics: ApiMetrics;
  readonly logger: Logger;
  readonly clock: () => number;
}

/** Reads the signals topic from 15 minutes ago, for as long as it runs. Nothing is committed: it has no group. */
export class SignalTail {
  readonly collectors = new Collectors();
  /** What devices call themselves, by `sourceKey`. */
  readonly deviceNames = new Map<string, string>();
  readonly #options: TailOptions;
  readonly #batches = new RecentSet(maxIdentities);
  readonly #follower: Follower;

  constructor(options: TailOptions) {
    this.#options = options;
    this.#follower = new Follower({
      ...options,
      topic: topics.signals,
      from: () => ({ timeMs: options.clock() - windowS * 1000 }),
      take: (message) => this.take(message),
    });
  }

  /** Empty when the topic is being read. */
  get trouble(): string {
    return this.#follower.trouble;
  }

  /** Resolves when the topic is being read, or could not be at first: it goes on trying. */
  start(): Promise<unknown> {
    return this.#follower.start();
  }

  stop(): Promise<void> {
    return this.#follower.stop();
  }

  /** Takes what one message of the topic holds. */
  take(message: Message): void {
    const { trust, metrics, interfaces, clock } = this.#options;
    metrics.liveMessages.inc();
    const batch = this.#decode(message);
    if (!batch || batch.trust !== trust) return;
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
      const isSpeed = sample.metric === 'interface.speed.bps';
      if (!kind && !isSpeed && sample.metric !== 'device.name') continue;
      const source = sourceKey(trust, collector, formatAddress(sample.exporter));
      if (isSpeed) {
        if (sample.value > 0 && !this.#options.names.setSpeed(source, sample.interface, sample.value))
          this.#options.metrics.liveDropped.inc({ reason: 'names_full' });
        continue;
      }
      if (!kind) {
        if (this.deviceNames.has(source) || this.deviceNames.size < maxDevices)
          this.deviceNames.set(source, sample.text.slice(0, maxNameLength));
        continue;
      }
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
}
