import { describe, expect, it } from 'vitest';
import type { StateInterval } from '../model.ts';
import { burnRate, burns } from './burn.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const nowMs = Date.parse('2026-06-10T12:00Z');
const ago = (ms: number): number => nowMs - ms;

const up: StateInterval = { fromMs: ago(100 * hourMs), toMs: Infinity, state: 'up', cause: 'none' };
const lost = (fromMs: number, toMs: number, state: 'down' | 'degraded' | 'unknown' = 'down'): StateInterval => ({
  fromMs,
  toMs,
  state,
  cause: 'link',
});

describe('a burn rate', () => {
  it('is what was lost of a window over what the target allows of it', () => {
    // 6 of 60 min are 10 %; 99 % allows 1 %: ten times too fast.
    const input = { intervals: [up, lost(ago(6 * minuteMs), nowMs)], target: 99 };
    expect(burnRate(input, { fromMs: ago(hourMs), toMs: nowMs })).toBeCloseTo(10, 9);
  });

  it('leaves out what nobody saw and what is excused', () => {
    // Of 60 min 30 were unseen and 24 of those left excused: all of the 6 min that are left were lost.
    const intervals = [up, lost(ago(6 * minuteMs), nowMs), lost(ago(hourMs), ago(30 * minuteMs), 'unknown')];
    // In two that overlap, the later one first.
    const excused = [
      { fromMs: ago(20 * minuteMs), toMs: ago(6 * minuteMs) },
      { fromMs: ago(30 * minuteMs), toMs: ago(10 * minuteMs) },
    ];
    expect(burnRate({ intervals, target: 99, excused }, { fromMs: ago(hourMs), toMs: nowMs })).toBeCloseTo(100, 9);
  });

  it('takes degraded time for lost where it is asked to', () => {
    const input = { intervals: [up, lost(ago(6 * minuteMs), nowMs, 'degraded')], target: 99 };
    const window = { fromMs: ago(hourMs), toMs: nowMs };
    expect(burnRate(input, window)).toBe(0);
    expect(burnRate({ ...input, spends: ['down', 'degraded'] }, window)).toBeCloseTo(10, 9);
  });

  it('is none where nothing was seen or nothing is allowed', () => {
    const window = { fromMs: ago(hourMs), toMs: nowMs };
    expect(burnRate({ intervals: [], target: 99 }, window)).toBeNull();
    expect(burnRate({ intervals: [up], target: 100 }, window)).toBeNull();
  });
});

describe('burn rules', () => {
  const firing = (intervals: readonly StateInterval[], target: number): readonly boolean[] =>
    burns({ intervals, target }, nowMs).map((rule) => rule.firing);

  it('are quiet while all is well and while nothing is known', () => {
    expect(firing([up], 99.9)).toEqual([false, false, false]);
    expect(firing([], 99.9)).toEqual([false, false, false]);
  });

  it('page at once when much is lost now', () => {
    // 1 min of the last hour is 1.67 %: 16.7 times 0.1 %. Of 6 h it is 0.28 %: 2.8 times; of 72 h 0.023 %.
    expect(firing([up, lost(ago(minuteMs), nowMs)], 99.9)).toEqual([true, false, false]);
    // 52 s of an hour are 14.44 times 0.1 %, 51 s are 14.17.
    expect(firing([up, lost(ago(52_000), nowMs)], 99.9)[0]).toBe(true);
    expect(firing([up, lost(ago(51_000), nowMs)], 99.9)[0]).toBe(false);
  });

  it('stop when the short window is clean again', () => {
    // 2 min, ending 6 min ago: the hour still burns 33 times too fast, the last five minutes do not.
    const [page] = burns({ intervals: [up, lost(ago(8 * minuteMs), ago(6 * minuteMs))], target: 99.9 }, nowMs);
    expect(page!.longRate).toBeCloseTo(100 / 3, 9);
    expect(page).toMatchObject({ shortRate: 0, firing: false });
  });

  it('page for a slower burn over six hours, and make a ticket of a slow one over three days', () => {
    // 3 min of 6 h are 0.83 %: 8.3 times 0.1 %; the last half hour has one of them, 33 times. Of the last hour it is 16.7, but its last 5 min are clean.
    const slow = [up, lost(ago(20 * minuteMs), ago(19 * minuteMs)), lost(ago(300 * minuteMs), ago(298 * minuteMs))];
    expect(firing(slow, 99.9)).toEqual([false, true, false]);
    // 5 min of 72 h are 0.116 %: 1.16 times; one of them within 6 h, 2.8 times.
    const ticket = [
      up,
      lost(ago(121 * minuteMs), ago(120 * minuteMs)),
      lost(ago(60 * hourMs), ago(60 * hourMs - 4 * minuteMs)),
    ];
    expect(firing(ticket, 99.9)).toEqual([false, false, true]);
  });
});
