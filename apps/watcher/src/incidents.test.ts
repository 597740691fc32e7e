import type { Circuit, StoredInterval, WatchedIncident } from '@linewatch/estate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Groups } from './groups.ts';
import { Incidents, type State, type Surroundings } from './incidents.ts';
import type { Plan } from './plan.ts';
import { type Part, circuitOf, intervalsOf, minute, planFor, second, t0 } from './testing.ts';

const settings = { holdDownMs: 120 * second, degradedMs: 5 * minute, blindMs: 15 * minute };
const groupSettings = { togetherMs: 120 * second, providerCircuits: 3, providerAcademies: 2 };

/** Lines of a plan whose intervals a test sets. */
class World {
  readonly incidents: Incidents;
  readonly groups = new Groups(groupSettings);
  readonly plan: Plan;
  readonly #intervals = new Map<number, readonly StoredInterval[]>();
  maintained = false;

  constructor(plan: Plan, known: readonly WatchedIncident[] = []) {
    this.plan = plan;
    this.incidents = new Incidents(settings, known);
  }

  get around(): Surroundings {
    return {
      stateOf: (id) => this.#intervals.get(id)?.at(-1)?.state,
      siblings: (line) => this.plan.academy(line.circuit.academy),
      maintenance: () => (this.maintained ? { id: 7, title: 'Works' } : undefined),
    };
  }

