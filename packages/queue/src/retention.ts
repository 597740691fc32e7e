import { type Logger, describe, sleep } from '@linewatch/service';
import type { Environment } from './environment.ts';
import { QueueError } from './errors.ts';
import type { Timing } from './options.ts';
import type { Partition } from './partition.ts';
import { slowestGroup } from './positions.ts';
import { type ProcessIdentity, isGone } from './process.ts';

/** What one transaction removes at most, so that appends never wait long. */
const stepMessages = 500;
const stepBytes = 4 * 1024 * 1024;
/** How many records of a compacted partition one pass looks at for deletions that are old enough to go. */
const deletionsLookedAt = 500;
const leaseMs = 30_000;

const leaseKey = Buffer.from('retention');

interface RetentionLease {
  readonly process: ProcessIdentity;
  readonly expiresMs: number;
}

interface Step {
  readonly partition: Partition;
  readonly offsets: readonly number[];
}

export interface RetentionOptions {
  readonly environment: Environment;
  readonly partitions: readonly Partition[];
  readonly here: ProcessIdentity;
  readonly timing: Timing;
  readonly logger: Logger;
}

/**
 * Removes what is over age or over the environment's retained octets, oldest first, and nothing that a registered group
 * has not committed past. One process at a time does it; when it has gone another does.
 */
export class Retention {
  readonly #options: RetentionOptions;
  readonly #stopping = new AbortController();
  readonly #deletionCursor = new Map<Partition, number>();
  readonly #running: Promise<void>;

  constructor(options: RetentionOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { timing, environment, logger } = this.#options;
    const { signal } = this.#stopping;
    for (;;) {
      // Spread, so that processes that started together do not all look together.
      await sleep(timing.retentionMs * (0.75 + Math.random() / 2), signal);
      if (signal.aborted) return;
      try {
        const dead = environment.clearDeadReaders();
        if (dead > 0)
          logger.info({ environment: environment.name, readers: dead }, 'dead readers of the queue cleared');
        await this.#pass(signal);
      } catch (error) {
        logger.warn({ environment: environment.name, reason: describe(error) }, 'retention of the queue failed');
      }
    }
  }

  async #pass(signal: AbortSignal): Promise<void> {
    const { environment } = this.#options;
    while (!signal.aborted && (this.#nextStep() || this.#oldDeletions(false).length > 0)) {
      const removed = await environment.write(() => {
        if (!this.#takeLease()) return 0;
        const step = this.#nextStep();
        if (step) step.partition.removeOldest(step.offsets, step.offsets.at(-1)!);
        const deletions = this.#oldDeletions(true);
        for (const { partition, offset, key } of deletions) partition.removeDeletion(offset, key);
        return (step?.offsets.length ?? 0) + deletions.length;
      });
      if (removed === 0) return;
      await sleep(1, signal);
    }
  }

  #takeLease(): boolean {
    const { environment, here } = this.#options;
    const stored = environment.meta.get(leaseKey);
    if (stored) {
      const lease = JSON.parse(stored.toString()) as RetentionLease;
      const isOurs = lease.process.pid === here.pid && lease.process.world === here.world;
      if (!isOurs && lease.expiresMs > Date.now() && !isGone(lease.process, here)) return false;
    }
    const lease: RetentionLease = { process: here, expiresMs: Date.now() + leaseMs };
    void environment.meta.put(leaseKey, Buffer.from(JSON.stringify(lease)));
    return true;
  }

  /** The oldest messages that may go, all of one partition. */
  #nextStep(): Step | undefined {
    const { environment, partitions } = this.#options;
    const { retainBytes, retainMs } = environment.options;
    const cutoffMs = Date.now() - retainMs;
    let excess = environment.usage().bytes - retainBytes;
    let oldest: { partition: Partition; timeMs: number; floor: number } | undefined;
    for (const partition of partitions) {
      if (partition.compacted) continue;
      const { first, messages } = partition.head();
      if (messages === 0) continue;
      const floor = slowestGroup(partition)?.offset ?? Infinity;
      if (floor <= first) continue;
      const [at] = partition.records(first, 1);
      if (!at)
        throw new QueueError('queue_corrupt', `${partition.topic}[${partition.number}] offset ${first} is missing`);
      const { timeMs } = at.record;
      if ((timeMs < cutoffMs || excess > 0) && (!oldest || timeMs < oldest.timeMs))
        oldest = { partition, timeMs, floor };
    }
    if (!oldest) return undefined;
    const { partition, floor } = oldest;
    const offsets: number[] = [];
    let bytes = 0;
    for (const { offset, record } of partition.records(partition.head().first, stepMessages)) {
      if (offset >= floor || bytes >= stepBytes || (record.timeMs >= cutoffMs && excess <= 0)) break;
      offsets.push(offset);
      bytes += record.cost;
      excess -= record.cost;
    }
    return { partition, offsets };
  }

  /** Deletions in compacted topics that are over age; moves on through the partition with each pass. */
  #oldDeletions(advance: boolean): { partition: Partition; offset: number; key: string }[] {
    const { environment, partitions } = this.#options;
    const cutoffMs = Date.now() - environment.options.retainMs;
    return partitions
      .filter((partition) => partition.compacted)
      .flatMap((partition) => {
        const records = partition.records(this.#deletionCursor.get(partition) ?? 0, deletionsLookedAt);
        const found = records.filter(({ record }) => record.valueBytes === 0 && record.timeMs < cutoffMs);
        const last = records.at(-1);
        if (advance || found.length === 0)
          this.#deletionCursor.set(partition, last && records.length === deletionsLookedAt ? last.offset + 1 : 0);
        return found.map(({ offset, record }) => ({ partition, offset, key: record.key }));
      });
  }
}
