/** Writes what is on a topic of the embedded queue to standard output, in frames: a process of its own, as any reader is. */
import { once } from 'node:events';
import { createLmdbQueue, queueLayout } from '@linewatch/queue';
import { maxMessageBytes, topics } from '@linewatch/record';
import { createLogger } from '@linewatch/service';
import { frame } from './frames.ts';

const [directory = '', topic = '', fromMs = '0', flows = '1', signals = '1'] = process.argv.slice(2);
const part = (partitions: string) => ({ partitions: Number(partitions), quotaBytes: 2 ** 40, retainHours: 1000 });
const queue = createLmdbQueue({
  directory,
  ...queueLayout({ flows: part(flows), signals: part(signals), diskFloorBytes: 0 }, topics),
  maxMessageBytes,
  instance: `reader-${process.pid}`,
  logger: createLogger('reader', 'silent'),
});
await new Promise<void>((resolve, reject) => {
  queue
    .tail({
      topic,
      from: Number(fromMs) > 0 ? { timeMs: Number(fromMs) } : 'oldest',
      onMessages: async (partition, messages) => {
        for (const { offset, value } of messages)
          if (!process.stdout.write(frame(partition, offset, value))) await once(process.stdout, 'drain');
      },
      onError: reject,
      onCaughtUp: resolve,
    })
    .catch(reject);
});
await queue.close();