  see(id: number, seenMs: number, ...parts: readonly Part[]): this {
    this.#intervals.set(id, intervalsOf(...parts));
    for (const [each, intervals] of this.#intervals)
      this.incidents.line({ line: this.plan.lines.get(each)!, intervals, seenMs }, this.around, seenMs);
    this.groups.update(this.incidents.known, this.plan, this.around, seenMs);
    return this;
  }

  of(id: number): WatchedIncident | undefined {
    return this.incidents.known.of(id).at(-1);
  }

  get all(): WatchedIncident[] {
    return [...this.incidents.known.all()];
  }

  get kinds(): string[] {
    return this.incidents.known.take().entries.map(({ kind }) => kind);
  }
}

const down = (afterMs: number, state: State = 'down', cause?: string): readonly Part[] => [
  ['up', afterMs],
  [state, undefined, cause],
];
const up: readonly Part[] = [['up']];

describe('an incident', () => {
  it('is opened at once, recovers, and is resolved after the hold-down', () => {
    const world = new World(planFor(circuitOf(1)));
    world.see(1, t0 + 2 * minute, ...down(minute));
    expect(world.of(1)).toMatchObject({
      key: `outage/1/${t0 + minute}`,
      state: 'open',
      severity: 'critical',
      title: 'School 1: Line 1 down',
      startedMs: t0 + minute,
      detectedMs: t0 + 2 * minute,
    });
    expect(world.kinds).toEqual(['opened', 'evidence']);
    world.see(1, t0 + 4 * minute, ['up', minute], ['down', 2 * minute], ['up']);
    expect(world.of(1)).toMatchObject({ state: 'recovering', endedMs: t0 + 3 * minute, resolvedMs: null });
    expect(world.kinds).toEqual(['recovering']);
    world.see(1, t0 + 5 * minute, ['up', minute], ['down', 2 * minute], ['up']);
    expect(world.of(1)).toMatchObject({ state: 'resolved', resolvedMs: t0 + 5 * minute });
    expect(world.kinds).toEqual(['resolved']);
  });

  it('counts a flap within the hold-down', () => {
    const world = new World(planFor(circuitOf(1)));
    world.see(1, t0 + 4 * minute, ['up', minute], ['down', minute], ['up', minute], ['down']);
    expect(world.of(1)).toMatchObject({ state: 'open', flaps: 1, endedMs: null });
    expect(world.all).toHaveLength(1);
  });

  it('keeps its key when later evidence moves its beginning, and says so', () => {
    const world = new World(planFor(circuitOf(1)));
    world.see(1, t0 + 3 * minute, ...down(2 * minute));
    const { key } = world.of(1)!;
    expect(world.kinds).toEqual(['opened', 'evidence']);
    world.see(1, t0 + 4 * minute, ...down(minute));
    expect(world.of(1)).toMatchObject({ key, startedMs: t0 + minute });
    expect(world.kinds).toContain('state');
    expect(world.all).toHaveLength(1);
  });

  it('is withdrawn when later evidence shows that there was none', () => {
    const world = new World(planFor(circuitOf(1)));
    world.see(1, t0 + 3 * minute, ...down(2 * minute));
    world.see(1, t0 + 4 * minute, ...up);
    expect(world.of(1)).toMatchObject({ state: 'resolved', endedMs: t0 + 2 * minute });
  });

  it('is information only when someone shut the interface', () => {
    const world = new World(planFor(circuitOf(1)));
    world.see(1, t0 + 2 * minute, ...down(minute, 'down', 'admin'));
    expect(world.of(1)).toMatchObject({ severity: 'info', cause: 'admin' });
  });

  it('is major while a backup line carries, which the timeline tells', () => {
    const world = new World(planFor(circuitOf(1), circuitOf(2, { role: 'backup' })));
    world.see(2, t0 + minute, ...up).see(1, t0 + 2 * minute, ...down(minute));
    expect(world.of(1)).toMatchObject({ severity: 'major', backupCarried: true });
    expect(world.kinds).toContain('failover');
    world.see(2, t0 + 4 * minute, ...down(3 * minute));
    expect(world.of(1)).toMatchObject({ severity: 'critical', backupCarried: true });
    expect(world.of(2)).toMatchObject({ severity: 'minor' });
  });

  it('tells of the maintenance that it began in', () => {
    const world = new World(planFor(circuitOf(1)));
    world.maintained = true;
    world.see(1, t0 + 2 * minute, ...down(minute));
    expect(world.of(1)).toMatchObject({ maintenance: true });
    expect(world.kinds).toContain('maintenance');
  });

  it('goes on as it was after a restart, and nothing is told twice', () => {
    const world = new World(planFor(circuitOf(1)));
    world.see(1, t0 + 2 * minute, ...down(minute));
    const known = world.all;
    const again = new World(world.plan, known);
    again.see(1, t0 + 3 * minute, ...down(minute));
    expect(again.all).toEqual(known);
    expect(again.kinds).toEqual([]);
  });

  it('has the same keys whichever point it is followed from again', () => {
    const step = fc.tuple(
      fc.constantFrom<State>('up', 'down', 'degraded', 'unknown'),
      fc.integer({ min: 1, max: 400 * second }),
    );
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 20 }), fc.nat(), (steps, cut) => {
        const follow = (world: World, from: number): World => {
          for (let to = from + 1; to <= steps.length; to++) {
            const seen = steps.slice(0, to).reduce((sum, [, length]) => sum + length, t0);
            const parts = steps
              .slice(0, to)
              .map(([state, length], i): Part => (i === to - 1 ? [state] : [state, length]));
            world.see(1, seen, ...parts);
          }
          return world;
        };
        const plan = planFor(circuitOf(1));
        const whole = follow(new World(plan), 0);
        const before = new World(plan);
        const at = cut % steps.length;
        for (let to = 1; to <= at; to++) {
          const seen = steps.slice(0, to).reduce((sum, [, length]) => sum + length, t0);
          const parts = steps
            .slice(0, to)
            .map(([state, length], i): Part => (i === to - 1 ? [state] : [state, length]));
          before.see(1, seen, ...parts);
        }
        const after = follow(new World(plan, before.all), 0);
        const keys = (world: World) => world.all.map(({ key }) => key).sort();
        expect(keys(after)).toEqual(keys(whole));
      }),
      { numRuns: 60 },
    );
  });
});

