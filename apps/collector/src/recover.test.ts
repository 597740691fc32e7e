/** What a crash between flows and their sums leaves behind, made up for from the queue. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Queue, createLmdbQueue, queueLayout } from '@linewatch/queue';
import {
  type SignalBatch,
  createFlowColumns,
  createSumColumns,
  decodeSignalBatch,
  encodeFlowBatch,
  encodeSignalBatch,
  parseAddress,
  topics,
  workerOf,
} from '@linewatch/record';
import { createLogger } from '@linewatch/service';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { partitionOf } from './publisher.ts';
import { recoverSums } from './recover.ts';

const logger = createLogger('test', 'silent');
const labels = { trust: 'main', collector: 'hub' };
const noSums = { columns: createSumColumns(1), rows: 0 };

/** One time for all flows, so that they fall into one cell. */
const nowMs = Date.now();

describe('recovery', () => {
  let directory: string;
  let queue: Queue;
  beforeEach(() => {
    directory = mkdtempSync(path.join(os.tmpdir(), 'linewatch-recover-'));
    const part = { partitions: 1, quotaBytes: 64 * 1024 * 1024, retainHours: 1 };
    const layout = queueLayout({ flows: part, signals: { ...part, partitions: 3 }, diskFloorBytes: 0 }, topics);
    queue = createLmdbQueue({ directory, ...layout, maxMessageBytes: 1024 * 1024, logger });
  });
  afterEach(async () => {
    await queue.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const flows = (
    sequence: number,
    octets: number,
    epoch = 100,
    collector = labels.collector,
    exporters: readonly [string, string] = ['192.0.2.9', '192.0.2.9'],
  ): Uint8Array => {
    const columns = createFlowColumns(2);
    for (let row = 0; row < 2; row++) {
      columns.arrays.octets[2 * row] = octets;
      columns.arrays.in_if[row] = 5;
      columns.arrays.sampling_rate[row] = 1;
      for (const array of [columns.arrays.received_ms, columns.arrays.start_ms, columns.arrays.end_ms]) {
        array[2 * row] = nowMs >>> 0;
        array[2 * row + 1] = Math.floor(nowMs / 2 ** 32);
      }
      columns.bytes[4]!.set(parseAddress(exporters[row]!), 16 * row);
    }
    return encodeFlowBatch({ trust: labels.trust, collector, epoch, sequence }, columns, 2);
  };
  const covers = (count: number | undefined, epoch = 100): Uint8Array =>
    encodeSignalBatch({ ...labels, epoch, sequence: count ?? 0 }, noSums, [], [], count);

  async function recover(isOurs: (epoch: number) => boolean = () => true): Promise<number> {
    const producer = await queue.producer();
    const count = await recoverSums({ queue, producer, ...labels, isOurs, sinceMs: Date.now() - 60_000 });
    await producer.close();
    return count;
  }

  const append = (topic: string, ...values: Uint8Array[]): Promise<void> => appendTo(0, topic, ...values);

  async function appendTo(partition: number, topic: string, ...values: Uint8Array[]): Promise<void> {
    const producer = await queue.producer();
    await producer.append(
      topic,
      partition,
      values.map((value) => ({ value })),
    );
    await producer.close();
  }

  async function signals(of?: number): Promise<SignalBatch[]> {
    const batches: SignalBatch[] = [];
    await new Promise<void>((resolve, reject) => {
      queue
        .tail({
          topic: topics.signals,
          from: 'oldest',
          onMessages: (partition, messages) => {
            if (of === undefined || of === partition)
              for (const { value } of messages) batches.push(decodeSignalBatch(value));
          },
          onError: reject,
          onCaughtUp: resolve,
        })
        .catch(reject);
    });
    return batches;
  }

  it('sums the flow batches that no signal batch covers, once', async () => {
    await append(topics.signals, covers(0), covers(2));
    await append(topics.flows, flows(0, 10), flows(1, 20), flows(2, 30), flows(3, 40));
    expect(await recover()).toBe(2);
    const now = await signals();
    const made = now.filter(({ rows }) => rows > 0);
    expect(made.map(({ epoch }) => epoch)).toEqual([100]);
    expect(now.at(-1)).toMatchObject({ epoch: 100, coversFlowBatches: 4 });
    expect(Buffer.from(made[0]!.columns[8]!).readUInt32LE(0)).toBe(140);
    // The next start finds nothing more to do.
    expect(await recover()).toBe(0);
  });

  it('leaves what others wrote alone: history, other collectors, epochs that tell nothing of coverage', async () => {
    await append(topics.signals, covers(1), covers(undefined, 200));
    await append(topics.flows, flows(0, 10), flows(0, 10, 200), flows(5, 10, 100, 'elsewhere'));
    expect(await recover()).toBe(0);
  });

  it('sums a batch once that is on the queue twice', async () => {
    await append(topics.signals, covers(0));
    await append(topics.flows, flows(0, 10), flows(1, 20), flows(1, 20));
    expect(await recover()).toBe(2);
    const made = (await signals()).filter(({ rows }) => rows > 0);
    expect(Buffer.from(made[0]!.columns[8]!).readUInt32LE(0)).toBe(60);
  });

  it('sums on each partition what that does not cover, of its own exporters, and nothing on one that said nothing', async () => {
    const on = (partition: number): string => {
      for (let i = 1; ; i++) if (partitionOf(parseAddress(`192.0.2.${i}`), 3) === partition) return `192.0.2.${i}`;
    };
    await appendTo(0, topics.signals, covers(1));
    await appendTo(2, topics.signals, covers(2));
    const both = [on(0), on(2)] as const;
    const batches = [10, 20, 40].map((octets, i) => flows(i, octets, 100, labels.collector, both));
    await append(topics.flows, ...batches, flows(3, 1000, 100, labels.collector, [on(1), on(1)]));
    expect(await recover()).toBe(3);
    const octets = async (partition: number): Promise<number[]> =>
      (await signals(partition))
        .filter(({ rows }) => rows > 0)
        .map(({ columns }) => Buffer.from(columns[8]!).readUInt32LE(0));
    expect(await Promise.all([0, 1, 2].map(octets))).toEqual([[20 + 40], [], [40]]);
    expect(await recover()).toBe(0);
  });

  it('leaves the epochs of other workers to them', async () => {
    await append(topics.signals, covers(0, 640), covers(0, 641));
    await append(topics.flows, flows(0, 10, 640), flows(0, 20, 641), flows(1, 30, 641));
    expect(await recover((epoch) => workerOf(epoch) === 0)).toBe(1);
    expect(await recover((epoch) => workerOf(epoch) === 1)).toBe(2);
    const now = await signals();
    expect(now.filter(({ rows }) => rows > 0).map(({ epoch }) => epoch)).toEqual([640, 641]);
    const said = now.filter(({ coversFlowBatches }) => (coversFlowBatches ?? 0) > 0);
    expect(said.map(({ epoch, coversFlowBatches }) => [epoch, coversFlowBatches])).toEqual([
      [640, 1],
      [641, 2],
    ]);
  });

  it('passes over messages that are not valid', async () => {
    await append(topics.signals, new Uint8Array([1, 2, 3]), covers(0));
    await append(topics.flows, new Uint8Array([255, 255]), flows(0, 10));
    expect(await recover()).toBe(1);
  });
});
