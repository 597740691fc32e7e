import { LinewatchError } from '@linewatch/service';

export const queueErrorCodes = [
  /** Quota or disk floor reached, or the disk refused: nothing was appended. */
  'queue_full',
  /** The queue, producer or consumer was closed. */
  'queue_closed',
  /** The disk or another process holds the queue up: whether the write took place is unknown. */
  'queue_unavailable',
  /** What is stored cannot be what was written. */
  'queue_corrupt',
  /** A message, its key, or an append as a whole is over its limit. */
  'message_too_large',
  /** Topic or partition is not part of this queue. */
  'unknown_topic',
  /** Another consumer of the group owns the partition now, or this one is giving it up. */
  'partition_lost',
  /** An argument or option that can never work. */
  'invalid_argument',
] as const;

export type QueueErrorCode = (typeof queueErrorCodes)[number];

export class QueueError extends LinewatchError<QueueErrorCode> {}
