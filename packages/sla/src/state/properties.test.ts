import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Evidence, Heartbeat, StateSettings } from './evidence.ts';
import { CircuitState, type StateChange, type ToldInterval } from './circuit.ts';
import { intervalsOf } from './intervals.ts';
import { endMs, evidences, heartbeats, settings, stateAt } from './scenes.suite.ts';
import { Watch } from './watch.ts';

const span = { fromMs: 0, toMs: endMs };
const shuffled = <T>(of: readonly T[]): fc.Arbitrary<T[]> =>
  fc.shuffledSubarray([...of], { minLength: of.length, maxLength: of.length });
/** Each once and some twice, in any order. */
const disordered = <T>(of: readonly T[]): fc.Arbitrary<T[]> =>
  fc.subarray([...of]).chain((again) => shuffled([...of, ...again]));

const scene = fc.record({ evidence: evidences, beats: heartbeats }).chain(({ evidence, beats }) =>
  fc.record({
    evidence: fc.constant(evidence),
    beats: fc.constant(beats),
    other: disordered(evidence),
    otherBeats: disordered(beats),
  }),
);

/** What is stored after changes: each stands from its beginning on. */
function apply(stored: readonly ToldInterval[], { fromMs, intervals }: StateChange): ToldInterval[] {
  const kept = stored
    .filter((interval) => interval.fromMs < fromMs)
    .map((interval) => ((interval.toMs ?? Infinity) > fromMs ? { ...interval, toMs: fromMs } : interval));
  return [...kept, ...intervals];
}

const closed = (stored: readonly ToldInterval[]): unknown[] =>
  stored.map((interval) => ({ ...interval, toMs: interval.toMs ?? endMs }));

type Event = { readonly evidence: Evidence } | { readonly beat: Heartbeat } | { readonly time: number };
type Does = { readonly event: Event; readonly take: boolean; readonly restart: boolean };

/** Everything that comes in, in any order, with advances, takings and restarts between. */
const stream = (evidence: readonly Evidence[], beats: readonly Heartbeat[]): fc.Arbitrary<Does[]> =>
  fc
    .array(fc.integer({ min: 0, max: endMs }), { maxLength: 8 })
    .chain((times) =>
      disordered<Event>([
        ...evidence.map((each) => ({ evidence: each })),
        ...beats.map((beat) => ({ beat })),
        ...times.map((time) => ({ time })),
      ]),
    )
    .chain((events) =>
      fc.tuple(
        ...events.map((event) =>
          fc.record({ event: fc.constant(event), take: fc.boolean(), restart: fc.nat({ max: 9 }).map((n) => n === 0) }),
        ),
      ),
    );

function run(stream: readonly Does[], use: StateSettings): { state: CircuitState; stored: ToldInterval[] } {
  let watch = new Watch(use.blindMs);
  let state = new CircuitState(watch, 0, use);
  let stored: ToldInterval[] = [];
  const take = (): void => {
    const change = state.take();
    if (change) stored = apply(stored, change);
  };
  for (const { event, take: isTaken, restart } of stream) {
    if ('evidence' in event) state.add(event.evidence);
    else if ('beat' in event) watch.beat(event.beat.collector, event.beat.atMs);
    else state.advance(event.time);
    if (isTaken && state.advance(0)) take();
    if (!restart) continue;
    watch = Watch.restore(watch.snapshot(0), use.blindMs);
    state = CircuitState.restore(state.snapshot(), watch, use);
  }
  state.advance(endMs);
  take();
  return { state, stored };
}

describe('intervals of evidence', () => {
  it('are the same whatever came first, and however often', () => {
    fc.assert(
      fc.property(scene, ({ evidence, beats, other, otherBeats }) => {
        expect(intervalsOf(other, otherBeats, settings, span)).toEqual(intervalsOf(evidence, beats, settings, span));
      }),
    );
  });

  it('partition the span, each differs from the one before, and each has what began it', () => {
    fc.assert(
      fc.property(scene, ({ evidence, beats }) => {
        const found = intervalsOf(evidence, beats, settings, span);
        expect(found[0]!.fromMs).toBe(0);
        expect(found.at(-1)!.toMs).toBe(endMs);
        for (const [i, { fromMs, toMs, state, cause, evidence: notes }] of found.entries()) {
          expect(toMs).toBeGreaterThan(fromMs);
          expect(notes.length).toBeLessThanOrEqual(50);
          if (state !== 'unknown') expect(notes.length).toBeGreaterThan(0);
          if (i === 0) continue;
          expect(found[i - 1]!.toMs).toBe(fromMs);
          expect([found[i - 1]!.state, found[i - 1]!.cause]).not.toEqual([state, cause]);
        }
      }),
    );
  });

  it('of two parts of a span add up to those of the whole', () => {
    fc.assert(
      fc.property(scene, fc.integer({ min: 1, max: endMs - 1 }), ({ evidence, beats }, cutMs) => {
        const states = (fromMs: number, toMs: number) =>
          intervalsOf(evidence, beats, settings, { fromMs, toMs }).flatMap(({ fromMs: from, toMs: to, state, cause }) =>
            new Array<string>(to - from).fill(`${state} ${cause}`),
          );
        expect([...states(0, cutMs), ...states(cutMs, endMs)]).toEqual(states(0, endMs));
      }),
    );
  });

  it('say at each instant what the newest words say', () => {
    fc.assert(
      fc.property(scene, ({ evidence, beats }) => {
        const plain = evidence.map((word) => {
          const { sinceMs, ...rest } = word;
          return sinceMs === undefined ? word : rest;
        });
        const found = intervalsOf(plain, beats, { ...settings, staleMs: 1e9 }, span);
        for (const { fromMs, toMs, state } of found)
          for (const atMs of [fromMs, (fromMs + toMs) >> 1, toMs - 1])
            expect({ atMs, state }).toEqual({ atMs, state: stateAt(plain, beats, atMs) });
      }),
      { numRuns: 300 },
    );
  });
});

describe('a circuit as its evidence comes in', () => {
  const streams = fc
    .record({ evidence: evidences, beats: heartbeats })
    .chain(({ evidence, beats }) =>
      fc.record({ evidence: fc.constant(evidence), beats: fc.constant(beats), does: stream(evidence, beats) }),
    );

  it('has the intervals of all its evidence, in any order, through restarts; and what it told adds up to them', () => {
    fc.assert(
      fc.property(streams, ({ evidence, beats, does }) => {
        const all = intervalsOf(evidence, beats, settings, span);
        const { state, stored } = run(does, settings);
        expect(state.intervals(0)).toEqual(all);
        expect(closed(stored)).toEqual(all);
      }),
      { numRuns: 500 },
    );
  });

  it('changes nothing when what its snapshot holds is told again', () => {
    fc.assert(
      fc.property(streams, ({ evidence, beats, does }) => {
        const { state } = run(does, settings);
        const watch = new Watch(settings.blindMs);
        for (const { collector, atMs } of beats) watch.beat(collector, atMs);
        const again = CircuitState.restore(state.snapshot(), watch, settings);
        for (const each of evidence) again.add(each);
        expect(again.advance(endMs)).toBe(false);
        expect(again.intervals(0)).toEqual(state.intervals(0));
      }),
    );
  });
});
