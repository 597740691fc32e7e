import fc from 'fast-check';
import { expect, it } from 'vitest';
import { extent, together } from './sought.ts';

it('each message is in one question, which names few of one partition, each offset once', () => {
  const one = fc
    .record({ partition: fc.nat(2), offset: fc.nat(2000), fromMs: fc.nat(20_000_000), tookMs: fc.nat(1000) })
    .map(({ tookMs, ...each }) => ({ ...each, rows: 1, toMs: each.fromMs + tookMs }));
  fc.assert(
    fc.property(fc.array(one, { maxLength: 1000, size: 'max' }), (all) => {
      const groups = together(all);
      expect(new Set(groups.flat())).toEqual(new Set(all));
      expect(groups.flat()).toHaveLength(all.length);
      for (const group of groups) {
        const { partition, firstOffset, lastOffset, fromMs, toMs } = extent(group);
        expect(group.length).toBeLessThanOrEqual(400);
        expect(new Set(group.map(({ offset }) => offset)).size).toBe(group.length);
        for (const each of group) {
          expect(each.partition).toBe(partition);
          expect(each.offset >= firstOffset && each.offset <= lastOffset).toBe(true);
          expect(each.fromMs >= fromMs && each.toMs <= toMs).toBe(true);
        }
      }
    }),
    { numRuns: 25 },
  );
});

it('a thousand that came one after another take three questions', () => {
  const all = Array.from({ length: 1000 }, (_, i) => ({ partition: 0, offset: i, rows: 1, fromMs: i, toMs: i }));
  expect(together(all).map(({ length }) => length)).toEqual([400, 400, 200]);
});
