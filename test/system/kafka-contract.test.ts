/** The queue's contract, held by Apache Kafka. */
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe } from 'vitest';
import { contractTopics, describeQueueContract } from '../../packages/queue/src/contract.suite.ts';
import type { Queue } from '@linewatch/queue';
import { type Broker, createBroker } from '../support/kafka/broker.ts';
import { whyNoBroker } from '../support/kafka/libraries.ts';
import { freshPrefix, kafkaTestQueue, testTopic } from '../support/kafka/queues.ts';
import { temporaryDirectory } from '../support/system.ts';

describe.skipIf(whyNoBroker())('on a real broker,', () => {
  const directory = temporaryDirectory('kafka-contract');
  let broker: Broker;

  beforeAll(async () => {
    broker = await createBroker({ directory });
    await broker.start();
  });

  afterAll(async () => {
    await broker.kill();
    await rm(directory, { recursive: true, force: true });
  });

  describeQueueContract('the Kafka adapter', () => {
    const prefix = freshPrefix();
    const queues: Queue[] = [];
    return Promise.resolve({
      connect: () => {
        const queue = kafkaTestQueue({
          brokers: [broker.address],
          prefix,
          topics: Object.values(contractTopics).map(({ name, partitions, ...more }) =>
            testTopic(name, partitions, more),
          ),
        });
        queues.push(queue);
        return queue;
      },
      remove: async () => {
        await Promise.all(queues.map((queue) => queue.close()));
      },
    });
  });
});
