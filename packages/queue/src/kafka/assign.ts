/** Which member of a group reads which partitions, as the group's leader shares them out. */
import kafkajs from 'kafkajs';

const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol;

/** Names the rule below to the brokers: all members of a group must know the same one. */
export const assignerName = 'linewatch-even';

export interface Member {
  readonly memberId: string;
  readonly topics: readonly string[];
}

export type Assignment = Readonly<Record<string, readonly number[]>>;

/** Shares each topic's partitions evenly between the members that read it; who has least in all takes the odd ones. */
export function assign(
  members: readonly Member[],
  partitionsOf: (topic: string) => readonly number[],
): Map<string, Record<string, number[]>> {
  const shares = new Map<string, Record<string, number[]>>(members.map(({ memberId }) => [memberId, {}]));
  const totals = new Map(members.map(({ memberId }) => [memberId, 0]));
  const topics = [...new Set(members.flatMap((member) => member.topics))].sort();
  for (const topic of topics) {
    const readers = members.filter((member) => member.topics.includes(topic)).map(({ memberId }) => memberId);
    for (const partition of partitionsOf(topic).toSorted((a, b) => a - b)) {
      const load = (id: string): readonly [number, number] => [shares.get(id)![topic]?.length ?? 0, totals.get(id)!];
      const [taker] = readers.toSorted((a, b) => {
        const [ownA, allA] = load(a);
        const [ownB, allB] = load(b);
        return ownA - ownB || allA - allB || (a < b ? -1 : 1);
      });
      (shares.get(taker!)![topic] ??= []).push(partition);
      totals.set(taker!, totals.get(taker!)! + 1);
    }
  }
  return shares;
}

export const encodeTopics = (topics: readonly string[]): Buffer =>
  MemberMetadata.encode({ version: 0, topics: [...topics], userData: Buffer.alloc(0) });

export const decodeTopics = (metadata: Buffer): readonly string[] => MemberMetadata.decode(metadata)?.topics ?? [];

export const encodeAssignment = (assignment: Record<string, number[]>): Buffer =>
  MemberAssignment.encode({ version: 0, assignment, userData: Buffer.alloc(0) });

/** A member without partitions is answered with nothing. */
export const decodeAssignment = (encoded: Buffer): Assignment =>
  encoded.length === 0 ? {} : (MemberAssignment.decode(encoded)?.assignment ?? {});
