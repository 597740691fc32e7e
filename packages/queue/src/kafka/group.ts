/**
 * Membership in a consumer group, by the brokers' protocol: join, take the share that the group's leader worked out, beat,
 * and give everything up before the next join. Whoever reads under one generation cannot commit under another.
 */
import { type Logger, describe, sleep } from '@linewatch/service';
import {
  type Assignment,
  assign,
  assignerName,
  decodeAssignment,
  decodeTopics,
  encodeAssignment,
  encodeTopics,
} from './assign.ts';
import type { Broker, Cluster, JoinedGroup } from './cluster.ts';
import { isFenced, protocolError } from './failures.ts';
import type { Link } from './link.ts';
import type { KafkaTiming } from './options.ts';

/** One time of being a member; what it commits is refused when the group has moved on. */
export interface Generation {
  readonly id: number;
  readonly memberId: string;
}

export interface MembershipOptions {
  readonly link: Link;
  /** By their names on the brokers. */
  readonly group: string;
  readonly topics: readonly string[];
  readonly timing: KafkaTiming;
  readonly logger: Logger;
  readonly onAssigned: (generation: Generation, assignment: Assignment) => void;
  /** Asks the readers to end; resolves when they have. */
  readonly onRevoked: () => Promise<unknown>;
  /** From here on what they commit is refused. */
  readonly onFenced: () => void;
}

/** How long readers have to end before the partitions may go to others, ms. */
const patienceMs = 15_000;
/** The same when this member leaves: who stops it does not wait for ever. */
const leavePatienceMs = 3000;
/** How long the brokers wait for members to join again: the patience and some more. */
const rebalanceMs = 20_000;
/** How often the leader looks whether a topic has grown, ms. */
const growthMs = 30_000;
/** How long a close waits for a join that other members hold up, and for the answer that the group was left, ms. */
const joinGraceMs = 2000;
/** A beat unanswered for so long, ms, says that nothing will be answered while this member leaves. */
const silentMs = 1000;
/** How often a close looks whether there is something to wait for, ms. */
const lookMs = 50;

