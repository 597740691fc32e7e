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
  /** Where each process has a directory of its own name. */
  readonly directory: string;
  /** Of the first worker; the others' end with their numbers. */
  readonly name: string;
  readonly workers: number;
  /** A queue whose spill is that of another process. */
  readonly open: (instance: string) => Queue;
  readonly logger: Logger;
}

/** Names of the directories that no worker of now has. */
export async function leftSpills({ directory, name, workers }: LeftSpillsOptions): Promise<string[]> {
  const names = await readdir(directory).catch(() => []);
  return names.filter((each) => {
    const number = each.startsWith(`${name}-`) ? each.slice(name.length + 1) : '';
    return /^[1-9]\d?$/.test(number) && Number(number) >= workers;
  });
}

/** Runs until it is closed, or nothing is left. */
export function passOnLeft(options: LeftSpillsOptions): { close(): Promise<void> } {
  const { directory, open, logger } = options;
  const stopping = new AbortController();
  const passOn = async (instance: string): Promise<void> => {
    const queue = open(instance);
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
    await rm(path.join(directory, instance), { recursive: true, force: true });
    logger.info({ instance }, 'what an earlier worker had left was passed on');
  };
  const all = async (): Promise<void> => {
    const names = await leftSpills(options);
    await Promise.all(
      names.map((name) =>
        passOn(name).catch((error: unknown) =>
          logger.error({ instance: name, reason: describe(error) }, 'what an earlier worker has left stays on disk'),
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
