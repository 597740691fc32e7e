import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLogger } from '@linewatch/service';
import { contractMaxMessageBytes, contractTopics, describeQueueContract } from './contract.suite.ts';
import { createLmdbQueue } from './index.ts';
import type { Queue } from './port.ts';

describeQueueContract('the LMDB adapter', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'linewatch-queue-'));
  const queues: Queue[] = [];
  const limits = { quotaBytes: 1e9, retainBytes: 1e9, retainMs: 3_600_000 };
  return {
    connect: () => {
      const queue = createLmdbQueue({
        directory,
        environments: [
          { name: 'flows', topics: [contractTopics.single, contractTopics.spread], ...limits },
          { name: 'state', topics: [contractTopics.compacted], ...limits },
        ],
        diskFloorBytes: 0,
        maxMessageBytes: contractMaxMessageBytes,
        logger: createLogger('queue-test', 'warn'),
        timing: { heartbeatMs: 100 },
      });
      queues.push(queue);
      return queue;
    },
    remove: async () => {
      await Promise.all(queues.map((queue) => queue.close()));
      await rm(directory, { recursive: true });
    },
  };
});
