import { type Logger, describe, sleep } from '@linewatch/service';
import type { Environment } from './environment.ts';
import {
  type Lease,
  type Member,
  plan,
  readLease,
  readMembers,
  removeMember,
  writeLease,
  writeMember,
} from './group.ts';
import type { Timing } from './options.ts';
import type { Partition } from './partition.ts';
import type { Position, Subscription } from './port.ts';
import { committedPosition } from './positions.ts';
import { type ProcessIdentity, newMemberId } from './process.ts';
import { LeasedReader } from './reader.ts';

interface Held {
  readonly reader: LeasedReader;
  readonly settled: Promise<void>;
  /** When it was asked to end; 0 while it is not. */
  revokedAt: number;
}

interface Taken {
  readonly partition: Partition;
  readonly generation: number;
  readonly committed: Position;
}

export interface MembershipOptions {
  readonly environment: Environment;
  /** Those of the subscription that live in this environment. */
  readonly partitions: readonly Partition[];
  readonly subscription: Subscription;
  readonly instance: string;
  readonly here: ProcessIdentity;
  readonly timing: Timing;
  readonly logger: Logger;
}

const freed = ({ generation }: Lease): Lease => ({
  member: '',
  process: undefined,
  generation: generation + 1,
  expiresMs: 0,
});

