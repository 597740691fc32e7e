import { EstateError } from '@linewatch/estate';
import { describe, expect, it } from 'vitest';
import { readStandingFacts } from './standing-facts.ts';
import { circuitStanding } from './standing.ts';
import { Standings } from './standings.ts';
import {
  type Kept,
  annotation,
  dayMs,
  estateOf,
  hourMs,
  intervals,
  june,
  kept,
  line,
  memory,
  works,
} from './testing/lines.ts';

const minuteMs = 60_000;
const start = june(20, 12);
const up = june(1) - 40 * dayMs;
const terms = { target: 99.9 };

function scene(over: Partial<Kept> = {}) {
  const all = kept({ intervals: intervals(1, [[up, 'up']], start), lines: [{ circuit: 1, seenMs: start }], ...over });
  const asked: string[] = [];
  const source = memory(all, asked);
  const circuits = [line(1, terms), line(2, null), line(3, terms)];
  let version = 1;
  const standings = new Standings({
    ...{ ...source, estate: () => Promise.resolve(estateOf(circuits, version)), trust: 'north' },
  });
  return {
    all,
    standings,
    /** What was read since it was asked for last, but versions. */
    reads: () => asked.splice(0).filter((what) => what !== 'version'),
    renew: () => version++,
    /** What a reading of everything gives. */
    whole: async (row: number, nowMs: number) => {
      const facts = await readStandingFacts(memory(all), 'north', circuits, { fromMs: nowMs, toMs: nowMs });
      return circuitStanding(circuits[row - 1]!, facts, nowMs);
    },
  };
}

const everything = ['annotations', 'intervals', 'maintenance', 'now'];

describe('standings', () => {
  it('are of each line that is promised something', async () => {
    const { standings, whole } = scene();
    const { circuits, nowMs } = await standings.at(start);
    expect(nowMs).toBe(start);
    expect([...circuits.keys()]).toEqual([1, 3]);
    expect(circuits.get(1)).toEqual(await whole(1, start));
  });

  it('read nothing within a step, and only how far was seen while nothing changes', async () => {
    const { standings, reads, all } = scene();
    const [first, same] = await Promise.all([standings.at(start), standings.at(start + 1)]);
    expect(same).toBe(first);
    expect(reads().toSorted()).toEqual(everything);
    expect(await standings.at(start + 30_000)).toBe(first);
    expect(reads()).toEqual([]);
    all.lines = [{ circuit: 1, seenMs: start + hourMs }];
    const later = await standings.at(start + hourMs);
    expect(reads()).toEqual(['now']);
    // What it was read with would have made the hour unknown.
    expect(later.circuits.get(1)!.coveragePercent).toBe(100);
  });

  it('take nobody for seen who was not', async () => {
    const { standings } = scene();
    await standings.at(start);
    const later = await standings.at(start + 24 * hourMs);
    expect(later.circuits.get(1)!.coveragePercent).toBeCloseTo((19.5 / 20.5) * 100, 9);
  });

  it('read what is recent again with each change, within the step too, and all of it every ten minutes', async () => {
    const { standings, reads, all, whole } = scene();
    await standings.at(start);
    reads();
    const seenMs = start + minuteMs;
    all.version++;
    all.lines = [{ circuit: 1, seenMs }];
    all.intervals = intervals(1, [[up, 'up'], [june(17), 'degraded'], [june(18), 'up'], [start - hourMs, 'down']], seenMs); // prettier-ignore
    const down = (await standings.at(start + 1000)).circuits.get(1)!;
    expect(reads().toSorted()).toEqual(everything);
    expect(down).toEqual(await whole(1, start + 1000));
    expect(down.budget.usedMs).toBe(hourMs + 1000);
    expect(down.burns[0]!.firing).toBe(true);

    // Found out late of a time that is long over: counted at the next reading of everything.
    all.version++;
    all.intervals = intervals(1, [[up, 'up'], [june(5), 'down'], [june(5, 2), 'up'], [start - hourMs, 'down'], [start, 'up']], seenMs); // prettier-ignore
    expect((await standings.at(start + 2000)).circuits.get(1)!.budget.usedMs).toBe(hourMs);
    all.lines = [{ circuit: 1, seenMs: start + 10 * minuteMs }];
    const settled = (await standings.at(start + 10 * minuteMs)).circuits.get(1)!;
    expect(settled.budget.usedMs).toBe(3 * hourMs);
  });

  it('know an outage that went on for ended when it has', async () => {
    const { standings, all, whole } = scene({ intervals: intervals(1, [[up, 'up'], [june(16), 'down']], start) }); // prettier-ignore
    expect((await standings.at(start)).circuits.get(1)!.budget.usedMs).toBe(4.5 * dayMs);
    all.version++;
    all.intervals = intervals(1, [[up, 'up'], [june(16), 'down'], [start - hourMs, 'up']], start); // prettier-ignore
    const ended = (await standings.at(start + 1000)).circuits.get(1)!;
    expect(ended.budget.usedMs).toBe(4.5 * dayMs - hourMs);
    expect(ended).toEqual(await whole(1, start + 1000));
  });

  it('take works at once, and those that were changed', async () => {
    const { standings, all } = scene({
      intervals: intervals(1, [[up, 'up'], [june(5), 'down'], [june(5, 2), 'up']], start), // prettier-ignore
    });
    const breached = async (nowMs: number) => (await standings.at(nowMs)).circuits.get(1)!.breached;
    expect(await breached(start)).toBe(true);
    all.version++;
    all.maintenances = [works(june(5), june(5, 2))];
    expect(await breached(start + 1000)).toBe(false);
    all.version++;
    expect(await breached(start + 2000)).toBe(false);
    all.version++;
    all.maintenances = [works(june(5), june(5, 2), { revision: 2, cancelledMs: june(4) })];
    expect(await breached(start + 3000)).toBe(true);
  });

  it('take what people say at once, however long ago it was', async () => {
    const { standings, all } = scene({
      intervals: intervals(1, [[up, 'up'], [june(5), 'down'], [june(5, 2), 'up']], start), // prettier-ignore
    });
    expect((await standings.at(start)).circuits.get(1)!.breached).toBe(true);
    all.version++;
    all.annotations = [annotation({ fromMs: june(5), toMs: june(5, 2), atMs: start + 500 })];
    expect((await standings.at(start + 1000)).circuits.get(1)!).toMatchObject({ breached: false, met: true });
  });

  it('read everything again for another estate and for another month', async () => {
    const { standings, reads, renew, all } = scene();
    await standings.at(start);
    reads();
    renew();
    await standings.at(start + 1);
    expect(reads().toSorted()).toEqual(everything);
    all.lines = [{ circuit: 1, seenMs: june(31, 1) }];
    const next = await standings.at(june(31, 1));
    expect(reads().toSorted()).toEqual(everything);
    expect(next.circuits.get(1)!.period.fromMs).toBe(june(31));
  });

  it('try again after a failure', async () => {
    const all = kept({ intervals: intervals(1, [[up, 'up']]) });
    const source = memory(all);
    let failures = 1;
    const standings = new Standings({
      ...source,
      facts: {
        ...source.facts,
        intervals: (...asked) =>
          failures-- > 0 ? Promise.reject(new EstateError('unreachable', 'away')) : source.facts.intervals(...asked),
      },
      estate: () => Promise.resolve(estateOf([line(1, terms)])),
      trust: 'north',
    });
    await expect(standings.at(start)).rejects.toThrow('away');
    expect((await standings.at(start)).circuits.size).toBe(1);
  });
});