export class Membership {
  readonly #options: MembershipOptions;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #memberId = '';
  #coordinator: Broker | undefined;
  /** As the leader last shared them out, to see that a topic has grown; empty when another member leads. */
  #shared = new Map<string, number>();
  #isJoining = false;
  /** When the beat under way was sent, by `performance.now()`. */
  #beatAt: number | undefined;

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** Resolves when the readers have ended, or had their time, and the group was left. */
  async close(): Promise<void> {
    this.#stopping.abort();
    const ended = new AbortController();
    const running = this.#running.finally(() => ended.abort());
    const until = performance.now() + (this.#isJoining ? joinGraceMs : leavePatienceMs + joinGraceMs);
    while (!ended.signal.aborted && performance.now() < until && !this.#isSilent) await sleep(lookMs, ended.signal);
    // What waits for an answer ends with its connection.
    await this.#options.link.close();
    await running;
  }

  /** Whether the brokers do not answer: what is left undone then is seen by who reads next. */
  get #isSilent(): boolean {
    return this.#options.link.isFailing || performance.now() - (this.#beatAt ?? Infinity) > silentMs;
  }

  async coordinator(): Promise<Broker> {
    return (this.#coordinator ??= await this.#findCoordinator());
  }

  async #findCoordinator(): Promise<Broker> {
    const cluster = await this.#options.link.cluster();
    return cluster.findGroupCoordinator({ groupId: this.#options.group });
  }

  /** After an error of the coordinator's: it may be another one now. */
  forgetCoordinator(): void {
    this.#coordinator = undefined;
  }

  async #run(): Promise<void> {
    const { link, logger, group } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        this.#isJoining = true;
        const joined = await this.#join().finally(() => {
          this.#isJoining = false;
        });
        link.answered();
        this.#options.onAssigned(joined.generation, joined.assignment);
        await this.#stay(joined.generation);
      } catch (error) {
        if (protocolError(error) === 'UNKNOWN_MEMBER_ID') this.#memberId = '';
        this.forgetCoordinator();
        if (isFenced(error)) continue;
        logger.debug({ group, reason: describe(error) }, 'group cannot be joined');
        await link.failed(error, signal);
      }
    }
    await this.#leave();
  }

  async #join(): Promise<{ generation: Generation; assignment: Assignment }> {
    const { link, group: groupId, topics, timing, logger } = this.#options;
    const cluster = await link.cluster();
    await cluster.refreshMetadataIfNecessary();
    const coordinator = await this.coordinator();
    const joined = await coordinator.joinGroup({
      groupId,
      sessionTimeout: timing.sessionMs,
      rebalanceTimeout: rebalanceMs,
      memberId: this.#memberId,
      groupProtocols: [{ name: assignerName, metadata: encodeTopics(topics) }],
    });
    const { memberId, generationId } = joined;
    this.#memberId = memberId;
    const groupAssignment = joined.leaderId === memberId ? await this.#share(cluster, joined) : [];
    if (groupAssignment.length === 0) this.#shared = new Map();
    const { memberAssignment } = await coordinator.syncGroup({ groupId, generationId, memberId, groupAssignment });
    const assignment = decodeAssignment(memberAssignment);
    logger.debug({ group: groupId, generationId, assignment }, 'group joined');
    return { generation: { id: generationId, memberId }, assignment };
  }

  async #share(cluster: Cluster, { members }: JoinedGroup): Promise<{ memberId: string; memberAssignment: Buffer }[]> {
    const readers = members.map(({ memberId, memberMetadata }) => ({ memberId, topics: decodeTopics(memberMetadata) }));
    const topics = [...new Set(readers.flatMap((reader) => reader.topics))];
    await cluster.addMultipleTargetTopics(topics);
    await cluster.refreshMetadata();
    const counts = new Map(topics.map((topic) => [topic, cluster.findTopicPartitionMetadata(topic).length]));
    const shares = assign(readers, (topic) => Array.from({ length: counts.get(topic) ?? 0 }, (_, i) => i));
    this.#shared = counts;
    return Array.from(shares, ([memberId, share]) => ({ memberId, memberAssignment: encodeAssignment(share) }));
  }

  /** Beats until the group is shared out anew or this member leaves; then the readers have ended or are fenced. */
  async #stay(generation: Generation): Promise<void> {
    const { timing, onRevoked, onFenced } = this.#options;
    try {
      let growthAt = performance.now() + growthMs;
      while (!this.#stopping.signal.aborted && (await this.#beat(generation))) {
        await sleep(timing.heartbeatMs, this.#stopping.signal);
        if (performance.now() < growthAt) continue;
        growthAt = performance.now() + growthMs;
        if (await this.#hasGrown()) break;
      }
      const ended = new AbortController();
      void onRevoked().finally(() => ended.abort());
      const until = performance.now() + (this.#stopping.signal.aborted ? leavePatienceMs : patienceMs);
      const over = AbortSignal.any([ended.signal, this.#options.link.signal]);
      while (!over.aborted && performance.now() < until) {
        await sleep(Math.min(timing.heartbeatMs, until - performance.now()), over);
        await this.#beat(generation);
      }
    } finally {
      onFenced();
    }
  }

  /** @returns false when a new generation is being formed. @throws when this one is over. */
  async #beat({ id: groupGenerationId, memberId }: Generation): Promise<boolean> {
    const { link, group: groupId } = this.#options;
    this.#beatAt = performance.now();
    try {
      const coordinator = await this.coordinator();
      await coordinator.heartbeat({ groupId, groupGenerationId, memberId });
      link.answered();
      return true;
    } catch (error) {
      if (protocolError(error) === 'REBALANCE_IN_PROGRESS') return false;
      if (isFenced(error)) throw error;
      // Whether the generation still stands is the brokers' to say, when they answer again.
      this.forgetCoordinator();
      await link.failed(error, this.#stopping.signal);
      return true;
    } finally {
      this.#beatAt = undefined;
    }
  }

  async #hasGrown(): Promise<boolean> {
    if (this.#shared.size === 0) return false;
    try {
      const cluster = await this.#options.link.cluster();
      await cluster.refreshMetadata();
      return [...this.#shared].some(([topic, count]) => cluster.findTopicPartitionMetadata(topic).length > count);
    } catch (error) {
      await this.#options.link.failed(error, this.#stopping.signal);
      return false;
    }
  }

  async #leave(): Promise<void> {
    const { link } = this.#options;
    if (this.#memberId === '' || link.signal.aborted || link.isFailing) return;
    const left = new AbortController();
    void this.coordinator()
      .then((coordinator) => coordinator.leaveGroup({ groupId: this.#options.group, memberId: this.#memberId }))
      .catch(() => undefined)
      .finally(() => left.abort());
    // Without an answer it is a matter of the session's time.
    await sleep(joinGraceMs, left.signal);
  }
}
