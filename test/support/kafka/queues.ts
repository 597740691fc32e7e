/** Queues on a test's broker, each with a prefix of its own. */
import { randomBytes } from 'node:crypto';
import { contractMaxMessageBytes } from '../../../packages/queue/src/contract.suite.ts';
import { type KafkaQueueOptions, type KafkaTopic, type Queue, createKafkaQueue } from '@linewatch/queue';
import { createLogger } from '@linewatch/service';

const day = 86_400_000;

export const testTopic = (name: string, partitions: number, more: Partial<KafkaTopic> = {}): KafkaTopic => ({
  name,
  partitions,
  retainMs: day,
  retainBytes: 1024 ** 3,
  ...more,
});

export const freshPrefix = (): string => `t${randomBytes(4).toString('hex')}.`;

/** Brokers take no shorter session than 6 s by default. */
const quick = { heartbeatMs: 100, sessionMs: 6000 };

export function kafkaTestQueue(
  options: Pick<KafkaQueueOptions, 'brokers' | 'prefix' | 'topics'> & Partial<KafkaQueueOptions>,
): Queue {
  return createKafkaQueue({
    replicas: 1,
    createTopics: true,
    maxMessageBytes: contractMaxMessageBytes,
    instance: 'test',
    logger: createLogger('queue-test', process.env['LOG'] ? 'debug' : 'silent'),
    timing: quick,
    ...options,
  });
}
