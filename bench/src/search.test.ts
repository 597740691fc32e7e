import { expect, test } from 'vitest';
import { type Trial, perCpuSecond, searchHighest, sentRate } from './search.ts';

const options = { first: 1000, factor: 2, most: 1_000_000, refinements: 3 };

/** A system that takes `limit` records a second and loses what is above it. */
const system =
  (limit: number, senderLimit = Infinity) =>
  (rate: number): Promise<Trial> => {
    const sent = Math.min(rate, senderLimit);
    return Promise.resolve({ rate, sent, received: Math.min(sent, limit), seconds: 1, cpuSeconds: sent / 2000 });
  };

test('closes in on the rate that the system can take', async () => {
  const { best, bounded } = await searchHighest(system(50_000), options);
  expect(bounded).toBe(false);
  expect(best!.rate).toBeLessThanOrEqual(50_000);
  expect(best!.rate).toBeGreaterThan(44_000);
});

test('goes down when even the first rate is too high', async () => {
  const { best } = await searchHighest(system(300), options);
  expect(best!.rate).toBeLessThanOrEqual(300);
  expect(best!.rate).toBeGreaterThan(200);
});

test('names no rate when every one loses, and ends', async () => {
  const { best, trials } = await searchHighest(system(0), options);
  expect(best).toBeUndefined();
  expect(trials.length).toBeLessThan(12);
});

test('says so when the sender or the ceiling was the limit', async () => {
  const slow = await searchHighest(system(Infinity, 7000), options);
  expect(slow.bounded).toBe(true);
  expect(sentRate(slow.best!)).toBe(7000);
  const ceiling = await searchHighest(system(Infinity), options);
  expect(ceiling.bounded).toBe(true);
  expect(ceiling.best!.rate).toBe(1_000_000);
});

test('tries a lossy rate once more before it believes it', async () => {
  let hiccup = true;
  const steady = system(50_000);
  const { best } = await searchHighest(async (rate) => {
    const trial = await steady(rate);
    if (rate !== 4000 || !hiccup) return trial;
    hiccup = false;
    return { ...trial, received: trial.sent - 1 };
  }, options);
  expect(best!.rate).toBeGreaterThan(44_000);
});

test('does not take doubled records for a good trial', async () => {
  const { best } = await searchHighest(
    (rate) => Promise.resolve({ rate, sent: rate, received: rate + 1, seconds: 1, cpuSeconds: 1 }),
    options,
  );
  expect(best).toBeUndefined();
});

test('records per CPU-second count what was received', () => {
  expect(perCpuSecond({ rate: 1, sent: 10, received: 8, seconds: 1, cpuSeconds: 2 })).toBe(4);
});
