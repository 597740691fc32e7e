/**
 * The queue: partitioned, ordered, durable, read by groups that keep an offset and metadata. Adapters: LMDB on one
 * machine, Kafka beyond it; one contract test holds both to what is promised here.
 */

/**
 * When an append of a message may have been done though its producer never learned so, Unix ms: the same message may stand
 * earlier in the partition, appended within these times. Whoever stores messages once looks for it there.
 */
export interface Uncertain {
  readonly sinceMs: number;
  readonly untilMs: number;
}

export interface Message {
  readonly offset: number;
  /** Empty string when the message has none. */
  readonly key: string;
  readonly value: Uint8Array;
  /** Unix ms when it was appended. */
  readonly timeMs: number;
  /** Set when the message may be a repeat of an earlier one. */
  readonly uncertain?: Uncertain;
}

export interface NewMessage {
  readonly key?: string;
  /** Not touched by the caller until the append settles. */
  readonly value: Uint8Array;
  /** To be set when an earlier append of the same message had an unknown outcome. */
  readonly uncertain?: Uncertain;
}

export interface Producer {
  /**
   * Appends in order to one partition. Resolves when the messages are flushed to disk: only then are they accepted.
   * @throws QueueError `queue_full` (quota or disk floor; nothing was appended), `queue_closed`, `message_too_large`.
   */
  append(topic: string, partition: number, messages: readonly NewMessage[]): Promise<void>;
  close(): Promise<void>;
}

/** Where a group stands in a partition: the next offset to read, and what it noted beside it. */
export interface Position {
  readonly offset: number;
  readonly metadata: string;
}

/** One partition, read in order by its one current owner in the group. */
export interface PartitionReader {
  readonly topic: string;
  readonly partition: number;
  /** Names the log itself where the adapter can tell: another one when a queue was made anew and offsets begin again. */
  readonly log: string;
  /** As last committed by anyone in the group; offset 0 or the oldest kept when never. */
  readonly committed: Position;
  /** Aborts when the partition moved to another consumer or this one is closing. */
  readonly signal: AbortSignal;
  /**
   * The next messages in order, at least one unless `waitMs` passes first (then empty). Stops after `maxBytes` of values,
   * though never before the first message.
   * @throws QueueError `partition_lost`.
   */
  read(options: { readonly maxBytes: number; readonly waitMs: number }): Promise<readonly Message[]>;
  /** The next read begins at this offset. */
  seek(offset: number): void;
  /** The first offset whose message was appended at this time or later, Unix ms; the end when there is none. */
  offsetAt(timeMs: number): Promise<number>;
  /** Durable when it resolves. @throws QueueError `partition_lost` when another consumer owns it now. */
  commit(position: Position): Promise<void>;
  /** Messages between the next read and the end. */
  lag(): Promise<number>;
  /** Messages that were removed before this group read them (0 on LMDB, which never does). */
  readonly lost: number;
}

export interface Consumer {
  close(): Promise<void>;
}

export interface Subscription {
  readonly group: string;
  readonly topics: readonly string[];
  /**
   * Called for each partition as it is assigned; when the promise settles the partition is given up. A rejection is passed
   * to `onError`, and the partition is offered again.
   */
  readonly onPartition: (reader: PartitionReader) => Promise<void>;
  readonly onError: (error: unknown, topic: string, partition: number) => void;
}

/** Reads every partition of a topic with no group, nothing committed: live views, compacted tables. */
export interface Tail {
  readonly topic: string;
  readonly from: 'oldest' | 'newest' | { readonly timeMs: number };
  /** Messages of one partition in order. It is awaited: a slow handler slows the tail, not the queue. */
  readonly onMessages: (partition: number, messages: readonly Message[]) => void | Promise<void>;
  readonly onError: (error: unknown) => void;
  /** Called once, when every message that was there when the tail began has been handled. */
  readonly onCaughtUp?: () => void;
}

export interface TopicState {
  readonly topic: string;
  readonly partitions: number;
  /** Undefined where the adapter does not know. */
  readonly bytes: number | undefined;
  readonly messages: number;
  readonly oldestMs: number | undefined;
}

export interface Queue {
  producer(): Promise<Producer>;
  subscribe(subscription: Subscription): Promise<Consumer>;
  tail(tail: Tail): Promise<Consumer>;
  /** Makes retention wait for this group on these topics from now on, whether it runs or not. */
  registerGroup(group: string, topics: readonly string[]): Promise<void>;
  /** Never rejects for want of space: it says so. */
  health(): Promise<QueueHealth>;
  topics(): Promise<readonly TopicState[]>;
  /** The process is about to end: from now on no append waits long for a queue that is away. */
  hurry(): void;
  close(): Promise<void>;
}

export interface QueueHealth {
  readonly accepting: boolean;
  /** Why not, or what is near its limit; empty when all is well. */
  readonly detail: string;
  readonly usedBytes: number;
  readonly quotaBytes: number;
  readonly freeDiskBytes: number;
  /** Of an adapter that has brokers. */
  readonly brokers?: BrokerState;
}

export interface BrokerState {
  /** Since when they do not answer, Unix ms; undefined while they do. */
  readonly awaySinceMs: number | undefined;
  /** Octets of appends that wait in memory. */
  readonly waitingBytes: number;
  /** Messages since the start. */
  readonly counts: {
    /** Written to disk because the brokers did not take them, and passed on from there. */
    readonly spilled: number;
    readonly drained: number;
    /** Sent as possible repeats. */
    readonly uncertain: number;
    /** Accepted, and refused by the brokers for good. */
    readonly refused: number;
    /** Gone from the brokers before they were read here. */
    readonly unread: number;
  };
}
