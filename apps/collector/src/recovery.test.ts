import { createLogger } from '@linewatch/service';
import { expect, it, vi } from 'vitest';
import { Recovery } from './recovery.ts';

const logger = createLogger('test', 'silent');

it('waits until what was accepted can be read, tries again after a failure, and is done once', async () => {
  const seen: string[] = [];
  const settled = [false, true, true];
  const recovery = new Recovery({
    isSettled: () => {
      seen.push('asked');
      return Promise.resolve(settled.shift() ?? true);
    },
    recover: () => {
      seen.push('recovers');
      return seen.filter((each) => each === 'recovers').length === 1
        ? Promise.reject(new Error('away'))
        : Promise.resolve(3);
    },
    logger,
  });
  expect(recovery.isDone).toBe(false);
  await vi.waitFor(() => expect(recovery.isDone).toBe(true), { timeout: 10_000 });
  expect(seen).toEqual(['asked', 'asked', 'recovers', 'asked', 'recovers']);
  await recovery.stop();
});

it('is stopped while it waits, and while it reads', async () => {
  const waiting = new Recovery({ isSettled: () => Promise.resolve(false), recover: () => Promise.resolve(0), logger });
  await waiting.stop();
  expect(waiting.isDone).toBe(false);
  const reading = new Recovery({
    isSettled: () => Promise.resolve(true),
    recover: (signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))),
    logger,
  });
  await Promise.resolve();
  await reading.stop();
  expect(reading.isDone).toBe(false);
});
