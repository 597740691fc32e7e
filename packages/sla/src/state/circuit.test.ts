import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CircuitState } from './circuit.ts';
import { type Evidence, defaultStateSettings } from './evidence.ts';
import { intervalsOf } from './intervals.ts';
import { SnapshotError, maxSnapshot } from './snapshot.ts';
import { Watch, WatchError } from './watch.ts';

const startMs = Date.UTC(2026, 2, 1);
const settings = defaultStateSettings;
const word = (atS: number, said: Partial<Evidence> = {}): Evidence => ({
  atMs: startMs + atS * 1000,
  kind: 'link',
  name: '',
  collector: 'main',
  says: 'up',
  holdMs: 150_000,
  note: 'poll: ifOperStatus up',
  ...said,
});

const begin = (): { watch: Watch; state: CircuitState } => {
  const watch = new Watch(settings.blindMs);
  watch.beat('main', startMs);
  return { watch, state: new CircuitState(watch, startMs, settings) };
};
const states = (state: CircuitState): string[] =>
  state
    .intervals(startMs)
    .map(({ fromMs, toMs, state: is }) => `${(fromMs - startMs) / 1000}-${(toMs - startMs) / 1000} ${is}`);

/** A day of a circuit that is polled each minute and probed each 10 s from two vantage points, by the hour. */
function busy(state: CircuitState, watch: Watch, fromS: number, toS: number): void {
  for (let s = fromS; s < toS; s += 10) {
    watch.beat('main', startMs + s * 1000);
    watch.beat('far', startMs + s * 1000);
    for (const collector of ['main', 'far'])
      state.add(word(s, { kind: 'probe', name: 'icmp://192.0.2.1', collector, note: 'probe answered' }));
    if (s % 60 === 0) {
      state.add(word(s, { sinceMs: startMs - 5_000_000 }));
      state.add(word(s, { kind: 'admin', note: 'poll: ifAdminStatus 1' }));
      state.add(word(s, { kind: 'reach', note: 'poll answered' }));
    }
    state.advance(startMs + s * 1000);
  }
}

