import type { Annotation } from '@linewatch/estate';
import type { Terms } from '@linewatch/sla';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { circuitSla } from './circuit.ts';
import type { SlaCircuit } from './estate.ts';
import { readFacts } from './facts.ts';
import { readStandingFacts } from './standing-facts.ts';
import { type CircuitStanding, circuitStanding, troubled } from './standing.ts';
import {
  type Kept,
  annotation,
  dayMs,
  hourMs,
  intervals,
  july,
  june,
  juneMs,
  kept,
  line,
  memory,
  works,
} from './testing/lines.ts';

const minuteMs = 60_000;
const firing = ({ burns }: CircuitStanding): readonly boolean[] => burns.map((each) => each.firing);

async function standing(
  terms: Terms,
  all: Partial<Kept>,
  nowMs: number,
  over: Partial<SlaCircuit> = {},
): Promise<CircuitStanding> {
  const circuit = line(1, terms, over);
  const facts = await readStandingFacts(memory(kept(all)), 'north', [circuit], { fromMs: nowMs, toMs: nowMs });
  return circuitStanding(circuit, facts, nowMs)!;
}

const before = june(1) - 40 * dayMs;
/** Down from one time to another, up else. */
const outage = (fromMs: number, toMs: number, seenMs?: number) =>
  intervals(1, [[before, 'up'], [fromMs, 'down'], [toMs, 'up']], seenMs); // prettier-ignore

describe('a standing', () => {
  it('tells what is left of a budget and when it is spent', async () => {
    // June has 720 h: 99 % allows 7.2. By noon of the 10th, 228 h, 3.8 are lost: 1 in 60. The 3.4 left last 204 h.
    const found = await standing({ target: 99 }, { intervals: outage(june(5), june(5, 3.8)) }, june(10, 12));
    expect(found).toMatchObject({
      period: { fromMs: juneMs, toMs: july },
      target: 99,
      met: false,
      breached: false,
      budget: { usedMs: 3.8 * hourMs },
      forecast: { breach: true, spentMs: june(10, 12 + 204) },
    });
    expect(found.contractualPercent).toBeCloseTo(100 - 100 / 60, 9);
    expect(found.budget.allowedMs).toBeCloseTo(7.2 * hourMs, 3);
    expect(found.budget.leftMs).toBeCloseTo(3.4 * hourMs, 3);
    expect(found.budget.leftPercent).toBeCloseTo((3.4 / 7.2) * 100, 9);
    expect(firing(found)).toEqual([false, false, false]);
  });

  it('is a breach only when the target cannot be reached any more', async () => {
    const lost = async (hours: number) => {
      const { met, breached, forecast } = await standing(
        { target: 99 },
        { intervals: outage(june(2), june(2, hours)) },
        june(3),
      );
      return { met, breached, ...forecast };
    };
    // Below the target for now, by 1 of 48 h; what follows may make up for it.
    expect(await lost(1)).toMatchObject({ met: false, breached: false, breach: true });
    expect(await lost(7.1)).toMatchObject({ met: false, breached: false, breach: true });
    expect(await lost(7.3)).toMatchObject({ met: false, breached: true, breach: true, spentMs: null });
  });

  it('is of the quarter or year that the contract is judged over, in its time zone', async () => {
    const all = { intervals: outage(june(2), june(2, 1)) };
    expect((await standing({ target: 99.9, period: 'quarter' }, all, june(10))).period).toEqual({
      fromMs: Date.parse('2026-03-31T23:00Z'),
      toMs: july,
    });
    expect((await standing({ target: 99.9, period: 'year', timeZone: 'UTC' }, all, june(10))).period).toEqual({
      fromMs: Date.parse('2026-01-01T00:00Z'),
      toMs: Date.parse('2027-01-01T00:00Z'),
    });
  });

  it('knows works that are planned: those to come that are excused are no time that is promised', async () => {
    const all = { intervals: outage(june(2), june(2, 1)), maintenances: [works(june(20), june(21))] };
    expect((await standing({ target: 99 }, all, june(10))).budget.allowedMs).toBeCloseTo(6.96 * hourMs, 3);
  });

  it('is none where nothing is promised', async () => {
    const facts = await readStandingFacts(memory(kept()), 'north', [], { fromMs: june(10), toMs: june(10) });
    const at = (circuit: SlaCircuit) => circuitStanding(circuit, facts, june(10));
    expect(at(line(1, null))).toBeNull();
    expect(at(line(1, { period: 'month' }))).toBeNull();
    expect(at(line(1, { target: 99 }, { validity: { fromMs: june(11), toMs: Infinity } }))).toBeNull();
    expect(at(line(1, { target: 99 }, { validity: { fromMs: before, toMs: juneMs } }))).toBeNull();
    // Of one that nobody ever saw nothing can be said, and nothing fires.
    expect(at(line(1, { target: 99 }))).toMatchObject({
      contractualPercent: null,
      met: null,
      breached: false,
      budget: { leftPercent: 100, burnRate: null },
      forecast: { breach: false, spentMs: null },
    });
  });

  it('takes what goes on for unknown from when nobody saw it', async () => {
    const all = { intervals: outage(june(8), june(8, 1), june(9)) };
    const found = await standing({ target: 99 }, all, june(10));
    expect(found.coveragePercent).toBeCloseTo((8 / 9) * 100, 9);
    expect(found.budget.usedMs).toBe(hourMs);
  });
});

