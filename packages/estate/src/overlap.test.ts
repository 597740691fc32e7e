import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Stay, overlapping } from './overlap.ts';

const stay = (where: string, fromMs: number | null, toMs: number | null): Stay => ({ where, fromMs, toMs });

describe('overlapping', () => {
  it('lets one begin when the other ends', () => {
    expect(overlapping([stay('a', 10, 20), stay('a', null, 10), stay('a', 20, null)])).toEqual([]);
  });

  it('tells two that are there at once, the later one first in need of change', () => {
    const first = stay('a', null, 11);
    const second = stay('a', 10, null);
    expect(overlapping([second, first])).toEqual([{ earlier: first, later: second }]);
  });

  it('sees one that outlasts its successor', () => {
    const long = stay('a', 0, 100);
    const short = stay('a', 10, 20);
    const third = stay('a', 30, 40);
    expect(overlapping([long, short, third])).toEqual([
      { earlier: long, later: short },
      { earlier: long, later: third },
    ]);
  });

  it('finds something exactly when a comparison of each with each does', () => {
    const bound = fc.option(fc.integer({ min: 0, max: 8 }));
    const stays = fc.array(
      fc
        .record({ where: fc.constantFrom('a', 'b'), fromMs: bound, toMs: bound })
        .filter(({ fromMs, toMs }) => fromMs === null || toMs === null || fromMs < toMs),
      { maxLength: 6 },
    );
    const clash = (a: Stay, b: Stay): boolean =>
      a.where === b.where && (a.fromMs ?? -1) < (b.toMs ?? 99) && (b.fromMs ?? -1) < (a.toMs ?? 99);
    fc.assert(
      fc.property(stays, (list) => {
        const expected = list.some((a, i) => list.slice(i + 1).some((b) => clash(a, b)));
        expect(overlapping(list).length > 0).toBe(expected);
      }),
    );
  });
});
