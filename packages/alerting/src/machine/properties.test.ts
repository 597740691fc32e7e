/** What holds of any sequence of alerts, notes, times, changes of the set-up and restarts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultInhibitions } from './defaults.ts';
import type { Alert, Route, SilenceNow, Telling } from './model.ts';
import { Bench, alert, minuteMs, route, startMs } from './testing.ts';

/** Incidents: lines, a site above the first two, a supplier above all. */
const site = 6;
const supplier = 7;

type Act =
  | {
      readonly act: 'put';
      readonly incident: number;
      readonly fires: boolean;
      readonly critical: boolean;
      readonly carried: boolean;
      readonly title: number;
      readonly acknowledged: boolean;
      readonly quietMinutes: number;
    }
  | { readonly act: 'note'; readonly incident: number; readonly text: string }
  | { readonly act: 'pass'; readonly ms: number }
  | { readonly act: 'set-up'; readonly which: number }
  | { readonly act: 'restart' };

const put = fc.record({
  act: fc.constant('put' as const),
  incident: fc.integer({ min: 1, max: supplier }),
  fires: fc.boolean(),
  critical: fc.boolean(),
  carried: fc.boolean(),
  title: fc.nat({ max: 1 }),
  acknowledged: fc.boolean(),
  quietMinutes: fc.constantFrom(0, 0, 0, 7),
});
const note = fc.record({
  act: fc.constant('note' as const),
  incident: fc.integer({ min: 1, max: supplier }),
  text: fc.constantFrom('one', 'two'),
});
const pass = fc.record({
  act: fc.constant('pass' as const),
  ms: fc.constantFrom(0, 1, 10_000, 30_000, 299_999, 300_000, 15 * minuteMs, 31 * minuteMs, 130 * minuteMs),
});
const setUp = fc.record({ act: fc.constant('set-up' as const), which: fc.nat({ max: 3 }) });
const restart = fc.record({ act: fc.constant('restart' as const) });
const acts = (...more: fc.Arbitrary<Act>[]) =>
  fc.array(fc.oneof({ arbitrary: put, weight: 6 }, { arbitrary: pass, weight: 3 }, ...more), { maxLength: 40 });

/** What is above an incident, where it is carried. */
const aboveOf = (incident: number): string | null =>
  incident === supplier ? null : incident === site || incident > 2 ? `i${supplier}` : `i${site}`;

function alertOf(act: Extract<Act, { act: 'put' }>, atMs: number, startedMs: number): Alert {
  const { incident, fires, critical, carried, title, acknowledged, quietMinutes } = act;
  return alert(incident, {
    kind: incident === supplier ? 'provider-down' : incident === site ? 'site-down' : 'circuit-down',
    severity: critical ? 'critical' : 'minor',
    title: `Problem ${incident}, form ${title}`,
    startedMs,
    endedMs: fires ? null : atMs,
    parent: carried ? aboveOf(incident) : null,
    acknowledged: acknowledged ? { by: 'Ann', atMs: startMs, untilMs: startMs + 60 * minuteMs } : null,
    quietUntilMs: quietMinutes === 0 ? null : startedMs + quietMinutes * minuteMs,
  });
}

const routes: readonly Route[] = [
  route(1, { group: { by: ['problem'] } }),
  route(2, { group: { by: ['provider'], repeatHours: 1 } }),
  route(3, { group: { by: ['circuit'], waitSeconds: 0, intervalSeconds: 0 }, reopenMinutes: 0 }),
  route(4, { stream: true, group: { waitSeconds: 0, intervalSeconds: 0 } }),
  route(5, { escalateMinutes: 15, group: { by: ['academy'] } }),
  route(6, {
    match: { atLeast: 'minor', rules: [], matchers: [{ name: 'academy', op: '=~', value: 'academy-[12]' }] },
    hours: { weekdays: ['wed', 'thu'], from: '08:00', to: '11:30' },
  }),
];
const silence: SilenceNow = {
  id: 1,
  trust: 1,
  matchers: [{ name: 'circuit', op: '=', value: 'line-1' }],
  untilMs: startMs + 90 * minuteMs,
};
const setUps = [
  { routes, silences: [], inhibitions: defaultInhibitions },
  { routes, silences: [silence], inhibitions: [] },
  { routes: routes.map((each) => ({ ...each, enabled: each.row % 2 === 0 })), silences: [], inhibitions: [] },
  {
    routes: routes
      .filter(({ row }) => row !== 3)
      .map((each) => ({ ...each, match: { ...each.match, atLeast: 'critical' as const } })),
    silences: [],
    inhibitions: defaultInhibitions,
  },
];