describe('burns of a standing', () => {
  const nowMs = june(10, 12);
  const brownOut = intervals(1, [[before, 'up'], [nowMs - 30 * minuteMs, 'degraded']]); // prettier-ignore

  it('count degraded time where the contract promises quality, and only there', async () => {
    for (const limit of [{ latencyMs: 20 }, { jitterMs: 5 }, { lossPercent: 1 }])
      expect(firing(await standing({ target: 99.9, ...limit }, { intervals: brownOut }, nowMs))[0]).toBe(true);
    expect(firing(await standing({ target: 99.9 }, { intervals: brownOut }, nowMs))).toEqual([false, false, false]);
  });

  it('leave out what is excused, corrected, out of hours and out of service', async () => {
    const down = { intervals: intervals(1, [[before, 'up'], [nowMs - 20 * minuteMs, 'down']]) }; // prettier-ignore
    const target = 99.9;
    expect(firing(await standing({ target }, down, nowMs))[0]).toBe(true);
    const quiet = [false, false, false];
    const fromMs = nowMs - 20 * minuteMs;
    const said = { fromMs, atMs: nowMs - minuteMs };
    const excluded = { ...down, annotations: [annotation(said)] };
    expect(firing(await standing({ target }, excluded, nowMs))).toEqual(quiet);
    // A code that the contract does not let excuse.
    const excuses = [{ code: 'site-power' as const, availability: false, fixClock: false }];
    expect(firing(await standing({ target, excuses }, excluded, nowMs))[0]).toBe(true);
    const corrected = { ...down, annotations: [annotation({ ...said, kind: 'correction', code: null, state: 'up' })] };
    expect(firing(await standing({ target }, corrected, nowMs))).toEqual(quiet);
    const planned = { ...down, maintenances: [works(fromMs, nowMs + hourMs)] };
    expect(firing(await standing({ target }, planned, nowMs))).toEqual(quiet);
    const serviceHours = { days: ['mon', 'tue', 'wed', 'thu', 'fri'] as const, from: '13:00', to: '18:00' };
    expect(firing(await standing({ target, serviceHours }, down, nowMs))).toEqual(quiet);
    const ended = { validity: { fromMs: before, toMs: fromMs } };
    expect(firing(await standing({ target }, down, nowMs, ended))).toEqual(quiet);
  });

  it('look back over the edge of a month, works of then included', async () => {
    // 2 h down in the last night of May: of three days 2.8 %.
    const all = { intervals: outage(juneMs - 4 * hourMs, juneMs - 2 * hourMs) };
    const long = async (over: Partial<Kept>) => (await standing({ target: 99 }, over, june(1, 12))).burns[2]!.longRate;
    expect(await long(all)).toBeCloseTo((2 / 72) * 100, 9);
    expect(await long({ ...all, maintenances: [works(juneMs - 5 * hourMs, juneMs - 2 * hourMs)] })).toBe(0);
  });
});

const states = fc.constantFrom('up' as const, 'down' as const, 'degraded' as const, 'unknown' as const);
const minutesOfSpring = fc.integer({ min: -60 * 1440, max: 30 * 1440 });
const edges = fc
  .uniqueArray(fc.tuple(minutesOfSpring, states), { minLength: 1, maxLength: 12, selector: ([at]) => at })
  .map((all) => all.toSorted(([a], [b]) => a - b).map(([at, state]) => [juneMs + at * minuteMs, state] as const));
const spans = fc
  .tuple(minutesOfSpring, fc.integer({ min: 1, max: 4000 }), fc.integer({ min: 0, max: 5000 }))
  .map(([at, lasts, later]) => ({
    fromMs: juneMs + at * minuteMs,
    toMs: juneMs + (at + lasts) * minuteMs,
    atMs: juneMs + (at + later) * minuteMs,
  }));
