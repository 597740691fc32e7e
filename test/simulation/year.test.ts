/** A year of lines that fail, in memory: what the watcher finds is what is true. `npm run soak -- year` has 500 of them. */
import { describe, expect, it } from 'vitest';
import { compare, outagesOf } from './compare.ts';
import { signalsOf } from './signals.ts';
import { watchWorld } from './watch.ts';
import { createWorld } from './world.ts';

const span = { fromMs: Date.UTC(2026, 0, 1), toMs: Date.UTC(2027, 0, 1) };
const minute = 60_000;
const probeEveryMs = 5 * minute;
const skewMs = 1500;

describe('a simulated year', () => {
  const world = createWorld({ seed: 20_260_101, lines: 6, span, collectors: 2, leastMs: 20 * minute });
  const told = signalsOf(world, {
    seed: 7,
    stepMs: 5 * minute,
    pollEveryMs: 5 * minute,
    probeEveryMs,
    beatEveryMs: 20_000,
    lostTraps: 0.15,
    skewMs: [0, skewMs],
  });

  it('is found as it is: every outage with its edges, no other, and unknown only where nobody watched', () => {
    const found = watchWorld(world, told);
    const verdict = compare(world, found, { linkMs: 500, probeMs: probeEveryMs + skewMs, blindMs: 30_000 });
    expect(verdict.wrong).toEqual([]);
    expect(verdict.outages).toBeGreaterThan(50);
    expect(verdict.found).toBe(verdict.outages);
    expect(world.gaps.flat().length).toBeGreaterThan(20);
    expect(verdict.unknownMs).toBeGreaterThan(0);
    const incidents = Map.groupBy(found.incidents.values(), ({ circuit, kind }) => `${kind} ${circuit}`);
    for (const [line, intervals] of found.intervals)
      expect({ line, outages: incidents.get(`outage ${line}`)?.length ?? 0 }).toEqual({
        line,
        outages: outagesOf(intervals, 2 * minute),
      });
  }, 120_000);
});
