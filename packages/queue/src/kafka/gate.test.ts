import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Gate } from './gate.ts';

const limit = 100;

describe('a gate', () => {
  it('lets no more through than its limit, or one that is larger alone, each in its turn', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 150 }), { minLength: 1, maxLength: 30 }),
        fc.infiniteStream(fc.nat()),
        async (sizes, choices) => {
          const gate = new Gate(limit);
          const inside: { bytes: number; release: () => void }[] = [];
          const entered: number[] = [];
          const all = sizes.map(async (bytes, i) => {
            const release = await gate.take(bytes);
            entered.push(i);
            inside.push({ bytes, release });
          });
          for (let left = sizes.length; left > 0; left--) {
            await new Promise((resolve) => setImmediate(resolve));
            const taken = inside.reduce((sum, { bytes }) => sum + bytes, 0);
            expect(taken <= limit || inside.length === 1).toBe(true);
            const [one] = inside.splice(choices.next().value % inside.length, 1);
            one!.release();
            // A second time gives nothing back.
            one!.release();
          }
          await Promise.all(all);
          expect(entered).toEqual(sizes.map((_, i) => i));
        },
      ),
      { numRuns: 50 },
    );
  });
});