describe('a circuit', () => {
  it('tells of a change once, from when on it is one', () => {
    const { watch, state } = begin();
    state.add(word(0));
    watch.beat('main', startMs + 10_000);
    expect(state.advance(startMs + 10_000)).toBe(true);
    expect(state.take()).toEqual({
      fromMs: startMs,
      intervals: [
        {
          fromMs: startMs,
          toMs: null,
          state: 'up',
          cause: 'none',
          evidence: [{ atMs: startMs, source: 'link (main)', text: 'poll: ifOperStatus up' }],
        },
      ],
    });
    state.add(word(12, { says: 'down', note: 'linkDown trap' }));
    expect(state.advance(startMs + 12_000)).toBe(false);
    expect(state.advance(startMs + 12_001)).toBe(true);
    expect(state.take()).toMatchObject({ fromMs: startMs + 12_000, intervals: [{ state: 'down', toMs: null }] });
    expect(state.take()).toBeUndefined();
    expect(state.now).toMatchObject({ state: 'down', cause: 'link', fromMs: startMs + 12_000 });
  });

  it('tells an interval again from its beginning when it lasted longer', () => {
    const { state } = begin();
    for (const s of [0, 60]) state.add(word(s, { kind: 'reach', says: s === 0 ? 'up' : 'down' }));
    state.add(word(30, { kind: 'probe', name: 'x' }));
    for (const s of [60, 70]) state.add(word(s, { kind: 'probe', name: 'x', says: 'down' }));
    state.advance(startMs + 100_000);
    expect(states(state)).toEqual(['0-60 up', '60-100 down']);
    state.take();
    state.add(word(65, { kind: 'probe', name: 'x' }));
    state.advance(startMs + 100_000);
    expect(state.take()).toMatchObject({ fromMs: startMs, intervals: [{ fromMs: startMs, toMs: null, state: 'up' }] });
  });

  it('of thousands whose collector goes blind finds it by one look', () => {
    const { watch, state } = begin();
    state.add(word(0, { holdMs: 900_000 }));
    for (let s = 1; s <= 60; s++) watch.beat('main', startMs + s * 1000);
    state.advance(startMs + 60_000);
    state.take();
    watch.beat('other', startMs + 95_000);
    expect(state.advance(startMs + 95_000)).toBe(true);
    expect(state.take()).toMatchObject({
      fromMs: startMs + 60_000,
      intervals: [{ state: 'unknown', cause: 'collector' }],
    });
    watch.beat('main', startMs + 100_000);
    state.advance(startMs + 101_000);
    expect(states(state)).toEqual(['0-60 up', '60-100 unknown', '100-101 up']);
  });

  it('puts what is late by minutes into its place, and what is late by more only where nothing was known', () => {
    const { watch, state } = begin();
    busy(state, watch, 0, 7200);
    const is = (): number => state.intervals(startMs).length;
    expect(is()).toBe(1);
    state.add(word(6900, { kind: 'admin', says: 'down' }));
    state.advance(startMs + 7200_000);
    expect(is()).toBe(3);
    state.snapshot();
    state.add(word(100, { says: 'down' }));
    state.add(word(100, { kind: 'probe', name: 'icmp://192.0.2.1', says: 'down' }));
    state.advance(startMs + 7200_000);
    expect(is()).toBe(3);
    expect(state.counts).toEqual({ late: 2, refused: 0 });
  });

  it('fills a time of which nothing was known with what comes an hour late', () => {
    const { watch, state } = begin();
    state.add(word(0));
    for (let s = 0; s <= 7200; s += 20) watch.beat('main', startMs + s * 1000);
    for (let s = 3600; s <= 7200; s += 60) state.add(word(s));
    state.advance(startMs + 7200_000);
    expect(states(state)).toEqual(['0-150 up', '150-3600 unknown', '3600-7200 up']);
    state.snapshot();
    state.add(word(600));
    state.advance(startMs + 7200_000);
    expect(states(state).slice(1, 5)).toEqual(['150-600 unknown', '600-750 up', '750-3600 unknown', '3600-7200 up']);
  });

  it('bounds its sources, and gives up those that are silent first', () => {
    const { state } = begin();
    for (let i = 0; i < 64; i++) state.add(word(0, { kind: 'path', name: `p${i}`, holdMs: i === 7 ? 10 : 150_000 }));
    state.add(word(1, { kind: 'path', name: 'one more' }));
    expect(state.counts.refused).toBe(1);
    state.advance(startMs + 20_000);
    state.add(word(20, { kind: 'path', name: 'one more' }));
    expect(state.counts.refused).toBe(1);
  });

  it('keeps a storm of changes bounded, and each of them until it is taken', () => {
    const { watch, state } = begin();
    const evidence = Array.from({ length: 3000 }, (_, i) => word(i / 10, { says: i % 2 === 0 ? 'down' : 'up' }));
    for (const each of evidence) {
      watch.beat('main', each.atMs);
      state.add(each);
      state.advance(each.atMs);
    }
    state.advance(startMs + 300_000);
    expect(state.take()!.intervals).toHaveLength(3000);
    expect(state.take()).toBeUndefined();
    expect(state.intervals(startMs).length).toBeLessThanOrEqual(64);
    expect(state.snapshot().length).toBeLessThan(maxSnapshot);
  });
});

