import { QueueError } from '@linewatch/queue';
import { describe, expect, it } from 'vitest';
import { FlowAppends } from './flow-appends.ts';

function rig(refuse: (sizes: readonly number[]) => QueueError | undefined = () => undefined) {
  const appended: { partition: number; sizes: number[] }[] = [];
  const accepted: number[] = [];
  const refused: [code: unknown, rows: number][] = [];
  const appends = new FlowAppends({
    producer: {
      append: (_topic, partition, messages) => {
        const sizes = messages.map(({ value }) => value.length);
        appended.push({ partition, sizes });
        const error = refuse(sizes);
        return error ? Promise.reject(error) : Promise.resolve();
      },
    },
    partitions: 2,
    onAccepted: (rows) => accepted.push(rows),
    onRefused: (error, rows) => refused.push([(error as QueueError).code, rows]),
  });
  return { appends, appended, accepted, refused };
}

describe('closed flow batches', () => {
  it('wait for each other and are one append a partition, in order', async () => {
    const { appends, appended, accepted } = rig();
    for (const [i, size] of [10, 20, 30].entries()) appends.add(i % 2, new Uint8Array(size), 1);
    expect(appended).toEqual([]);
    expect(appends.inFlightBytes).toBe(60);
    appends.release();
    expect(appended).toEqual([
      { partition: 0, sizes: [10, 30] },
      { partition: 1, sizes: [20] },
    ]);
    await appends.settled();
    expect(accepted).toEqual([2, 1]);
    expect(appends.inFlightBytes).toBe(0);
    appends.release();
    expect(appended).toHaveLength(2);
  });

  it('go by themselves when there are many octets of them', async () => {
    const { appends, appended } = rig();
    const size = 1024 * 1024;
    for (let i = 0; i < 9; i++) appends.add(0, new Uint8Array(size), 1);
    await appends.settled();
    expect(appended.map(({ sizes }) => sizes.length)).toEqual([4, 4]);
    expect(appends.inFlightBytes).toBe(size);
  });

  it('that are refused are told of, and one that is too large does not cost the others', async () => {
    const { appends, accepted, refused } = rig((sizes) =>
      sizes.some((size) => size > 50) ? new QueueError('message_too_large', 'too large') : undefined,
    );
    for (const [i, size] of [10, 99, 30].entries()) appends.add(0, new Uint8Array(size), 100 + i);
    appends.release();
    await appends.settled();
    expect(accepted).toEqual([100, 102]);
    expect(refused).toEqual([['message_too_large', 101]]);
    expect(appends.inFlightBytes).toBe(0);

    const full = rig(() => new QueueError('queue_full', 'full'));
    for (const rows of [5, 6]) full.appends.add(0, new Uint8Array(10), rows);
    full.appends.release();
    await full.appends.settled();
    expect(full.appended).toHaveLength(1);
    expect(full.refused).toEqual([['queue_full', 11]]);
  });
});
