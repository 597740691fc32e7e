/** The queue as the configuration lays it out. */
import { type LmdbQueueOptions, type Queue, createLmdbQueue, queueLayout } from '@linewatch/queue';
import { maxMessageBytes, topics } from '@linewatch/record';
import type { Logger } from '@linewatch/service';
import type { Config } from './config.ts';
import { paths } from './paths.ts';

const queueOptions = (config: Config, instance: string, logger: Logger): LmdbQueueOptions => ({
  directory: paths(config.data).queue,
  ...queueLayout(config.queue, topics),
  maxMessageBytes,
  instance,
  logger,
});

export const openQueue = (config: Config, instance: string, logger: Logger): Queue =>
  createLmdbQueue(queueOptions(config, instance, logger));
