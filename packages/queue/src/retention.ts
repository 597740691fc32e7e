import { type Logger, describe, sleep } from '@linewatch/service';
import { removeMessage } from './bodies.ts';
import type { Environment } from './environment.ts';
import type { Timing } from './options.ts';
import type { Partition } from './partition.ts';
import { slowestGroup } from './positions.ts';
import { type ProcessIdentity, isGone } from './process.ts';
import { type Head, type IndexRecord, type Removed, encodeHead, encodeRemoved, nameKey } from './records.ts';

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
  readonly removed: Removed;
  readonly messages: readonly { readonly offset: number; readonly record: IndexRecord }[];
}

interface Deletion {
  readonly partition: Partition;
  readonly offset: number;
  readonly key: string;
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
        const dead = environment.store.clearDeadReaders();
        if (dead > 0)
          logger.info({ environment: environment.name, readers: dead }, 'dead readers of the queue cleared');
        await this.#pass(signal);
      } catch (error) {
        logger.warn({ environment: environment.name, reason: describe(error) }, 'retention of the queue failed');
      }
    }
  }

  async #pass(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const step = this.#nextStep();
      const deletions = step ? [] : this.#oldDeletions();
      if (!step && deletions.length === 0) return;
      if (!(await this.#takeLease())) return;
      if (step) await this.#remove(step);
      else await this.#removeDeletions(deletions);
      await sleep(1, signal);
    }
  }

  /** Which process works is only a matter of thrift: two at once would do no harm. */
  async #takeLease(): Promise<boolean> {
    const { environment, here } = this.#options;
    const read = (): RetentionLease | undefined => {
      const stored = environment.store.meta.get(leaseKey);
      return stored && (JSON.parse(stored.toString()) as RetentionLease);
    };
    const isOurs = ({ process }: RetentionLease): boolean => process.pid === here.pid && process.world === here.world;
    const isTaken = (lease: RetentionLease): boolean =>
      !isOurs(lease) && lease.expiresMs > Date.now() && !isGone(lease.process, here);
    const seen = read();
    if (seen && isTaken(seen)) return false;
    if (seen && isOurs(seen) && seen.expiresMs > Date.now() + leaseMs / 2) return true;
    return environment.store.write(() => {
      const lease = read();
      if (lease && isTaken(lease)) return false;
      const ours: RetentionLease = { process: here, expiresMs: Date.now() + leaseMs };
      void environment.store.meta.put(leaseKey, Buffer.from(JSON.stringify(ours)));
      return true;
    });
  }

  /** Does nothing when another process removed something meanwhile: the next step sees what is left. */
  async #remove({ partition, removed, messages }: Step): Promise<void> {
    const { environment } = this.#options;
    const after: Removed = {
      version: removed.version + 1,
      first: messages.at(-1)!.offset + 1,
      bytes: removed.bytes + messages.reduce((sum, { record }) => sum + record.cost, 0),
      messages: removed.messages + messages.length,
    };
    await environment.store.writeIf(environment.store.removals, partition.key, removed.version, () => {
      for (const { offset, record } of messages) removeMessage(environment, partition.id, offset, record.chunks);
      void environment.store.removals.put(partition.key, encodeRemoved(after), after.version);
    });
  }

  /** The oldest messages that may go, all of one partition. */
  #nextStep(): Step | undefined {
    const { environment, partitions } = this.#options;
    const { retainBytes, retainMs } = environment.options;
    const cutoffMs = Date.now() - retainMs;
    let excess = environment.usedBytes() - retainBytes;
    let oldest: { partition: Partition; timeMs: number; floor: number } | undefined;
    for (const partition of partitions) {
      if (partition.compacted) continue;
      const { first, messages } = partition.extent();
      if (messages === 0) continue;
      const floor = slowestGroup(partition)?.offset ?? Infinity;
      if (floor <= first) continue;
      const [at] = partition.records(first, 1);
      if (!at) throw partition.corrupt(first, 'is missing');
      const { timeMs } = at.record;
      if ((timeMs < cutoffMs || excess > 0) && (!oldest || timeMs < oldest.timeMs))
        oldest = { partition, timeMs, floor };
    }
    if (!oldest) return undefined;
    const { partition, floor } = oldest;
    const removed = partition.removed();
    const found = partition.records(removed.first, stepMessages);
    let bytes = 0;
    let count = 0;
    for (const { offset, record } of found) {
      if (offset >= floor || bytes >= stepBytes || (record.timeMs >= cutoffMs && excess <= 0)) break;
      count += 1;
      bytes += record.cost;
      excess -= record.cost;
    }
    return { partition, removed, messages: found.slice(0, count) };
  }

  /** Deletions in compacted topics that are over age, among the records that this pass looks at. */
  #oldDeletions(): Deletion[] {
    const { environment, partitions } = this.#options;
    const cutoffMs = Date.now() - environment.options.retainMs;
    return partitions
      .filter((partition) => partition.compacted)
      .flatMap((partition) => {
        const records = partition.records(this.#deletionCursor.get(partition) ?? 0, deletionsLookedAt);
        const last = records.length < deletionsLookedAt ? undefined : records.at(-1);
        this.#deletionCursor.set(partition, last ? last.offset + 1 : 0);
        return records
          .filter(({ record }) => record.valueBytes === 0 && record.timeMs < cutoffMs)
          .map(({ offset, record }) => ({ partition, offset, key: record.key }));
      });
  }

  async #removeDeletions(deletions: readonly Deletion[]): Promise<void> {
    const { environment } = this.#options;
    await environment.store.write(() => {
      for (const { partition, offset, key } of deletions) {
        const place = nameKey(partition.id, key);
        const record = partition.record(offset);
        if (!record || environment.store.latest.get(place)?.readDoubleLE(0) !== offset) continue;
        void environment.store.latest.remove(place);
        removeMessage(environment, partition.id, offset, record.chunks);
        const head = partition.head();
        const after: Head = {
          ...head,
          version: head.version + 1,
          bytes: head.bytes - record.cost,
          messages: head.messages - 1,
        };
        void environment.store.heads.put(partition.key, encodeHead(after), after.version);
      }
    });
  }
}
