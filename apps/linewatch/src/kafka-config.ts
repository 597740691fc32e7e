/** The part of the configuration that says how Apache Kafka is reached. */
import { readFileSync } from 'node:fs';
import { type KafkaQueueOptions, kafkaTopics } from '@linewatch/queue';
import { maxMessageBytes, topics } from '@linewatch/record';
import type { Logger } from '@linewatch/service';
import { type Static, Type } from 'typebox';
import type { Config } from './config.ts';
import { ConfigError } from './paths.ts';

const closed = { additionalProperties: false, default: {} } as const;
const file = (description: string) => Type.Optional(Type.String({ minLength: 1, description }));

export const KafkaConfig = Type.Object(
  {
    brokers: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'host:port, comma-separated (KAFKA_BROKERS); without it the embedded queue is used.',
      }),
    ),
    prefix: Type.String({
      default: '',
      pattern: '^[A-Za-z0-9._-]{0,100}$',
      description: 'Stands before the names of topics and groups, for a cluster that others use too.',
    }),
    tls: Type.Object(
      {
        enabled: Type.Boolean({ default: false, description: 'Connect with TLS; the brokers prove who they are.' }),
        ca: file('PEM file of the authorities to trust; without it those of the system.'),
        cert: file('PEM file of the certificate to show.'),
        key: file('PEM file of its key.'),
      },
      closed,
    ),
    sasl: Type.Optional(
      Type.Object(
        {
          mechanism: Type.Union(
            (['plain', 'scram-sha-256', 'scram-sha-512'] as const).map((name) => Type.Literal(name)),
            { default: 'scram-sha-512' },
          ),
          username: Type.String({ minLength: 1 }),
          passwordFile: file('File whose first line is the password; KAFKA_PASSWORD stands above it.'),
        },
        { additionalProperties: false },
      ),
    ),
    replicas: Type.Integer({
      minimum: 1,
      maximum: 32,
      default: 1,
      description: 'Copies of each topic that is made here; 3 on a cluster.',
    }),
    createTopics: Type.Boolean({
      default: true,
      description: 'Make missing topics; without it they must be there, as for a collector with few rights.',
    }),
    spillBytes: Type.Integer({
      minimum: 16 * 1024 * 1024,
      default: 8 * 1024 ** 3,
      description: 'What each collector worker keeps on its own disk while the brokers are away, octets.',
    }),
  },
  closed,
);
export type KafkaConfig = Static<typeof KafkaConfig>;

const readPem = (what: string, name: string | undefined): string | undefined => {
  if (name === undefined) return undefined;
  let text: string;
  try {
    text = readFileSync(name, 'utf8');
  } catch (cause) {
    throw new ConfigError('config_invalid', `kafka.${what}: ${name} cannot be read`, { cause });
  }
  if (!text.includes('-----BEGIN ')) throw new ConfigError('config_invalid', `kafka.${what}: ${name} is not PEM`);
  return text;
};

function readPassword(name: string | undefined): string {
  const given = process.env['KAFKA_PASSWORD'];
  if (given) return given;
  if (name === undefined)
    throw new ConfigError('config_invalid', 'kafka.sasl needs passwordFile, or KAFKA_PASSWORD in the environment');
  try {
    return readFileSync(name, 'utf8').split('\n', 1)[0]!.trim();
  } catch (cause) {
    throw new ConfigError('config_invalid', `kafka.sasl.passwordFile: ${name} cannot be read`, { cause });
  }
}

/**
 * What the queue needs to know. `instance` names the process; `spill` is the directory of one that spills.
 * @throws ConfigError that names the file that cannot be used.
 */
export function kafkaOptions(config: Config, instance: string, logger: Logger, spill?: string): KafkaQueueOptions {
  const { brokers = '', prefix, tls, sasl, replicas, createTopics, spillBytes } = config.kafka;
  return {
    brokers: brokers
      .split(',')
      .map((broker) => broker.trim())
      .filter((broker) => broker !== ''),
    prefix,
    tls: tls.enabled
      ? { ca: readPem('tls.ca', tls.ca), cert: readPem('tls.cert', tls.cert), key: readPem('tls.key', tls.key) }
      : undefined,
    sasl: sasl && {
      mechanism: sasl.mechanism,
      username: sasl.username,
      password: readPassword(sasl.passwordFile),
    },
    topics: kafkaTopics(config.queue, topics),
    replicas,
    createTopics,
    maxMessageBytes,
    spill:
      spill === undefined
        ? undefined
        : { directory: spill, quotaBytes: spillBytes, diskFloorBytes: config.queue.diskFloorBytes },
    instance,
    logger,
  };
}
