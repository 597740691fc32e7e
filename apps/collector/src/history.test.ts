import { describe, expect, test } from 'vitest';
import { History } from './history.ts';

const lost = (datagrams: number) => ({ flows: 0, datagrams, records: 0, samples: 0 });
const minute = 60_000;

describe('the counts of an exporter over time', () => {
  test('give rates of the last minute', () => {
    const history = new History({ atMs: 0, datagrams: 0, flows: 0, lost: lost(0) });
    for (let s = 10; s <= 300; s += 10)
      history.add({ atMs: s * 1000, datagrams: s <= 240 ? s : 240, flows: s * 30, lost: lost(0) });
    expect(history.rates(300_000)).toEqual({ datagramsPerS: 0, flowsPerS: 30 });
    history.add({ atMs: 310_000, datagrams: 300, flows: 9300, lost: lost(0) });
    expect(history.rates(310_000).datagramsPerS).toBe(1);
  });

  test('tell of the last hour, and of less before that has passed', () => {
    const history = new History({ atMs: 0, datagrams: 0, flows: 0, lost: lost(0) });
    const at = (min: number): void =>
      history.add({ atMs: min * minute, datagrams: min * 10, flows: min, lost: lost(min) });
    for (let min = 1; min <= 30; min++) at(min);
    expect(history.lastHour()).toEqual({ fromMs: 0, lost: lost(30), datagrams: 300, flows: 30 });
    for (let min = 31; min <= 200; min++) at(min);
    const { fromMs, lost: gone } = history.lastHour();
    const span = 200 - fromMs / minute;
    expect(span).toBeGreaterThanOrEqual(60);
    expect(span).toBeLessThanOrEqual(65);
    expect(gone.datagrams).toBe(span);
  });

  test('are never below nothing when what was lost came after all', () => {
    const history = new History({ atMs: 0, datagrams: 0, flows: 0, lost: lost(5) });
    history.add({ atMs: minute, datagrams: 1, flows: 0, lost: lost(2) });
    expect(history.lastHour().lost).toEqual(lost(0));
    history.add({ atMs: 2 * minute, datagrams: 0, flows: 0, lost: lost(0) });
    history.add({ atMs: 3 * minute, datagrams: 0, flows: 0, lost: lost(0) });
    expect(history.rates(3 * minute)).toEqual({ datagramsPerS: 0, flowsPerS: 0 });
  });

  test('begin anew when our clock is set back', () => {
    const history = new History({ atMs: 0, datagrams: 0, flows: 0, lost: lost(0) });
    for (let s = 10; s <= 600; s += 10) history.add({ atMs: s * 1000, datagrams: s, flows: s, lost: lost(0) });
    history.add({ atMs: 10_000, datagrams: 610, flows: 610, lost: lost(0) });
    history.add({ atMs: 20_000, datagrams: 620, flows: 620, lost: lost(0) });
    expect(history.rates(20_000)).toEqual({ datagramsPerS: 1, flowsPerS: 1 });
    expect(history.lastHour()).toEqual({ fromMs: 10_000, lost: lost(0), datagrams: 10, flows: 10 });
  });
});
