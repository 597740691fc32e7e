/** What is on the queue, counted by reading it: not by asking the collector. */
import { type LmdbQueueOptions, createLmdbQueue, queueLayout } from '@linewatch/queue';
import { decodeFlowBatch, maxMessageBytes, topics } from '@linewatch/record';

const quiet = (): void => undefined;
const logger = {
  trace: quiet,
  debug: quiet,
  info: quiet,
  warn: quiet,
  error: quiet,
  fatal: quiet,
  child: () => logger,
} as unknown as LmdbQueueOptions['logger'];

const layout = { partitions: 1, quotaBytes: 2 ** 40, retainBytes: 2 ** 40, retainHours: 1e6 };

/** Rows of all flow batches in a queue's directory. @throws Error when they cannot all be read in a minute. */
export async function queuedRows(directory: string, partitions = 1): Promise<number> {
  const part = { ...layout, partitions };
  const queue = createLmdbQueue({
    directory,
    ...queueLayout({ flows: part, signals: part, diskFloorBytes: 0 }, topics),
    maxMessageBytes,
    logger,
  });
  try {
    const expected = (await queue.topics()).find(({ topic }) => topic === topics.flows)?.messages ?? 0;
    let messages = 0;
    let rows = 0;
    await new Promise<void>((resolve, reject) => {
      if (expected === 0) {
        resolve();
        return;
      }
      setTimeout(
        () => reject(new Error(`read ${messages} of ${expected} messages on the queue in a minute`)),
        60_000,
      ).unref();
      void queue
        .tail({
          topic: topics.flows,
          from: 'oldest',
          onMessages: (_partition, batch) => {
            for (const { value } of batch) rows += decodeFlowBatch(value).rows;
            messages += batch.length;
            if (messages >= expected) resolve();
          },
          onError: (error) => reject(error instanceof Error ? error : new Error(String(error))),
        })
        .catch(reject);
    });
    return rows;
  } finally {
    await queue.close();
  }
}
