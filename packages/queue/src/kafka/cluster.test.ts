import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createLogger } from '@linewatch/service';
import { expect, it } from 'vitest';
import { clusterMethods, makeConnection } from './cluster.ts';

const load = createRequire(import.meta.url);

/** Methods of a broker that are called. */
const brokerMethods = [
  'fetch',
  'joinGroup',
  'syncGroup',
  'heartbeat',
  'leaveGroup',
  'offsetCommit',
  'offsetFetch',
  'createTopics',
  'createPartitions',
  'describeConfigs',
];

it('kafkajs is the version whose inner parts are known', () => {
  const { version } = JSON.parse(readFileSync(load.resolve('kafkajs/package.json'), 'utf8')) as { version: string };
  // Before this is changed: read what became of them, and of how a failed send leaves its sequence numbers.
  expect(version).toBe('2.2.4');
});

it('gives a cluster and brokers with all that is called of them', () => {
  const { cluster } = makeConnection(
    {
      brokers: ['127.0.0.1:9'],
      prefix: '',
      topics: [],
      replicas: 1,
      createTopics: false,
      maxMessageBytes: 1,
      instance: 'test',
      logger: createLogger('test', 'silent'),
    },
    'test',
  );
  expect(clusterMethods.filter((method) => typeof cluster[method] !== 'function')).toEqual([]);
  const { prototype } = load('kafkajs/src/broker') as { prototype: Record<string, unknown> };
  for (const method of brokerMethods) expect(prototype[method], method).toBeTypeOf('function');
});
