/** One connection's settings to Apache Kafka, as the client takes them. */
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import type { Logger } from '@linewatch/service';
import kafkajs, { type KafkaConfig, type LogEntry } from 'kafkajs';
import type { KafkaQueueOptions } from './options.ts';

const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = kafkajs;

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** Largest batch of records that is unpacked, octets: what a hostile or broken producer may make us hold. */
const maxUnpackedBytes = 256 * 1024 * 1024;

/** By default 16 KiB are unpacked at a time: 100 to 300 KiB took two to five times the CPU so. */
const pieceBytes = (packedBytes: number): number => Math.min(1024 * 1024, Math.max(16 * 1024, packedBytes * 2));

// The client knows the number of this codec and leaves its work to whoever uses it. Both run off the event loop.
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: ({ buffer }: { buffer: Buffer }) =>
    compress(buffer, { params: { [constants.ZSTD_c_compressionLevel]: 1 } }),
  decompress: (buffer: Buffer) =>
    decompress(buffer, { maxOutputLength: maxUnpackedBytes, chunkSize: pieceBytes(buffer.length) }),
});

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