/** A subscription's part in one environment: takes its share of the partitions, and keeps it while the process lives. */
export class Membership {
  readonly #options: MembershipOptions;
  readonly #id: string;
  readonly #held = new Map<Partition, Held>();
  readonly #stopping = new AbortController();
  readonly #stopListening: () => void;
  #wake = new AbortController();
  #memberExpiresMs = 0;
  #running: Promise<void>;

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.#id = newMemberId(options.instance);
    this.#stopListening = options.environment.store.bell.onGroups(() => this.#wake.abort());
    this.#running = this.#run();
  }

  /** Gives every partition up, waiting a while for their handlers, and leaves the group. */
  async close(): Promise<void> {
    if (this.#stopping.signal.aborted) return this.#running;
    this.#stopping.abort();
    this.#wake.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { timing, subscription, environment, logger } = this.#options;
    while (!this.#stopping.signal.aborted) {
      this.#wake = new AbortController();
      try {
        await this.#beat();
      } catch (error) {
        logger.warn(
          { group: subscription.group, environment: environment.name, reason: describe(error) },
          'group cannot be looked after',
        );
        await sleep(timing.heartbeatMs, this.#stopping.signal);
      }
      await sleep(timing.heartbeatMs, this.#wake.signal);
    }
    this.#stopListening();
    await this.#leave();
  }

  #look(nowMs: number): { self: Member; leases: Map<Partition, Lease>; plan: ReturnType<typeof plan> } {
    const { environment, subscription, partitions, here, timing } = this.#options;
    const leases = new Map(partitions.map((p) => [p, readLease(p, subscription.group)]));
    const topics = [...new Set(partitions.map((p) => p.topic))];
    const self: Member = { id: this.#id, topics, process: here, expiresMs: nowMs + timing.leaseMs };
    const members = readMembers(environment, subscription.group);
    const outlook = [...leases].map(([partition, lease]) => ({ partition, lease }));
    return { self, leases, plan: plan({ self, members, partitions: outlook, here, nowMs }) };
  }

  async #beat(): Promise<void> {
    const { environment, subscription, timing, here } = this.#options;
    const { group } = subscription;
    // Reading is cheap and usually shows that all is well: then nothing is written but a renewal now and then.
    const seen = this.#look(Date.now());
    const due = this.#memberExpiresMs - Date.now() < timing.leaseMs * 0.5;
    if (due || seen.plan.take.length > 0 || seen.plan.gone.length > 0) {
      const taken: Taken[] = [];
      await environment.store.write(() => {
        taken.length = 0;
        const now = Date.now();
        const { self, leases, plan } = this.#look(now);
        const isNew = this.#memberExpiresMs === 0;
        writeMember(environment, group, self);
        for (const member of plan.gone) removeMember(environment, group, member.id);
        const mine = { member: this.#id, process: here, expiresMs: self.expiresMs };
        for (const [partition, lease] of leases) {
          // A lease of ours that nobody here holds is left from an attempt that failed half-way: it is dropped.
          if (lease.member !== this.#id) continue;
          writeLease(partition, group, this.#held.has(partition) ? { ...lease, ...mine } : freed(lease));
        }
        for (const partition of plan.take) {
          const generation = leases.get(partition)!.generation + 1;
          writeLease(partition, group, { ...mine, generation });
          const committed = committedPosition(partition, group) ?? { offset: partition.removed().first, metadata: '' };
          taken.push({ partition, generation, committed });
        }
        if (isNew || plan.gone.length > 0) environment.store.ring('groups');
        this.#memberExpiresMs = self.expiresMs;
      });
      for (const each of taken) this.#start(each);
    }
    this.#checkHeld(seen.plan.giveUp);
  }

  #start({ partition, generation, committed }: Taken): void {
    const { subscription, logger } = this.#options;
    const { group } = subscription;
    const reader = new LeasedReader({ source: partition, group, generation, committed });
    logger.debug({ group, topic: partition.topic, partition: partition.number }, 'partition assigned');
    // The handler starts when the partition stands among the held ones.
    const settled = Promise.resolve()
      .then(() => subscription.onPartition(reader))
      .catch((error: unknown) => subscription.onError(error, partition.topic, partition.number))
      .catch((error: unknown) => logger.error({ reason: describe(error) }, 'error handler of a subscription failed'))
      .finally(() => reader.revoke())
      .then(() => this.#release(partition));
    this.#held.set(partition, { reader, settled, revokedAt: 0 });
  }

  #checkHeld(giveUp: readonly Partition[]): void {
    const { subscription, timing } = this.#options;
    for (const [partition, held] of this.#held) {
      const lease = readLease(partition, subscription.group);
      if (lease.member !== this.#id || lease.generation !== held.reader.generation) held.reader.fence();
      else if (giveUp.includes(partition)) this.#revoke(held);
      // Its handler does not end: it is fenced, and another consumer goes on.
      if (held.revokedAt > 0 && performance.now() - held.revokedAt > timing.patienceMs) void this.#release(partition);
    }
  }

  #revoke(held: Held): void {
    if (held.revokedAt > 0) return;
    held.revokedAt = performance.now();
    held.reader.revoke();
  }

  async #release(partition: Partition): Promise<void> {
    const held = this.#held.get(partition);
    if (!held) return;
    this.#held.delete(partition);
    held.reader.fence();
    const { environment, subscription, logger } = this.#options;
    try {
      await environment.store.write(() => {
        const lease = readLease(partition, subscription.group);
        if (lease.member !== this.#id || lease.generation !== held.reader.generation) return;
        writeLease(partition, subscription.group, freed(lease));
        // A handler that ended by itself is started again at the next heartbeat, not at once.
        if (held.revokedAt > 0) environment.store.ring('groups');
      });
    } catch (error) {
      logger.warn({ reason: describe(error), topic: partition.topic }, 'partition could not be released');
    }
  }

  async #leave(): Promise<void> {
    const { environment, subscription, timing, logger } = this.#options;
    for (const held of this.#held.values()) this.#revoke(held);
    const settled = Promise.all([...this.#held.values()].map((held) => held.settled));
    const done = new AbortController();
    void settled.finally(() => done.abort());
    const until = performance.now() + timing.patienceMs;
    // The leases stay renewed while handlers finish, so that nobody takes over half-way.
    while (this.#held.size > 0 && performance.now() < until) {
      await sleep(timing.heartbeatMs, done.signal);
      await this.#renew().catch(() => undefined);
    }
    await Promise.all([...this.#held.keys()].map((partition) => this.#release(partition)));
    try {
      await environment.store.write(() => {
        removeMember(environment, subscription.group, this.#id);
        environment.store.ring('groups');
      });
    } catch (error) {
      logger.warn({ reason: describe(error), group: subscription.group }, 'group could not be left');
    }
  }

  async #renew(): Promise<void> {
    const { environment, subscription, timing } = this.#options;
    await environment.store.write(() => {
      for (const partition of this.#held.keys()) {
        const lease = readLease(partition, subscription.group);
        if (lease.member === this.#id)
          writeLease(partition, subscription.group, { ...lease, expiresMs: Date.now() + timing.leaseMs });
      }
    });
  }
}
