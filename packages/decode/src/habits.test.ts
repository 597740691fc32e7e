/** What an exporter's flows show of how it is configured. */
import { describe, expect, test } from 'vitest';
import { harness, ip, message, nowMs, template } from './testing.ts';

const t = template(256, [
  [1, 4],
  [152, 8],
  [153, 8],
]);
const options = template(
  300,
  [
    [144, 4],
    [36, 2],
    [34, 4],
  ],
  1,
);

function exporting() {
  const h = harness();
  const exporter = () => h.decoder.exporter(ip('192.0.2.1'));
  return {
    h,
    exporter,
    flow: (seconds: number, times = 1, at = nowMs) => {
      for (let i = 0; i < times; i++)
        h.feed(message(10, [{ template: t }, { data: t, rows: [[1, at - seconds * 1000, at]] }], { exportMs: at }), {
          at,
        });
    },
    told: () => h.sink.samples.filter(({ metric }) => metric === 'exporter.active_timeout').map(({ value }) => value),
  };
}

describe('active time-out', () => {
  test('is the customary value that the longest flows come up to', () => {
    const e = exporting();
    expect(e.exporter().activeTimeoutMs).toBe(0);
    e.flow(5, 50);
    expect(e.exporter().activeTimeoutMs).toBe(60_000);
    e.flow(61, 3);
    expect(e.exporter().activeTimeoutMs).toBe(60_000);
    e.flow(310, 3);
    expect(e.exporter().activeTimeoutMs).toBe(300_000);
    e.flow(1799, 3);
    expect(e.exporter().activeTimeoutMs).toBe(1_800_000);
    e.flow(20 * 3600, 5);
    expect(e.exporter().activeTimeoutMs).toBe(1_800_000);
  });

  test('is not inferred from a few flows with a wrong time', () => {
    const e = exporting();
    e.flow(30, 10);
    e.flow(1700, 2);
    expect(e.exporter().activeTimeoutMs).toBe(60_000);
  });

  test('is told when it becomes another one above a minute, and when it no longer is', () => {
    const e = exporting();
    e.flow(50, 5);
    expect(e.told()).toEqual([]);
    e.flow(600, 5);
    expect(e.told()).toEqual([600_000]);
    e.flow(1750, 5);
    expect(e.told()).toEqual([600_000, 1_800_000]);
    // Reconfigured: what was long before is forgotten.
    e.flow(50, 5, nowMs + 31 * 60_000);
    e.flow(50, 5, nowMs + 62 * 60_000);
    expect(e.told()).toEqual([600_000, 1_800_000, 60_000]);
  });

  test('that is stated in options data goes before what is inferred', () => {
    const e = exporting();
    e.flow(50, 5);
    e.h.feed(message(10, [{ template: options }, { data: options, rows: [[1, 120, 1]] }]));
    expect(e.exporter().activeTimeoutMs).toBe(120_000);
    expect(e.told()).toEqual([120_000]);
  });
});

describe('sampling of an exporter', () => {
  test('is the rates of its flows and whether it stated them, within bounds', () => {
    const e = exporting();
    e.flow(1);
    expect([...e.exporter().sampling]).toEqual([[1, false]]);
    e.h.feed(message(10, [{ template: options }, { data: options, rows: [[1, 60, 512]] }]));
    e.flow(1);
    expect([...e.exporter().sampling]).toEqual([
      [1, false],
      [512, true],
    ]);
    for (let rate = 1000; rate < 1030; rate++) {
      e.h.feed(message(10, [{ data: options, rows: [[1, 60, rate]] }]));
      e.flow(1);
    }
    expect(e.exporter().sampling.size).toBe(16);
    expect(e.exporter().sampling.has(1029)).toBe(true);
  });
});
