import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createLogger } from '@linewatch/service';
import { expect, it } from 'vitest';
import { createLmdbQueue } from './lmdb.ts';
import type { EnvironmentOptions } from './options.ts';
import type { Message } from './port.ts';

const quotaBytes = 16 * 1024 * 1024;
const environment = (name: string, topics: readonly string[], retainBytes = quotaBytes): EnvironmentOptions => ({
  name,
  topics: topics.map((topic) => ({ name: topic, partitions: 1 })),
  quotaBytes,
  retainBytes,
  retainMs: 3_600_000,
});

it('what an earlier version kept of a topic elsewhere is read where it is now, and takes no room there any more', async () => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'linewatch-move-'));
  const open = (environments: readonly EnvironmentOptions[]) =>
    createLmdbQueue({
      directory,
      environments,
      diskFloorBytes: 0,
      maxMessageBytes: 1024 * 1024,
      logger: createLogger('test', 'silent'),
    });
  const read = async (queue: ReturnType<typeof open>, topic: string): Promise<Message[]> => {
    const messages: Message[] = [];
    await new Promise<void>((resolve, reject) => {
      queue
        .tail({
          topic,
          from: 'oldest',
          onMessages: (_partition, batch) => void messages.push(...batch),
          onError: reject,
          onCaughtUp: resolve,
        })
        .catch(reject);
    });
    return messages;
  };
  try {
    const before = open([environment('signals', ['signals', 'dead'])]);
    const producer = await before.producer();
    for (let i = 0; i < 5; i++)
      await producer.append('dead', 0, [{ key: `place-${i}`, value: Buffer.alloc(300_000, i) }]);
    await producer.append('signals', 0, [{ value: Buffer.from('stays') }]);
    await before.close();

    // Room for the last three.
    const layout = [environment('signals', ['signals']), environment('dead', ['dead'], 1_000_000)];
    for (let round = 0; round < 2; round++) {
      const after = open(layout);
      expect((await read(after, 'dead')).map(({ key, value }) => [key, value.length, value[0]])).toEqual(
        [2, 3, 4].map((i) => [`place-${i}`, 300_000, i]),
      );
      expect((await read(after, 'signals')).map(({ value }) => Buffer.from(value).toString())).toEqual(['stays']);
      const { environments } = await after.health();
      expect(environments.find(({ name }) => name === 'signals')!.usedBytes).toBeLessThan(1000);
      await after.close();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
