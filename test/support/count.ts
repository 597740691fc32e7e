/** Counts what is on the queue from its messages, with a reader of its own. */
import { decodeFlowBatch, decodeSignalBatch, flowColumns, sumColumns, topics } from '@linewatch/record';
import type { System } from './system.ts';

export interface Queued {
  readonly flows: number;
  readonly octets: bigint;
  /** Octets of the interface sums, side in. */
  readonly summed: bigint;
}

const flowOctets = flowColumns.findIndex(({ name }) => name === 'octets');
const sumOctets = sumColumns.findIndex(({ name }) => name === 'octets');
const sumSide = sumColumns.findIndex(({ name }) => name === 'side');

/** A 64-bit column's values: none = all zero, one = constant. */
function u64(bytes: Uint8Array | undefined, rows: number): bigint[] {
  if (!bytes) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: rows }, (_, i) => view.getBigUint64(bytes.length === 8 ? 0 : 8 * i, true));
}

export async function countQueue(system: System): Promise<Queued> {
  const queue = system.queue();
  let flows = 0;
  let octets = 0n;
  let summed = 0n;
  const read = (topic: string, take: (value: Uint8Array) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      queue
        .tail({
          topic,
          from: 'oldest',
          onMessages: (_partition, messages) => {
            for (const { value } of messages) take(value);
          },
          onError: (error) =>
            reject(error instanceof Error ? error : new Error('the queue cannot be read', { cause: error })),
          onCaughtUp: resolve,
        })
        .catch(reject);
    });
  try {
    await read(topics.flows, (value) => {
      const batch = decodeFlowBatch(value);
      flows += batch.rows;
      for (const each of u64(batch.columns[flowOctets], batch.rows)) octets += each;
    });
    await read(topics.signals, (value) => {
      const batch = decodeSignalBatch(value);
      const sides = batch.columns[sumSide];
      u64(batch.columns[sumOctets], batch.rows).forEach((each, i) => {
        if ((sides?.[sides.length === 1 ? 0 : i] ?? 0) === 0) summed += each;
      });
    });
  } finally {
    await queue.close();
  }
  return { flows, octets, summed };
}
