/** The queue as the configuration lays it out. */
import { type LmdbQueueOptions, type Queue, createKafkaQueue, createLmdbQueue, queueLayout } from '@linewatch/queue';
import { maxMessageBytes, topics } from '@linewatch/record';
import type { Logger } from '@linewatch/service';
import type { Config } from './config.ts';
import { kafkaOptions } from './kafka-config.ts';
import { paths } from './paths.ts';

const queueOptions = (config: Config, instance: string, logger: Logger): LmdbQueueOptions => ({
  directory: paths(config.data).queue,
  ...queueLayout(config.queue, topics),
  maxMessageBytes,
  instance,
  logger,
});

/**
 * Kafka where brokers are configured, else LMDB. Who appends what cannot be had again names a directory in which it is kept
 * while the brokers are away: `spill`.
 * @throws ConfigError for a file of Kafka's that cannot be used; QueueError `invalid_argument`.
 */
export const openQueue = (config: Config, instance: string, logger: Logger, spill?: string): Queue =>
  config.kafka.brokers === undefined
    ? createLmdbQueue(queueOptions(config, instance, logger))
    : createKafkaQueue(kafkaOptions(config, instance, logger, spill));
