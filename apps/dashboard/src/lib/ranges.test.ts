import { expect, it } from 'vitest';
import { longestMs, parseRange, presets, problemWithSpan, scaleSpan, shortestMs, spanOf, withRange } from './ranges.ts';

const query = (text: string): URLSearchParams => new URLSearchParams(text);

it('reads a preset and falls back to the default one', () => {
  expect(parseRange(query('range=7d'))).toEqual({ kind: 'preset', preset: presets[3] });
  expect(parseRange(query('range=nonsense'))).toEqual({ kind: 'preset', preset: presets[1] });
  expect(parseRange(query(''))).toEqual({ kind: 'preset', preset: presets[1] });
});

it('reads a custom span before a preset, when it makes sense', () => {
  expect(parseRange(query('from=1000000&to=9000000&range=7d'))).toEqual({
    kind: 'custom',
    fromMs: 1_000_000,
    toMs: 9_000_000,
  });
  for (const text of ['from=9000000&to=1000000', 'from=1000000', 'from=x&to=y', 'from=0&to=1', 'from=&to=']) {
    expect(parseRange(query(text)).kind).toBe('preset');
  }
});

it('keeps the rest of the address, and the preset to return to', () => {
  const zoomed = withRange(query('range=24h&circuit=c1'), { kind: 'custom', fromMs: 1e6, toMs: 9e6 });
  expect(Object.fromEntries(zoomed)).toEqual({ range: '24h', circuit: 'c1', from: '1000000', to: '9000000' });
  const reset = withRange(zoomed, { kind: 'preset', preset: presets[0]! });
  expect(Object.fromEntries(reset)).toEqual({ range: '1h', circuit: 'c1' });
});

it('ends a preset now', () => {
  expect(spanOf({ kind: 'preset', preset: presets[0]! }, 10_000_000)).toEqual({ fromMs: 6_400_000, toMs: 10_000_000 });
});

it('says what is wrong with a span', () => {
  expect(problemWithSpan(null, 1)).toContain('start');
  expect(problemWithSpan(0, null)).toContain('end');
  expect(problemWithSpan(5, 5)).toContain('after');
  expect(problemWithSpan(0, 1000)).toContain('at least');
  expect(problemWithSpan(0, longestMs + 1)).toContain('at most');
  expect(problemWithSpan(0, longestMs)).toBeNull();
});

it('zooms around a moment, and not further than can be shown', () => {
  expect(scaleSpan(0, 8_000_000, 2_000_000, 0.5)).toEqual({ fromMs: 1_000_000, toMs: 5_000_000 });
  const least = scaleSpan(0, shortestMs, 60_000, 0.5);
  expect(least.toMs - least.fromMs).toBe(shortestMs);
});
