export * from './errors.ts';
export * from './limits.ts';
export * from './port.ts';
export {
  type EnvironmentOptions,
  type LayoutConfig,
  type LayoutTopics,
  type LmdbQueueOptions,
  type Timing,
  type TopicOptions,
  defaultTiming,
  queueLayout,
} from './options.ts';
export { type LmdbQueue, type LmdbQueueHealth, createLmdbQueue } from './lmdb.ts';
export {
  type KafkaQueueOptions,
  type KafkaSasl,
  type KafkaTls,
  type KafkaTopic,
  type KafkaTiming,
  kafkaTopics,
} from './kafka/options.ts';
export { createKafkaQueue } from './kafka/queue.ts';
export type { EnvironmentHealth } from './health.ts';
