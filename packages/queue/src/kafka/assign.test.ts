import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assign, decodeAssignment, decodeTopics, encodeAssignment, encodeTopics } from './assign.ts';

const topics = ['flows', 'signals', 'state'];
const members = fc
  .uniqueArray(fc.string({ minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 })
  .chain((ids) =>
    fc.tuple(...ids.map((memberId) => fc.record({ memberId: fc.constant(memberId), topics: fc.subarray(topics) }))),
  );
const counts = fc.record({ flows: fc.nat(20), signals: fc.nat(5), state: fc.constant(1) });

describe('partitions shared out to the members of a group', () => {
  it('go to exactly one member each that reads their topic, as evenly as can be', () => {
    fc.assert(
      fc.property(members, counts, (group, count) => {
        const numbers = (topic: string): number[] =>
          Array.from({ length: count[topic as keyof typeof count] }, (_, i) => i);
        const shares = assign(group, numbers);
        for (const topic of topics) {
          const readers = group.filter((member) => member.topics.includes(topic));
          const given = [...shares.values()].flatMap((share) => share[topic] ?? []);
          expect(given.sort((a, b) => a - b)).toEqual(readers.length > 0 ? numbers(topic) : []);
          const sizes = readers.map(({ memberId }) => shares.get(memberId)?.[topic]?.length ?? 0);
          if (sizes.length > 0) expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('are the same whatever the order in which members are listed', () => {
    fc.assert(
      fc.property(members, (group) => {
        const numbers = (): number[] => [0, 1, 2, 3, 4];
        const one = assign(group, numbers);
        const other = assign(group.toReversed(), numbers);
        for (const { memberId } of group) expect(other.get(memberId)).toEqual(one.get(memberId));
      }),
    );
  });

  it('odd ones of several topics go to several members', () => {
    const group = ['a', 'b'].map((memberId) => ({ memberId, topics }));
    const shares = assign(group, () => [0]);
    expect([...shares.values()].map((share) => Object.keys(share).length).sort()).toEqual([1, 2]);
  });

  it('and what a member reads come back as they were encoded', () => {
    expect(decodeTopics(encodeTopics(topics))).toEqual(topics);
    expect(decodeAssignment(encodeAssignment({ flows: [0, 7] }))).toEqual({ flows: [0, 7] });
    expect(decodeAssignment(Buffer.alloc(0))).toEqual({});
  });
});
