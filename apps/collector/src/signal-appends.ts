/**
 * What goes to one partition of the signals topic, in order: each group is tried until it is accepted, unchanged, and
 * what comes later waits.
 */
import { type Producer, QueueError } from '@linewatch/queue';
import { topics } from '@linewatch/record';
import type { UnqueuedReason } from './metrics.ts';

/** What waits for a queue that takes nothing: octets and groups. */
const maxWaitingBytes = 32 * 1024 * 1024;
const maxWaitingGroups = 4000;
/** How far the queue's clock may be from ours, ms: on Kafka it is the broker's. */
const clockSlackMs = 60_000;

/** Messages that are appended together or not at all. */
interface Group {
  readonly values: readonly Uint8Array[];
  readonly bytes: number;
  /** Sums, samples and events in it. */
  readonly rows: number;
  /** Settles when the flows that its sums are of were accepted or lost. */
  readonly flows: Promise<unknown>;
  readonly madeMs: number;
  /** Unix ms of the first try whose outcome is not known. */
  triedMs: number | undefined;
}

export interface SignalAppendsOptions {
  readonly producer: Pick<Producer, 'append'>;
  readonly partition: number;
  readonly onAccepted: () => void;
  /** Returns the reason under which it is counted. */
  readonly onRefused: (error: unknown) => UnqueuedReason;
  readonly onLost: (reason: UnqueuedReason, rows: number) => void;
  readonly now: () => number;
}

/** Of an append that may have been done: all other errors say that it was not. */
const isUnknown = (error: unknown): boolean => !(error instanceof QueueError) || error.code === 'queue_unavailable';

export class SignalAppends {
  readonly #options: SignalAppendsOptions;
  /** Oldest first. */
  readonly #waiting: Group[] = [];
  #waitingBytes = 0;
  #sending: Promise<void> | undefined;
  /** Unix ms up to which nothing waits. */
  acceptedMs: number;

  constructor(options: SignalAppendsOptions) {
    this.#options = options;
    this.acceptedMs = options.now();
  }

  /** Sums, samples and events that wait. */
  get waitingRows(): number {
    return this.#waiting.reduce((sum, { rows }) => sum + rows, 0);
  }

  /** `flows` settles when those that its sums are of were accepted or lost. */
  add(values: readonly Uint8Array[], rows: number, flows: Promise<unknown> = Promise.resolve()): void {
    const bytes = values.reduce((sum, value) => sum + value.length, 0);
    this.#waiting.push({ values, bytes, rows, flows, madeMs: this.#options.now(), triedMs: undefined });
    this.#waitingBytes += bytes;
    // Never the first: it may be on its way.
    while (
      this.#waiting.length > 2 &&
      (this.#waitingBytes > maxWaitingBytes || this.#waiting.length > maxWaitingGroups)
    ) {
      const [lost] = this.#waiting.splice(1, 1);
      this.#waitingBytes -= lost!.bytes;
      this.#options.onLost('queue_backlog', lost!.rows);
    }
  }

  /** Sends what waits until all is accepted or something is refused; that is tried again with the next call. */
  send(): Promise<void> {
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined;
    });
    return this.#sending;
  }

  async #sendAll(): Promise<void> {
    const { producer, partition, now, onAccepted, onRefused, onLost } = this.#options;
    for (;;) {
      const [group] = this.#waiting;
      if (!group) break;
      await group.flows;
      const nowMs = now();
      const uncertain =
        group.triedMs === undefined
          ? undefined
          : { sinceMs: Math.max(0, group.triedMs - clockSlackMs), untilMs: nowMs + clockSlackMs };
      const messages = group.values.map((value) => ({ value, ...(uncertain && { uncertain }) }));
      try {
        await producer.append(topics.signals, partition, messages);
        onAccepted();
      } catch (error) {
        const reason = onRefused(error);
        if (isUnknown(error)) group.triedMs ??= nowMs;
        // What can never be taken must not hold up the rest.
        if (!(error instanceof QueueError && error.code === 'message_too_large')) return;
        onLost(reason, group.rows);
      }
      this.#waiting.shift();
      this.#waitingBytes -= group.bytes;
      this.acceptedMs = group.madeMs;
    }
    this.acceptedMs = now();
  }
}
