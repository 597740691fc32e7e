/** One connection's settings to Apache Kafka, as the client takes them. */
import type { Logger } from '@linewatch/service';
import kafkajs, { type KafkaConfig, type LogEntry } from 'kafkajs';
import { setCodecs } from './codecs.ts';
import type { KafkaQueueOptions } from './options.ts';

const { Kafka, logLevel } = kafkajs;

setCodecs();

/** kafkajs's own lines are debug for us: what matters of them is told by who uses it, with what it means. */
const logTo =
  (logger: Logger) =>
  () =>
  ({ level, log }: LogEntry): void => {
    if (level <= logLevel.WARN) logger.debug({ says: log }, 'kafka client');
  };

/** A client for one purpose; each has connections of its own. */
export function kafkaClient(options: KafkaQueueOptions, more: Partial<KafkaConfig> = {}): kafkajs.Kafka {
  const { brokers, tls, sasl, instance, logger } = options;
  return new Kafka({
    clientId: `linewatch-${instance}`,
    brokers: [...brokers],
    ...(tls && {
      ssl: {
        ...(tls.ca !== undefined && { ca: [tls.ca] }),
        ...(tls.cert !== undefined && { cert: tls.cert }),
        ...(tls.key !== undefined && { key: tls.key }),
      },
    }),
    ...(sasl && { sasl: { ...sasl } as NonNullable<KafkaConfig['sasl']> }),
    connectionTimeout: 3000,
    authenticationTimeout: 10_000,
    requestTimeout: 30_000,
    // Whether something is worth trying again is decided here, where it is known what an unknown outcome means.
    retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 5 },
    logCreator: logTo(logger),
    ...more,
  });
}
