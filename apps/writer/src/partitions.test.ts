import { expect, it } from 'vitest';
import { Partitions } from './partitions.ts';

it('lag is told by partition, and is a problem once it has grown for a while beyond a minute', async () => {
  let nowMs = 1_000_000;
  let oldestMs: number | undefined;
  const partitions = new Partitions(() => nowMs);
  partitions.began('flows', 2, { lagMessages: () => Promise.resolve(7), oldestMs: () => oldestMs });
  expect(await partitions.lags()).toEqual([{ topic: 'flows', partition: 2, messages: 7, seconds: 0 }]);
  oldestMs = nowMs;
  for (let look = 0; look < 12; look++) {
    nowMs += 10_000;
    await partitions.look();
    expect({ look, ready: partitions.health().ready }).toEqual({ look, ready: look < 8 });
  }
  expect(partitions.health().detail).toBe('flows:2: 120 s behind, and falling further behind');
  // Still far behind, and catching up.
  oldestMs += 30_000;
  await partitions.look();
  expect(partitions.health()).toEqual({ ready: true, detail: 'writing' });
});

it('those that are being written are counted by topic', () => {
  const partitions = new Partitions();
  const progress = { lagMessages: () => Promise.resolve(0), oldestMs: () => undefined };
  expect(partitions.count('flows')).toBe(1);
  for (const partition of [0, 1, 2]) partitions.began('flows', partition, progress);
  partitions.began('signals', 0, progress);
  partitions.ended('flows', 1);
  expect([partitions.count('flows'), partitions.count('signals')]).toEqual([2, 1]);
});

it('what holds a partition up is told until it is over, or the partition is with another writer', () => {
  let nowMs = 0;
  const partitions = new Partitions(() => nowMs);
  partitions.problem('flows', 0, 'disk full');
  partitions.failed('signals', 1, 'queue corrupt');
  expect(partitions.health()).toEqual({ ready: false, detail: 'flows:0: disk full; signals:1: queue corrupt' });
  partitions.ended('flows', 0);
  nowMs += 30_000;
  expect(partitions.health().ready).toBe(true);
});

it('dead letters are told, and nothing is wrong for them', () => {
  const partitions = new Partitions();
  partitions.dead('flows:0:1', 'a');
  partitions.dead('flows:0:2', 'b');
  expect(partitions.health()).toEqual({
    ready: true,
    detail: 'writing; 2 messages went to the dead letters, the last: flows:0:2, b',
  });
});
