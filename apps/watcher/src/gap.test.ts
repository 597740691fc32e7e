import { describe, expect, it } from 'vitest';
import { Gap } from './gap.ts';
import { minute, t0 } from './testing.ts';

const quarter = 15 * minute;
const settings = { gap: 0.1, forMs: 60 * minute, leastBps: 1000 };

/** Quarters of an hour, each with what flows and counters say a minute; returns what was found after each. */
function compared(gap: Gap, quarters: readonly (readonly [flows: number, counted: number | undefined])[]) {
  return quarters.map(([flows, counted], quarterNo) => {
    for (let i = 0; i < 15; i++) {
      const cell = {
        timeS: (t0 + quarterNo * quarter + i * minute) / 1000,
        widthS: 60,
        exporterAt: 0,
        interface: 2,
        side: 0,
      };
      gap.add({ ...cell, basis: 0, octets: flows, flows: 1 });
      if (counted !== undefined) gap.add({ ...cell, basis: 2, octets: counted, flows: minute });
    }
    return gap.due(t0 + (quarterNo + 1) * quarter + 35 * minute);
  });
}

describe('flows and counters', () => {
  it('agree within a tenth', () => {
    expect(
      compared(new Gap(settings, t0, false), [
        [1e6, 1.05e6],
        [1e6, 0.95e6],
      ]),
    ).toEqual([undefined, undefined]);
  });

  it('differ when they did for an hour, and agree again by one quarter', () => {
    const found = compared(new Gap(settings, t0, false), [...Array<[number, number]>(4).fill([5e5, 1e6]), [1e6, 1e6]]);
    expect(found).toEqual([
      undefined,
      undefined,
      undefined,
      { value: 0.5, atMs: t0 + 4 * quarter },
      { value: null, atMs: t0 + 5 * quarter },
    ]);
  });

  it('are not compared without counters, of an idle line, or in a quarter that was not seen whole', () => {
    expect(
      compared(new Gap(settings, t0, true), [
        [1e6, undefined],
        [100, 5000],
      ]),
    ).toEqual([undefined, undefined]);
    const late = new Gap({ ...settings, forMs: quarter }, t0 + minute, false);
    expect(
      compared(late, [
        [5e5, 1e6],
        [5e5, 1e6],
      ]),
    ).toEqual([undefined, { value: 0.5, atMs: t0 + 2 * quarter }]);
  });
});
