import { describe, expect, it } from 'vitest';
import { monthSpan } from '../time/periods.ts';
import { allowedShare, budget } from './budget.ts';

const hourMs = 3_600_000;
const april = monthSpan('2026-04');
const after = (hours: number): number => april.fromMs + hours * hourMs;
const so = (countedHours: number, lostHours: number): { countedMs: number; lostMs: number } => ({
  countedMs: countedHours * hourMs,
  lostMs: lostHours * hourMs,
});

describe('a budget', () => {
  it('needs a target', () => {
    expect(budget(so(10, 0), {}, april, after(10))).toBeUndefined();
  });

  it('allows what the target leaves of the whole period', () => {
    // 720 h × 0.05 % = 0.36 h, of which 0.09 h are used: 75 % left. 360 h allow 0.18 h: burnt half as fast as allowed.
    const found = budget(so(360, 0.09), { target: 99.95 }, april, after(360))!;
    expect(found.allowedMs).toBeCloseTo(0.36 * hourMs, 6);
    expect(found.usedMs).toBe(0.09 * hourMs);
    expect(found.leftPercent).toBeCloseTo(75, 9);
    expect(found.burnRate).toBeCloseTo(0.5, 9);
    // At 0.09 h in 360 h to the end: 0.18 h of 720 h. If nothing more happens: 0.09 h.
    expect(found.forecastPercent).toBeCloseTo(99.975, 9);
    expect(found.bestPercent).toBeCloseTo(99.9875, 9);
  });

  it('is overspent below 0, and then even the best is below the target', () => {
    const found = budget(so(100, 0.72), { target: 99.95 }, april, after(100))!;
    expect(found.leftPercent).toBeCloseTo(-100, 9);
    expect(found.bestPercent).toBeCloseTo(99.9, 9);
  });

  it('of a target of 100 % allows nothing', () => {
    expect(budget(so(100, 0), { target: 100 }, april, after(100))).toMatchObject({
      allowedMs: 0,
      leftPercent: 100,
      burnRate: null,
      forecastPercent: 100,
    });
    expect(budget(so(100, 1), { target: 100 }, april, after(100))).toMatchObject({ leftPercent: -100, burnRate: null });
  });

  it('knows what is planned: excused works leave less time, others cost it', () => {
    // 620 h to come, less 20 h excused: 700 h count in all. 7 h of works that nobody was told of in time: 7 of 700 h.
    const ahead = {
      excused: [{ fromMs: after(200), toMs: after(220) }],
      down: [{ fromMs: after(300), toMs: after(307) }],
    };
    const found = budget(so(100, 0), { target: 99 }, april, after(100), ahead)!;
    expect(found.allowedMs).toBeCloseTo(7 * hourMs, 6);
    expect(found.forecastPercent).toBe(99);
    expect(found.bestPercent).toBe(99);
    // What went wrong so far, 1 of 100 h, goes on outside of those works: 1 + 7 + 5.93 of 700 h.
    const after1 = budget(so(100, 1), { target: 99 }, april, after(100), ahead)!;
    expect(after1.forecastPercent).toBeCloseTo(100 - 1393 / 700, 9);
    expect(after1.bestPercent).toBeCloseTo(100 - 800 / 700, 9);
    // Works both announced and excused cost nothing.
    const both = budget(so(100, 0), { target: 99 }, april, after(100), { excused: ahead.down, down: ahead.down })!;
    expect(both.forecastPercent).toBe(100);
  });

  it('counts only service hours to come, and only while the circuit is in service', () => {
    // From Monday the 27th at 00:00 on: four days of 10 h. In service until Wednesday 00:00: two.
    const terms = {
      target: 99,
      serviceHours: { days: ['mon', 'tue', 'wed', 'thu', 'fri'] as const, from: '08:00', to: '18:00' },
    };
    const nowMs = Date.parse('2026-04-26T23:00Z');
    expect(budget(so(180, 0), terms, april, nowMs)!.allowedMs).toBeCloseTo(2.2 * hourMs, 6);
    const validity = { fromMs: 0, toMs: Date.parse('2026-04-28T23:00Z') };
    expect(budget(so(180, 0), terms, april, nowMs, { validity })!.allowedMs).toBeCloseTo(2 * hourMs, 6);
  });

  it('tells when it is spent at the pace so far, through service hours and planned works', () => {
    // 1 of 100 h lost, 7.2 h allowed: the 6.2 h that are left last 620 h, exactly to the end.
    expect(budget(so(100, 1), { target: 99 }, april, after(100))!.spentMs).toBeNull();
    // 2 of 100 h: 5.2 h last 260 h.
    expect(budget(so(100, 2), { target: 99 }, april, after(100))!.spentMs).toBe(after(360));
    // The works from 200 on take 4 of them at once: 2 h until then, the other 3.2 h within the works.
    const ahead = { down: [{ fromMs: after(200), toMs: after(204) }] };
    expect(budget(so(100, 2), { target: 99 }, april, after(100), ahead)!.spentMs).toBe(after(203.2));
    // With nobody to answer at night it takes as many days as it takes hours of service.
    const terms = {
      target: 99,
      serviceHours: { days: ['mon', 'tue', 'wed', 'thu', 'fri'] as const, from: '08:00', to: '18:00' },
    };
    // Of 20 h so far 0.5 h; with 200 h to come 2.2 h are allowed: the 1.7 h left last 68 h, six days and 8 h.
    const nowMs = Date.parse('2026-04-02T23:00Z');
    const spentMs = budget(so(20, 0.5), terms, april, nowMs)!.spentMs!;
    expect(new Date(spentMs).toISOString()).toBe('2026-04-13T15:00:00.000Z');
  });

  it('that is overspent, untouched or of a period that is over has no time of its end', () => {
    expect(budget(so(100, 8), { target: 99 }, april, after(100))!.spentMs).toBeNull();
    expect(budget(so(100, 0), { target: 100 }, april, after(100))!.spentMs).toBeNull();
    expect(budget(so(720, 1), { target: 99 }, april, april.toMs)!.spentMs).toBeNull();
    // With exactly nothing left, the next failure is the one.
    expect(budget(so(100, 7.2), { target: 99 }, april, after(100))!.spentMs).toBe(after(100));
  });

  it('of a period that is over is what it was, of one that has not begun is untouched', () => {
    const over = budget(so(720, 0.72), { target: 99.9 }, april, april.toMs + 1)!;
    expect(over.forecastPercent).toBe(99.9);
    expect(over.bestPercent).toBe(99.9);
    expect(over.leftPercent).toBeCloseTo(0, 9);
    const validity = { fromMs: 0, toMs: Infinity };
    const early = budget(so(0, 0), { target: 99.9 }, april, april.fromMs - 240 * hourMs, { validity })!;
    expect(early.allowedMs).toBeCloseTo(0.72 * hourMs, 6);
    expect(early).toMatchObject({
      leftPercent: 100,
      burnRate: null,
      forecastPercent: 100,
    });
  });

  it('has no forecast where nothing counts', () => {
    const terms = { target: 99.9, serviceHours: { days: [], from: '08:00', to: '18:00' } };
    expect(budget(so(0, 0), terms, april, after(1))).toMatchObject({ forecastPercent: null, bestPercent: null });
  });

  it('takes 99.95 % for 0.05 % exactly', () => {
    expect(allowedShare(99.95)).toBe(0.0005);
    expect(allowedShare(99.99)).toBe(0.0001);
  });
});
