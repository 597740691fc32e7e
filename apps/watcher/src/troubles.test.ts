import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Part, intervalsOf, minute, second, t0 } from './testing.ts';
import { type TroubleSettings, troublesOf } from './troubles.ts';

const settings: TroubleSettings = { holdDownMs: 120 * second, degradedMs: 5 * minute, blindMs: 15 * minute };
const short = (...parts: readonly Part[]) => {
  const intervals = intervalsOf(...parts);
  const seenMs = intervals.at(-1)!.fromMs + 10 * minute;
  return troublesOf(intervals, seenMs, settings).map(({ kind, startedMs, endedMs, resolvedMs, flaps }) => ({
    kind,
    from: startedMs - t0,
    to: endedMs === null ? null : endedMs - t0,
    resolved: resolvedMs === null ? null : resolvedMs - t0,
    flaps: flaps.length,
  }));
};

describe('troubles', () => {
  it('are none of a line that is up', () => {
    expect(short(['up'])).toEqual([]);
  });

  it('go on while the line is down', () => {
    expect(short(['up', minute], ['down'])).toEqual([
      { kind: 'outage', from: minute, to: null, resolved: null, flaps: 0 },
    ]);
  });

  it('are over when the line is back, and resolved after the hold-down', () => {
    expect(short(['up', minute], ['down', minute], ['up'])).toEqual([
      { kind: 'outage', from: minute, to: 2 * minute, resolved: 4 * minute, flaps: 0 },
    ]);
  });

  it('are one when the line is down again within the hold-down', () => {
    expect(short(['up', minute], ['down', minute], ['up', 119 * second], ['down', minute], ['up'])).toMatchObject([
      { kind: 'outage', from: minute, flaps: 1 },
    ]);
  });

  it('are two when it was back for the hold-down', () => {
    expect(short(['up', minute], ['down', minute], ['up', 120 * second], ['down', minute], ['up'])).toMatchObject([
      { from: minute, to: 2 * minute, flaps: 0 },
      { from: 4 * minute, flaps: 0 },
    ]);
  });

  it('go on through time that nobody saw', () => {
    expect(short(['up', minute], ['down', minute], ['unknown', minute], ['down', minute], ['up'])).toMatchObject([
      { from: minute, to: 4 * minute, flaps: 0 },
    ]);
  });

  it('are outages only while down, and degradations after five minutes', () => {
    expect(short(['up', minute], ['degraded', 4 * minute], ['up'])).toEqual([]);
    expect(short(['up', minute], ['degraded', 5 * minute], ['up'])).toMatchObject([{ kind: 'degradation' }]);
    expect(short(['up', minute], ['degraded', 6 * minute], ['down', minute], ['up'])).toMatchObject([
      { kind: 'outage', from: 7 * minute },
      { kind: 'degradation', from: minute, to: 7 * minute, resolved: 7 * minute },
    ]);
  });

  it('are blindness after a quarter of an hour, of a line that was seen before', () => {
    expect(short(['unknown', 60 * minute], ['up'])).toEqual([]);
    expect(short(['up', minute], ['unknown', 14 * minute], ['up'])).toEqual([]);
    expect(short(['up', minute], ['unknown', 15 * minute], ['up'])).toMatchObject([{ kind: 'blind', from: minute }]);
  });

  it('never overlap within a kind, and begin and end where intervals do', () => {
    const part = fc.tuple(
      fc.constantFrom('up' as const, 'degraded' as const, 'down' as const, 'unknown' as const),
      fc.integer({ min: 1, max: 20 * minute }),
    );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 30 }), (parts) => {
        const intervals = intervalsOf(...parts, ['up']);
        const edges = new Set(intervals.map(({ fromMs }) => fromMs));
        const found = troublesOf(intervals, intervals.at(-1)!.fromMs, settings);
        for (const kind of ['outage', 'degradation', 'blind']) {
          let lastMs = -Infinity;
          for (const { startedMs, endedMs } of found.filter((each) => each.kind === kind)) {
            expect(startedMs).toBeGreaterThanOrEqual(lastMs);
            expect(edges.has(startedMs)).toBe(true);
            if (endedMs !== null) {
              expect(edges.has(endedMs)).toBe(true);
              lastMs = endedMs;
            }
          }
        }
        const downMs = intervals.reduce(
          (sum, { state, fromMs, toMs }) => sum + (state === 'down' ? (toMs ?? fromMs) - fromMs : 0),
          0,
        );
        const within = found
          .filter(({ kind }) => kind === 'outage')
          .flatMap(({ bad }) => bad)
          .reduce((sum, { fromMs, toMs }) => sum + (toMs ?? fromMs) - fromMs, 0);
        expect(within).toBe(downMs);
      }),
    );
  });
});
