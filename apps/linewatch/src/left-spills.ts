/**
 * What workers that are no more have left on disk while Kafka was away: the first worker passes it on and removes their
 * directories.
 */
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Queue } from '@linewatch/queue';
import { type Logger, describe, sleep } from '@linewatch/service';

const checkMs = 5000;

export interface LeftSpillsOptions {
  /** Where each worker of this collector has a directory, by its number. */
  readonly directory: string;
  readonly workers: number;
  /** A queue whose spill is that of another worker. */
  readonly open: (worker: string) => Queue;
  readonly logger: Logger;
}

/** Numbers of the workers that are no more and have left something. */
export async function leftSpills({
  directory,
  workers,
}: Pick<LeftSpillsOptions, 'directory' | 'workers'>): Promise<string[]> {
  const names = await readdir(directory).catch(() => []);
  return names.filter((name) => /^\d{1,2}$/.test(name) && Number(name) >= workers);
}

/** Runs until it is closed, or nothing is left. */
export function passOnLeft(options: LeftSpillsOptions): { close(): Promise<void> } {
  const { directory, open, logger } = options;
  const stopping = new AbortController();
  const passOn = async (worker: string): Promise<void> => {
    const queue = open(worker);
    let isEmpty = false;
    try {
      await queue.producer();
      while (!isEmpty && !stopping.signal.aborted) {
        isEmpty = (await queue.health()).usedBytes === 0;
        if (!isEmpty) await sleep(checkMs, stopping.signal);
      }
    } finally {
      await queue.close();
    }
    if (!isEmpty) return;
    await rm(path.join(directory, worker), { recursive: true, force: true });
    logger.info({ worker }, 'what an earlier worker had left was passed on');
  };
  const all = async (): Promise<void> => {
    const left = await leftSpills(options);
    await Promise.all(
      left.map((worker) =>
        passOn(worker).catch((error: unknown) =>
          logger.error({ worker, reason: describe(error) }, 'what an earlier worker has left stays on disk'),
        ),
      ),
    );
  };
  const running = all();
  return {
    close: async () => {
      stopping.abort();
      await running;
    },
  };
}
