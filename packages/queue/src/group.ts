/**
 * Who reads what in a group: members and leases, kept in the environment that holds the partitions. Every member plans by
 * the same rules over the same records inside a write transaction, so no two plans disagree.
 */
import { createHash } from 'node:crypto';
import type { Environment } from './environment.ts';
import type { Partition } from './partition.ts';
import { type ProcessIdentity, isGone } from './process.ts';
import { nameKey } from './records.ts';

export interface Member {
  readonly id: string;
  readonly topics: readonly string[];
  readonly process: ProcessIdentity;
  readonly expiresMs: number;
}

export interface Lease {
  /** Empty when nobody has it. */
  readonly member: string;
  readonly process: ProcessIdentity | undefined;
  /** Grows with each change of owner; the stored record's version, so that commits can make a condition of it. */
  readonly generation: number;
  readonly expiresMs: number;
}

const noLease: Lease = { member: '', process: undefined, generation: 0, expiresMs: 0 };

export const readLease = (partition: Partition, group: string): Lease => {
  const stored = partition.environment.store.leases.get(nameKey(partition.id, group));
  return stored ? (JSON.parse(stored.toString()) as Lease) : noLease;
};

/** Only inside a write. */
export function writeLease(partition: Partition, group: string, lease: Lease): void {
  void partition.environment.store.leases.put(
    nameKey(partition.id, group),
    Buffer.from(JSON.stringify(lease)),
    lease.generation,
  );
}

const memberKey = (group: string, id: string): Buffer => Buffer.from(`member\0${group}\0${id}`);

export function readMembers(environment: Environment, group: string): Member[] {
  const start = memberKey(group, '');
  const range = environment.store.groups.getRange({ start, end: Buffer.concat([start, Buffer.from([0xff])]) });
  return Array.from(range, ({ value }) => JSON.parse(value.toString()) as Member);
}

/** Only inside a write. */
export function writeMember(environment: Environment, group: string, member: Member): void {
  void environment.store.groups.put(memberKey(group, member.id), Buffer.from(JSON.stringify(member)));
}

/** Only inside a write. */
export function removeMember(environment: Environment, group: string, id: string): void {
  void environment.store.groups.remove(memberKey(group, id));
}

export interface Plan {
  /** Members that are no more. */
  readonly gone: readonly Member[];
  /** Partitions that are free and within this member's share. */
  readonly take: readonly Partition[];
  /** Partitions of this member beyond its share. */
  readonly giveUp: readonly Partition[];
}

const rank = (topic: string, member: string): string =>
  createHash('sha256').update(`${topic}\0${member}`).digest('hex');

export interface Outlook {
  readonly self: Member;
  readonly members: readonly Member[];
  readonly partitions: readonly { readonly partition: Partition; readonly lease: Lease }[];
  readonly here: ProcessIdentity;
  readonly nowMs: number;
}

/**
 * Shares each topic's partitions evenly between the members that read it. Who holds most keeps the odd ones, so nothing
 * moves without need. Pure but for asking whether processes exist.
 */
export function plan({ self, members, partitions, here, nowMs }: Outlook): Plan {
  const ends = (expiresMs: number, process: ProcessIdentity | undefined): boolean =>
    expiresMs <= nowMs || (process !== undefined && isGone(process, here));
  const gone = members.filter((m) => m.id !== self.id && ends(m.expiresMs, m.process));
  const live = [...members.filter((m) => m.id !== self.id && !gone.includes(m)), self];
  const isFree = ({ member, expiresMs, process }: Lease): boolean =>
    member === '' || (member !== self.id && !live.some((m) => m.id === member) && ends(expiresMs, process));
  const take: Partition[] = [];
  const giveUp: Partition[] = [];
  for (const topic of self.topics) {
    const ours = partitions.filter((p) => p.partition.topic === topic);
    const holds = (id: string): number => ours.filter((p) => p.lease.member === id).length;
    const readers = live
      .filter((m) => m.topics.includes(topic))
      .map((m) => ({ id: m.id, holds: holds(m.id), rank: rank(topic, m.id) }))
      .sort((a, b) => b.holds - a.holds || (a.rank < b.rank ? -1 : 1));
    const place = readers.findIndex((r) => r.id === self.id);
    const share = Math.floor(ours.length / readers.length) + (place < ours.length % readers.length ? 1 : 0);
    const held = ours.filter((p) => p.lease.member === self.id);
    giveUp.push(...held.slice(share).map((p) => p.partition));
    const room = Math.max(0, share - held.length);
    take.push(
      ...ours
        .filter((p) => isFree(p.lease))
        .slice(0, room)
        .map((p) => p.partition),
    );
  }
  return { gone, take, giveUp };
}