/** Incidents that the machine heard of begin once, and begin again when they had ended. */
function play(acts: readonly Act[], isRestarted: boolean, setup: (typeof setUps)[number] = setUps[0]!, ids = 1000) {
  const bench = new Bench(setup);
  const latest = new Map<number, Alert>();
  const step = (): void => void bench.tick(ids);
  bench.ids = ids;
  for (const act of acts) {
    if (act.act === 'put') {
      const before = latest.get(act.incident);
      if (!before && !act.fires) continue;
      const startedMs = before?.endedMs === null ? before.startedMs : bench.nowMs;
      const now = alertOf(act, bench.nowMs, startedMs);
      latest.set(act.incident, now);
      bench.put(now);
    } else if (act.act === 'note') {
      const known = latest.get(act.incident);
      if (known) bench.put(known, { note: { by: 'Ann', text: act.text } });
    } else if (act.act === 'pass') bench.pass(act.ms);
    else if (act.act === 'set-up') bench.configure(setUps[act.which]!);
    // What was put and not committed would be read again: it is given to the machine before.
    step();
    if (act.act === 'restart' && isRestarted) bench.restart();
  }
  return { bench, latest };
}

const perRoute = (told: readonly Telling[]): Record<string, unknown[]> =>
  Object.groupBy(
    told.map(({ group, ...rest }) => ({ route: group.subscription, id: group.id, key: group.key, ...rest })),
    ({ route }) => String(route),
  ) as Record<string, unknown[]>;

