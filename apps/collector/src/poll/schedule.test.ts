import { describe, expect, it } from 'vitest';
import { Schedule } from './schedule.ts';

const options = { everyMs: 60_000, concurrency: 32 };
const devices = (count: number) => new Map(Array.from({ length: count }, (_, i) => [`10.0.0.${i} 161`, i]));

/** Runs the clock; every device answers at once as told. Times of the attempts, by device. */
function run(
  schedule: Schedule<number>,
  fromS: number,
  toS: number,
  answers: (key: string) => boolean = () => true,
): Map<string, number[]> {
  const asked = new Map<string, number[]>();
  for (let ms = fromS * 1000; ms < toS * 1000; ms += 250)
    for (const [key] of schedule.next(ms)) {
      asked.set(key, [...(asked.get(key) ?? []), ms / 1000]);
      schedule.done(key, answers(key), ms);
    }
  return asked;
}

const gaps = (times: readonly number[]): number[] => times.slice(1).map((time, i) => time - times[i]!);

describe('the schedule of polls', () => {
  it('asks each device once a period, spread over it', () => {
    const schedule = new Schedule<number>(options);
    schedule.set(devices(200), options, 0);
    const asked = run(schedule, 0, 600);
    expect(asked.size).toBe(200);
    const seconds = new Map<number, number>();
    for (const times of asked.values()) {
      expect(times[0]).toBeLessThanOrEqual(10);
      expect(new Set(gaps(times.slice(1)))).toEqual(new Set([60]));
      seconds.set(Math.floor(times[2]! % 60), (seconds.get(Math.floor(times[2]! % 60)) ?? 0) + 1);
    }
    expect(Math.max(...seconds.values())).toBeLessThan(20);
  });

  it('asks one that does not answer ever less often, up to every 10 minutes, and as before when it answers', () => {
    const schedule = new Schedule<number>(options);
    schedule.set(devices(1), options, 0);
    const times = run(schedule, 0, 7200, () => false).get('10.0.0.0 161')!;
    const between = gaps(times);
    expect(between[0]).toBeLessThanOrEqual(60);
    expect(between.at(-1)).toBe(600);
    for (const [i, gap] of between.slice(1).entries()) expect(gap).toBeGreaterThanOrEqual(between[i]!);
    const after = run(schedule, 7200, 9000).get('10.0.0.0 161')!;
    expect(gaps(after).at(-1)).toBe(60);
  });

  it('asks one that stops answering again within seconds, and then at each period for a day', () => {
    const schedule = new Schedule<number>(options);
    schedule.set(devices(1), options, 0);
    run(schedule, 0, 300);
    const times = run(schedule, 300, 7200, () => false).get('10.0.0.0 161')!;
    expect(times[1]! - times[0]!).toBeLessThanOrEqual(10);
    expect(times.filter((time) => time < times[0]! + 60).length).toBeGreaterThanOrEqual(5);
    expect(Math.max(...gaps(times))).toBe(60);
    const later = run(schedule, 7200, 100_000, () => false).get('10.0.0.0 161')!;
    expect(gaps(later).at(-1)).toBe(600);
  });

  it('has no more under way than it may, and the longest due come first', () => {
    const few = { everyMs: 60_000, concurrency: 3 };
    const schedule = new Schedule<number>(few);
    schedule.set(devices(10), few, 0);
    const first = schedule.next(30_000);
    expect(first).toHaveLength(3);
    expect(schedule.next(30_000)).toEqual([]);
    schedule.done(first[0]![0], true, 31_000);
    const next = schedule.next(31_000);
    expect(next).toHaveLength(1);
    expect(first.map(([key]) => key)).not.toContain(next[0]![0]);
    expect(schedule.running).toBe(3);
  });

  it('asks within seconds where something happened, more often for a minute, and never in a rush', () => {
    const schedule = new Schedule<number>(options);
    schedule.set(devices(1), options, 0);
    run(schedule, 0, 200);
    for (let i = 0; i < 100; i++) schedule.soon('10.0.0.0 161', 200_000 + i);
    schedule.soon('nobody', 200_000);
    const times = run(schedule, 200, 400).get('10.0.0.0 161')!;
    expect(times[0]! - 200).toBeLessThanOrEqual(7);
    expect(times.filter((time) => time < 262).length).toBeGreaterThanOrEqual(5);
    expect(Math.min(...gaps(times))).toBeGreaterThanOrEqual(5);
    expect(gaps(times).at(-1)).toBe(60);
  });

  it('keeps the place of who stays when others come and go', () => {
    const schedule = new Schedule<number>(options);
    schedule.set(devices(2), options, 0);
    const before = run(schedule, 0, 180).get('10.0.0.0 161')!;
    const running = schedule.next(240_000).map(([key]) => key);
    schedule.set(devices(1), options, 240_000);
    for (const key of running) schedule.done(key, true, 240_000);
    expect(schedule.size).toBe(1);
    expect(schedule.running).toBe(0);
    const after = run(schedule, 240, 420).get('10.0.0.0 161')!;
    expect((after.at(-1)! - before.at(-1)!) % 60).toBe(0);
  });
});
