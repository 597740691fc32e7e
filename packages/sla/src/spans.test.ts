import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Span } from './model.ts';
import { clip, intersect, overlap, subtract, total, totalIn, union } from './spans.ts';

const limit = 60;
const point = fc.integer({ min: 0, max: limit });
const span = fc.tuple(point, point).map(([fromMs, toMs]) => ({ fromMs, toMs }));
const any = fc.array(span, { maxLength: 12 });
const sorted = any.map(union);

/** Which of the moments 0, 1, 2… are in a set. */
const moments = (spans: readonly Span[]): readonly number[] =>
  Array.from({ length: limit }, (_, at) => at).filter((at) =>
    spans.some(({ fromMs, toMs }) => fromMs <= at && at < toMs),
  );

const expectSet = (found: readonly Span[], expected: readonly number[]): void => {
  expect(moments(found)).toEqual(expected);
  for (const [index, { fromMs, toMs }] of found.entries()) {
    expect(fromMs).toBeLessThan(toMs);
    if (index > 0) expect(fromMs).toBeGreaterThan(found[index - 1]!.toMs - 1);
  }
};

describe('spans', () => {
  it('unite into what any of them holds, apart from each other, in any order', () => {
    fc.assert(
      fc.property(any, (spans) => {
        const united = union(spans);
        expectSet(united, moments(spans));
        for (const [index, { fromMs }] of united.entries())
          if (index > 0) expect(fromMs).toBeGreaterThan(united[index - 1]!.toMs);
        expect(union(spans.toReversed())).toEqual(united);
      }),
    );
  });

  it('intersect and subtract as sets of moments do', () => {
    fc.assert(
      fc.property(sorted, sorted, (a, b) => {
        const [inA, inB] = [moments(a), moments(b)];
        expectSet(
          intersect(a, b),
          inA.filter((at) => inB.includes(at)),
        );
        expectSet(
          subtract(a, b),
          inA.filter((at) => !inB.includes(at)),
        );
        expect(total(intersect(a, b)) + total(subtract(a, b))).toBe(total(a));
      }),
      { numRuns: 500 },
    );
  });

  it('are clipped to one, and summed within it without clipping', () => {
    fc.assert(
      fc.property(sorted, span, (spans, to) => {
        expectSet(
          clip(spans, to),
          moments(spans).filter((at) => to.fromMs <= at && at < to.toMs),
        );
        expect(totalIn(spans, to)).toBe(total(clip(spans, to)));
      }),
    );
  });

  it('may have no end', () => {
    expect(
      union([
        { fromMs: 5, toMs: Infinity },
        { fromMs: 1, toMs: 6 },
      ]),
    ).toEqual([{ fromMs: 1, toMs: Infinity }]);
    expect(subtract([{ fromMs: 0, toMs: Infinity }], [{ fromMs: 3, toMs: 4 }])).toEqual([
      { fromMs: 0, toMs: 3 },
      { fromMs: 4, toMs: Infinity },
    ]);
    expect(overlap({ fromMs: 2, toMs: Infinity }, { fromMs: -Infinity, toMs: 7 })).toEqual({ fromMs: 2, toMs: 7 });
  });

  it('that are no numbers are none', () => {
    expect(union([{ fromMs: Number.NaN, toMs: 3 }])).toEqual([]);
  });
});
