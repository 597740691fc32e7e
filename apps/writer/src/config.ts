import { type Static, Type } from 'typebox';

export const WriterConfig = Type.Object(
  {
    workers: Type.Integer({
      minimum: 1,
      maximum: 16,
      default: 1,
      description: 'Writer processes, which share the partitions: more than there are partitions stand by.',
    }),
    maxRows: Type.Integer({
      minimum: 1000,
      maximum: 2_000_000,
      default: 500_000,
      description: 'Most rows in one insert.',
    }),
    maxBytes: Type.Integer({
      minimum: 1_048_576,
      maximum: 1_073_741_824,
      default: 67_108_864,
      description:
        'Most octets of messages in one insert, shared by the partitions of a topic that a writer has; about three times as much memory is used.',
    }),
    maxWaitMs: Type.Integer({
      minimum: 10,
      maximum: 60_000,
      default: 500,
      description: 'Longest that flows wait for more, ms.',
    }),
    signalsWaitMs: Type.Integer({
      minimum: 10,
      maximum: 60_000,
      default: 3000,
      description:
        'Longest that sums, samples and events wait for more, ms. Live views read the queue, not ClickHouse.',
    }),
  },
  { additionalProperties: false, default: {} },
);
export type WriterConfig = Static<typeof WriterConfig>;