describe('any sequence', () => {
  it('tells the same, whenever the machine begins again from what it gave out', () => {
    fc.assert(
      fc.property(acts({ arbitrary: restart, weight: 3 } as never, note, setUp), (all) => {
        expect(perRoute(play(all, true).bench.told)).toEqual(perRoute(play(all, false).bench.told));
      }),
      { numRuns: 150 },
    );
  });

  it('tells of each group without gaps: opened first, and after the end only opened again', () => {
    fc.assert(
      fc.property(acts(note, setUp, restart), (all) => {
        const { bench } = play(all, true, setUps[0], 3);
        for (const told of Map.groupBy(bench.told, ({ group }) => group.id).values()) {
          expect(told.map(({ sequence }) => sequence)).toEqual(told.map((_, i) => i + 1));
          let isOpen = false;
          for (const [i, { event }] of told.entries()) {
            expect(event === 'opened').toBe(i === 0);
            if (i > 0) expect(event === 'reopened').toBe(!isOpen);
            isOpen = event !== 'resolved';
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it('ends at every receiver what it was told of, once all has ended', () => {
    fc.assert(
      fc.property(acts(note, setUp, restart), (all) => {
        const { bench, latest } = play(all, true);
        // Whatever is switched off is switched on again: it catches up.
        bench.configure({ ...setUps[3]!, silences: [silence] });
        for (const each of latest.values()) bench.put({ ...each, endedMs: bench.nowMs });
        bench.pass(minuteMs);
        const last = new Map(bench.told.map((telling) => [telling.group.id, telling]));
        for (const { event, firing } of last.values()) expect([event, firing]).toEqual(['resolved', 0]);
        expect([...bench.machine.groups()]).toEqual([]);
        expect([...bench.machine.alerts()]).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('tells nothing of what never lasted long enough', () => {
    fc.assert(
      fc.property(acts(note, restart), (all) => {
        const { bench } = play(
          all.flatMap((act): Act[] => {
            if (act.act !== 'put') return [act];
            if (act.incident !== 1) return [act];
            // The first line comes back before seven minutes are over, always.
            return [
              { ...act, fires: true, quietMinutes: 7 },
              { ...act, fires: false, quietMinutes: 7 },
            ];
          }),
          true,
        );
        const named = bench.told.filter(({ alerts }) => alerts.some(({ incident }) => incident === 1));
        expect(named).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it('tells a stream of each change once, in order', () => {
    const streams = { routes: [route(4, { stream: true, group: { waitSeconds: 0, intervalSeconds: 0 } })] };
    fc.assert(
      fc.property(acts(restart), fc.nat({ max: 5 }), (all, gap) => {
        const bench = new Bench(streams);
        const latest = new Map<number, Alert>();
        const expected = new Map<string, unknown[]>();
        for (const [i, act] of all.entries()) {
          if (act.act === 'put') {
            const before = latest.get(act.incident);
            if (!before && !act.fires) continue;
            const now = alertOf({ ...act, quietMinutes: 0 }, startMs, before?.startedMs ?? startMs);
            latest.set(act.incident, now);
            const isAnother = JSON.stringify({ ...before, parent: 0 }) !== JSON.stringify({ ...now, parent: 0 });
            const differs =
              (before?.endedMs === null) !== (now.endedMs === null) || (now.endedMs === null && isAnother);
            const changes = expected.get(now.key) ?? [];
            if (differs) changes.push([now.title, now.severity, now.endedMs === null, now.acknowledged !== null]);
            expected.set(now.key, changes);
            bench.put(now);
          }
          // Many at once, or one by one.
          if (gap === 0 || i % gap === 0 || act.act === 'restart') bench.tick(1);
          if (act.act === 'restart') bench.restart();
        }
        bench.tick();
        const told = new Map<string, unknown[]>([...expected.keys()].map((key) => [key, []]));
        for (const { changed, alerts } of bench.told)
          for (const key of changed) {
            const { title, severity, endedMs, acknowledged } = alerts.find((each) => each.key === key)!;
            told.get(key)!.push([title, severity, endedMs === null, acknowledged !== null]);
          }
        expect(told).toEqual(expected);
        for (const { changed } of bench.told) expect(changed).toHaveLength(1);
      }),
      { numRuns: 150 },
    );
  });
});

describe('a supplier’s failure of 300 lines', () => {
  const member = (incident: number, isCarried: boolean): Alert =>
    alert(incident, {
      severity: 'critical',
      parent: isCarried ? 'i999' : null,
      labels: { pop: `pop-${incident % 3}` },
    });
  const parent = alert(999, { kind: 'provider-down', severity: 'critical', circuit: null, labels: { pop: 'pop-0' } });
  const byPop = route(1, { group: { by: ['provider', 'pop'] } });
  const byProblem = route(2, { group: { by: ['problem'] } });

  it('is one ticket, whatever came first', () => {
    fc.assert(
      fc.property(fc.nat({ max: 40 }), fc.integer({ min: 1, max: 100 }), (before, step) => {
        const bench = new Bench({ routes: [byPop, byProblem] });
        for (let i = 1; i <= before; i++) bench.put(member(i, false)).tick();
        bench.put(parent);
        for (let i = 1; i <= 300; i++) {
          bench.put(member(i, true));
          if (i % step === 0 && i >= before) bench.tick();
        }
        bench.pass(6 * minuteMs);
        for (const row of [1, 2]) {
          const open = [...bench.machine.groups()].filter(({ subscription }) => subscription === row);
          expect(open).toMatchObject([{ alerts: { length: 301 } }]);
        }
        const merged = bench.told.filter(({ event }) => event === 'resolved');
        for (const { note } of merged) expect(note?.text).toBe('Part of Problem 999');
        expect(merged.filter(({ group }) => group.subscription === 2)).toHaveLength(Math.max(0, before - 1));
      }),
      { numRuns: 12 },
    );
  });

  it('is one ticket for each value where the subscription does not see the supplier’s', () => {
    const match: Route['match'] = { atLeast: 'info', rules: ['circuit-down'], matchers: [] };
    const bench = new Bench({
      routes: [
        { ...byPop, match },
        { ...byProblem, match },
      ],
    });
    for (let i = 1; i <= 300; i++) bench.put(member(i, true));
    bench.put(parent).tick();
    expect(bench.told.map(({ group, firing }) => [group.key, firing]).sort()).toEqual([
      ['problem=i999', 300],
      ['provider=fibre&pop=pop-0', 100],
      ['provider=fibre&pop=pop-1', 100],
      ['provider=fibre&pop=pop-2', 100],
    ]);
  });
});