describe('a snapshot', () => {
  it('of a circuit that is polled and probed is under 2 KiB', () => {
    const { watch, state } = begin();
    busy(state, watch, 0, 7200);
    expect(state.snapshot().length).toBeLessThan(2048);
  });

  it('goes on where it was: late words and all', () => {
    const { watch, state } = begin();
    busy(state, watch, 0, 3600);
    const other = CircuitState.restore(state.snapshot(), Watch.restore(watch.snapshot(0), settings.blindMs), settings);
    for (const each of [state, other]) {
      each.add(word(3310, { kind: 'admin', says: 'down' }));
      each.advance(startMs + 3600_000);
    }
    expect(other.take()).toEqual(state.take());
    expect(states(other).map((text) => text.split(' ')[1])).toEqual(['up', 'down', 'up']);
  });

  it('holds the words of a source that told too many of them out of order', () => {
    const { watch, state } = begin();
    for (let i = 0; i < 2000; i++) state.add(word(((i * 37) % 400) + i / 10, { says: i % 3 === 0 ? 'down' : 'up' }));
    state.advance(startMs + 900_000);
    const restored = CircuitState.restore(state.snapshot(), watch, settings);
    expect(restored.now).toEqual(state.now);
    expect(state.counts.late).toBeGreaterThan(0);
  });

  it('is bounded whatever was told, and still says what is', () => {
    const { state } = begin();
    for (let s = 0; s < 300; s++)
      for (let i = 0; i < 64; i++)
        state.add(
          word(s, {
            kind: 'probe',
            name: `${'é'.repeat(240)}${i}`,
            collector: `${'ü'.repeat(100)}${i}`,
            says: s % 7 === 0 ? 'up' : 'down',
            note: `${'ö'.repeat(180)}${s}/${i}`,
          }),
        );
    state.advance(startMs + 300_000);
    const bytes = state.snapshot();
    expect(bytes.length).toBeLessThanOrEqual(maxSnapshot);
    const { watch } = begin();
    expect(CircuitState.restore(bytes, watch, settings).now).toMatchObject({ state: state.now!.state });
  });

  it('that is cut, changed or of another version is refused, or restores to a circuit that works', () => {
    const { watch, state } = begin();
    busy(state, watch, 0, 600);
    state.add(word(590, { says: 'down' }));
    state.advance(startMs + 600_000);
    const bytes = state.snapshot();
    for (let length = 0; length < bytes.length; length++)
      expect(() => CircuitState.restore(bytes.subarray(0, length), watch, settings)).toThrow(SnapshotError);
    expect(() => CircuitState.restore(Uint8Array.of(2, ...bytes.subarray(1)), watch, settings)).toThrow('version 2');
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 255 }), (at, value) => {
        const changed = bytes.slice();
        changed[at] = value;
        let restored;
        try {
          restored = CircuitState.restore(changed, watch, settings);
        } catch (error) {
          expect(error).toBeInstanceOf(SnapshotError);
          return;
        }
        restored.add(word(700));
        restored.advance(startMs + 800_000);
        const intervals = restored.intervals(0);
        for (const [i, { fromMs, toMs }] of intervals.entries()) {
          expect(toMs).toBeGreaterThanOrEqual(fromMs);
          if (i > 0) expect(intervals[i - 1]!.toMs).toBe(fromMs);
        }
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (random) => {
        expect(() => CircuitState.restore(random, watch, settings)).toThrow(SnapshotError);
      }),
    );
  });
});

describe('a watch', () => {
  it('is the same after a restart', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.integer({ min: 0, max: 500 })), { maxLength: 60 }),
        fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.integer({ min: 0, max: 500 })), { maxLength: 20 }),
        (before, after) => {
          const whole = new Watch(30);
          let parted = new Watch(30);
          for (const [collector, atMs] of before) for (const watch of [whole, parted]) watch.beat(collector, atMs);
          parted = Watch.restore(parted.snapshot(0), 30);
          for (const [collector, atMs] of after) for (const watch of [whole, parted]) watch.beat(collector, atMs);
          for (let atMs = 0; atMs < 520; atMs += 3)
            for (const collector of ['a', 'b', 'c'])
              expect(parted.watched(collector, atMs)).toBe(whole.watched(collector, atMs));
        },
      ),
    );
  });

  it('refuses bytes that are none', () => {
    for (const text of ['', '{}', 'null', '{"version":2,"collectors":[]}', '{"version":1,"collectors":[["a",2,1,[]]]}'])
      expect(() => Watch.restore(new TextEncoder().encode(text), 30)).toThrow(WatchError);
  });
});

it('of a day with everything in it is what all its evidence gives', () => {
  const { watch, state } = begin();
  const evidence: Evidence[] = [];
  const beats = [];
  for (let s = 0; s < 86_400; s += 20) {
    const collector = s % 40 === 0 ? 'main' : 'far';
    if (s < 30_000 || s > 31_000) beats.push({ collector: 'main', atMs: startMs + s * 1000 });
    beats.push({ collector: 'far', atMs: startMs + s * 1000 });
    const isDown = s % 10_000 > 9_000;
    if (s % 60 === 0) evidence.push(word(s, { says: isDown ? 'down' : 'up' }));
    evidence.push(word(s, { kind: 'probe', name: 'x', collector, says: isDown && s % 3 > 0 ? 'down' : 'up' }));
    if (s % 5000 === 0) evidence.push(word(s, { kind: 'quality', name: 'x', says: 'degraded' }));
  }
  for (const { collector, atMs } of beats) watch.beat(collector, atMs);
  let told = 0;
  for (const each of evidence) {
    state.add(each);
    if (state.advance(each.atMs)) told += state.take()!.intervals.length;
  }
  const toMs = startMs + 86_400_000;
  state.advance(toMs);
  expect(told).toBeGreaterThan(20);
  const all = intervalsOf(evidence, beats, settings, { fromMs: startMs, toMs });
  const kept = state.intervals(startMs);
  expect(kept.length).toBeGreaterThan(20);
  expect(kept).toEqual(all.slice(-kept.length));
});
