import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Lease, type Member, plan } from './group.ts';
import { Partition } from './partition.ts';
import { thisProcess } from './process.ts';

const here = thisProcess();
const nowMs = 1_000_000;
const member = (id: string, topics: readonly string[]): Member => ({
  id,
  topics,
  process: here,
  expiresMs: nowMs + 1000,
});

/** The plan looks at nothing but the topic of a partition. */
const partition = (topic: string, number: number): Partition =>
  Object.assign(Object.create(Partition.prototype) as Partition, { topic, number });
const lease = (id: string, expiresMs = nowMs + 1000): Lease => ({
  member: id,
  process: id === '' ? undefined : here,
  generation: 1,
  expiresMs,
});

interface Held {
  readonly partition: Partition;
  lease: Lease;
}

/** Lets members plan and act in turn until none has anything to do. */
function settle(members: readonly Member[], partitions: readonly Held[]): number {
  for (let round = 0; ; round++) {
    let acted = false;
    for (const self of members) {
      const { take, giveUp } = plan({ self, members, partitions, here, nowMs });
      for (const each of partitions) {
        if (giveUp.includes(each.partition)) each.lease = lease('');
        if (take.includes(each.partition)) each.lease = lease(self.id);
      }
      acted ||= take.length + giveUp.length > 0;
    }
    if (!acted) return round;
    if (round > 20) throw new Error('the plans do not settle');
  }
}

describe("a group's plans", () => {
  const ids = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 7 });

  it('share every partition out evenly, wherever they start from', () => {
    fc.assert(
      fc.property(
        ids,
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.nat({ max: 9 }), { minLength: 20, maxLength: 20 }),
        (names, count, owners) => {
          const members = names.map((name) => member(name, ['t']));
          const partitions = Array.from({ length: count }, (_, i) => ({
            partition: partition('t', i),
            lease: lease(names[owners[i]!] ?? ''),
          }));
          settle(members, partitions);
          const held = names.map((name) => partitions.filter((p) => p.lease.member === name).length);
          expect(held.reduce((a, b) => a + b, 0)).toBe(count);
          expect(Math.max(...held) - Math.min(...held)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it('give each topic to those who read it', () => {
    const members = [member('a', ['x']), member('b', ['x', 'y']), member('c', ['y'])];
    const partitions = ['x', 'y'].flatMap((topic) =>
      [0, 1].map((n) => ({ partition: partition(topic, n), lease: lease('') })),
    );
    settle(members, partitions);
    for (const { partition: p, lease: l } of partitions)
      expect(members.find((m) => m.id === l.member)!.topics).toContain(p.topic);
  });

  it('move nothing that need not move when a member joins', () => {
    const partitions = Array.from({ length: 6 }, (_, i) => ({ partition: partition('t', i), lease: lease('') }));
    const members = [member('a', ['t']), member('b', ['t'])];
    settle(members, partitions);
    const before = partitions.map((p) => p.lease.member);
    settle([...members, member('c', ['t'])], partitions);
    const moved = partitions.filter((p, i) => p.lease.member !== before[i]);
    expect(moved).toHaveLength(2);
    expect(moved.every((p) => p.lease.member === 'c')).toBe(true);
  });

  it('take over from members whose lease ran out or whose process is gone, and from no one else', () => {
    const self = member('self', ['t']);
    const at = (id: string, process: Member['process'], expiresMs: number): { m: Member; l: Lease } => ({
      m: { ...member(id, ['t']), process, expiresMs },
      l: { member: id, process, generation: 1, expiresMs },
    });
    const others = [
      at('late', here, nowMs - 1),
      at('gone', { ...here, startTicks: here.startTicks + 1 }, nowMs + 1000),
      at('elsewhere', { ...here, pid: 0x7fffffff, world: 'another' }, nowMs + 1000),
      at('well', here, nowMs + 1000),
    ];
    const partitions = others.flatMap(({ l }, i) =>
      [0, 1, 2].map((n) => ({ partition: partition('t', i * 3 + n), lease: l })),
    );
    const { take, gone } = plan({ self, members: others.map((o) => o.m), partitions, here, nowMs });
    expect(gone.map((m) => m.id)).toEqual(['late', 'gone']);
    expect(take.map((p) => p.number)).toEqual([0, 1, 2, 3]);
  });
});
