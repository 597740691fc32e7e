import { type Sample, createFlowColumns, parseAddress } from '@linewatch/record';
import { describe, expect, it } from 'vitest';
import { Counted } from './counted.ts';
import type { Passed } from './poll/readings.ts';
import { InterfaceSums } from './sums.ts';

const address = parseAddress('192.0.2.1');
const nowMs = 1_795_000_000_000;

function counted(limit?: number) {
  const taken: Passed[] = [];
  const exporters = new Set<object>();
  const counter = new Counted((exporter, passed) => {
    exporters.add(exporter);
    taken.push(passed);
  }, limit);
  const sample = (atS: number, value: number, metric = 'interface.in.octets', index = 1): void => {
    const one: Sample = {
      timeMs: nowMs + atS * 1000,
      exporter: address,
      interface: index,
      metric,
      value,
      text: '',
    };
    counter.sample(one);
  };
  const poll = (fromS: number, toS: number, octets = 1): void =>
    counter.passed(address, {
      interface: 1,
      side: 0,
      octets,
      fromMs: nowMs + fromS * 1000,
      toMs: nowMs + toS * 1000,
    });
  return { counter, taken, exporters, sample, poll };
}

describe('what counters say that an interface carried', () => {
  it('is what they moved by, and nothing across a reset', () => {
    const { sample, taken } = counted();
    for (const [i, value] of [1000, 1500, 300, 900].entries()) sample(i * 20, value);
    sample(0, 7, 'interface.out.octets');
    sample(20, 10, 'interface.out.octets');
    sample(0, 1, 'interface.in.errors');
    sample(20, 9, 'interface.in.errors');
    expect(taken.map(({ side, octets }) => [side, octets])).toEqual([
      [0, 500],
      [0, 600],
      [1, 3],
    ]);
  });

  it('is never counted twice where polls and sFlow tell of the same time', () => {
    const { sample, poll, taken, exporters } = counted();
    for (let s = 0; s <= 120; s += 20) sample(s, s * 10);
    poll(0, 60);
    poll(60, 120);
    expect(taken.map(({ octets }) => octets)).toEqual([200, 200, 200, 200, 200, 200]);
    // The samples end: polls take over.
    poll(120, 180, 77);
    sample(180, 1800);
    expect(taken.slice(6).map(({ octets }) => octets)).toEqual([77]);
    expect(exporters.size).toBe(1);
  });

  it('is not spread over a time that nobody looked', () => {
    const { sample, poll, taken } = counted();
    sample(0, 0);
    sample(1200, 1e9);
    sample(1220, 1e9 + 5);
    poll(20_000, 20_000 + 4 * 3600);
    expect(taken.map(({ octets }) => octets)).toEqual([5]);
  });

  it('is remembered for a bounded number of interfaces', () => {
    const { sample, taken } = counted(10);
    for (let round = 0; round < 3; round++)
      for (let index = 1; index <= 100; index++) sample(round * 20, round, 'interface.in.octets', index);
    expect(taken.length).toBeLessThan(30);
    for (const value of [NaN, -1, Infinity]) sample(100, value);
    sample(120, 5, 'interface.in.octets', 0);
    expect(taken.every(({ octets }) => octets >= 0)).toBe(true);
  });
});

describe('sums of counters', () => {
  const rows = (passed: readonly Passed[]) => {
    const found: Record<string, number>[] = [];
    const sums = new InterfaceSums(({ columns: { arrays }, rows: count }) => {
      for (let i = 0; i < count; i++)
        found.push({
          timeS: arrays.time_s[i]!,
          widthS: arrays.width_s[i]!,
          side: arrays.side[i]!,
          basis: arrays.basis[i]!,
          octets: arrays.octets[2 * i]!,
          ms: arrays.flows[i]!,
        });
    });
    const exporter = { address };
    for (const each of passed) sums.addCounted(exporter, each, nowMs);
    // Of another basis: never in the same rows.
    const flows = createFlowColumns(1);
    sums.add(exporter, flows, 0, 1, nowMs);
    sums.flush();
    return found;
  };

  it('share a reading out over its time, to the octet and the millisecond', () => {
    const passed = { interface: 3, side: 1, octets: 100_003, fromMs: nowMs - 63_500, toMs: nowMs - 3500 } as const;
    const found = rows([passed]);
    expect(found.reduce((sum, { octets }) => sum + octets!, 0)).toBe(100_003);
    expect(found.reduce((sum, { ms }) => sum + ms!, 0)).toBe(60_000);
    expect(new Set(found.map(({ basis, side, widthS }) => `${basis} ${side} ${widthS}`))).toEqual(new Set(['2 1 10']));
    for (const { octets, ms } of found) expect(Math.abs(octets! - (100_003 * ms!) / 60_000)).toBeLessThanOrEqual(1);
  });

  it('tell in few rows that nothing passed', () => {
    const found = rows([{ interface: 3, side: 0, octets: 0, fromMs: nowMs - 61_000, toMs: nowMs - 1000 }]);
    expect(found.length).toBeLessThanOrEqual(2);
    expect(found.reduce((sum, { ms }) => sum + ms!, 0)).toBe(60_000);
  });
});