const annotations = fc.array(
  fc
    .tuple(spans, states, fc.boolean())
    .map(([span, state, excludes]): Annotation =>
      annotation(excludes ? span : { ...span, kind: 'correction', code: null, state }),
    ),
  { maxLength: 4 },
);
const terms: fc.Arbitrary<Terms> = fc.record(
  {
    target: fc.constantFrom(99, 99.9, 100),
    period: fc.constantFrom('month' as const, 'quarter' as const),
    latencyMs: fc.constant(20),
    unknown: fc.constantFrom('left-out' as const, 'down' as const),
    serviceHours: fc.constant({ days: ['mon', 'tue', 'sat'] as const, from: '07:00', to: '19:00' }),
    maintenance: fc.constantFrom({ noticeHours: 24 }, { hoursAYear: 6 }),
  },
  { requiredKeys: ['target'] },
);
const scene = fc.record({
  terms,
  edges,
  annotations: annotations.map((all) => all.map((each, i) => ({ ...each, id: i + 1 }))),
  works: fc.array(spans, { maxLength: 3 }),
  nowMs: fc.integer({ min: 1, max: 30 * 1440 - 1 }).map((minutes) => juneMs + minutes * minuteMs),
});
type Scene = typeof scene extends fc.Arbitrary<infer T> ? T : never;
const keptOf = ({
  edges: of,
  annotations: said,
  works: planned,
}: Pick<Scene, 'edges' | 'annotations' | 'works'>): Kept =>
  // prettier-ignore
  kept({
    intervals: intervals(1, of),
    annotations: said,
    maintenances: planned.map(({ fromMs, toMs, atMs }, i) =>
      works(fromMs, toMs, { id: i + 1, enteredMs: atMs, notifiedMs: i === 0 ? null : fromMs - dayMs }),
    ),
  });
/** What of it was there at a moment. */
const thenOf = (all: Kept, nowMs: number): Kept => ({
  ...all,
  intervals: all.intervals
    .filter(({ fromMs }) => fromMs < nowMs)
    .map((each) => (each.toMs !== null && each.toMs > nowMs ? { ...each, toMs: null } : each)),
  annotations: all.annotations.filter(({ atMs }) => atMs <= nowMs),
  maintenances: all.maintenances.filter(({ enteredMs }) => enteredMs <= nowMs),
});

describe('standings of any facts', () => {
  it('are what the month’s figures say', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async (of) => {
        const { nowMs } = of;
        const all = thenOf(keptOf(of), nowMs);
        const circuit = line(1, of.terms);
        const source = memory(all);
        const found = circuitStanding(circuit, await readStandingFacts(source, 'north', [circuit], { fromMs: nowMs, toMs: nowMs }), nowMs)!; // prettier-ignore
        const span = { fromMs: juneMs - 61 * dayMs, toMs: july };
        const month = circuitSla({
          ...{ circuit, month: '2026-06', facts: await readFacts(source, 'north', span, nowMs), beside: 1, nowMs },
          telemetry: { fiveMinutes: null, measured: null },
        });
        const { allowedMs, usedMs, leftPercent, burnRate } = found.budget;
        expect({ allowedMs, usedMs, leftPercent, burnRate, forecastPercent: found.forecast.percent }).toEqual(
          month.budget,
        );
        expect(found.met).toBe(month.met);
        expect(found.contractualPercent).toBe((month.contractPeriod ?? month).figures.contractualPercent);
      }),
    );
  });

  it('of a past moment are what was known then, as it turned out', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async (of) => {
        const { nowMs } = of;
        const all = keptOf(of);
        const circuit = line(1, of.terms);
        const over = { fromMs: juneMs, toMs: july };
        const later = await readStandingFacts(memory(all), 'north', [circuit], over);
        const then = await readStandingFacts(memory(thenOf(all, nowMs)), 'north', [circuit], { ...over, toMs: nowMs });
        const limited = of.terms.maintenance?.hoursAYear !== undefined;
        // Works entered later have used hours of the year by now: that cannot be told apart.
        if (!limited) expect(circuitStanding(circuit, later, nowMs)).toEqual(circuitStanding(circuit, then, nowMs));
      }),
    );
  });

  it('agree within: spent before the end is a breach forecast, and a breach stays one', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async (of) => {
        const found = await standing(of.terms, keptOf(of), of.nowMs);
        const { breached, budget, forecast } = found;
        if (breached) expect(budget.leftMs).toBeLessThan(0);
        if (breached && forecast.percent !== null) expect(forecast.breach).toBe(true);
        if (forecast.spentMs !== null) {
          expect(forecast.spentMs).toBeGreaterThanOrEqual(of.nowMs);
          expect(forecast.spentMs).toBeLessThan(found.period.toMs);
          expect(forecast.percent!).toBeLessThanOrEqual(found.target);
        }
      }),
    );
  });

  it('cannot fire where nothing is troubled', async () => {
    let quiet = 0;
    await fc.assert(
      fc.asyncProperty(scene, fc.boolean(), async (of, calm) => {
        const nowMs = of.nowMs;
        const all = keptOf(calm ? { ...of, annotations: [], edges: of.edges.map(([at, state]) => [at, at < juneMs ? state : 'up'] as const) } : of); // prettier-ignore
        const circuit = line(1, of.terms);
        const over = { fromMs: juneMs, toMs: july };
        const facts = await readStandingFacts(memory(all), 'north', [circuit], over);
        if (troubled(circuit, facts, over)) return;
        quiet++;
        const found = circuitStanding(circuit, facts, nowMs)!;
        expect(firing(found)).toEqual([false, false, false]);
        expect(found).toMatchObject({ breached: false, forecast: { breach: false, spentMs: null } });
      }),
    );
    expect(quiet).toBeGreaterThan(5);
  });
});