describe('a group', () => {
  const site = (...more: Circuit[]) => new World(planFor(circuitOf(1), circuitOf(2), ...more));

  it('is of a site when all its lines are down, with those that were down before', () => {
    const world = site();
    world.see(2, t0 + minute, ...up).see(1, t0 + 2 * minute, ...down(minute));
    expect(world.all).toHaveLength(1);
    world.see(2, t0 + 20 * minute, ...down(19 * minute));
    const group = world.all.find(({ kind }) => kind === 'site')!;
    expect(group).toMatchObject({ severity: 'critical', startedMs: t0 + minute, title: 'School 1: all lines down' });
    expect([world.of(1)!.parent, world.of(2)!.parent]).toEqual([group.key, group.key]);
    world.see(1, t0 + 30 * minute, ['up', minute], ['down', 20 * minute], ['up']);
    expect(world.all.find(({ kind }) => kind === 'site')).toMatchObject({ state: 'open', endedMs: null });
    world.see(2, t0 + 40 * minute, ['up', 19 * minute], ['down', 12 * minute], ['up']);
    expect(world.all.find(({ kind }) => kind === 'site')).toMatchObject({
      state: 'resolved',
      endedMs: t0 + 31 * minute,
    });
  });

  it('is of no site while one of its lines is up', () => {
    const world = site(circuitOf(3));
    world
      .see(3, t0 + minute, ...up)
      .see(1, t0 + 9 * minute, ...down(minute))
      .see(2, t0 + 9 * minute, ...down(8 * minute));
    expect(world.all.map(({ kind }) => kind)).toEqual(['outage', 'outage']);
  });

  it('is of a supplier when three of its lines at two academies fall within two minutes', () => {
    const circuits = [1, 2, 3, 4].map((id) => circuitOf(id, { academy: id, providerRow: 9, provider: 'Fibre Ltd' }));
    const world = new World(planFor(...circuits));
    world.see(1, t0 + 5 * minute, ...down(minute)).see(2, t0 + 5 * minute, ...down(2 * minute));
    expect(world.all).toHaveLength(2);
    world.see(3, t0 + 5 * minute, ...down(150 * second));
    const group = world.all.find(({ kind }) => kind === 'provider')!;
    expect(group).toMatchObject({
      provider: 9,
      title: 'Fibre Ltd: 3 lines at 3 academies down',
      startedMs: t0 + minute,
    });
    world.see(4, t0 + 6 * minute, ...down(4 * minute));
    expect(world.of(4)!.parent).toBe(group.key);
    expect(world.all.find(({ kind }) => kind === 'provider')!.title).toBe('Fibre Ltd: 4 lines at 4 academies down');
  });

  it('is of an exchange where circuits name one', () => {
    const circuits = [1, 2, 3].map((id) => circuitOf(id, { academy: id, pop: id === 3 ? 'B' : 'A' }));
    const world = new World(planFor(...circuits));
    for (const id of [1, 2, 3]) world.see(id, t0 + 5 * minute, ...down(minute));
    expect(world.all.every(({ kind }) => kind === 'outage')).toBe(true);
  });

  it('takes in the incident of a site', () => {
    const world = new World(planFor(circuitOf(1), circuitOf(2), circuitOf(3, { academy: 2 })));
    world.see(1, t0 + 2 * minute, ...down(minute)).see(2, t0 + 2 * minute, ...down(minute));
    const group = world.all.find(({ kind }) => kind === 'site')!;
    expect(group.parent).toBeNull();
    world.see(3, t0 + 3 * minute, ...down(2 * minute));
    const provider = world.all.find(({ kind }) => kind === 'provider')!;
    expect(world.incidents.known.get(group.key)!.parent).toBe(provider.key);
    expect(provider.title).toBe('Acme: 3 lines at 2 academies down');
  });

  it('is the incident of the line that others hang on', () => {
    const world = new World(planFor(circuitOf(1), circuitOf(2, { academy: 2, parent: 1 })));
    world.see(2, t0 + 2 * minute, ...down(minute)).see(1, t0 + 2 * minute, ...down(minute + second));
    expect(world.of(2)!.parent).toBe(world.of(1)!.key);
  });

  it('is of a device when half of its lines fall together', () => {
    const on = (id: number) => circuitOf(id, { academy: id, providerRow: id, exporter: '192.0.2.200' });
    const world = new World(planFor(on(1), on(2), on(3), on(4)));
    world.see(1, t0 + 2 * minute, ...down(minute)).see(2, t0 + 2 * minute, ...down(minute));
    expect(world.all.find(({ kind }) => kind === 'device')).toMatchObject({ title: '192.0.2.200: 2 lines down' });
    const many = new World(planFor(...[1, 2, 3, 4, 5].map(on)));
    many.see(1, t0 + 2 * minute, ...down(minute)).see(2, t0 + 2 * minute, ...down(minute));
    expect(many.all.map(({ kind }) => kind)).toEqual(['outage', 'outage']);
  });

  it('is of a collector whose lines cannot be seen', () => {
    const world = site();
    for (const id of [1, 2]) world.see(id, t0 + 20 * minute, ...down(minute, 'unknown', 'collector'));
    const group = world.all.find(({ circuit }) => circuit === null)!;
    expect(group).toMatchObject({ kind: 'blind', title: 'Collector main: 2 lines cannot be seen' });
  });

  it('is left alone by lines that fall later', () => {
    const circuits = [1, 2, 3, 4].map((id) => circuitOf(id, { academy: id }));
    const world = new World(planFor(...circuits));
    for (const id of [1, 2, 3]) world.see(id, t0 + 5 * minute, ...down(minute));
    world.see(4, t0 + 60 * minute, ...down(50 * minute));
    expect(world.of(4)!.parent).toBeNull();
  });
});
