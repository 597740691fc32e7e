/**
 * A process that the crash tests kill: `node crash.child.ts ROLE DIRECTORY NAME`. Producers tell the parent what was
 * appended, consumers what they hold and committed, and who opens it again and again how often.
 */
import { createHash } from 'node:crypto';
import { createLogger } from '@linewatch/service';
import { type LmdbQueue, createLmdbQueue } from './index.ts';
import type { Message, PartitionReader } from './port.ts';

export const crashTopic = 'crash';
export const crashPartitions = 2;

export function openCrashQueue(directory: string, leaseMs = 60_000): LmdbQueue {
  return createLmdbQueue({
    directory,
    environments: [
      {
        name: 'flows',
        topics: [{ name: crashTopic, partitions: crashPartitions }],
        quotaBytes: 2e9,
        retainBytes: 1e7,
        retainMs: 3_600_000,
      },
    ],
    diskFloorBytes: 0,
    maxMessageBytes: 1_000_000,
    logger: createLogger('queue-test', 'error'),
    timing: { leaseMs, heartbeatMs: 100, retentionMs: 200 },
  });
}

/** What a message of the producers says of itself. */
export interface Claim {
  readonly producer: string;
  readonly append: number;
  readonly part: number;
  readonly parts: number;
}

/** A message whose octets tell whether it is whole. */
export function makeMessage(claim: Claim, size: number): Uint8Array {
  const head = Buffer.from(`${JSON.stringify(claim)}\n`);
  const body = Buffer.alloc(size, `${claim.producer}/${claim.append}/${claim.part}/`);
  const sum = createHash('sha1').update(head).update(body).digest();
  return Buffer.concat([sum, head, body]);
}

/** @throws when the message is torn. */
export function checkMessage({ value, offset }: Message): Claim {
  const bytes = Buffer.from(value);
  const sum = createHash('sha1').update(bytes.subarray(20)).digest();
  if (!sum.equals(bytes.subarray(0, 20))) throw new Error(`message at offset ${offset} is torn`);
  return JSON.parse(bytes.toString('utf8', 20, bytes.indexOf('\n', 20))) as Claim;
}

const tell = (message: object): void => void process.send?.(message);

async function produce(queue: LmdbQueue, name: string): Promise<void> {
  const producer = await queue.producer();
  const sizes = [10, 1500, 4000, 70_000, 300_000];
  let append = 0;
  const loop = async (): Promise<never> => {
    for (;;) {
      const number = append++;
      const parts = (number % 3) + 1;
      const values = Array.from({ length: parts }, (_, part) => ({
        value: makeMessage({ producer: name, append: number, part, parts }, sizes[(number + part) % sizes.length]!),
      }));
      await producer.append(crashTopic, number % crashPartitions, values);
      tell({ appended: number });
    }
  };
  await Promise.all([loop(), loop(), loop()]);
}

async function consume(queue: LmdbQueue): Promise<void> {
  await queue.subscribe({
    group: 'readers',
    topics: [crashTopic],
    onPartition: async (reader: PartitionReader) => {
      tell({ holds: reader.partition, from: reader.committed.offset });
      while (!reader.signal.aborted) {
        const messages = await reader.read({ maxBytes: 500_000, waitMs: 1000 });
        messages.forEach(checkMessage);
        const last = messages.at(-1);
        if (!last) continue;
        await reader.commit({ offset: last.offset + 1, metadata: `after ${last.offset}` });
        tell({ partition: reader.partition, committed: last.offset + 1 });
      }
      tell({ gaveUp: reader.partition });
    },
    onError: (error, _, partition) =>
      tell({ failed: String(error), code: (error as { code?: string }).code, partition }),
  });
}

/** Opens and closes the queue again and again, as processes do that start and end. */
async function reopen(directory: string): Promise<never> {
  for (let times = 1; ; times++) {
    const opened = openCrashQueue(directory);
    await opened.topics();
    await opened.close();
    tell({ opened: times });
  }
}

/** Blocks the event loop on request: to the others it is a process that does nothing any more, though it lives. */
const blockOnRequest = (): void =>
  void process.on('message', (message: { blockMs: number }) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, message.blockMs);
  });

if (import.meta.main) {
  const [role, directory, name, leaseMs] = process.argv.slice(2);
  // A parent that was killed must not leave us behind.
  process.on('disconnect', () => process.exit(1));
  blockOnRequest();
  if (role === 'reopen') await reopen(directory!);
  const queue = openCrashQueue(directory!, leaseMs === undefined ? undefined : Number(leaseMs));
  await (role === 'produce' ? produce(queue, name!) : consume(queue));
}
